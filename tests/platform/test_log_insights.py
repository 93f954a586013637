"""Logs Insights: what queries answer, and how they refuse."""

import json
import time
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from labkit.cloud.logs import queries

NOW_S = int(time.time()) // 3600 * 3600  # the beginning of an hour
REQUEST = "11111111-2222-3333-4444-55555555555"
LINES = [  # of a web server, a minute apart
    '{"path": "/a", "code": 200, "ms": 12, "user": {"name": "ann", "tags": [1, "y"]}, "ok": true}',
    '{"path": "/b", "code": 404, "ms": 7.5, "ok": false}',
    'ERROR [disk] {"path": "/a", "code": "500", "ms": 150, "user": {"name": "bob"}}',
    "plain: user=carl, took 31 ms",
]
REPORTS = [
    f"START RequestId: {REQUEST}0 Version: $LATEST\n",
    *(
        f"REPORT RequestId: {REQUEST}{n}\tDuration: {took} ms\tBilled Duration: {billed} ms\t"
        f"Memory Size: 128 MB\tMax Memory Used: {used} MB\t{more}\n"
        for n, took, billed, used, more in (
            (0, "10.50", 11, 40, "Init Duration: 90.10 ms\t"),
            (1, "20.00", 20, 64, ""),
        )
    ),
]


@pytest.fixture(scope="module")
def ask(cloud):
    """``ask(query)``: its rows, without their pointers."""
    logs, name = cloud.client("logs"), f"/aws/lambda/insights-{time.time_ns()}"
    logs.create_log_group(logGroupName=name)
    for stream, lines in (("web", LINES), ("reports", REPORTS)):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        events = [
            {"timestamp": (NOW_S - 60 * (9 - n)) * 1000, "message": line}
            for n, line in enumerate(lines)
        ]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)

    def answer(query, stream="web", **options):
        span = {"startTime": NOW_S - 3600, "endTime": NOW_S + 60} | options
        # the stream is told first, so that the query's own commands stay as they are
        query = f"filter @logStream = '{stream}' | {query}" if stream else query
        number = logs.start_query(logGroupName=name, queryString=query, **span)["queryId"]
        told = logs.get_query_results(queryId=number)
        assert told["status"] == "Complete"
        return [
            {each["field"]: each["value"] for each in row if each["field"] != "@ptr"}
            for row in told["results"]
        ]

    answer.logs, answer.group = logs, name
    yield answer
    logs.delete_log_group(logGroupName=name)


def bin_of(minutes, period):
    moment = time.gmtime((NOW_S - 60 * minutes) // period * period)
    return time.strftime("%Y-%m-%d %H:%M:%S.000", moment)


QUERIES = {  # a query → the values of its rows, in the order of its fields
    "fields code | filter path = '/a' | sort code": [["200"], ["500"]],
    "fields path | filter code >= 404 | sort @timestamp": [["/b"], ["/a"]],
    "fields path | filter code = 500 or code = '404' | sort path desc": [["/b"], ["/a"]],
    "fields path | filter code in [200, '404'] | sort path": [["/a"], ["/b"]],
    "fields path | filter code not in [200] and ispresent(code) | sort path": [["/a"], ["/b"]],
    "fields ms | filter not ispresent(code)": [[]],
    "fields user.name, user.tags.1 | filter user.name like /^a/": [["ann", "y"]],
    "fields path | filter @message like /(?i)error/": [["/a"]],
    "fields path | filter @message =~ 'ERROR'": [["/a"]],
    "fields path | filter @message not like /path/": [[]],
    r"fields path | filter path like /^\/b$/": [["/b"]],
    "fields ok, code | filter ok = 1": [["1", "200"]],
    "fields ok, code | filter ok = false": [["0", "404"]],
    "FIELDS ms*2 AS twice, `ms`/4 | FILTER code = 404 # of one": [["15", "1.875"]],
    "fields 2 ^ 3 ^ 2 as p, 10 % 3, -ms + 1 as less | filter code=200": [["512", "1", "-11"]],
    "fields " + "-" * 5001 + "7 as n | filter not not not code != 200": [["-7"]],
    "fields ms / 0 as none, 9 ^ 9 ^ 9 as big, (-2) ^ 0.5 as root, 1 as one | filter code = 200": [
        ["1"]
    ],
    "fields ms > 10 as slow | filter ispresent(ms) | sort ms": [["0"], ["1"], ["1"]],
    "fields strlen(path) as n, toupper(user.name) as u | filter code=200": [["2", "ANN"]],
    "fields substr('xyZfooxyZ', 3, 3) as s, trim('xyZfooxyZ', 'xyZ') as t | limit 1": [
        ["foo", "foo"]
    ],
    "fields replace('foo', 'o', '0') as r, concat('a', 1, 'b') as c | limit 1": [["f00", "a1b"]],
    "fields strcontains(@message, 'ERROR') as e | sort @timestamp": [["0"], ["0"], ["1"], ["0"]],
    "fields coalesce(user.name, 'nobody') as who | sort who": [
        *(["ann"], ["bob"], ["nobody"], ["nobody"]),
    ],
    "fields isIpv4InSubnet('10.0.3.4', '10.0.0.0/16') as i | limit 1": [["1"]],
    'fields jsonParse(\'{"a": {"b": 7}}\') as j | display j.a.b | limit 1': [["7"]],
    "parse @message 'user=*, took * ms' as who, took | filter took > 30 | display who, took": [
        ["carl", "31"]
    ],
    "parse 'ERROR [*] *' as kind, rest | filter ispresent(kind) | display kind": [["disk"]],
    "parse @message /user=(?<who>[a-z]+), took (?<n>\\d+)/ | filter n = 31 | display who, n + 1": [
        ["carl", "32"]
    ],
    "filter ispresent(path) | stats count(*) by path | sort path": [["/a", "2"], ["/b", "1"]],
    "stats count(*), count(path), count_distinct(path) as d": [["4", "3", "2"]],
    "stats sum(ms), avg(ms), min(ms), max(ms), pct(ms, 50)": [
        ["169.5", "56.5", "7.5", "150", "12"]
    ],
    "stats max(ms) - min(ms) as span, sum(ms) / count(*) as mean": [["142.5", "42.375"]],
    "stats earliest(path) as first, latest(path) as last": [["/a", "/a"]],
    "stats sum(ms > 10) as slow": [["2"]],
    "stats count(*) as n by path, code >= 400 as bad | filter n > 0 and bad = 1 | sort path": [
        ["/a", "1", "1"],
        ["/b", "1", "1"],
    ],
    "stats count(*) as n by path | stats max(n) as most": [["2"]],
    "filter code = 999 | stats count(*)": [],
    "fields path, code | sort @timestamp desc | dedup path": [[], ["/a", "500"], ["/b", "404"]],
    "fields path | sort @timestamp | limit 2": [["/a"], ["/b"]],
}


@pytest.mark.parametrize(("query", "rows"), QUERIES.items(), ids=QUERIES)
def test_what_a_query_answers(ask, query, rows):
    assert [list(row.values()) for row in ask(query)] == rows


def test_events_without_fields_named(ask):
    rows = ask("filter code = 200")
    assert rows == [{"@timestamp": bin_of(9, 60), "@message": LINES[0]}]
    assert len(ask("limit 10", limit=3)) == 3


def test_periods_of_time(ask):
    rows = ask("stats count(*) by bin(5m) | sort `bin(5m)`")
    assert rows == [
        {"bin(5m)": bin_of(9, 300), "count(*)": "4"} if bin_of(9, 300) == bin_of(6, 300) else None
        for _ in rows
    ]
    (row,) = ask("fields datefloor(@timestamp, 1h) as h, dateceil(@timestamp, 1h) as c | limit 1")
    assert (row["h"], row["c"]) == (bin_of(60, 3600), bin_of(0, 3600))
    (row,) = ask("stats max(@timestamp) as last, toMillis(max(@timestamp)) as ms")
    assert row == {"last": bin_of(6, 60), "ms": str((NOW_S - 360) * 1000)}


def test_what_functions_report(ask):
    (row,) = ask(
        'filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as given, '
        "max(@maxMemoryUsed / 1000 / 1000) as used, avg(@duration), sum(@billedDuration) as billed",
        "reports",
    )
    assert row == {"given": "128", "used": "64", "avg(@duration)": "15.25", "billed": "31"}
    rows = ask("fields @requestId, @initDuration | filter ispresent(@initDuration)", "reports")
    assert rows == [{"@requestId": f"{REQUEST}0", "@initDuration": "90.1"}]


def test_an_event_and_the_fields_of_a_group(ask):
    found = {"logGroupName": ask.group, "startTime": NOW_S - 3600, "endTime": NOW_S - 60}
    number = ask.logs.start_query(queryString="filter code = 404", **found)["queryId"]
    told = ask.logs.get_query_results(queryId=number)
    pointer = told["results"][0][-1]
    assert pointer["field"] == "@ptr"
    record = ask.logs.get_log_record(logRecordPointer=pointer["value"])["logRecord"]
    assert {"path": "/b", "code": "404", "@logStream": "web"}.items() <= record.items()
    size = sum(map(len, LINES + REPORTS))
    counts = {"recordsMatched": 1.0, "recordsScanned": 7.0, "bytesScanned": float(size)}
    assert told["statistics"] == counts
    number = ask.logs.start_query(queryString="sort @timestamp", **found)["queryId"]
    whole = ask.logs.get_query_results(queryId=number)["results"]
    first = ask.logs.get_query_results(queryId=number, maxItems=2)
    rest = ask.logs.get_query_results(queryId=number, nextToken=first["nextToken"])
    assert (len(first["results"]), first["results"] + rest["results"]) == (2, whole)
    at = {"logGroupName": ask.group, "time": NOW_S - 360}
    fields = ask.logs.get_log_group_fields(**at)["logGroupFields"]
    shares = {each["name"]: each["percent"] for each in fields}
    assert (shares["@message"], shares["code"], shares["@type"]) == (100, 43, 43)


REFUSED = {  # a query → the code and the words
    "fields @message | stat count(*)": ("MalformedQuery", "unknown command stat"),
    "filter a === 1": ("MalformedQuery", "unexpected symbol found = at line 1 and position 11"),
    "filter (a = 1": ("MalformedQuery", "unexpected end"),
    "filter a like 5": ("MalformedQuery", "unexpected symbol found 5"),
    "filter nothing(a)": ("MalformedQuery", "unknown function nothing"),
    "filter count(*) > 1": ("MalformedQuery", "count is a function of stats"),
    "stats path": ("MalformedQuery", "path is in no function"),
    "stats pct(ms, 101)": ("MalformedQuery", "pct wants a number from 0 to 100"),
    "stats pct(ms, ms)": ("MalformedQuery", "pct wants a number from 0 to 100"),
    "fields abs()": ("MalformedQuery", "number of arguments of abs"),
    "filter a like /(/": ("MalformedQuery", "invalid regular expression"),
    "parse @message '* *' as one": ("MalformedQuery", "a name is wanted"),
    "fields a | dedup a | sort a": ("MalformedQuery", "after dedup"),
    "limit many": ("MalformedQuery", "unexpected symbol found many"),
    "filter " + "(" * 5000: ("MalformedQuery", "nested too deeply"),
    "fields " + "abs(" * 2000: ("MalformedQuery", "nested too deeply"),
    "fields 1" + "+1" * 4900: ("MalformedQuery", "computes at most 200 times"),
    "fields 2" + "^2" * 4900: ("MalformedQuery", "computes at most 200 times"),
    "fields @message | pattern @message": ("NotImplemented", "no pattern"),
    "stats stddev(ms)": ("MalformedQuery", "unknown function stddev"),
}


@pytest.mark.parametrize(("query", "told"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_query(ask, query, told):
    with pytest.raises(ClientError, match="(?s){}.*{}".format(*told)) as refused:
        ask(query, stream="")
    if "queryCompileError" in refused.value.response:
        place = refused.value.response["queryCompileError"]["location"]
        assert 0 <= place["startCharOffset"] <= place["endCharOffset"]


def test_another_language(ask):
    with pytest.raises(ClientError, match="not SQL"):
        ask("SELECT 1", queryLanguage="SQL")


def test_json_that_is_too_deep_is_a_text(ask):
    nested = json.dumps({"a": 1}) + "{" * 5000
    event = {"timestamp": NOW_S * 1000 - 1, "message": nested}
    ask.logs.create_log_stream(logGroupName=ask.group, logStreamName="deep")
    ask.logs.put_log_events(logGroupName=ask.group, logStreamName="deep", logEvents=[event])
    found = ask("fields a", "deep")
    ask.logs.delete_log_stream(logGroupName=ask.group, logStreamName="deep")
    assert found == [{"a": "1"}]


def test_streams_that_come_while_a_query_runs(monkeypatch):
    made = {name: SimpleNamespace(events=[SimpleNamespace(timestamp=1)]) for name in "abc"}
    group = SimpleNamespace(streams={name: made[name] for name in "ab"})
    monkeypatch.setattr(queries, "row_of", lambda event, stream, group: stream)
    rows = queries._rows(group)
    first = next(rows)
    group.streams["c"] = made["c"]
    assert [first, *rows] == [made["a"], made["b"]]
