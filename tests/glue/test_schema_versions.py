"""Which versions of a schema the registry lets in, and which become a FAILURE.

https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ID = {"name": "id", "type": "int"}
LONG = {"name": "id", "type": "long"}
NOTE = {"name": "note", "type": ["null", "string"], "default": None}
CITY = {"name": "city", "type": "string"}
TOWN = {"name": "town", "aliases": ["city"], "type": "string"}
NEXT = {"name": "next", "type": ["null", "r"]}


def record(*fields: Any, **more: Any) -> Any:
    return {"type": "record", "name": "r", "fields": fields} | more


def enum(*symbols: str, **more: str) -> Any:
    return {"type": "enum", "name": "e", "symbols": symbols} | more


def made(glue: Any, name: str, mode: str, *versions: Any) -> Any:
    """A schema of these versions, and the last one's status."""
    schema = {"RegistryName": "default-registry", "SchemaName": name}
    first, *others = map(json.dumps, versions)
    status = glue.create_schema(
        SchemaName=name, DataFormat="AVRO", Compatibility=mode, SchemaDefinition=first
    )["SchemaVersionStatus"]
    for each in others:
        told = glue.register_schema_version(SchemaId=schema, SchemaDefinition=each)
        status = glue.get_schema_version(SchemaVersionId=told["SchemaVersionId"])["Status"]
        assert told["Status"] == status
    return schema, status


@pytest.mark.parametrize(
    ("mode", "versions", "status"),
    [
        ("BACKWARD", [record(ID), record(ID, NOTE)], "AVAILABLE"),
        ("BACKWARD", [record(ID), record(ID, CITY)], "FAILURE"),
        ("BACKWARD", [record(ID, CITY), record(LONG, TOWN)], "AVAILABLE"),
        ("BACKWARD", [record(LONG), record(ID)], "FAILURE"),
        ("BACKWARD", [record(ID), record(ID, name="q")], "FAILURE"),
        ("BACKWARD", [record(ID, NEXT), record(LONG, NEXT)], "AVAILABLE"),
        ("BACKWARD", [["null", "int"], "int"], "FAILURE"),
        ("BACKWARD", ["int", ["null", "double"]], "AVAILABLE"),
        ("BACKWARD", [enum("a", "b"), enum("a")], "FAILURE"),
        ("BACKWARD", [enum("a", "b"), enum("a", default="a")], "AVAILABLE"),
        ("BACKWARD", [record(ID, CITY), record(ID), record(ID, CITY)], "AVAILABLE"),
        ("BACKWARD", ["int", "long", "double", "int"], "AVAILABLE"),
        ("BACKWARD_ALL", ["int", "float", "string"], "FAILURE"),
        ("BACKWARD", [record(ID), record(), record(CITY)], "FAILURE"),
        ("BACKWARD", [record(NOTE), record(), record(CITY | NOTE)], "AVAILABLE"),
        (
            "BACKWARD",
            [record(CITY), record(), record(ID | {"name": "city", "default": 1})],
            "AVAILABLE",
        ),
        (
            "BACKWARD_ALL",
            [record(CITY), record(), record(ID | {"name": "city", "default": 1})],
            "FAILURE",
        ),
        ("FORWARD", [record(ID), record(ID, CITY)], "AVAILABLE"),
        ("FORWARD", [record(ID, CITY), record(ID)], "FAILURE"),
        ("FULL", [record(ID), record(ID, CITY)], "FAILURE"),
        ("FULL_ALL", [record(ID), record(ID, NOTE)], "AVAILABLE"),
        ("NONE", ["int", "string"], "AVAILABLE"),
    ],
)
def test_what_a_mode_lets_in(
    glue: Any, fresh: Callable[[str], str], mode: str, versions: list[Any], status: str
) -> None:
    assert made(glue, fresh("schema"), mode, *versions)[1] == status


def test_a_version_that_failed_is_not_the_latest(glue: Any, fresh: Callable[[str], str]) -> None:
    schema, _ = made(glue, fresh("schema"), "BACKWARD_ALL", "int", "string", "long")
    told = glue.get_schema(SchemaId=schema)
    assert (told["LatestSchemaVersion"], told["NextSchemaVersion"]) == (3, 4)
    again = glue.register_schema_version(SchemaId=schema, SchemaDefinition='"string"')
    assert (again["VersionNumber"], again["Status"]) == (2, "FAILURE")
    glue.update_schema(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True})
    assert glue.get_schema(SchemaId=schema)["SchemaCheckpoint"] == 3
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.update_schema(SchemaId=schema, SchemaVersionNumber={"VersionNumber": 9})


def test_a_definition_that_is_none_is_refused(glue: Any, fresh: Callable[[str], str]) -> None:
    wrong = {"type": "recrod", "name": "r"}
    with pytest.raises(ClientError, match="Schema definition of AVRO data format is invalid"):
        made(glue, fresh("schema"), "NONE", wrong)
    asked = {"DataFormat": "AVRO", "SchemaDefinition": json.dumps(wrong)}
    assert not glue.check_schema_version_validity(**asked)["Valid"]
    assert glue.check_schema_version_validity(**asked | {"SchemaDefinition": '"int"'})["Valid"]


def test_versions_differ_by_a_patch(glue: Any, fresh: Callable[[str], str]) -> None:
    schema, _ = made(glue, fresh("schema"), "NONE", record(ID), record(LONG, NOTE, doc="new"))

    def between(one: Any, other: Any) -> Any:
        told = glue.get_schema_versions_diff(
            SchemaId=schema,
            FirstSchemaVersionNumber=one,
            SecondSchemaVersionNumber=other,
            SchemaDiffType="SYNTAX_DIFF",
        )
        return json.loads(told["Diff"])

    first, last = {"VersionNumber": 1}, {"LatestVersion": True}
    assert between(first, last) == [
        {"op": "replace", "path": "/fields/0/type", "value": "long"},
        {"op": "add", "path": "/fields/1", "value": NOTE},
        {"op": "add", "path": "/doc", "value": "new"},
    ]
    assert [each["op"] for each in between(last, first)] == ["replace", "remove", "remove"]
    assert between(last, last) == []
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        between(first, {"VersionNumber": 9})


def test_what_is_noted_of_a_version_is_told(glue: Any, fresh: Any) -> None:
    made(glue, name := fresh("noted"), "NONE", record(ID), record(LONG))
    schema = {"RegistryName": "default-registry", "SchemaName": name}
    last = {"SchemaId": schema, "SchemaVersionNumber": {"LatestVersion": True}}
    first = {"SchemaId": schema, "SchemaVersionNumber": {"VersionNumber": 1}}

    def pair(key: str, value: str) -> Any:
        return {"MetadataKey": key, "MetadataValue": value}

    def noted(**asked: Any) -> Any:
        told = glue.query_schema_version_metadata(**asked)["MetadataInfoMap"]
        return {
            key: [each["MetadataValue"] for each in (info, *info.get("OtherMetadataValueList", ()))]
            for key, info in told.items()
        }

    for key, value in [("topic", "a"), ("topic", "b"), ("owner", "c")]:
        glue.put_schema_version_metadata(**last, MetadataKeyValue=pair(key, value))
    assert noted(**last) == {"topic": ["b", "a"], "owner": ["c"]}
    by_id = {"SchemaVersionId": glue.get_schema_version(**last)["SchemaVersionId"]}
    assert noted(**by_id, MetadataList=[pair("topic", "a")]) == {"topic": ["b", "a"]}
    glue.remove_schema_version_metadata(**by_id, MetadataKeyValue=pair("topic", "b"))
    glue.remove_schema_version_metadata(**last, MetadataKeyValue=pair("owner", "c"))
    assert (noted(**by_id), noted(**first)) == ({"topic": ["a"]}, {})
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.remove_schema_version_metadata(**last, MetadataKeyValue=pair("owner", "c"))


def test_a_schema_has_a_definition(glue: Any, fresh: Any) -> None:
    with pytest.raises(ClientError, match=r"InvalidInputException.*definition is required"):
        glue.create_schema(SchemaName=fresh("bare"), DataFormat="AVRO", Compatibility="NONE")
