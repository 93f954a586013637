"""The protocol itself: what is answered to which messages, and what a client may not do."""

import contextlib
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.redshift.wire import raw
from tests.redshift.wire.raw import FLUSH, SYNC, Raw, bind, describe, execute, parse, query

MANY = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"
FAILING = parse("SELECT nosuch")
# Messages, the letters of the answers; "|" parts what is asked one after the other.
EXCHANGES = {
    "simple": ([query("SELECT 1")], "TDCZ"),
    "several statements": ([query("SELECT 1; SELECT 2;")], "TDCTDCZ"),
    "empty query": ([query("")], "IZ"),
    "only a comment": ([query("-- nothing\n ; ;")], "IZ"),
    "an error ends the text": ([query("SELECT 1; SELECT nosuch; SELECT 2")], "TDCEZ"),
    "extended": ([parse("SELECT 1"), bind(), describe("P"), execute(), SYNC], "12TDCZ"),
    "statement described": (
        [parse("SELECT $1::int", oids=(23,)), describe("S"), SYNC], "1tTZ"),
    "no rows to describe": ([parse("SET query_group TO x"), describe("S"), SYNC], "1tnZ"),
    "empty statement": ([parse(""), bind(), describe("P"), execute(), SYNC], "12nIZ"),
    "row limit": (
        [parse(MANY), bind(), execute(2), execute(2), SYNC], "12DDsDCZ"),
    "limit met exactly": ([parse(MANY), bind(), execute(3), execute(3), SYNC], "12DDDsCZ"),
    "skipped until Sync": ([FAILING, bind(), describe("P"), execute(), SYNC], "EZ"),
    "and well after it": ([FAILING, SYNC, parse("SELECT 1"), bind(), execute(), SYNC], "EZ12DCZ"),
    "named": (
        [parse("SELECT 1", "s"), bind(statement="s", portal="p"), execute(portal="p"),
         ("C", b"Pp\0"), ("C", b"Ss\0"), ("C", b"Snosuch\0"), SYNC], "12DC333Z"),
    "no such statement": ([bind(statement="nosuch"), SYNC], "EZ"),
    "no such portal": ([execute(portal="nosuch"), SYNC], "EZ"),
    "a name twice": ([parse("SELECT 1", "s"), parse("SELECT 2", "s"), SYNC], "1EZ"),
    "two statements in one": ([parse("SELECT 1; SELECT 2"), SYNC], "EZ"),
    "too few values": ([parse("SELECT $1", oids=(23,)), bind(), SYNC], "1EZ"),
    "no value of its type": ([parse("SELECT $1", oids=(23,)), bind(b"x"), SYNC], "1EZ"),
    "no binary form known": (
        [parse("SELECT $1", oids=(2950,)), bind(b"x" * 16, binary=True), SYNC], "1EZ"),
    "too many parameters": ([parse("SELECT $40000"), SYNC, parse("SELECT 1", oids=(23,) * 40_000),
                             SYNC, bind(*[b"1"] * 40_000), SYNC], "EZEZEZ"),
    "portals end with Sync": ([parse(MANY), bind(), execute(1), SYNC, execute(1), SYNC],
                              "12DsZEZ"),
}  # fmt: skip


Dial = Callable[..., Raw]


@pytest.fixture
def dial(place: Any) -> Iterator[Dial]:
    """``dial()``: another client, logged in unless it shall not."""
    with contextlib.ExitStack() as stack:

        def made(**options: Any) -> Raw:
            client = Raw(place, **options)
            stack.callback(client.socket.close)
            return client

        yield made


@pytest.fixture
def client(dial: Dial) -> Raw:
    return dial()


@pytest.mark.parametrize(("messages", "wanted"), EXCHANGES.values(), ids=EXCHANGES.keys())
def test_answers_of_messages(client: Raw, messages: list[Any], wanted: str) -> None:
    client.send(*(part for message in messages for part in message))
    got = [each for _ in range(wanted.count("Z")) for each in client.until("Z")]
    assert raw.letters(got) == wanted


def test_what_a_client_is_told_first(dial: Dial) -> None:
    client = dial(log_in=False)
    told = client.log_in(user="awsuser", database="dev", application_name="probe")
    statuses = dict(body.decode().split("\0")[:2] for letter, body in told if letter == "S")
    assert statuses == {
        "client_encoding": "UTF8",
        "DateStyle": "ISO, MDY",
        "integer_datetimes": "on",
        "is_superuser": "on",
        "server_encoding": "UNICODE",
        "server_protocol_version": "0",
        "server_version": "8.0.2",
        "session_authorization": "awsuser",
        "TimeZone": "UTC",
        "application_name": "probe",
        "show_discovery": "4",
        "datashare_enabled": "on",
        "padb_revision": "98765",
        "padb_version": "1.0.98765",
    }
    assert [letter for letter, _ in told][-2:] == ["K", "Z"]


def test_an_encoding_in_quotes_as_asyncpg_tells_it(dial: Dial) -> None:
    told = dial(log_in=False).log_in(user="awsuser", database="dev", client_encoding="'utf-8'")
    assert ("S", b"client_encoding\0utf-8\0") in told


def test_a_row_is_described(client: Raw) -> None:
    sql = "SELECT 1.5::numeric(10,2) AS n, 'x'::varchar(20) AS v, 'y'::char(3), true, NULL::super"
    described = dict(client.ask(*query(sql)))["T"]
    found, at = [], 2
    for _ in range(struct.unpack("!h", described[:2])[0]):
        end = described.index(b"\0", at)
        shape = struct.unpack("!ihihih", described[end + 1 : end + 19])
        found.append((described[at:end].decode(), *shape[2:]))
        at = end + 19
    assert found == [
        ("n", 1700, -1, (10 << 16 | 2) + 4, 0),
        ("v", 1043, -1, 24, 0),
        ("bpchar", 1042, -1, 7, 0),
        ("bool", 16, 1, -1, 0),
        ("super", 4000, -1, -1, 0),
    ]


# A statement, the transaction's letter after it.
TRANSACTIONS = {
    "idle": (["SELECT 1"], "I"),
    "in a block": (["BEGIN"], "T"),
    "failed": (["BEGIN", "SELECT 1/0"], "E"),
    "rolled back": (["BEGIN", "SELECT 1/0", "ROLLBACK"], "I"),
    "committed": (["BEGIN; SELECT 1; COMMIT"], "I"),
    "begun within a text": (["SELECT 1; BEGIN; SELECT 2"], "T"),
    "begun to read within a text": (
        ["SELECT 1; BEGIN READ ONLY; CREATE TABLE begun_to_read (a int)"],
        "E",
    ),
    "begun wrongly within a text": (["SELECT 1; BEGIN NONSENSE"], "I"),
    "an error of Parse": (["BEGIN", "SELEC 1"], "E"),
}


@pytest.mark.parametrize(("texts", "wanted"), TRANSACTIONS.values(), ids=TRANSACTIONS.keys())
def test_transaction_status(client: Raw, texts: list[str], wanted: str) -> None:
    told = [client.ask(*query(text))[-1] for text in texts]
    assert told[-1] == ("Z", wanted.encode())


def test_statements_of_one_text_are_one_transaction(client: Raw) -> None:
    client.ask(*query("CREATE TABLE together (a int)"))
    client.ask(*query("INSERT INTO together VALUES (1); SELECT 1/0"))
    assert dict(client.ask(*query("SELECT count(*) FROM together")))["D"].endswith(b"0")


def test_a_pipeline_is_one_transaction(client: Raw) -> None:
    client.ask(*query("CREATE TABLE pipelined (a int)"))
    first = (*parse("INSERT INTO pipelined VALUES (1)"), *bind(), *execute())
    failing = (*parse("INSERT INTO pipelined SELECT 1/0"), *bind(), *execute())
    assert raw.letters(client.ask(*first, *failing, *SYNC)) == "12C12EZ"
    assert dict(client.ask(*query("SELECT count(*) FROM pipelined")))["D"].endswith(b"0")
    client.ask(*first, *FLUSH, *SYNC)
    assert dict(client.ask(*query("SELECT count(*) FROM pipelined")))["D"].endswith(b"1")
    client.send(*first, *FLUSH)
    client.until("C")  # the client has heard of the first before it sends the second
    client.ask(*failing, *SYNC)
    assert dict(client.ask(*query("SELECT count(*) FROM pipelined")))["D"].endswith(b"1")


# What is said, and the state of the refusal before the server hangs up; None: no word at all.
BROKEN = {
    "unknown letter": (b"?\0\0\0\4", "08P01"),
    "negative length": (b"Q\xff\xff\xff\xff", "08P01"),
    "gigantic": (b"Q\x7f\xff\xff\xff", "08P01"),
    "no end of text": (b"Q\0\0\0\x0cSELECT 1", "08P01"),
    "counts too much": (b"B\0\0\0\x08\0\0\x7f\xff", "08P01"),
    "leaves": (b"X\0\0\0\4", None),
}


@pytest.mark.parametrize(("data", "state"), BROKEN.values(), ids=BROKEN.keys())
def test_nonsense_ends_its_client_alone(dial: Dial, data: bytes, state: str | None) -> None:
    client, other = dial(), dial()
    client.socket.sendall(data)
    if state:
        letter, body = client.message()
        assert (letter, raw.fields(body)["S"], raw.fields(body)["C"]) == ("E", "FATAL", state)
    assert client.ended()
    assert raw.letters(other.ask(*query("SELECT 1"))) == "TDCZ"


GREETINGS = {
    "version 2": struct.pack("!i", 2 << 16),
    "too long": b"\0\3\0\0" + b"x" * 10_001,
    "odd settings": struct.pack("!i", 196608) + b"user\0awsuser",
    "no user": struct.pack("!i", 196608) + b"\0",
}


@pytest.mark.parametrize("greeting", GREETINGS.values(), ids=GREETINGS.keys())
def test_a_wrong_greeting_is_refused(dial: Dial, greeting: bytes) -> None:
    client = dial(log_in=False)
    client.greet(greeting)
    letter, body = client.message()
    assert (letter, raw.fields(body)["S"]) == ("E", "FATAL")
    assert client.ended()


def test_no_statement_before_the_password(dial: Dial) -> None:
    client = dial(log_in=False)
    client.greet(struct.pack("!i", 196608) + b"user\0awsuser\0database\0dev\0\0")
    assert client.message()[0] == "R"
    client.send(*query("SELECT 1"))
    letter, body = client.message()
    assert (letter, raw.fields(body)["C"]) == ("E", "08P01")
    assert client.ended()


def test_encryption_by_gss_is_declined_and_newer_protocols_are_talked_down(dial: Dial) -> None:
    client = dial(log_in=False)
    client.greet(struct.pack("!i", 80877104))
    assert client.socket.recv(1) == b"N"
    client.greet(struct.pack("!i", 196608 + 2) + b"user\0awsuser\0_pq_.x\0y\0\0")
    assert client.message() == ("v", struct.pack("!ii", 0, 1) + b"_pq_.x\0")
