"""A table that Lake Formation governs, as an analyst's role reads it in Athena."""

import dataclasses

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from tests.athena.test_delta import Delta, field, struct_of
from tests.conftest import wait_for
from tests.roles import make_role, policy

EVERYBODY = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
ROWS = "1,ann,DE,9\n2,bob,CH,8\n3,cem,CH,7\n"
MAY = {
    "Effect": "Allow",
    "Action": ["athena:*", "glue:*", "lakeformation:*", "s3:GetBucketLocation"],
    "Resource": "*",
}


class Governed:
    """A lake of a table that Lake Formation governs, and the same lake for an analyst."""

    def __init__(self, cloud, lake, fresh):
        self.lake, self.place = lake, {"DatabaseName": lake.database, "Name": "people"}
        self.formation = cloud.client("lakeformation")
        lake.csv_table("people", "id int, name string, land string, mark int", {"a.csv": ROWS})
        self.formation.register_resource(
            ResourceArn=f"arn:aws:s3:::{lake.bucket}/people", UseServiceLinkedRole=True
        )
        everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
        self.formation.revoke_permissions(Resource={"Table": self.place}, **everybody)
        role = self._role(cloud, fresh("analyst"))
        self.who = {"DataLakePrincipalIdentifier": role}
        session = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        keys = [session[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        as_them = dict(zip(names, keys, strict=True))
        self.their_formation = cloud.client("lakeformation", **as_them)
        self.analyst = dataclasses.replace(
            lake, glue=cloud.client("glue", **as_them), athena=cloud.client("athena", **as_them)
        )

    def _role(self, cloud, name):
        iam = cloud.client("iam")
        account = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(account))
        results = f"arn:aws:s3:::{self.lake.bucket}/results/*"
        put = {"Effect": "Allow", "Action": "s3:*", "Resource": results}
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy(MAY, put))
        return made["Role"]["Arn"]

    def grant(self, resource, *rights):
        self.formation.grant_permissions(
            Principal=self.who, Resource=resource, Permissions=[*(rights or ("SELECT",))]
        )

    def filter(self, name, condition, **columns):
        rows = {"FilterExpression": condition} if condition else {"AllRowsWildcard": {}}
        table = {"DatabaseName": self.lake.database, "Name": name}
        table |= {"TableName": columns.pop("TableName", "people")}
        table["TableCatalogId"] = "123456789012"
        told = table | {"RowFilter": rows} | (columns or {"ColumnWildcard": {}})
        self.formation.create_data_cells_filter(TableData=told)
        return {"DataCellsFilter": table}

    def partitioned(self):
        """A governed table with partitions, whose key is ``land``."""
        lake, where = self.lake, f"s3://{self.lake.bucket}/parts/"
        made = "CREATE EXTERNAL TABLE parts (id int) PARTITIONED BY (land string)"
        lake.do(f"{made} LOCATION '{where}'")
        lake.do("INSERT INTO parts VALUES (1, 'DE'), (2, 'CH')")
        place = self.place | {"Name": "parts"}
        everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
        self.formation.revoke_permissions(Resource={"Table": place}, **everybody)
        return place

    def iceberg(self):
        """A governed table of Iceberg, in a folder that is registered."""
        where, place = f"{self.lake.bucket}/ice", self.place | {"Name": "ice"}
        made = "CREATE TABLE ice (id int, secret string) PARTITIONED BY (secret)"
        kind = "TBLPROPERTIES ('table_type' = 'ICEBERG')"
        self.lake.do(f"{made} LOCATION 's3://{where}/' {kind}")
        self.lake.do("INSERT INTO ice VALUES (1, 'a')")
        folder = f"arn:aws:s3:::{where}"
        self.formation.register_resource(ResourceArn=folder, UseServiceLinkedRole=True)
        everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
        self.formation.revoke_permissions(Resource={"Table": place}, **everybody)
        return place

    def rows(self, columns="*"):
        return self.analyst.rows(f"SELECT {columns} FROM people ORDER BY 1")


@pytest.fixture
def governed(cloud, lake, fresh):
    return Governed(cloud, lake, fresh)


def test_without_a_grant_nothing_is_read(governed):
    why = "Insufficient Lake Formation permission"
    assert why in governed.analyst.fail("SELECT count(*) FROM people")
    assert governed.analyst.rows("SHOW TABLES") == []
    assert why in governed.analyst.fail("DESCRIBE people")
    named = governed.place
    with pytest.raises(ClientError, match=why):
        governed.analyst.glue.get_table(DatabaseName=named["DatabaseName"], Name="people")
    assert governed.lake.rows("SELECT count(*) FROM people") == [["3"]]  # who made it


def test_all_of_a_table_is_read_without_a_right_in_s3(governed):
    governed.grant({"Table": governed.place})
    assert governed.rows() == [line.split(",") for line in ROWS.split()]
    assert governed.analyst.rows("SHOW TABLES") == [["people"]]


def test_no_result_of_others_is_reused(governed):
    reuse = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 10}}
    count = "SELECT count(*) FROM people"
    governed.lake.do(count)
    governed.grant(governed.filter("some", "id = 1"))
    assert governed.analyst.rows(count, ResultReuseConfiguration=reuse) == [["1"]]


def test_columns(governed):
    without = {"ColumnWildcard": {"ExcludedColumnNames": ["name", "land"]}}
    governed.grant({"TableWithColumns": governed.place | without})
    assert governed.rows() == [["1", "9"], ["2", "8"], ["3", "7"]]
    assert "COLUMN_NOT_FOUND" in governed.analyst.fail("SELECT name FROM people")
    database = governed.lake.database
    table = governed.analyst.glue.get_table(DatabaseName=database, Name="people")["Table"]
    columns = [each["Name"] for each in table["StorageDescriptor"]["Columns"]]
    assert (columns, table["IsRegisteredWithLakeFormation"]) == (["id", "mark"], True)
    shown = governed.analyst.rows("SHOW COLUMNS IN people")
    assert [name.strip() for [name] in shown] == ["id", "mark"]
    asked = {"CatalogName": "AwsDataCatalog", "DatabaseName": database, "TableName": "people"}
    told = governed.analyst.athena.get_table_metadata(**asked)["TableMetadata"]["Columns"]
    assert [each["Name"] for each in told] == columns
    listed = "SELECT column_name FROM information_schema.columns WHERE table_schema = "
    assert governed.analyst.rows(f"{listed}'{database}' ORDER BY 1") == [["id"], ["mark"]]
    governed.grant({"TableWithColumns": governed.place | {"ColumnNames": ["name"]}})
    assert governed.rows()[0] == ["1", "ann", "9"]


ROWS_OF = {
    "equal": ("land = 'CH'", ["2", "3"]),
    "both": ("land = 'CH' AND mark >= 8", ["2"]),
    "between, not": ("NOT (mark BETWEEN 8 AND 8)", ["1", "3"]),
    "in, like": ("name LIKE 'a%' OR id IN (3)", ["1", "3"]),
    "null": ("name IS NOT NULL", ["1", "2", "3"]),
    "true": ("true", ["1", "2", "3"]),
    "a comment": ("land = 'CH' -- of all", ["2", "3"]),
    "all": (None, ["1", "2", "3"]),
}


@pytest.mark.parametrize(("condition", "found"), ROWS_OF.values(), ids=ROWS_OF)
def test_rows(governed, condition, found):
    governed.grant(governed.filter("some", condition))
    assert [row[0] for row in governed.rows("id")] == found


def test_cells(governed):
    """Rows of several filters come together; those of other columns are not joined."""
    named = ("id", "name")
    for name, condition in (("one", "id = 1"), ("three", "id = 3")):
        governed.grant(governed.filter(name, condition, ColumnNames=[*named]))
    assert governed.rows() == [["1", "ann"], ["3", "cem"]]
    governed.grant(governed.filter("marks", "id = 2", ColumnNames=["mark"]))
    assert "data filters" in governed.analyst.fail("SELECT * FROM people")


REFUSED = {
    "a function": "upper(land) = 'CH'",
    "two columns": "id = mark",
    "no comparison": "name",
    "no column": "none = 1",
    "no condition": "id =",
    "a subquery": "id IN (SELECT 1)",
    "brackets of others": "id = 1) OR (id = 2",
    "nothing": " ",
}


@pytest.mark.parametrize("condition", REFUSED.values(), ids=REFUSED)
def test_conditions_that_no_filter_has(governed, condition):
    with pytest.raises(ClientError, match="InvalidInputException"):
        governed.filter("some", condition)


def test_filters_are_told_changed_and_deleted(governed):
    formation, place = governed.formation, governed.filter("some", "id = 1")["DataCellsFilter"]
    assert formation.get_data_cells_filter(**place)["DataCellsFilter"]["VersionId"]
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        governed.filter("some", "id = 1")
    changed = place | {"ColumnNames": ["id"], "RowFilter": {"AllRowsWildcard": {}}}
    formation.update_data_cells_filter(TableData=changed)
    table = {"CatalogId": "123456789012", **governed.place}
    (told,) = formation.list_data_cells_filter(Table=table)["DataCellsFilters"]
    assert told.items() >= changed.items()
    formation.delete_data_cells_filter(**place)
    assert formation.list_data_cells_filter(Table=table)["DataCellsFilters"] == []
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        governed.grant({"DataCellsFilter": place})


PLANS = ("EXPLAIN", "EXPLAIN ANALYZE", "EXPLAIN (TYPE LOGICAL, FORMAT JSON)", "EXPLAIN (TYPE IO)")


@pytest.mark.parametrize("words", PLANS)
def test_plans_tell_no_filter(governed, words):
    governed.grant(governed.filter("some", "mark < 8"))
    told = str(governed.analyst.rows(f"{words} SELECT id FROM people WHERE land = 'CH'"))
    hidden = ("mark", "people$", *(f"{n} rows" for n in range(4)))
    assert not [each for each in hidden if each in told]


def test_tags(governed, fresh):
    """Of a database, a table and its columns: what is nearer counts."""
    key, formation = fresh("class"), governed.formation
    formation.create_lf_tag(TagKey=key, TagValues=["open", "closed"])

    def tag(resource, value):
        told = {"TagKey": key, "TagValues": [value]}
        formation.add_lf_tags_to_resource(Resource=resource, LFTags=[told])

    expression = [{"TagKey": key, "TagValues": ["open"]}]
    governed.grant({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": expression}})
    assert "Insufficient" in governed.analyst.fail("SELECT * FROM people")
    tag({"Database": {"Name": governed.lake.database}}, "open")
    assert len(governed.rows()[0]) == 4
    tag({"TableWithColumns": governed.place | {"ColumnNames": ["name", "land"]}}, "closed")
    assert governed.rows()[0] == ["1", "9"]
    told = governed.their_formation.get_resource_lf_tags(Resource={"Table": governed.place})
    assert [each["Name"] for each in told["LFTagsOnColumns"]] == ["id", "mark"]
    tag({"Table": governed.place}, "closed")
    assert "Insufficient" in governed.analyst.fail("SELECT id FROM people")
    with pytest.raises(ClientError, match="Required Describe on people"):
        governed.their_formation.get_resource_lf_tags(Resource={"Table": governed.place})


def test_changes(governed):
    analyst, database = governed.analyst, governed.lake.database
    governed.grant({"Table": governed.place}, "SELECT", "ALTER")
    analyst.do("ALTER TABLE people SET TBLPROPERTIES ('a' = 'b')")
    assert "Required Drop on people" in analyst.fail("DROP TABLE people")
    assert "Required Insert on people" in analyst.fail("INSERT INTO people VALUES (4, '', '', 1)")
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    governed.formation.revoke_permissions(Resource={"Database": {"Name": database}}, **everybody)
    made = f"CREATE EXTERNAL TABLE t (a int) LOCATION 's3://{governed.lake.bucket}/results/t/'"
    assert "Required Create Table" in analyst.fail(made)
    governed.grant({"Database": {"Name": database}}, "CREATE_TABLE")
    analyst.do(made)
    assert analyst.rows("SHOW TABLES 't'") == [["t"]]


STATISTICS = {"ColumnName": "land", "ColumnType": "string", "AnalyzedTime": 0, "StatisticsData": {
    "Type": "STRING", "StringColumnStatisticsData": {
        "MaximumLength": 9, "AverageLength": 2, "NumberOfNulls": 0, "NumberOfDistinctValues": 2,
    },
}}  # fmt: skip
CALLS = {
    # What a role may not call that may select one column: the members beside the table's.
    "get_partition": {"PartitionValues": ["CH"]},
    "get_partitions": {},
    "batch_get_partition": {"PartitionsToGet": [{"Values": ["CH"]}]},
    "get_column_statistics_for_table": {"ColumnNames": ["land"]},
    "update_column_statistics_for_table": {"ColumnStatisticsList": [STATISTICS]},
    "delete_column_statistics_for_table": {"ColumnName": "land"},
    "get_column_statistics_task_runs": {},
    "start_column_statistics_task_run_schedule": {},
    "create_partition": {"PartitionInput": {"Values": ["AT"]}},
    "update_partition": {"PartitionValueList": ["CH"], "PartitionInput": {"Values": ["AT"]}},
    "delete_partition": {"PartitionValues": ["CH"]},
    "delete_table_version": {"VersionId": "0"},
    "update_table": {"TableInput": {"Name": "parts"}, "TableName": None},
    "delete_table": {"Name": "parts", "TableName": None},
    "delete_database": {"Name": "", "DatabaseName": None, "TableName": None},
}


@pytest.mark.parametrize(("call", "members"), CALLS.items(), ids=CALLS)
def test_calls_of_glue(governed, call, members):
    place = governed.partitioned()
    governed.grant({"TableWithColumns": place | {"ColumnNames": ["id"]}})
    database = governed.lake.database
    told = {"DatabaseName": database, "TableName": "parts"} | members
    told = {name: value or database for name, value in told.items() if value is not None}
    with pytest.raises(ClientError, match=r"AccessDeniedException.*Insufficient Lake Formation"):
        getattr(governed.analyst.glue, call)(**told)
    assert len(governed.lake.rows("SELECT * FROM parts")) == 2


def test_tables_are_found_as_they_may_be_seen(governed):
    place, glue = governed.partitioned(), governed.analyst.glue
    found = glue.search_tables(SearchText=f'"{governed.lake.database}"')["TableList"]
    assert {each["Name"] for each in found} == set()
    governed.grant({"TableWithColumns": place | {"ColumnNames": ["id"]}})
    (found,) = glue.search_tables(SearchText=f'"{governed.lake.database}"')["TableList"]
    asked = {"DatabaseName": governed.lake.database, "TableName": "parts"}
    (version,) = glue.get_table_versions(**asked)["TableVersions"]
    assert found["PartitionKeys"] == version["Table"]["PartitionKeys"] == []


PARTITIONS = ("SHOW PARTITIONS parts", "DESCRIBE FORMATTED parts PARTITION (land = 'DE')")


@pytest.mark.parametrize("statement", PARTITIONS)
def test_partitions_are_told_whom_all_rows_are_shown(governed, statement):
    place = governed.partitioned()
    governed.grant(governed.filter("some", "land = 'CH'", TableName="parts"))
    assert "Required Select on parts" in governed.analyst.fail(statement)
    governed.grant({"Table": place})
    assert governed.analyst.rows(statement)


def test_a_view_is_told_who_may_see_it(governed):
    governed.lake.do("CREATE VIEW seen AS SELECT id FROM people")
    place = {"Table": governed.place | {"Name": "seen"}}
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    governed.formation.revoke_permissions(Resource=place, **everybody)
    assert "Required Describe on seen" in governed.analyst.fail("SHOW CREATE VIEW seen")
    governed.grant(place)
    assert "SELECT id FROM people" in str(governed.analyst.rows("SHOW CREATE VIEW seen"))
    assert "Required Select on people" in governed.analyst.fail("SELECT * FROM seen")


ODD = {
    "bare": {},
    "folder": {"StorageDescriptor": {"Location": "s3://b/folder"}},
    "other": {"TableType": "VIRTUAL_VIEW", "ViewOriginalText": "x"},
}


@pytest.mark.parametrize(("name", "table"), ODD.items(), ids=ODD)
def test_tables_that_have_no_columns_are_described(governed, name, table):
    lake, place = governed.lake, governed.place | {"Name": name}
    lake.glue.create_table(DatabaseName=lake.database, TableInput={"Name": name} | table)
    governed.formation.revoke_permissions(
        Resource={"Table": place}, Principal=EVERYBODY, Permissions=["ALL"]
    )
    governed.grant({"Table": place}, "DESCRIBE")
    assert governed.analyst.rows(f"SHOW COLUMNS IN {name}") == []
    assert governed.analyst.rows(f"DESCRIBE FORMATTED {name}")


def test_conditions_on_keys_fail_in_their_own_words(governed):
    governed.partitioned()
    why = governed.lake.fail("SELECT id FROM parts WHERE fail(land) IS NULL")
    assert why.startswith("GENERIC_USER_ERROR: ")


GIVING = {
    # What a role does not do that is no administrator, and whom nothing was granted to give on.
    "a grant": lambda g: g.their_formation.grant_permissions(
        Principal=g.who, Resource={"Table": g.place}, Permissions=["SELECT"]
    ),
    "a grant to all": lambda g: g.their_formation.grant_permissions(
        Principal=EVERYBODY, Resource={"Table": g.place}, Permissions=["ALL"]
    ),
    "taking back": lambda g: g.their_formation.revoke_permissions(
        Principal=g.who, Resource={"Table": g.place}, Permissions=["DESCRIBE"]
    ),
    "a wider filter": lambda g: g.their_formation.update_data_cells_filter(
        TableData={"TableCatalogId": "123456789012", "DatabaseName": g.lake.database}
        | {"TableName": "people", "Name": "some", "RowFilter": {"AllRowsWildcard": {}}}
        | {"ColumnWildcard": {}}
    ),
    "a tag": lambda g: g.their_formation.add_lf_tags_to_resource(
        Resource={"Table": g.place}, LFTags=[{"TagKey": "k", "TagValues": ["v"]}]
    ),
    "a key": lambda g: g.their_formation.create_lf_tag(TagKey="kk", TagValues=["v"]),
}


@pytest.mark.parametrize("give", GIVING.values(), ids=GIVING)
def test_who_may_not_give(governed, give):
    governed.grant({"Table": governed.place}, "DESCRIBE")
    governed.grant(governed.filter("some", "id = 1"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        give(governed)
    assert governed.rows("id") == [["1"]]
    batch = {"Id": "1", "Principal": governed.who, "Resource": {"Table": governed.place}}
    (failure,) = governed.their_formation.batch_grant_permissions(
        Entries=[batch | {"Permissions": ["SELECT"]}]
    )["Failures"]
    assert failure["Error"]["ErrorCode"] == "AccessDeniedException"


def test_who_is_opted_in_is_governed_where_others_are_not(governed):
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    table, formation = {"Table": governed.place}, governed.formation
    formation.grant_permissions(Resource=table, **everybody)
    assert "Permission denied on S3 path" in governed.analyst.fail("SELECT * FROM people")
    opted = {"Principal": governed.who, "Resource": table}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        governed.their_formation.create_lake_formation_opt_in(**opted)
    formation.create_lake_formation_opt_in(**opted)
    assert "Required Select on people" in governed.analyst.fail("SELECT * FROM people")
    assert governed.lake.rows("SELECT count(*) FROM people") == [["3"]]
    governed.grant(governed.filter("some", "id = 1"))
    assert governed.rows("id") == [["1"]]
    (told,) = formation.list_lake_formation_opt_ins(**opted)["LakeFormationOptInsInfoList"]
    assert told["Resource"]["Table"] == {"CatalogId": "123456789012", **governed.place}
    formation.delete_lake_formation_opt_in(**opted)
    assert formation.list_lake_formation_opt_ins(**opted)["LakeFormationOptInsInfoList"] == []
    assert "Permission denied on S3 path" in governed.analyst.fail("SELECT * FROM people")
    with pytest.raises(formation.exceptions.EntityNotFoundException):
        formation.delete_lake_formation_opt_in(**opted)


def test_a_table_that_is_made_anew_has_no_tags(governed, fresh):
    key, formation, lake = fresh("class"), governed.formation, governed.lake
    formation.create_lf_tag(TagKey=key, TagValues=["open", "old"])
    tag, table = {"TagKey": key, "TagValues": ["open"]}, {"Table": governed.place}
    columns = {"TableWithColumns": governed.place | {"ColumnNames": ["id"]}}
    governed.grant({"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [tag]}})
    for resource in (table, columns):
        formation.add_lf_tags_to_resource(Resource=resource, LFTags=[tag])
    assert governed.rows("id")
    lake.do("DROP TABLE people")
    lake.csv_table("people", "id int, name string", {})
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    formation.revoke_permissions(Resource=table, **everybody)
    assert "LFTagsOnTable" not in formation.get_resource_lf_tags(Resource=table)
    assert "Insufficient" in governed.analyst.fail("SELECT id FROM people")
    old = {"TagKey": key, "TagValues": ["old"]}
    formation.add_lf_tags_to_resource(Resource=table, LFTags=[old])
    assert "Insufficient" in governed.analyst.fail("SELECT id FROM people")
    formation.update_lf_tag(TagKey=key, TagValuesToDelete=["open"])  # nothing has it any more


def test_expressions_of_tags_by_name(governed, fresh):
    key, formation = fresh("class"), governed.formation
    named = {"Name": fresh("open"), "Expression": [{"TagKey": key, "TagValues": ["open"]}]}
    missing = pytest.raises(formation.exceptions.EntityNotFoundException)
    with missing:
        formation.create_lf_tag_expression(**named)
    formation.create_lf_tag(TagKey=key, TagValues=["open", "closed"])
    policy = {"LFTagPolicy": {"ResourceType": "TABLE", "ExpressionName": named["Name"]}}
    with missing:
        governed.grant(policy)
    formation.create_lf_tag_expression(**named)
    with pytest.raises(ClientError, match="InvalidInputException"):
        formation.create_lf_tag_expression(**named)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        governed.their_formation.update_lf_tag_expression(**named)
    governed.grant(policy)
    tag = {"TagKey": key, "TagValues": ["closed"]}
    formation.add_lf_tags_to_resource(Resource={"Table": governed.place}, LFTags=[tag])
    assert "Insufficient" in governed.analyst.fail("SELECT id FROM people")
    formation.update_lf_tag_expression(Name=named["Name"], Expression=[tag])
    assert governed.rows("id") == [["1"], ["2"], ["3"]]
    found = formation.get_lf_tag_expression(Name=named["Name"])
    assert (found["Expression"], found["CatalogId"]) == ([tag], "123456789012")
    formation.delete_lf_tag_expression(Name=named["Name"])
    assert "Insufficient" in governed.analyst.fail("SELECT id FROM people")
    with missing:
        formation.get_lf_tag_expression(Name=named["Name"])


def test_who_is_told_of_grants(governed, fresh):
    """What one may give, and has: of a data filter not its condition."""
    other = {"DataLakePrincipalIdentifier": f"arn:aws:iam::123456789012:role/{fresh('other')}"}
    table, theirs = {"Table": governed.place}, governed.their_formation
    governed.formation.grant_permissions(
        Principal=other, Resource=table, Permissions=["SELECT", "DROP"]
    )
    place = governed.filter("some", "id = 1")
    governed.grant(place)

    def told():
        found = theirs.list_permissions(Resource=table)["PrincipalResourcePermissions"]
        return {_name_of(each["Principal"]): each["Permissions"] for each in found}

    asked = {"DatabaseName": governed.lake.database, "Name": "people"}
    assert told() == {}
    assert theirs.list_data_cells_filter(Table=asked)["DataCellsFilters"] == []
    with pytest.raises(ClientError, match="Required Describe on some"):
        theirs.get_data_cells_filter(**place["DataCellsFilter"])
    governed.formation.grant_permissions(
        Principal=governed.who, Resource=table, Permissions=["SELECT"],
        PermissionsWithGrantOption=["SELECT"],
    )  # fmt: skip
    assert told() == {name: ["SELECT"] for name in map(_name_of, (governed.who, other))}
    (found,) = theirs.list_data_cells_filter(Table=asked)["DataCellsFilters"]
    assert found["RowFilter"] == {"FilterExpression": "id = 1"}


def _name_of(principal):
    return principal["DataLakePrincipalIdentifier"]


def test_who_may_give(governed, fresh):
    """Whom a right was granted with that to grant it, in whatever case, and administrators."""
    loud = {name: value.upper() for name, value in governed.place.items()}
    other = {"DataLakePrincipalIdentifier": f"arn:aws:iam::123456789012:role/{fresh('other')}"}
    given = {"Principal": other, "Resource": {"Table": governed.place}, "Permissions": ["SELECT"]}
    held = {"Principal": governed.who, "Resource": {"Table": loud}, "Permissions": ["SELECT"]}
    governed.formation.grant_permissions(**held, PermissionsWithGrantOption=["SELECT"])
    governed.their_formation.grant_permissions(**given)
    with pytest.raises(ClientError, match="Required DROP with grant option"):
        governed.their_formation.grant_permissions(**given | {"Permissions": ["DROP"]})
    held["Resource"] = {"Table": governed.place}
    governed.formation.revoke_permissions(**held, PermissionsWithGrantOption=["SELECT"])
    assert "Insufficient" in governed.analyst.fail("SELECT * FROM people")
    with pytest.raises(ClientError, match="Required SELECT with grant option"):
        governed.their_formation.revoke_permissions(**given)


SEEN = {
    # How databases are found: the names that a client is told.
    "GetDatabases": lambda them, names: {
        each["Name"] for page in them.glue.get_paginator("get_databases").paginate()
        for each in page["DatabaseList"]
    },
    "ListDatabases": lambda them, names: {
        each["Name"]
        for page in them.athena.get_paginator("list_databases").paginate(
            CatalogName="AwsDataCatalog"
        )
        for each in page["DatabaseList"]
    },
    "SHOW": lambda them, names: {name for [name] in them.rows("SHOW DATABASES")},
    "GetDatabase": lambda them, names: {
        n for n in names if _is_told(them.glue.get_database, Name=n)
    },
    "its table's": lambda them, names: {
        n for n in names if _is_told(
            them.athena.get_database, CatalogName="AwsDataCatalog", DatabaseName=n
        )
    },
}  # fmt: skip


def _is_told(call, **asked):
    try:
        return bool(call(**asked))
    except ClientError as error:
        return "Insufficient Lake Formation permission(s): Required Describe" not in str(error)


@pytest.mark.parametrize("look", SEEN.values(), ids=SEEN)
def test_databases_are_found_of_which_something_was_granted(governed, fresh, look):
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    names = [governed.lake.database, fresh("other", "_")]
    governed.lake.glue.create_database(DatabaseInput={"Name": names[1]})
    assert {*names} <= look(governed.analyst, names)
    for name in names:
        governed.formation.revoke_permissions(Resource={"Database": {"Name": name}}, **everybody)
    assert {*names} <= look(governed.lake, names)
    assert not {*names} & look(governed.analyst, names)
    governed.grant({"TableWithColumns": governed.place | {"ColumnNames": ["id"]}})
    assert {*names} & look(governed.analyst, names) == {names[0]}
    governed.grant({"Database": {"Name": names[1]}}, "DESCRIBE")
    assert {*names} <= look(governed.analyst, names)


def test_who_makes_databases(governed, fresh):
    catalog = {"Catalog": {}}
    everybody = {"Principal": EVERYBODY, "Permissions": ["CREATE_DATABASE"], "Resource": catalog}
    governed.formation.revoke_permissions(**everybody)
    try:
        name, glue = fresh("made", "_"), governed.analyst.glue
        why = "Insufficient Lake Formation permission(s): Required Create Database on Catalog"
        assert why in governed.analyst.fail(f"CREATE DATABASE {name}")
        governed.grant(catalog, "CREATE_DATABASE")
        governed.analyst.do(f"CREATE DATABASE {name}")
        folder = {"LocationUri": f"s3://{governed.lake.bucket}/people/"}
        for call in (
            lambda: glue.create_database(DatabaseInput={"Name": fresh("x"), **folder}),
            lambda: glue.update_database(Name=name, DatabaseInput={"Name": name, **folder}),
        ):
            with pytest.raises(ClientError, match=r"Insufficient Lake Formation .* on s3://"):
                call()
        governed.lake.glue.create_database(DatabaseInput={"Name": fresh("x"), **folder})
    finally:
        governed.formation.grant_permissions(**everybody)
    glue.create_database(DatabaseInput={"Name": fresh("again", "_")})


def _crawl(cloud, lake, role, name):
    glue = lake.glue
    target = {"Path": f"s3://{lake.bucket}/results/{name}/"}
    lake.put(f"results/{name}/a.csv", "a,b\n1,2\n")
    glue.create_crawler(
        Name=name, Role=role, DatabaseName=lake.database, Targets={"S3Targets": [target]}
    )

    def ended():
        found = glue.get_crawler(Name=name)["Crawler"]
        return found["LastCrawl"] if found["State"] == "READY" else None

    def run():
        glue.start_crawler(Name=name)
        found = wait_for(ended)
        return found["Status"], found.get("ErrorMessage")

    return run


def _brew(cloud, lake, role, name):
    brew, place = cloud.client("databrew"), {"Bucket": lake.bucket, "Key": f"results/{name}/"}
    lake.put("results/a.csv", "a,b\n1,2\n")
    source = {"S3InputDefinition": {"Bucket": lake.bucket, "Key": "results/a.csv"}}
    brew.create_dataset(Name=name, Format="CSV", Input=source)
    step = {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "a"}}
    brew.create_recipe(Name=name, Steps=[{"Action": step}])
    brew.publish_recipe(Name=name)
    table = {"DatabaseName": lake.database, "TableName": name, "S3Options": {"Location": place}}
    brew.create_recipe_job(
        Name=name, DatasetName=name, RecipeReference={"Name": name, "RecipeVersion": "1.0"},
        RoleArn=role, DataCatalogOutputs=[table],
    )  # fmt: skip

    def run():
        number = brew.start_job_run(Name=name)["RunId"]

        def ended():
            found = brew.describe_job_run(Name=name, RunId=number)
            return found if found["State"] not in ("STARTING", "RUNNING") else None

        found = wait_for(ended)
        return found["State"], found.get("ErrorMessage")

    return run


@pytest.mark.parametrize(("service", "work"), [("glue", _crawl), ("databrew", _brew)])
def test_services_make_tables_where_their_role_may(governed, cloud, fresh, service, work):
    may = {"Effect": "Allow", "Action": ["glue:*", "s3:*", "logs:*"], "Resource": "*"}
    role = make_role(cloud.client("iam"), fresh("role"), service, may)
    governed.who = {"DataLakePrincipalIdentifier": role}
    database, name = {"Database": {"Name": governed.lake.database}}, fresh("t", "")
    governed.formation.revoke_permissions(
        Resource=database, Principal=EVERYBODY, Permissions=["ALL"]
    )
    run = work(cloud, governed.lake, role, name)
    state, why = run()
    assert (state, "Required Create Table on" in why) == ("FAILED", True)
    assert name not in str(governed.lake.rows("SHOW TABLES"))
    governed.grant(database, "CREATE_TABLE")
    assert run()[0] == "SUCCEEDED"
    table = {"Table": governed.place | {"Name": name}}
    governed.formation.revoke_permissions(Resource=table, Principal=EVERYBODY, Permissions=["ALL"])
    assert run()[0] == "SUCCEEDED"  # who made it
    assert "Insufficient" in governed.analyst.fail(f"SELECT * FROM {name}")


def test_a_database_is_not_dropped_with_tables_of_others(governed):
    why = governed.analyst.fail(f"DROP DATABASE {governed.lake.database}")
    assert "Required Drop on people" in why


def test_a_folder_that_is_registered_is_nobodys_without_a_grant(governed, fresh):
    """Who makes a table may read it all, and would have the folder's role do so."""
    glue, lake = governed.analyst.glue, governed.lake
    named, where = {"DatabaseName": fresh("closed").replace("-", "_")}, f"s3://{lake.bucket}/people"
    closed = {"Name": named["DatabaseName"], "CreateTableDefaultPermissions": []}
    glue.create_database(DatabaseInput=closed)
    columns, serde = [{"Name": "id"}], "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    storage = {"Columns": columns, "SerdeInfo": {"SerializationLibrary": serde}}
    storage["InputFormat"] = "org.apache.hadoop.mapred.TextInputFormat"
    table = {"Name": "t", "StorageDescriptor": storage | {"Location": f"{where}/"}}
    refused = pytest.raises(ClientError, match=f"Insufficient.* on {where}")
    with refused:
        glue.create_table(**named, TableInput=table)
    aside = storage | {"Location": f"s3://{lake.bucket}/results/t"}
    glue.create_table(**named, TableInput=table | {"StorageDescriptor": aside})
    with refused:
        glue.update_table(**named, TableInput=table)
    with_it = f"CREATE EXTERNAL TABLE `{closed['Name']}`.u (a int) LOCATION '{where}'"
    assert f"Insufficient Lake Formation permission(s) on {where}" in governed.analyst.fail(with_it)
    folder = {"ResourceArn": f"arn:aws:s3:::{lake.bucket}/people"}
    governed.grant({"DataLocation": folder}, "DATA_LOCATION_ACCESS")
    glue.update_table(**named, TableInput=table)
    rows = governed.analyst.rows(f"SELECT id FROM {closed['Name']}.t ORDER BY 1")
    assert rows[0] == ["1,ann,DE,9"]


def test_rows_of_iceberg_are_changed_by_whom_all_are_shown(governed):
    lake, place = governed.lake, governed.place | {"Name": "ice"}
    lake.do(
        f"CREATE TABLE ice (id int, name string) LOCATION 's3://{lake.bucket}/results/ice/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    lake.do("INSERT INTO ice VALUES (1, 'a'), (2, 'b')")
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    governed.formation.revoke_permissions(Resource={"Table": place}, **everybody)
    governed.grant({"Table": place}, "INSERT", "DELETE")
    governed.grant({"TableWithColumns": place | {"ColumnNames": ["id"]}})
    assert governed.analyst.rows("SELECT * FROM ice WHERE id = 1") == [["1"]]
    why = governed.analyst.fail("DELETE FROM ice WHERE id = 1")
    assert "Required Select on all columns and rows of ice" in why
    assert lake.rows("SELECT count(*) FROM ice") == [["2"]]


TOLD = {
    "columns": ("DESCRIBE ice", ["id", "int", ""]),
    "the statement": ("SHOW CREATE TABLE ice", ["  id int)"]),
    "properties": ("SHOW TBLPROPERTIES ice", ["table_type", "iceberg"]),
}


@pytest.mark.parametrize(("statement", "line"), TOLD.values(), ids=TOLD)
def test_what_iceberg_tells_of_itself_is_what_may_be_seen(governed, statement, line):
    """It is read with the folder's role, and without columns that are hidden."""
    place = governed.iceberg()
    governed.grant({"TableWithColumns": place | {"ColumnNames": ["id"]}})
    told = governed.analyst.rows(statement)
    assert "\t".join(line) in ["\t".join(row) for row in told]
    assert "secret" not in str(told)
    files = 'SELECT count(*) FROM "ice$files"'
    assert "Required Select on all columns" in governed.analyst.fail(files)
    governed.grant({"Table": place})
    assert governed.analyst.rows(files) == [["1"]]


def test_deltas_columns_are_those_of_its_log(governed):
    """The catalog may know none of them; a grant on some of them is not on those."""
    schema = struct_of(field("id", "integer"), field("land", "string"))
    table = Delta(governed.lake, schema, partitionColumns=["land"])
    rows = pa.table({"id": pa.array([1], pa.int32())})
    table.commit(table.file(rows, partitionValues={"land": "DE"}))
    table.declare()
    place, folder = governed.place | {"Name": table.name}, table.location.partition("://")[2]
    everybody = {"Principal": EVERYBODY, "Permissions": ["ALL"]}
    governed.formation.revoke_permissions(Resource={"Table": place}, **everybody)
    governed.formation.register_resource(
        ResourceArn=f"arn:aws:s3:::{folder.rstrip('/')}", UseServiceLinkedRole=True
    )
    assert table.rows() == [["1", "DE"]]
    select, shown = f"SELECT * FROM {table.name}", f"SHOW PARTITIONS {table.name}"
    governed.grant({"TableWithColumns": place | {"ColumnNames": ["id"]}})
    assert "no accessible columns" in governed.analyst.fail(select)
    assert "Required Select on all columns" in governed.analyst.fail(shown)
    governed.grant({"Table": place})
    assert governed.analyst.rows(select) == [["1", "DE"]]
    assert governed.analyst.rows(shown) == [["land=DE"]]


def test_a_table_that_is_made_anew_has_no_grants(governed):
    governed.grant({"Table": governed.place})
    governed.lake.do("DROP TABLE people")
    found = governed.formation.list_permissions(
        Principal=governed.who, Resource={"Table": governed.place}
    )
    assert found["PrincipalResourcePermissions"] == []
    governed.lake.csv_table("people", "id int", {})
    assert governed.analyst.rows("SHOW TABLES") == [["people"]]  # IAM governs it again
