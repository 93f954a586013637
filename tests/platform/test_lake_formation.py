"""Lake Formation's tags and what has them."""

import json

import pytest
from botocore.exceptions import ClientError

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake_formation import defaults, granting


@pytest.fixture
def lake(aws):
    return aws("lakeformation")


def test_tags_are_added_beside_others(lake, fresh):
    (kind, team), database = (fresh("kind"), fresh("team")), {"Database": {"Name": fresh("db")}}
    lake.create_lf_tag(TagKey=kind, TagValues=["raw", "clean"])
    lake.create_lf_tag(TagKey=team, TagValues=["a"])
    assert lake.get_resource_lf_tags(Resource=database).keys() == {"ResponseMetadata"}
    with pytest.raises(ClientError, match="Resource must have one of the combinations"):
        lake.get_resource_lf_tags(Resource={})

    def held():
        tags = lake.get_resource_lf_tags(Resource=database)["LFTagOnDatabase"]
        return {tag["TagKey"]: tag["TagValues"] for tag in tags}

    for key, value in ((kind, "raw"), (team, "a"), (kind, "clean")):
        tag = {"TagKey": key, "TagValues": [value]}
        assert lake.add_lf_tags_to_resource(Resource=database, LFTags=[tag])["Failures"] == []
    assert held() == {kind: ["clean"], team: ["a"]}
    for call in (lake.add_lf_tags_to_resource, lake.remove_lf_tags_from_resource):
        none = {"TagKey": kind, "TagValues": ["none"]}
        (failure,) = call(Resource=database, LFTags=[none])["Failures"]
        assert failure["Error"]["ErrorCode"] == "EntityNotFoundException"
    with pytest.raises(ClientError, match="Update not allowed"):
        lake.update_lf_tag(TagKey=kind, TagValuesToDelete=["clean"])
    lake.update_lf_tag(TagKey=kind, TagValuesToDelete=["raw", "none"], TagValuesToAdd=["new"])
    assert lake.get_lf_tag(TagKey=kind)["TagValues"] == ["clean", "new"]
    tag = {"TagKey": kind, "TagValues": ["clean"]}
    lake.remove_lf_tags_from_resource(Resource=database, LFTags=[tag])
    assert held() == {team: ["a"]}


def test_tags_of_columns(lake, fresh):
    key, table = fresh("key"), {"DatabaseName": fresh("db"), "Name": "t"}
    lake.create_lf_tag(TagKey=key, TagValues=["a"])
    columns = {"TableWithColumns": table | {"ColumnNames": ["x", "y"]}}
    tag = {"CatalogId": "123456789012", "TagKey": key, "TagValues": ["a"]}
    lake.add_lf_tags_to_resource(Resource=columns, LFTags=[tag])
    told = lake.get_resource_lf_tags(Resource=columns)["LFTagsOnColumns"]
    assert told == [{"Name": each, "LFTags": [tag]} for each in ("x", "y")]
    assert "LFTagsOnTable" not in lake.get_resource_lf_tags(Resource={"Table": table})


def test_tags_from_above(aws, lake, fresh):
    """A table tells its database's and its columns', too; names are without case."""
    (key, other), name = (fresh("key"), fresh("other")), fresh("db", "_")
    columns = {"Columns": [{"Name": "a", "Type": "int"}, {"Name": "b", "Type": "int"}]}
    aws("glue").create_database(DatabaseInput={"Name": name})
    made = {"Name": "t", "StorageDescriptor": columns, "PartitionKeys": [{"Name": "c"}]}
    aws("glue").create_table(DatabaseName=name, TableInput=made)

    def pair(key, value):
        return {"CatalogId": "123456789012", "TagKey": key, "TagValues": [value]}

    for each in (key, other):
        lake.create_lf_tag(TagKey=each, TagValues=["x", "y"])
    table = {"DatabaseName": name.upper(), "Name": "T"}
    all_but_a = {"ColumnWildcard": {"ExcludedColumnNames": ["A"]}}
    for resource, tag in (
        ({"Database": {"Name": name.upper()}}, pair(key, "x")),
        ({"Table": table}, pair(other, "x")),
        ({"TableWithColumns": table | all_but_a}, pair(key, "y")),
    ):
        assert lake.add_lf_tags_to_resource(Resource=resource, LFTags=[tag])["Failures"] == []
    asked = {"Table": {"DatabaseName": name, "Name": "t"}}
    told = lake.get_resource_lf_tags(Resource=asked)
    assert told["LFTagOnDatabase"] == [pair(key, "x")]
    assert told["LFTagsOnTable"] == [pair(key, "x"), pair(other, "x")]
    values = {"a": "x", "b": "y", "c": "y"}
    assert told["LFTagsOnColumns"] == [
        {"Name": each, "LFTags": [pair(key, value), pair(other, "x")]}
        for each, value in values.items()
    ]
    told = lake.get_resource_lf_tags(Resource=asked, ShowAssignedLFTags=True)
    assert told["LFTagsOnTable"] == [pair(other, "x")]
    assert told["LFTagsOnColumns"] == [
        {"Name": each, "LFTags": [pair(key, "y")]} for each in ("b", "c")
    ]


def test_what_has_tags_and_lies_in_a_folder(aws, lake, fresh):
    key, name, who = fresh("key"), fresh("db", "_"), {"DataLakePrincipalIdentifier": fresh("who")}
    places = [f"s3://{fresh('bucket')}/{each}/" for each in ("db", "t", "u")]
    aws("glue").create_database(DatabaseInput={"Name": name, "LocationUri": places[0]})
    for table, place in zip("tu", places[1:], strict=True):
        told = {"Columns": [{"Name": "a", "Type": "int"}], "Location": place}
        aws("glue").create_table(
            DatabaseName=name, TableInput={"Name": table, "StorageDescriptor": told}
        )
    lake.create_lf_tag(TagKey=key, TagValues=["x", "y"])
    database, tables = {"Database": {"Name": name}}, {"DatabaseName": name, "TableWildcard": {}}
    column = {"TableWithColumns": {"DatabaseName": name, "Name": "u", "ColumnNames": ["a"]}}
    for resource, value in ((database, "x"), (column, "y")):
        tag = {"TagKey": key, "TagValues": [value]}
        lake.add_lf_tags_to_resource(Resource=resource, LFTags=[tag])

    def found(value):
        asked = {"Expression": [{"TagKey": key, "TagValues": [value]}]}
        databases = lake.search_databases_by_lf_tags(**asked)["DatabaseList"]
        tables = lake.search_tables_by_lf_tags(**asked)["TableList"]
        return [each["Database"]["Name"] for each in databases], [
            (each["Table"]["Name"], each["LFTagsOnColumns"][0]["LFTags"][0]["TagValues"])
            for each in tables
        ]

    assert found("x") == ([name], [("t", ["x"]), ("u", ["y"])])
    assert found("y") == ([], [("u", ["y"])])
    lake.grant_permissions(Principal=who, Resource=database, Permissions=["ALTER"])
    lake.grant_permissions(Principal=who, Resource={"Table": tables}, Permissions=["DROP"])

    def rights(place):
        arn = place.replace("s3://", "arn:aws:s3:::").rstrip("/")
        told = lake.get_effective_permissions_for_path(ResourceArn=arn)["Permissions"]
        return [each["Permissions"] for each in told if each["Principal"] == who]

    assert [*map(rights, (*places, "s3://none/"))] == [[["ALTER"]], [["DROP"]], [["DROP"]], []]
    assert lake.get_data_lake_principal()["Identity"].startswith("arn:aws:")


def test_registered_folders_are_found(lake, fresh):
    one, other = (f"arn:aws:s3:::{fresh('b')}" for _ in range(2))
    role = f"arn:aws:iam::123456789012:role/{fresh('role')}"
    for arn, told in ((one, {"HybridAccessEnabled": True}), (other, {"RoleArn": role})):
        lake.register_resource(ResourceArn=arn, **told)

    def found(field, comparison, *values):
        names = {"Field": field, "ComparisonOperator": comparison, "StringValueList": [*values]}
        told = lake.list_resources(FilterConditionList=[names])["ResourceInfoList"]
        return [each["ResourceArn"] for each in told]

    assert found("RESOURCE_ARN", "IN", one, "none") == [one]
    assert found("RESOURCE_ARN", "CONTAINS", other[-8:]) == [other]
    assert found("ROLE_ARN", "EQ", role) == [other]
    lake.update_resource(ResourceArn=one, RoleArn=role, HybridAccessEnabled=False)
    assert lake.describe_resource(ResourceArn=one)["ResourceInfo"] == {
        "ResourceArn": one, "RoleArn": role,
    }  # fmt: skip
    lake.deregister_resource(ResourceArn=other)
    for call in (lake.describe_resource, lake.deregister_resource):
        with pytest.raises(lake.exceptions.EntityNotFoundException):
            call(ResourceArn=other)
    with pytest.raises(ClientError, match="NotImplementedException"):
        found("LAST_MODIFIED", "LT", "2026-01-01")


def test_what_is_not_judged_is_not_granted(lake):
    told = {"Condition": {"Expression": "x"}, "Resource": {"Database": {"Name": "d"}}}
    who = {"DataLakePrincipalIdentifier": "someone"}
    with pytest.raises(ClientError, match="NotImplementedException"):
        lake.grant_permissions(Principal=who, Permissions=["DESCRIBE"], **told)


def test_everybodys_grant_on_the_catalog(lake):
    found = lake.list_permissions(Resource={"Catalog": {}})["PrincipalResourcePermissions"]
    everybody = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    assert {"Principal": everybody, "Resource": {"Catalog": {}}} in [
        {name: each[name] for name in ("Principal", "Resource")} for each in found
    ]
    none = lake.list_permissions(CatalogId="999999999999")["PrincipalResourcePermissions"]
    assert everybody not in [each["Principal"] for each in none]


ACCOUNT = {"CatalogId": "123456789012"}
TABLE = {"DatabaseName": "granted", "Name": "t"}
SALES = {"TagKey": "module", "TagValues": ["Sales", "Orders"]}
GRANTED = {
    "catalog": ({"Catalog": {}}, None, "CREATE_DATABASE"),
    "database": ({"Database": {"Name": "granted"}}, None, "ALTER"),
    "table": ({"Table": TABLE}, None, "INSERT"),
    "all tables": ({"Table": {"DatabaseName": "granted", "TableWildcard": {}}}, None, "DROP"),
    "columns": (
        {"TableWithColumns": TABLE | {"Name": "u", "ColumnNames": ["a"]}},
        {"Table": TABLE | {"Name": "u", "CatalogId": "123456789012"}},
        "SELECT",
    ),
    "place": ({"DataLocation": {"ResourceArn": "arn:aws:s3:::b"}}, None, "DATA_LOCATION_ACCESS"),
    "tag": ({"LFTag": SALES}, {"LFTag": SALES | {"TagValues": ["Orders", "Sales"]}}, "DESCRIBE"),
    "tags": (
        {"LFTagPolicy": {"ResourceType": "DATABASE", "Expression": [SALES]}},
        None,
        "CREATE_TABLE",
    ),
}


@pytest.mark.parametrize(("resource", "asked", "right"), GRANTED.values(), ids=GRANTED)
def test_grants_are_found(lake, fresh, resource, asked, right):
    who = {"DataLakePrincipalIdentifier": f"arn:aws:iam::123456789012:role/{fresh('who')}"}
    lake.grant_permissions(Principal=who, Resource=resource, Permissions=[right])
    found = lake.list_permissions(Principal=who, Resource=asked or resource)
    (grant,) = found["PrincipalResourcePermissions"]
    [(kind, members)] = resource.items()
    every = {"Name": "ALL_TABLES"} if "TableWildcard" in members else {}
    told = {kind: members | (ACCOUNT | every if kind != "Catalog" else {})}
    assert (grant["Resource"], grant["Permissions"]) == (told, [right])
    lake.grant_permissions(Principal=who, Resource=told, Permissions=[right])
    lake.revoke_permissions(Principal=who, Resource=told, Permissions=[right])
    found = lake.list_permissions(Principal=who, Resource=asked or resource)
    assert found["PrincipalResourcePermissions"] == []
    with pytest.raises(lake.exceptions.InvalidInputException, match="Grantee has no permissions"):
        lake.revoke_permissions(Principal=who, Resource=resource, Permissions=[right])


def test_a_table_is_found_by_its_name_alone(lake, fresh):
    table = {"DatabaseName": fresh("db"), "Name": "t"}
    granted = {"Table": table | {"CatalogId": "123456789012", "TableWildcard": {}}}
    who = {"DataLakePrincipalIdentifier": "someone"}
    lake.grant_permissions(
        Principal=who, Resource=granted, Permissions=["ALL"], PermissionsWithGrantOption=["DROP"]
    )
    lake.revoke_permissions(
        Principal=who, Resource=granted, Permissions=[], PermissionsWithGrantOption=["DROP"]
    )
    (grant,) = lake.list_permissions(Resource={"Table": table})["PrincipalResourcePermissions"]
    assert (grant["Permissions"], grant["PermissionsWithGrantOption"]) == (["ALL"], [])


def test_a_batch_grants_and_revokes(lake, fresh):
    who = {"DataLakePrincipalIdentifier": f"arn:aws:iam::123456789012:role/{fresh('who')}"}
    held = {"Id": "1", "Principal": who, "Resource": {"Database": {"Name": fresh("db")}}}
    told = {"Permissions": ["DROP", "ALTER"], "PermissionsWithGrantOption": ["DROP"]}

    def rights():
        found = lake.list_permissions(Principal=who, Resource=held["Resource"])
        return [
            (each["Permissions"], each["PermissionsWithGrantOption"])
            for each in found["PrincipalResourcePermissions"]
        ]

    assert lake.batch_grant_permissions(Entries=[held | told])["Failures"] == []
    assert rights() == [(["DROP", "ALTER"], ["DROP"])]
    lacks = held | {"Id": "2", "Permissions": ["DESCRIBE"]}
    less = held | {"Permissions": ["DROP"], "PermissionsWithGrantOption": ["DROP"]}
    (failure,) = lake.batch_revoke_permissions(Entries=[lacks, less])["Failures"]
    assert failure["RequestEntry"]["Id"] == "2"
    assert failure["Error"]["ErrorCode"] == "InvalidInputException"
    assert rights() == [(["ALTER"], [])]


UNFOUND = {
    "columns": {"Resource": {"TableWithColumns": TABLE | {"ColumnNames": ["a"]}}},
    "a principal alone": {"Principal": {"DataLakePrincipalIdentifier": "x"}},
    "a table of no name": {"Resource": {"Table": {"DatabaseName": "granted"}}},
}


@pytest.mark.parametrize("asked", UNFOUND.values(), ids=UNFOUND)
def test_grants_are_not_looked_for(lake, asked):
    with pytest.raises(lake.exceptions.InvalidInputException):
        lake.list_permissions(**asked)


def test_grants_on_a_tables_filters(lake, aws, fresh):
    glue, name = aws("glue"), fresh("filtered", sep="_")
    glue.create_database(DatabaseInput={"Name": name})
    columns = {"Columns": [{"Name": "a", "Type": "int"}], "Location": "s3://filtered/"}
    for table in ("t", "u"):
        glue.create_table(
            DatabaseName=name, TableInput={"Name": table, "StorageDescriptor": columns}
        )
        place = {"TableCatalogId": "123456789012", "DatabaseName": name, "TableName": table}
        place |= {"Name": "some"}
        rows = {"FilterExpression": "a = 1"}
        told = place | {"RowFilter": rows, "ColumnWildcard": {}}
        lake.create_data_cells_filter(TableData=told)
        lake.grant_permissions(
            Principal={"DataLakePrincipalIdentifier": "arn:aws:iam::123456789012:user/a"},
            Resource={"DataCellsFilter": place},
            Permissions=["SELECT"],
        )
    asked = {"Resource": {"Table": {"DatabaseName": name, "Name": "T"}}}

    def filters(**more):
        found = lake.list_permissions(**asked, **more)["PrincipalResourcePermissions"]
        resources = [each["Resource"].get("DataCellsFilter", {}) for each in found]
        return [each["TableName"] for each in resources if each]

    assert (filters(), filters(IncludeRelated="TRUE")) == ([], ["t"])
    who = {"DataLakePrincipalIdentifier": "arn:aws:iam::123456789012:user/a"}
    with pytest.raises(lake.exceptions.InvalidInputException, match="Principal is not taken"):
        filters(IncludeRelated="TRUE", Principal=who)
    glue.delete_database(Name=name)


NOT_TAKEN = {
    "a-grant-on-nothing": (
        "grant_permissions",
        {"Principal": {"DataLakePrincipalIdentifier": "a"}, "Resource": {}, "Permissions": ["ALL"]},
    ),
    "no-filter": ("delete_data_cells_filter", {}),
    "no-place-in-s3": (
        "register_resource",
        {"ResourceArn": "arn:aws:glue:us-east-1:123456789012:table/d/t"},
    ),
}


@pytest.mark.parametrize(("call", "asked"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_not_taken(lake, call, asked):
    with pytest.raises(lake.exceptions.InvalidInputException):
        getattr(lake, call)(**asked)


@pytest.mark.parametrize("call", ["get_lf_tag", "update_lf_tag", "delete_lf_tag"])
def test_a_key_that_is_not_there(lake, fresh, call):
    with pytest.raises(lake.exceptions.EntityNotFoundException):
        getattr(lake, call)(TagKey=fresh("none"))


def test_a_key_is_not_made_anew(lake, fresh):
    key = fresh("key")
    lake.create_lf_tag(TagKey=key, TagValues=["a"])
    with pytest.raises(lake.exceptions.InvalidInputException):
        lake.create_lf_tag(TagKey=key, TagValues=["b"])
    assert lake.get_lf_tag(TagKey=key)["TagValues"] == ["a"]


def test_a_stack_has_data_filters(aws, lake, fresh):
    table = {"DatabaseName": fresh("db", "_"), "TableName": "t"}
    glue, stacks = aws("glue"), aws("cloudformation")
    glue.create_database(DatabaseInput={"Name": table["DatabaseName"]})
    columns = {"Columns": [{"Name": "a", "Type": "int"}]}
    glue.create_table(
        DatabaseName=table["DatabaseName"], TableInput={"Name": "t", "StorageDescriptor": columns}
    )
    told = {"TableCatalogId": "123456789012", "Name": "f", "ColumnNames": ["a"], **table}
    told["RowFilter"] = {"FilterExpression": "a = 1"}
    kept = {"Type": "AWS::LakeFormation::DataCellsFilter", "Properties": told}
    name = fresh("filters")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"F": kept}}))
    asked = {"DatabaseName": table["DatabaseName"], "Name": "t"}

    def names():
        found = lake.list_data_cells_filter(Table=asked)["DataCellsFilters"]
        return [each["Name"] for each in found]

    assert names() == ["f"]
    stacks.delete_stack(StackName=name)
    assert names() == []


def test_a_workspace_from_before_grants_were_judged(tmp_path):
    """What was made there stays open, whatever its settings said; its grants are taken over."""
    cloud, region = Cloud(tmp_path), "eu-north-1"
    lake, glue = cloud.backend("lakeformation", region), cloud.backend("glue", region)
    who, closed = {"DataLakePrincipalIdentifier": "someone"}, {"CreateTableDefaultPermissions": []}
    try:
        lake.put_data_lake_settings(cloud.account, closed)
        lake.grant_permissions(cloud.account, who, {"Database": {"Name": "old"}}, ["DROP"], [])
        glue.create_database("old", {"Name": "old"})
        glue.create_table("old", "t", {"Name": "t"})
        for start in (defaults.keep_open, granting.bring_over):
            start(cloud)
        glue.create_database("new", {"Name": "new"})
        glue.create_table("new", "t", {"Name": "t"})
        found = {
            name: [defaults.is_open(cloud, region, made, each) for each in (None, made.tables["t"])]
            for name, made in glue.databases.items()
        }
        assert found == {"old": [True, True], "new": [False, False]}
        (grant,) = granting.granted(cloud, region, cloud.account)
        assert (grant["principal"], grant["permissions"]) == (who, ["DROP"])
        for start in (defaults.keep_open, granting.bring_over):  # again: nothing opens
            start(cloud)
        assert not defaults.is_open(cloud, region, glue.databases["new"])
    finally:
        lake.reset(), glue.reset()
        cloud.stop()
