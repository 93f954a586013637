"""Two changes of an external table at once: the second changes what the first has made."""

from types import SimpleNamespace

import pytest
from moto.glue.models import glue_backends

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.lake.metastore import Metastore, input_of
from labkit.cloud.redshift.spectrum.definitions import change
from labkit.cloud.redshift.spectrum.places import Place
from tests.at_once import Pair, watched

REGION = "eu-north-1"
COLUMN = {"Name": "a", "Type": "int"}
STORAGE = {"Columns": [COLUMN], "Location": "s3://b/t"}
TABLE = {"Name": "t", "StorageDescriptor": STORAGE, "PartitionKeys": []}


@pytest.fixture
def local(tmp_path):
    with watched(tmp_path / "home", glue_backends, REGION) as made:
        yield made


@pytest.mark.parametrize("verb", ["create", "drop"])
def test_of_two_that_make_or_drop_a_table_one_does(local, monkeypatch, verb):
    catalog = Metastore(local, REGION)
    catalog.create_database("d", {"Name": "d"})
    if verb == "drop":
        catalog.create_table("d", TABLE)
    at = SimpleNamespace(database="d", name="s")
    around = SimpleNamespace(warehouse=SimpleNamespace(cloud=local))
    place = Place(around, at, SimpleNamespace(metastore=catalog), "t")

    def do():
        return place.create(TABLE) if verb == "create" else place.drop()

    pair = Pair(local, do, do)
    write = "create_table" if verb == "create" else "delete_table"
    monkeypatch.setattr(Metastore, write, pair.meanwhile(getattr(Metastore, write)))
    done, refused = pair.run()
    assert (done, type(refused)) == (None, RedshiftError)


def test_both_columns_are_added(local):
    catalog = Metastore(local, REGION)
    catalog.create_database("d", {"Name": "d"})
    catalog.create_table("d", TABLE)

    def found():
        return catalog.definition("d", "t")

    def add(name):
        change(place, found(), Words(f"ADD COLUMN {name} int"))

    pair = Pair(local, lambda: add("b"), lambda: add("c"))
    place = SimpleNamespace(
        name="t",
        connection=SimpleNamespace(warehouse=SimpleNamespace(cloud=local)),
        found=found,
        update=pair.meanwhile(lambda table: catalog.update_table("d", "t", input_of(table))),
    )
    assert pair.run() == [None, None]
    assert [each["Name"] for each in found()["StorageDescriptor"]["Columns"]] == ["a", "b", "c"]
