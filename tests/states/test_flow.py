"""Small machines: what comes out, and which way they went."""

import pytest


def passes(**fields):
    return {"Type": "Pass", "End": True, **fields}


def sends(body, url="https://nowhere/123456789012/none"):
    parameters = {"QueueUrl": url, "MessageBody": body}
    resource = "arn:aws:states:::sqs:sendMessage"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}


def tells(detail):
    entry = {"Source": "s", "DetailType": "d", "Detail": detail}
    resource = "arn:aws:states:::events:putEvents"
    return {"Type": "Task", "Resource": resource, "Parameters": {"Entries": [entry]}, "End": True}


def choice(**rule):
    return {
        "C": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": passes(Result="yes"),
        "No": passes(Result="no"),
    }


JSONPATH = {  # the first state's fields → input → output
    "nothing": ({}, {"a": 1}, {"a": 1}),
    "Result": ({"Result": {"b": 2}}, {"a": 1}, {"b": 2}),
    "ResultPath": ({"Result": 2, "ResultPath": "$.x.y"}, {"a": 1}, {"a": 1, "x": {"y": 2}}),
    "ResultPath null": ({"Result": 2, "ResultPath": None}, {"a": 1}, {"a": 1}),
    "InputPath": ({"InputPath": "$.a.b"}, {"a": {"b": [3]}}, [3]),
    "InputPath null": ({"InputPath": None}, {"a": 1}, {}),
    "OutputPath": ({"OutputPath": "$.a"}, {"a": 1}, 1),
    "Parameters": (
        {"Parameters": {"fixed": 1, "n.$": "$.a[0]", "in": [{"deep.$": "$.b"}]}},
        {"a": [7, 8], "b": None},
        {"fixed": 1, "n": 7, "in": [{"deep": None}]},
    ),
    "a path of many": ({"InputPath": "$.a[?(@.n > 1)].n"}, {"a": [{"n": 1}, {"n": 2}]}, [2]),
    "a path of none": ({"InputPath": "$.a[*].m"}, {"a": [{"n": 1}]}, []),
    "deep": ({"InputPath": "$..n"}, {"a": [{"n": 1}], "n": 2}, [2, 1]),
    "slice": ({"InputPath": "$.a[1:]"}, {"a": [1, 2, 3]}, [2, 3]),
    "a dot before a bracket": (
        {"Parameters": {"x.$": "$.a.['b c'].[0].d"}, "ResultPath": "$.r.['s']"},
        {"a": {"b c": [{"d": 1}]}},
        {"a": {"b c": [{"d": 1}]}, "r": {"s": {"x": 1}}},
    ),
    "context": ({"Parameters": {"s.$": "$$.State.Name"}}, {}, {"s": "A"}),
    "context input": ({"Parameters": {"s.$": "$$.Execution.Input.a"}}, {"a": 5}, {"s": 5}),
}


@pytest.mark.parametrize(("fields", "value", "output"), JSONPATH.values(), ids=JSONPATH)
def test_jsonpath(machines, fields, value, output):
    ended = machines.run({"A": passes(**fields)}, value)
    assert (ended.status, ended.output) == ("SUCCEEDED", output)


INTRINSICS = {
    "States.Format('{} and \\{\\} {}', $.s, $.l)": "text and {} [3, 1, 3]",
    "States.Format('{}', $.o)": "{k=1}",
    "States.Array('\\{\\}', States.Format('\\{{}\\}', 1))": ["{}", "{1}"],
    "States.StringToJson($.j)": {"k": [1]},
    "States.JsonToString($.o)": '{"k":1}',
    "States.Array(1, 'it\\'s', null, $.s, States.MathAdd(1, 1))": [1, "it's", None, "text", 2],
    "States.ArrayPartition($.l, 2)": [[3, 1], [3]],
    "States.ArrayContains($.l, 1)": True,
    "States.ArrayRange(1, 9, 4)": [1, 5, 9],
    "States.ArrayRange(5, 1, -2)": [5, 3, 1],
    "States.ArrayGetItem($.l, 1)": 1,
    "States.ArrayLength($.l)": 3,
    "States.ArrayUnique($.l)": [3, 1],
    "States.Base64Encode($.s)": "dGV4dA==",
    "States.Base64Decode('dGV4dA==')": "text",
    "States.Hash($.s, 'SHA-256')": (
        "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
    ),
    "States.JsonMerge($.o, $.p, false)": {"k": 2, "m": 1},
    "States.MathAdd($.n, -1)": 4,
    "States.MathAdd(1.49, 1.5)": 3,
    "States.MathAdd(-1.5, -1.51)": -3,
    "States.StringSplit('1,2+3', ',+')": ["1", "2", "3"],
    "States.ArrayLength(States.StringSplit(States.UUID(), '-'))": 5,
    "States.ArrayContains(States.ArrayRange(0, 9, 1), States.MathRandom(0, 10))": True,
}


@pytest.mark.parametrize(("call", "result"), INTRINSICS.items(), ids=INTRINSICS)
def test_intrinsic_functions(machines, call, result):
    value = {
        "s": "text",
        "l": [3, 1, 3],
        "j": '{"k": [1]}',
        "o": {"k": 1},
        "p": {"k": 2, "m": 1},
        "n": 5,
    }
    ended = machines.run({"A": passes(Parameters={"r.$": call})}, value)
    assert (ended.output, ended.cause) == ({"r": result}, None)


CHOICES = {  # a rule → input → whether it is met
    "NumericEquals": ({"NumericEquals": 1}, 1, True),
    "another type": ({"NumericEquals": 1}, "1", False),
    "NumericLessThan": ({"NumericLessThan": 1.5}, 1, True),
    "StringEquals": ({"StringEquals": "a"}, "a", True),
    "StringGreaterThanEquals": ({"StringGreaterThanEquals": "b"}, "a", False),
    "StringMatches": ({"StringMatches": "log-*.tx\\*"}, "log-1.tx*", True),
    "BooleanEquals": ({"BooleanEquals": False}, False, True),
    "TimestampLessThan": (
        {"TimestampLessThan": "2026-01-01T00:00:00Z"},
        "2026-01-01T00:30:00+01:00",
        True,
    ),
    "IsNull": ({"IsNull": True}, None, True),
    "IsString": ({"IsString": False}, 1, True),
    "IsNumeric": ({"IsNumeric": True}, True, False),
    "IsTimestamp": ({"IsTimestamp": True}, "2026-01-01", False),
    "Path": ({"NumericEqualsPath": "$$.State.RetryCount"}, 1, None),
}


@pytest.mark.parametrize(("rule", "value", "met"), CHOICES.values(), ids=CHOICES)
def test_choices(machines, rule, value, met):
    ended = machines.run(choice(Variable="$.v", **rule), {"v": value})
    if met is None:
        assert ended.error == "States.Runtime"
    else:
        assert ended.output == ("yes" if met else "no")


LOGIC = {
    "And": (
        {"And": [{"Variable": "$.v", "IsPresent": True}, {"Variable": "$.w", "IsPresent": False}]},
        "yes",
    ),
    "Or": (
        {"Or": [{"Variable": "$.v", "NumericEquals": 2}, {"Variable": "$.v", "NumericEquals": 1}]},
        "yes",
    ),
    "Not": ({"Not": {"Variable": "$.v", "NumericEquals": 1}}, "no"),
}


@pytest.mark.parametrize(("rule", "output"), LOGIC.values(), ids=LOGIC)
def test_choices_together(machines, rule, output):
    assert machines.run(choice(**rule), {"v": 1}).output == output


JSONATA = {  # the first state's fields → input → output
    "nothing": ({}, {"a": 1}, {"a": 1}),
    "Output": (
        {"Output": {"n": "{% $states.input.a * 2 %}", "t": "plain"}},
        {"a": 2},
        {"n": 4, "t": "plain"},
    ),
    "null": ({"Output": "{% $states.input.a %}"}, {"a": None}, None),
    "context": ({"Output": "{% $states.context.State.Name %}"}, {}, "A"),
    "partition": ({"Output": "{% $partition([1..5], 2) %}"}, {}, [[1, 2], [3, 4], [5]]),
    "range": ({"Output": "{% $range(0, 10, 5) %}"}, {}, [0, 5, 10]),
    "hash": ({"Output": "{% $hash('text', 'MD5') %}"}, {}, "1cb251ec0d568de6a929b520c4aed8d1"),
    "parse": ({"Output": "{% $parse('{\"a\": [1]}') %}"}, {}, {"a": [1]}),
    "uuid": ({"Output": "{% $length($uuid()) %}"}, {}, 36),
    "pad": ({"Output": "{% $states.input.a.$pad(-3, '#') & $pad('b', 2) %}"}, {"a": "a"}, "##ab "),
    "random": ({"Output": "{% $random(7) = $random(7) %}"}, {}, True),
    **{
        text: ({"Output": f"{{% {text} %}}"}, {}, output)
        for text, output in {
            "[7.5 % 2, -7 % 3, 10 / 4, 10 / 5]": [1.5, -1, 2.5, 2],
            "[1 = true, 0 != false, 1 in [true], {'a': 1} in [{'a': 1}]]": [
                False,
                True,
                False,
                False,
            ],
            "{'a': $distinct([1, true, 1]), 'b': $distinct([1, 1])}": {"a": [1, True], "b": [1]},
            "$string(12345678901234568) & $string([0.1 + 0.2])": "12345678901234568[0.3]",
            "[$number('0b11'), $number('-1.5e1')]": [3, -15],
            "$formatNumber(2.5, '0') & ' ' & $formatNumber(34.555, '0.00')": "2 34.56",
            "$split('abc', /(b)/)": ["a", "c"],
            "$toMillis('2017-11')": 1509494400000,
        }.items()
    },
}


@pytest.mark.parametrize(("fields", "value", "output"), JSONATA.values(), ids=JSONATA)
def test_jsonata(machines, fields, value, output):
    ended = machines.run({"A": passes(**fields)}, value, QueryLanguage="JSONata")
    assert (ended.status, ended.output, ended.cause) == ("SUCCEEDED", output, None)


def test_variables_in_jsonata(machines):
    states = {
        "A": {"Type": "Pass", "Assign": {"n": "{% $states.input.a %}", "k": [1]}, "Next": "B"},
        "B": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": "{% $n > 1 %}",
                    "Assign": {"n": "{% $n + 1 %}"},
                    "Output": "{% $n %}",
                    "Next": "C",
                }
            ],
            "Default": "C",
        },
        "C": passes(Output={"n": "{% $n %}", "was": "{% $states.input %}", "k": "{% $k %}"}),
    }
    ended = machines.run(states, {"a": 5}, QueryLanguage="JSONata")
    assert ended.output == {"n": 6, "was": 5, "k": [1]}
    assert ended.details("PassStateExited")[0]["assignedVariables"] == {"n": "5", "k": "[1]"}


def test_variables_in_jsonpath(machines):
    states = {
        "A": {"Type": "Pass", "Assign": {"v.$": "$.a"}, "Next": "B"},
        "B": passes(Parameters={"v.$": "$v.b", "all.$": "$v"}),
    }
    assert machines.run(states, {"a": {"b": 1}}).output == {"v": 1, "all": {"b": 1}}


FAILURES = {  # the states → input → error, and words of its cause
    "an endless range": (
        {"A": passes(Parameters={"x.$": "States.ArrayRange(1, 10000000000000000000000, 1)"})},
        ("States.IntrinsicFailure", "The array has more than 1000 elements"),
    ),
    "an endless range in JSONata": (
        {"A": passes(QueryLanguage="JSONata", Output="{% $range(1, 100000000000, 1) %}")},
        ("States.QueryEvaluationError", "The array has more than 10000000 elements"),
    ),
    "a path that leads nowhere": (
        {"A": passes(Parameters={"x.$": "$.nope"})},
        (
            "States.Runtime",
            "The JSONPath '$.nope' specified for the field 'x.$' could not be found in the input",
        ),
    ),
    "an input path that leads nowhere": (
        {"A": passes(InputPath="$.b.c")},
        ("States.Runtime", "Invalid path '$.b.c' : Missing property in path $['b']"),
    ),
    "an input path whose last part leads nowhere": (
        {"A": passes(InputPath="$.b")},
        ("States.Runtime", "Invalid path '$.b' : No results for path: $['b']"),
    ),
    "a choice without a variable": (
        choice(Variable="$.nope", NumericEquals=1),
        (
            "States.Runtime",
            "Invalid path '$.nope': The choice state's condition path references an invalid value.",
        ),
    ),
    "no choice": (
        {
            "A": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "NumericEquals": 2, "Next": "B"}],
            },
            "B": {"Type": "Succeed"},
        },
        (
            "States.Runtime",
            "Failed to transition out of the state. The state does not point to a next state.",
        ),
    ),
    "no JSON": (
        {"A": passes(QueryLanguage="JSONata", Output="{% $parse('NaN') %}")},
        ("States.QueryEvaluationError", "Unrecognized token 'NaN': was expecting"),
    ),
    "an intrinsic function": (
        {"A": passes(Parameters={"x.$": "States.ArrayGetItem(States.Array(1), 3)"})},
        ("States.IntrinsicFailure", "had the following error: Index 3 is out of bounds"),
    ),
    "a random number of none": (
        {"A": passes(Parameters={"x.$": "States.MathRandom(2, 1)"})},
        ("States.IntrinsicFailure", "The first number must be less than the second"),
    ),
    "a result path": (
        {"A": passes(ResultPath="$.a.b")},
        ("States.ResultPathMatchFailure", "Unable to apply ReferencePath $.a.b"),
    ),
    "Fail": ({"A": {"Type": "Fail", "Error": "Mine", "Cause": "why"}}, ("Mine", "why")),
    "Fail by paths": (
        {
            "A": {
                "Type": "Fail",
                "ErrorPath": "States.Format('E{}{}', $.a, $$.Execution.RedriveCount)",
                "CausePath": "$$.State.Name",
            }
        },
        ("E10", "A"),
    ),
    "a wait until no time": (
        {"A": {"Type": "Wait", "TimestampPath": "$.a", "End": True}},
        ("States.Runtime", "The TimestampPath parameter does not reference a valid ISO-8601"),
    ),
    "a wait until what is not there": (
        {"A": {"Type": "Wait", "TimestampPath": "$.b.c", "End": True}},
        ("States.Runtime", "The TimestampPath parameter does not reference an input value: $.b.c"),
    ),
    "a wait of what is not there": (
        {"A": {"Type": "Wait", "SecondsPath": "$.b.c", "End": True}},
        ("States.Runtime", "The SecondsPath parameter does not reference an input value: $.b.c"),
    ),
    "a wait of a lifetime": (
        {"A": {"Type": "Wait", "Timestamp": "2199-01-01T00:00:00Z", "End": True}},
        ("States.Runtime", "Wait state delay is too long."),
    ),
    "a wait of no number": (
        {"A": {"Type": "Wait", "SecondsPath": "$$.Execution.StartTime", "End": True}},
        ("States.Runtime", "cannot be parsed as a long value: $$.Execution.StartTime == 2"),
    ),
    "a number for a text": (
        {"A": sends(5)},
        ("States.Runtime", "[The value for the field 'MessageBody' must be a STRING]"),
    ),
    "a queue's name for its URL": (
        {"A": sends("x", "no-such")},
        (
            "SQS.InvalidAddressException",
            "The address no-such is not valid for this endpoint. (Service: AmazonSQS;",
        ),
    ),
    "a URL of no queue": (
        {"A": sends("x", "http://no-such")},
        (
            "SQS.SdkClientException",
            "Unable to execute HTTP request: no-such: Name or service not known",
        ),
    ),
    "nothing for a text": (
        {"A": sends(None)},
        ("SQS.AmazonSQSException", "parameter MessageBody."),
    ),
    "an event of no object": (
        {"A": tells('"text"')},
        ("EventBridge.FailedEntry", "Detail is malformed."),
    ),
    "a map of no list": (
        {
            "A": {
                "Type": "Map",
                "ItemsPath": "$.a",
                "ItemProcessor": {"StartAt": "I", "States": {"I": passes()}},
                "End": True,
            }
        },
        ("States.Runtime", "must point to array"),
    ),
}


@pytest.mark.parametrize(("states", "said"), FAILURES.values(), ids=FAILURES)
def test_failures(machines, states, said):
    ended = machines.run(states, {"a": 1})
    assert (ended.status, ended.error) == ("FAILED", said[0])
    assert said[1] in ended.cause


def test_a_cause_says_where(machines):
    ended = machines.run({"A": passes(Parameters={"x.$": "$.nope"})}, {"a": 1})
    assert ended.cause == (
        "An error occurred while executing the state 'A' (entered at the event id #2). The "
        "JSONPath '$.nope' specified for the field 'x.$' could not be found in the input "
        "'{\"a\":1}'"
    )


UNDEFINED = {  # fields → the field that the error names, and its words
    "Output/x[1]": (
        {"Output": {"x": [1, "{% $states.input.nope %}"]}},
        "returned nothing (undefined).",
    ),
    "Output/f": (
        {"Output": {"f": "{% function($x) {$x} %}"}},
        "returned an unsupported result type.",
    ),
    "Output/y": ({"Output": {"y": "{% $pad('a', 2e9) %}"}}, "threw an error during evaluation."),
    "Assign/v": ({"Assign": {"v": "{% $sum('a') %}"}}, "threw an error during evaluation."),
}


@pytest.mark.parametrize(("place", "row"), UNDEFINED.items(), ids=UNDEFINED)
def test_an_expression_that_fails(machines, place, row):
    fields, words = row
    ended = machines.run({"A": passes(**fields)}, {}, QueryLanguage="JSONata")
    assert ended.error == "States.QueryEvaluationError"
    assert f"specified for the field '{place}' {words}" in ended.cause
    (details,) = ended.details("EvaluationFailed")
    assert (details["location"], details["state"], details["cause"]) == (place, "A", ended.cause)


def test_parallel(machines):
    branch = {"StartAt": "I", "States": {"I": passes(Parameters={"n.$": "$.a"})}}
    other = {"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}
    ended = machines.run(
        {"P": {"Type": "Parallel", "Branches": [branch, other], "End": True}}, {"a": 1}
    )
    assert ended.output == [{"n": 1}, {"a": 1}]
    assert sorted(ended.kinds) == sorted(
        [
            "ExecutionStarted",
            "ParallelStateEntered",
            "ParallelStateStarted",
            "PassStateEntered",
            "PassStateExited",
            "SucceedStateEntered",
            "SucceedStateExited",
            "ParallelStateSucceeded",
            "ParallelStateExited",
            "ExecutionSucceeded",
        ]
    )


def mapped(states, **fields):
    processor = {"StartAt": next(iter(states)), "States": states}
    return {"M": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


MAPS = {  # fields of the Map → input → output
    "all of the input": ({}, [1, 2], [1, 2]),
    "ItemsPath": ({"ItemsPath": "$.l"}, {"l": [3]}, [3]),
    "none": ({"ItemsPath": "$.l"}, {"l": []}, []),
    "ItemSelector": (
        {
            "ItemsPath": "$.l",
            "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "k.$": "$.k"},
        },
        {"l": ["x", "y"], "k": 9},
        [{"i": 0, "v": "x", "k": 9}, {"i": 1, "v": "y", "k": 9}],
    ),
    "the pairs of an object": ({}, {"a": 1}, [{"Key": "a", "Value": 1}]),
    "one at a time": ({"MaxConcurrency": 1}, list(range(5)), list(range(5))),
    "a text at a time": (
        {"ItemsPath": "$.l", "MaxConcurrencyPath": "$.n"},
        {"l": [1, 2], "n": "1"},
        [1, 2],
    ),
}


@pytest.mark.parametrize(("fields", "value", "output"), MAPS.values(), ids=MAPS)
def test_map(machines, fields, value, output):
    assert machines.run(mapped({"I": passes()}, **fields), value).output == output


def test_a_map_that_goes_one_at_a_time(machines):
    ended = machines.run(mapped({"I": passes()}, MaxConcurrency=1), [7, 8])
    assert ended.kinds == [
        "ExecutionStarted",
        "MapStateEntered",
        "MapStateStarted",
        "MapIterationStarted",
        "PassStateEntered",
        "PassStateExited",
        "MapIterationSucceeded",
        "MapIterationStarted",
        "PassStateEntered",
        "PassStateExited",
        "MapIterationSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    led = [e["previousEventId"] for e in ended.events]
    assert led == [0, 0, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 11, 13]


def test_iterations_that_may_go_at_once_all_follow_the_start(machines):
    ended = machines.run(mapped({"I": passes()}), [1, 2, 3])
    began = [e["previousEventId"] for e in ended.events if e["type"] == "MapIterationStarted"]
    assert began == [3, 3, 3]


FAILS = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}
TRIED = {  # a state → the kinds of events between its start and its end, and what led to each
    "Map": (
        mapped(FAILS["States"]),
        ["MapIterationStarted", "FailStateEntered", "MapIterationFailed"],
        [0, 0, 2, 3, 4, 5, 5, 7, 8, 9, 9, 11, 12],
    ),
    "Parallel": (
        {"P": {"Type": "Parallel", "End": True, "Branches": [FAILS]}},
        ["FailStateEntered"],
        [0, 0, 2, 3, 4, 5, 6, 7, 8],
    ),
}


@pytest.mark.parametrize(("states", "work", "led"), TRIED.values(), ids=TRIED)
def test_what_is_tried_again_has_failed_once(machines, states, work, led):
    [(name, state)] = states.items()
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 1, "MaxDelaySeconds": 1}]
    catch = [{"ErrorEquals": ["E"], "Next": "Z"}]
    states = {name: {**state, "Retry": retry, "Catch": catch}, "Z": {"Type": "Succeed"}}
    ended = machines.run(states, [1])
    kind = state["Type"]
    attempt = [f"{kind}StateStarted", *work]
    assert ended.kinds[2:-3] == [*attempt, *attempt, f"{kind}StateFailed", f"{kind}StateExited"]
    assert [e["previousEventId"] for e in ended.events][: len(led)] == led
    assert ended.output == {"Error": "E", "Cause": None}


def test_a_map_in_jsonata(machines):
    fields = {
        "Items": "{% $states.input.l %}",
        "ItemSelector": {"n": "{% $states.context.Map.Item.Value * 2 %}"},
    }
    states = mapped({"I": passes(Output="{% $states.input.n %}")}, **fields)
    assert machines.run(states, {"l": [1, 2]}, QueryLanguage="JSONata").output == [2, 4]


NO_RESULTS = {  # an expression -> why it fails
    "1 / 0": "D1001: Number out of range: Infinity",
    "5 % 0": "D1001: Number out of range: NaN",
    "$number(' 1')": 'D3030: Unable to cast value to a number: " 1"',
    "$number('1_000')": 'D3030: Unable to cast value to a number: "1_000"',
    "$number('NaN')": 'D3030: Unable to cast value to a number: "NaN"',
    "$power(10, 400)": "D3061: The power function has resulted in a value that cannot be",
    "$power(-1, 0.5)": "D3061",
    "$sqrt(-1)": "D3060: The sqrt function cannot be applied to a negative number: -1",
    "$sort([1, 'a'])": "D3070",
    "$replace('abc', '', 'x')": "D3010: Second argument of replace function cannot be an empty",
    "$replace('abc', /b*/, 'x')": "D1004: Regular expression matches zero length string",
    "$match('abc', /x*/)": "D1004",
    "$toMillis('x')": "D3110: The argument of the toMillis function must be an ISO 8601 formatted",
    "$fromMillis(0, '[q]')": "'q'",
}


def test_expressions_without_a_result(machines):
    for text, words in NO_RESULTS.items():
        fields = {"Type": "Pass", "Output": f"{{% {text} %}}", "End": True}
        ended = machines.run({"A": fields}, {}, QueryLanguage="JSONata")
        assert (ended.error, words in ended.cause) == ("States.QueryEvaluationError", True), text


NO_VALUES = {  # a state's fields in JSONata -> what AWS says of the first
    "items": (
        {"Type": "Map", "Items": "{% 1 %}"},
        "Expected 'array', but was 'number' for value: 1",
    ),
    "at once": (
        {"Type": "Map", "MaxConcurrency": "{% 'x' %}", "Items": []},
        """Expected 'number', but was 'string' for value: "x\"""",
    ),
    "seconds": (
        {"Type": "Wait", "Seconds": "{% true %}"},
        "Expected 'number', but was 'boolean' for value: true",
    ),
}


@pytest.mark.parametrize(("fields", "words"), NO_VALUES.values(), ids=NO_VALUES)
def test_what_an_expression_may_not_give(machines, fields, words):
    if fields["Type"] == "Map":
        fields = fields | {"ItemProcessor": {"StartAt": "I", "States": {"I": passes()}}}
    field = next(name for name in fields if name != "Type")
    ended = machines.run({"A": {**fields, "End": True}}, {}, QueryLanguage="JSONata")
    of_map = ["MapStateFailed"] * (fields["Type"] == "Map")
    assert ended.kinds[2:] == ["EvaluationFailed", *of_map, "ExecutionFailed"]
    led = [e["previousEventId"] for e in ended.events]
    assert led == ([0, 0, 0, 3, 4] if of_map else [0, 0, 2, 3])
    failed = ended.events[-1]["executionFailedEventDetails"]
    assert failed["error"] == "States.QueryEvaluationError"
    told = f"for the field '{field}' returned an unexpected result type. {words}"
    assert failed["cause"].endswith(told)


def test_a_map_of_what_is_no_list(machines):
    states = mapped({"I": passes()})
    ended = machines.run(states, 1, QueryLanguage="JSONata")
    assert ended.details("EvaluationFailed") == [
        {"state": "M", "error": ended.error, "cause": ended.cause}
    ]
    assert ended.cause.endswith("Map state input must be an array but was: 1")


def test_a_timestamp_that_is_none_in_jsonata(machines):
    wait = {"Type": "Wait", "Timestamp": "{% '2016-12-05T21:29:29' %}", "End": True}
    ended = machines.run({"W": wait}, QueryLanguage="JSONata")
    assert ended.error == "States.QueryEvaluationError"
    assert ended.cause.endswith(
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format "
        "string: 2016-12-05T21:29:29"
    )


MOST = {  # what MaxConcurrencyPath leads to → how the history tells it
    "a text": ("many", "many"),
    "a fraction": (1.5, "1.5"),
    "an object": ({}, "{}"),
}


@pytest.mark.parametrize(("value", "told"), MOST.values(), ids=MOST)
def test_how_many_iterations_is_a_whole_number(machines, value, told):
    states = mapped({"I": passes()}, ItemsPath="$.l", MaxConcurrencyPath="$.n")
    ended = machines.run(states, {"l": [1], "n": value})
    assert ended.error == "States.Runtime"
    words = f'The MaxConcurrencyPath field refers to value "{told}" which is not a valid integer: '
    assert ended.cause.endswith(words + "$.n")


def test_no_map_goes_less_than_none_at_a_time(machines):
    states = mapped({"I": passes()}, ItemsPath="$.l", MaxConcurrencyPath="$.n")
    ended = machines.run(states, {"l": [1], "n": -1})
    assert ended.error == "States.Runtime"
    assert ended.cause.endswith("The MaxConcurrencyPath parameter references a negative value: -1")


def test_one_failure_ends_the_others(machines):
    inner = {
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}],
            "Default": "W",
        },
        "W": {"Type": "Wait", "Seconds": 600, "Next": "S"},
        "S": {"Type": "Succeed"},
        "F": {"Type": "Fail", "Error": "Two"},
    }
    catch = [{"ErrorEquals": ["Two"], "ResultPath": "$.e", "Next": "Z"}]
    states = {**mapped(inner, ItemsPath="$.l", Catch=catch), "Z": {"Type": "Succeed"}}
    ended = machines.run(states, {"l": [2]})
    assert ended.output == {"l": [2], "e": {"Error": "Two", "Cause": None}}
    ended = machines.run(states, {"l": [1, 2]})
    assert ended.output == {"l": [1, 2], "e": {"Error": "Two", "Cause": None}}
    tail = ended.kinds[ended.kinds.index("MapIterationFailed") :]
    assert tail[-5:] == [
        "MapStateFailed",
        "MapStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert set(tail[:-5]) <= {"MapIterationFailed", "MapIterationAborted", "WaitStateAborted"}


def test_a_loop(machines):
    states = {
        "A": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 20, "Next": "A"}],
            "Default": "E",
        },
        "E": {"Type": "Succeed"},
    }
    assert machines.run(states, {"n": 0}).output == {"n": 20}


def test_an_execution_takes_too_long(machines):
    wait = {"W": {"Type": "Wait", "Seconds": 600, "End": True}}
    ended = machines.run(wait, TimeoutSeconds=1)
    assert (ended.status, ended.error, ended.cause) == ("TIMED_OUT", None, None)
    last = ended.events[-1]
    assert (last["type"], last["previousEventId"]) == ("ExecutionTimedOut", 0)
    assert last["executionTimedOutEventDetails"] == {"error": "States.Timeout"}
