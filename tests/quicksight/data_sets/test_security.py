"""Row-level and column-level security: what each reader sees, and that nothing gets around it."""

import pytest

from tests.quicksight.conftest import refused

RULES = (
    "UserName,GroupName,region\n"
    "ann,,North\n"
    'bob,,"North,South"\n'
    "cleo,,\n"
    ",deans,South\n"
    "dan,,East\n"
    "erin,,Nowhere\n"
    'gus,,"""North,South"",East"\n'
    'hal,,"North, South"\n'
    'ivy,,",,"\n'
)
NORTH, SOUTH, EAST = {1, 3}, {2}, {4}
EVERYTHING = NORTH | SOUTH | EAST
#: Who sees which orders, by the rules that grant and by the same that deny.
READERS = {
    "ann": (NORTH, SOUTH | EAST),
    "bob": (NORTH | SOUTH, EAST),
    "cleo": (EVERYTHING, set()),  # no value is every value
    "dan": (SOUTH | EAST, NORTH),  # by his own rule and his group's
    "erin": (set(), EVERYTHING),
    "fay": (set(), EVERYTHING),  # nobody's rule
    "gus": (EAST, NORTH | SOUTH),  # in quotes, a value with a comma
    "hal": (NORTH, SOUTH | EAST),  # a blank is a part of its value
    "ivy": (EVERYTHING, set()),  # commas alone are no value
}


@pytest.fixture(scope="module")
def users(quicksight):
    """The ARNs of users by name; dan is a dean."""
    found = {}
    for name in READERS:
        answer = quicksight.register_user(
            Namespace="default", IdentityType="QUICKSIGHT", UserName=name,
            Email=f"{name}@example.edu", UserRole="READER",
        )  # fmt: skip
        found[name] = answer["User"]["Arn"]
    quicksight.create_group(GroupName="deans", Namespace="default")
    quicksight.create_group_membership(MemberName="dan", GroupName="deans", Namespace="default")
    return found


@pytest.fixture(scope="module")
def rules(lake):
    """The ARN of a data set of rules."""
    columns = dict.fromkeys(("UserName", "GroupName", "region"), "STRING")
    id = lake.create({"p": lake.s3_table(lake.source(RULES), columns)}, UseAs="RLS_RULES")
    return lake.quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]


def by(rules, policy="GRANT_ACCESS", **members):
    return {"RowLevelPermissionDataSet": {"Arn": rules, "PermissionPolicy": policy, **members}}


@pytest.fixture(scope="module")
def granted(lake, rules):
    return lake.create({"p": lake.orders()}, **by(rules))


@pytest.fixture(scope="module")
def denied(lake, rules):
    return lake.create({"p": lake.orders()}, **by(rules, "DENY_ACCESS"))


def seen(lake, id, **reader):
    return {row[0] for row in lake.rows(id, 'SELECT "order id" FROM data', **reader)}


@pytest.mark.parametrize("name", READERS)
def test_who_sees_which_rows(lake, users, granted, denied, name):
    by_grant, by_denial = READERS[name]
    assert seen(lake, granted, user=users[name]) == by_grant
    assert seen(lake, denied, user=users[name]) == by_denial


def test_nobody_sees_nothing(lake, granted, denied):
    assert seen(lake, granted) == seen(lake, denied) == set()


def test_who_is_gone_sees_nothing(lake, quicksight, users):
    """A rule outlives its user, whose name may be taken by another one."""
    rules = "UserName,region\ngoner,North\n"
    columns = dict.fromkeys(("UserName", "region"), "STRING")
    arn = arn_of(lake, lake.create({"p": lake.s3_table(lake.source(rules), columns)}))
    id = lake.create({"p": lake.orders()}, **by(arn))
    goner = quicksight.register_user(
        Namespace="default", IdentityType="QUICKSIGHT", UserName="goner",
        Email="goner@example.edu", UserRole="READER",
    )["User"]["Arn"]  # fmt: skip
    assert seen(lake, id, user=goner) == NORTH
    quicksight.delete_user(Namespace="default", UserName="goner")
    assert seen(lake, id, user=goner) == set()


def test_a_disabled_rule_hides_nothing(lake, rules, users):
    id = lake.create({"p": lake.orders()}, **by(rules, Status="DISABLED"))
    assert seen(lake, id, user=users["fay"]) == EVERYTHING


def test_rules_by_arn(lake, users):
    body = f"UserARN,region\n{users['ann']},South\n"
    columns = dict.fromkeys(("UserARN", "region"), "STRING")
    id = lake.create({"p": lake.s3_table(lake.source(body), columns)})
    arn = lake.quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]
    id = lake.create({"p": lake.orders()}, **by(arn, FormatVersion="VERSION_2"))
    assert seen(lake, id, user=users["ann"]) == SOUTH
    assert seen(lake, id, user=users["bob"]) == set()


def test_rules_of_a_semantic_model(lake, rules, users):
    source = {"TransformOperationId": "i"}
    imported = {"ImportTableStep": {"Alias": "i", "Source": {"SourceTableId": "p"}}}
    prep = {
        "SourceTableMap": {"p": {"PhysicalTableId": "p"}},
        "TransformStepMap": {"i": imported},
        "DestinationTableMap": {"d": {"Alias": "d", "Source": source}},
    }
    permission = {"RowLevelPermissionConfiguration": by(rules)}
    table = {"Alias": "d", "DestinationTableId": "d"} | permission
    id = lake.create(
        {"p": lake.orders()},
        DataPrepConfiguration=prep,
        SemanticModelConfiguration={"TableMap": {"t": table}},
    )
    assert seen(lake, id, user=users["ann"]) == NORTH
    assert seen(lake, id, user=users["fay"]) == set()


def test_names_are_of_one_namespace(lake, quicksight, rules, users, granted):
    """Its users are others, though they are called the same."""
    quicksight.create_namespace(Namespace="tenants", IdentityStore="QUICKSIGHT")
    other = quicksight.register_user(
        Namespace="tenants", IdentityType="QUICKSIGHT", UserName="cleo",
        Email="cleo@example.com", UserRole="READER",
    )["User"]["Arn"]  # fmt: skip
    of_tenants = lake.create({"p": lake.orders()}, **by(rules, Namespace="tenants"))
    of_default = lake.create({"p": lake.orders()}, **by(rules, Namespace="default"))
    rows = {
        (id, arn): seen(lake, id, user=arn)
        for id in (granted, of_default, of_tenants)
        for arn in (users["cleo"], other)
    }
    everything = {(granted, users["cleo"]), (of_default, users["cleo"]), (of_tenants, other)}
    assert rows == {each: EVERYTHING if each in everything else set() for each in rows}


ATTEMPTS = {
    "a filter": "SELECT \"order id\" FROM data WHERE true OR region = 'South'",
    "a union": 'SELECT "order id" FROM data UNION ALL SELECT "order id" FROM data',
    "a join": 'SELECT l."order id" FROM data l FULL JOIN data r ON true',
    "a negation": "SELECT \"order id\" FROM data WHERE NOT region = 'North' OR region IS NOT NULL",
    "a window": 'SELECT max("order id") OVER (ORDER BY price) FROM data',
}


@pytest.mark.parametrize("sql", ATTEMPTS.values(), ids=ATTEMPTS)
def test_no_query_gets_around(lake, users, granted, sql):
    assert {row[0] for row in lake.rows(granted, sql, user=users["ann"])} <= NORTH


def test_a_filter_of_the_data_set_does_not_get_around(lake, rules, users):
    place = {"ColumnName": "place", "ColumnId": "c", "Expression": "concat(region, city)"}
    steps = [
        {"FilterOperation": {"ConditionExpression": "region = 'North' OR 1 = 1"}},
        {"CreateColumnsOperation": {"Columns": [place]}},
    ]
    id = lake.transformed(steps, **by(rules))
    rows = lake.rows(id, "SELECT place FROM data", user=users["ann"])
    assert rows == [("NorthBergen",), ("NorthOslo",)]


def arn_of(lake, id):
    return lake.quicksight.describe_data_set(DataSetId=id)["DataSet"]["Arn"]


def upon(arn):
    return {"t": {"Alias": "orders", "Source": {"DataSetArn": arn}}}


def test_a_data_set_upon_it_cannot_be_imported(lake, quicksight, granted):
    code, message = refused(
        quicksight.create_data_set, DataSetId=lake.name("upon"), Name="upon", ImportMode="SPICE",
        PhysicalTableMap={}, LogicalTableMap=upon(arn_of(lake, granted)),
    )  # fmt: skip
    assert (code, "row-level" in message) == ("InvalidParameterValueException", True)


def test_what_was_imported_before_the_rule_is_shut(lake, quicksight, rules, users):
    parent = lake.create({"p": lake.orders()})
    child = lake.create({}, LogicalTableMap=upon(arn_of(lake, parent)))
    assert seen(lake, child, user=users["ann"]) == EVERYTHING
    definition = quicksight.describe_data_set(DataSetId=parent)["DataSet"]
    answer = quicksight.update_data_set(
        DataSetId=parent, Name="parent", ImportMode="SPICE",
        PhysicalTableMap=definition["PhysicalTableMap"], **by(rules),
    )  # fmt: skip
    lake.imported(parent, answer["IngestionId"])
    with pytest.raises(Exception, match="row-level or column-level security"):
        lake.rows(child, user=users["ann"])


def test_a_rule_must_fit(lake, quicksight, rules):
    def refusal(columns, **security):
        table = lake.s3_table(source, columns)
        code, message = refused(
            quicksight.create_data_set, DataSetId=lake.name("unfit"), Name="unfit",
            ImportMode="SPICE", PhysicalTableMap={"p": table}, **security,
        )  # fmt: skip
        assert code == "InvalidParameterValueException"
        return message

    source, columns = lake.source(), {"city": "STRING", "quantity": "INTEGER"}
    assert "'region'" in refusal(columns, **by(rules))
    tagged = {"TagRules": [{"TagKey": "q", "ColumnName": "quantity"}]}
    assert refusal(columns, RowLevelPermissionTagConfiguration=tagged) == (
        "A rule is by texts; the column 'quantity' holds none."
    )
    second = by(rules, FormatVersion="VERSION_2", Namespace="default")
    assert refusal({"region": "STRING"}, **second).endswith(
        "Namespace parameter should not be specified for Version 2"
    )


def test_rules_that_are_hidden_themselves_are_none(lake, rules, users):
    """Rows that nobody sees would deny nobody anything, though they lie a data set beneath."""
    columns = dict.fromkeys(("UserName", "GroupName", "region"), "STRING")
    secured = lake.create({"p": lake.s3_table(lake.source(RULES), columns)}, **by(rules))
    above = lake.create({}, LogicalTableMap=upon(arn_of(lake, secured)), ImportMode="DIRECT_QUERY")
    id = lake.create({"p": lake.orders()}, **by(arn_of(lake, above), "DENY_ACCESS"))
    with pytest.raises(Exception, match="has rules itself, or what it is made of has"):
        seen(lake, id, user=users["ann"])


def test_rules_that_are_gone_let_nobody_in(lake, quicksight, users):
    columns = dict.fromkeys(("UserName", "region"), "STRING")
    rules = lake.create({"p": lake.s3_table(lake.source("UserName,region\nann,\n"), columns)})
    id = lake.create({"p": lake.orders()}, **by(arn_of(lake, rules)))
    assert seen(lake, id, user=users["ann"]) == EVERYTHING
    quicksight.delete_data_set(DataSetId=rules)
    with pytest.raises(Exception, match="is not found"):
        seen(lake, id, user=users["ann"])


# Tags of an embedded session ----------------------------------------------------------------------

TAGGED = {
    "RowLevelPermissionTagConfiguration": {
        "TagRules": [
            {"TagKey": "r", "ColumnName": "region", "TagMultiValueDelimiter": ",",
             "MatchAllValue": "*"},
            {"TagKey": "c", "ColumnName": "city"},
        ],
        "TagRuleConfigurations": [["r", "c"], ["c"]],
    }
}  # fmt: skip
TAGS = {
    "both": ({"r": "North,South", "c": "Rome"}, SOUTH),
    "all of one": ({"r": "*", "c": "Oslo"}, {1}),
    "one way": ({"c": "Bergen"}, {3}),
    "half a way": ({"r": "North"}, set()),
    "an unknown key": ({"x": "North"}, set()),
    "none": ({}, set()),
    "what would end a text": ({"c": "' OR 1=1 --"}, set()),
}


@pytest.fixture(scope="module")
def tagged(lake):
    return lake.create({"p": lake.orders()}, **TAGGED)


@pytest.mark.parametrize(("tags", "expected"), TAGS.values(), ids=TAGS)
def test_tags(lake, tagged, tags, expected):
    assert seen(lake, tagged, tags=tags) == expected


def test_nobody_without_tags(lake, tagged):
    assert seen(lake, tagged) == set()


# Columns ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def priced(lake, users):
    """Orders whose price only ann and the deans see, with what is computed of it."""
    steps = [{"CreateColumnsOperation": {"Columns": [
        {"ColumnName": "total", "ColumnId": "t", "Expression": "quantity * price"},
        {"ColumnName": "twice", "ColumnId": "w", "Expression": "{total} * 2"}]}}]  # fmt: skip
    deans = users["dan"].replace("user/default/dan", "group/default/deans")
    rule = {"Principals": [users["ann"], deans], "ColumnNames": ["price"]}
    return lake.transformed(steps, ColumnLevelPermissionRules=[rule])


ALWAYS = {"order id", "region", "city", "day", "quantity"}
COLUMNS = {
    "ann": ALWAYS | {"price", "total", "twice"},
    "dan": ALWAYS | {"price", "total", "twice"},
    "bob": ALWAYS,
}


@pytest.mark.parametrize(("name", "expected"), COLUMNS.items(), ids=COLUMNS)
def test_who_sees_which_columns(lake, users, priced, name, expected):
    found = lake.open(priced, user=users[name])
    assert {column.name for column in found.columns} == expected
    width = len(lake.rows(priced, "FROM data", user=users[name])[0])
    assert width == len(expected)


def test_nobody_sees_restricted_columns(lake, priced):
    assert {column.name for column in lake.open(priced).columns} == ALWAYS


def test_a_hidden_column_is_not_in_the_query(lake, users, priced):
    with pytest.raises(Exception, match="price"):
        lake.rows(priced, "SELECT sum(price) FROM data", user=users["bob"])


def test_what_a_hidden_column_is_computed_of(lake, users):
    """It is seen; a sum, which its visuals compute, can be hidden too; of no column, no rows."""
    fields = {"total": "price * 3", "twice": "{total} * 2", "all": "sum({total})"}
    columns = [{"ColumnName": n, "ColumnId": n, "Expression": e} for n, e in fields.items()]
    rule = {"Principals": [users["ann"]], "ColumnNames": ["total", "all"]}
    made = lake.transformed(
        [{"CreateColumnsOperation": {"Columns": columns}}], ColumnLevelPermissionRules=[rule]
    )
    seen = {name: lake.open(made, user=users[name]) for name in ("ann", "bob")}
    names = {name: {c.name for c in each.columns} for name, each in seen.items()}
    assert names == {"ann": ALWAYS | {"price", "total", "twice"}, "bob": ALWAYS | {"price"}}
    assert {name: set(each.fields) for name, each in seen.items()} == {"ann": {"all"}, "bob": set()}
    every = {"Principals": [users["ann"]], "ColumnNames": list(ALWAYS | {"price"})}
    shut = lake.create({"p": lake.orders()}, ColumnLevelPermissionRules=[every])
    assert lake.rows(shut, user=users["bob"]) == [(None,)] * 4


def test_what_is_computed_of_a_hidden_label(lake, users):
    """A label comes from no column: it is the name of one."""
    names = ("region", "city")
    turned = [{"ColumnName": each, "NewValue": each} for each in names]
    steps = {
        "i": {"ImportTableStep": {"Alias": "i", "Source": {"SourceTableId": "p"}}},
        "p": {"ProjectStep": {"Alias": "p", "Source": {"TransformOperationId": "i"},
                              "ProjectedColumns": ["order id", *names]}},
        "u": {"UnpivotStep": {
            "Alias": "u", "Source": {"TransformOperationId": "p"}, "ColumnsToUnpivot": turned,
            "UnpivotedLabelColumnName": "what", "UnpivotedLabelColumnId": "w",
            "UnpivotedValueColumnName": "value", "UnpivotedValueColumnId": "v",
        }},
        "c": {"CreateColumnsStep": {
            "Alias": "c", "Source": {"TransformOperationId": "u"},
            "Columns": [{"ColumnName": "loud", "ColumnId": "l", "Expression": "toUpper(what)"}],
        }},
    }  # fmt: skip
    end = {"d": {"Alias": "d", "Source": {"TransformOperationId": "c"}}}
    id = lake.create(
        {"p": lake.orders()},
        DataPrepConfiguration={
            "SourceTableMap": {"p": {"PhysicalTableId": "p"}},
            "TransformStepMap": steps,
            "DestinationTableMap": end,
        },
        SemanticModelConfiguration={"TableMap": {"t": {"Alias": "d", "DestinationTableId": "d"}}},
        ColumnLevelPermissionRules=[{"Principals": [users["ann"]], "ColumnNames": ["what"]}],
    )
    seen = {name: {c.name for c in lake.open(id, user=users[name]).columns} for name in READERS}
    assert seen["ann"] - seen["bob"] == {"what", "loud"}


def test_columns_of_two_data_sets_whose_tables_have_one_id(lake, users):
    arns = [arn_of(lake, lake.create({"p": lake.orders()})) for _ in range(2)]
    right = [
        {"ProjectOperation": {"ProjectedColumns": ["order id", "price"]}},
        {"RenameColumnOperation": {"ColumnName": "price", "NewColumnName": "cost"}},
        {"RenameColumnOperation": {"ColumnName": "order id", "NewColumnName": "id"}},
    ]
    joined = {
        "LeftOperand": "l",
        "RightOperand": "r",
        "Type": "INNER",
        "OnClause": "{order id} = {id}",
    }
    tables = {
        "l": {"Alias": "l", "Source": {"DataSetArn": arns[0]}},
        "r": {"Alias": "r", "Source": {"DataSetArn": arns[1]}, "DataTransforms": right},
        "j": {"Alias": "j", "Source": {"JoinInstruction": joined}},
    }
    rule = {"Principals": [users["ann"]], "ColumnNames": ["price"]}
    id = lake.create({}, LogicalTableMap=tables, ColumnLevelPermissionRules=[rule])
    seen = {column.name for column in lake.open(id, user=users["bob"]).columns}
    assert seen == ALWAYS | {"id", "cost"}


def test_a_column_whose_new_name_is_not_imported_yet(lake, quicksight, users):
    rule = {"Principals": [users["ann"]], "ColumnNames": ["price"]}
    id = lake.create({"p": lake.orders()}, ColumnLevelPermissionRules=[rule])
    table = quicksight.describe_data_set(DataSetId=id)["DataSet"]["PhysicalTableMap"]["p"]
    manifest = table["S3Source"]["DataSourceArn"].rpartition("/")[2] + "/manifest.json"
    lake.put(manifest, "")  # the import will fail
    renamed = {"RenameColumnOperation": {"ColumnName": "price", "NewColumnName": "cost"}}
    logical = {"Alias": "o", "Source": {"PhysicalTableId": "p"}, "DataTransforms": [renamed]}
    answer = quicksight.update_data_set(
        DataSetId=id, Name=id, ImportMode="SPICE", PhysicalTableMap={"p": table},
        LogicalTableMap={"t": logical},
        ColumnLevelPermissionRules=[rule | {"ColumnNames": ["cost"]}],
    )  # fmt: skip
    assert lake.ended(id, answer["IngestionId"])["IngestionStatus"] == "FAILED"
    with pytest.raises(Exception, match="'cost', which there is not"):
        lake.open(id, user=users["bob"])
