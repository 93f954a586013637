"""Items, records, lines and metrics are rows of their own: a change writes those that it made."""

import copy
import sqlite3

import pytest
from moto.cloudwatch.models import cloudwatch_backends
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends
from moto.logs.models import logs_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from labkit.cloud import pickles
from labkit.cloud.dynamodb import item_changes, item_updates
from labkit.cloud.messages import held, publications
from labkit.cloud.moto_state import State

ACCOUNT, REGION = "5" * 12, "us-east-1"
MANY = 50


class Items:
    """A table's: of a key, or of two of which the first has few values."""

    service, backends = "dynamodb", dynamodb_backends
    keys = ("a",)

    def make(self, backend):
        kinds = zip(self.keys, ("HASH", "RANGE"), strict=False)
        backend.create_table(
            "t",
            schema=[{"AttributeName": name, "KeyType": kind} for name, kind in kinds],
            throughput={},
            attr=[{"AttributeName": name, "AttributeType": "S"} for name in self.keys],
            global_indexes=None,
            indexes=None,
            streams={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            billing_mode="PAY_PER_REQUEST",
            sse_specification=None,
            tags=[],
            deletion_protection_enabled=False,
            warm_throughput=None,
        )

    def item(self, name):
        return {"a": {"S": name[: -len(self.keys) + 1 or None]}, "b": {"S": name}}

    def put(self, backend, name):
        backend.tables["t"].put_item(self.item(name))

    def change(self, backend, name):
        expression = "SET c = :c"
        key = {each: self.item(name)[each] for each in self.keys}
        values = {":c": {"S": "new"}}
        backend.update_item(
            "t", key, update_expression=expression, expression_attribute_values=values
        )

    def clear(self, backend):
        backend.tables["t"].items.clear()

    def told(self, backend):
        return [each.to_json() for each in backend.tables["t"].all_items()]


class Pairs(Items):
    keys = ("a", "b")


class Changes(Items):
    def clear(self, backend):
        backend.tables["t"].stream_shard.items = []

    def told(self, backend):
        return [each.record for each in backend.tables["t"].stream_shard.items]


class Records:
    """A shard's, of which the oldest go."""

    service, backends = "kinesis", kinesis_backends

    def make(self, backend):
        backend.create_stream("s", 1, None)

    def put(self, backend, name):
        self._shard(backend).put_record("p", name, "")

    def change(self, backend, _):
        self._shard(backend).records.popitem(last=False)

    def clear(self, backend):
        self._shard(backend).records.clear()

    def told(self, backend):
        return [vars(each) for each in self._shard(backend).records.values()]

    def _shard(self, backend):
        [stream] = backend.streams.values()
        return next(iter(stream.shards.values()))


class Lines:
    """A log stream's, of which the oldest go."""

    service, backends = "logs", logs_backends

    def make(self, backend):
        backend.create_log_group("g", tags={})
        backend.create_log_stream("g", "s")

    def put(self, backend, name):
        self._stream(backend).put_log_events([{"timestamp": 1, "message": name}])

    def change(self, backend, _):
        stream = self._stream(backend)
        stream.events = stream.events[1:]

    def clear(self, backend):
        self._stream(backend).events = []

    def told(self, backend):
        return [vars(each) for each in self._stream(backend).events]

    def _stream(self, backend):
        return backend.groups["g"].streams["s"]


class Metrics:
    """What was put to CloudWatch, of which the oldest goes."""

    service, backends = "cloudwatch", cloudwatch_backends

    def make(self, _):
        pass

    def put(self, backend, name):
        backend.put_metric_data("n", [{"MetricName": name, "Value": 1}])

    def change(self, backend, _):
        del backend.metric_data[0]

    def clear(self, backend):
        backend.metric_data.clear()

    def told(self, backend):
        return [(each.name, each.value, each.timestamp) for each in backend.metric_data]


class Messages:
    """A queue's, which are changed when they are received."""

    service, backends = "sqs", sqs_backends

    def make(self, backend):
        held.install()
        backend.create_queue("q")

    def put(self, backend, name):
        backend.send_message("q", name)

    def change(self, backend, _):
        backend.queues["q"]._messages[3].mark_received(60)

    def clear(self, backend):
        backend.queues["q"]._messages = []

    def told(self, backend):
        return [copy.deepcopy(vars(each)) for each in backend.queues["q"]._messages]


class Deleted(Messages):
    def put(self, backend, name):
        super().put(backend, name)
        message = backend.queues["q"]._messages[-1]
        message.receipt_handle = name
        backend.delete_message("q", name)

    def change(self, backend, name):
        del backend.queues["q"].deleted_messages[name]

    def clear(self, backend):
        backend.queues["q"].deleted_messages.clear()

    def told(self, backend):
        return [*backend.queues["q"].deleted_messages]


@pytest.fixture(params=[Items, Pairs, Changes, Records, Lines, Metrics, Messages, Deleted])
def kept(request, tmp_path):
    """A state, what is in it of a kind, and a function that tells moto's backend of it."""
    state, kind = State(tmp_path / "state.db"), request.param()
    item_changes.install(None)
    item_updates.install(None)
    backend = kind.backends[ACCOUNT][REGION]
    kind.make(backend)
    for number in range(MANY):
        kind.put(backend, f"{number:02d}")
    state.save(kind.service)
    yield state, kind, lambda: kind.backends[ACCOUNT][REGION]
    kind.backends.pop(ACCOUNT)
    state.close()


def test_a_change_writes_its_rows(kept):
    state, kind, backend = kept
    before = state._db.total_changes
    kind.change(backend(), "03")
    kind.put(backend(), "new")
    state.save(kind.service)
    assert state._db.total_changes - before < 8
    told = kind.told(backend())
    former = backend()
    state.load()
    assert backend() is not former
    assert kind.told(backend()) == told
    assert len(told) >= MANY


def test_a_change_that_could_not_be_kept_is_taken_back(kept):
    state, kind, backend = kept
    told = kind.told(backend())
    state._db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON members BEGIN SELECT RAISE(FAIL, ''); END"
    )
    kind.change(backend(), "03")
    kind.put(backend(), "new")
    with pytest.raises(sqlite3.Error):
        state.save(kind.service)
    assert kind.told(backend()) == told
    state._db.execute("DROP TRIGGER full")
    kind.put(backend(), "newer")
    told = kind.told(backend())
    state.save(kind.service)
    state.load()
    assert kind.told(backend()) == told


def test_what_is_emptied_stays_so(kept):
    state, kind, backend = kept
    state.load()
    for number in range(2):
        kind.clear(backend())
        state.save(kind.service)
        state.load()
        assert kind.told(backend()) == []
        kind.put(backend(), f"new{number}")
        state.save(kind.service)
        state.load()
        assert len(kind.told(backend())) == 1


def test_messages_in_another_order_come_back_in_it(tmp_path):
    state, kind, by_region = State(tmp_path / "state.db"), Messages(), sqs_backends["6" * 12]
    kind.make(by_region[REGION])
    for name in "abcd":
        kind.put(by_region[REGION], name)
    state.save("sqs")
    messages = by_region[REGION].queues["q"]._messages
    messages.append(messages.pop(1))
    kind.put(by_region[REGION], "e")
    told = kind.told(by_region[REGION])
    state.save("sqs")
    state.load()
    assert kind.told(by_region[REGION]) == told
    sqs_backends.pop("6" * 12)
    state.close()


def test_a_topic_keeps_nothing_of_what_it_has_published():
    publications.install(None)
    backend = sns_backends["6" * 12][REGION]
    topic = backend.create_topic("t")
    sizes = {len(pickles.dump(backend)) for each in "abc" if topic.publish(each)}
    sns_backends.pop("6" * 12)
    assert len(sizes) == 1


@pytest.mark.parametrize("kind", [Items(), Pairs()])
def test_a_backup_and_its_table_go_on_each_for_itself(tmp_path, kind):
    state, by_region = State(tmp_path / "state.db"), kind.backends["6" * 12]
    item_changes.install(None)
    item_updates.install(None)
    kind.make(by_region[REGION])
    for name in ("03", "04"):
        kind.put(by_region[REGION], name)
    before = kind.told(by_region[REGION])
    arn = by_region[REGION].create_backup("t", "b").arn
    state.save(kind.service)
    for name in ("03", "05"):
        kind.change(by_region[REGION], name)
    now = kind.told(by_region[REGION])
    by_region[REGION].restore_table_from_backup("restored", arn)
    state.save(kind.service)
    state.load()
    backend = by_region[REGION]
    assert kind.told(backend) == now
    for table in (backend.backups[arn].table, backend.tables["restored"]):
        assert [each.to_json() for each in table.all_items()] == before
    kind.backends.pop("6" * 12)
    state.close()
