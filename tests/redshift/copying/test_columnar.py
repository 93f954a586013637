"""What Parquet holds and JSON has not, loaded into SUPER columns."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests import odd_parquet
from tests.redshift.copying.conftest import Desk

NO_JSON = {
    "NaN": ([[1.5, float("nan")]], pa.list_(pa.float64())),
    "an infinity": ([{"a": float("-inf")}], pa.struct([("a", pa.float32())])),
    "bytes": ([[b"\x00"]], pa.list_(pa.binary())),
}


def _copied(desk: Desk, values: pa.Array) -> tuple[str, str]:
    """The table, and why it was not loaded."""
    table, out = desk.table("a super"), io.BytesIO()
    pq.write_table(pa.table({"a": values}), out)
    uri = desk.put(desk.folder(), out.getvalue())
    return table, desk.copy(table, uri, "FORMAT PARQUET SERIALIZETOJSON")


@pytest.mark.parametrize("case", NO_JSON)
def test_what_is_none_of_jsons_is_refused(desk: Desk, case: str) -> None:
    table, why = _copied(desk, pa.array(*NO_JSON[case]))
    assert "Spectrum Scan Error" in why
    assert desk.data.rows(f"SELECT count(*) FROM {table}") == [[0]]


def test_lists_that_would_lose_their_structs_are_refused(desk: Desk) -> None:
    uri = desk.put(desk.folder(), odd_parquet.OLD_LIST)
    why = desk.copy(desk.table("a super"), uri, "FORMAT PARQUET SERIALIZETOJSON")
    assert "in an old form" in why


def test_texts_of_json_are_loaded_into_varchar(desk: Desk) -> None:
    table, out = desk.table("a varchar(20)"), io.BytesIO()
    pq.write_table(pa.table({"a": pa.array(['{"b":1}'], pa.json_())}), out)
    assert desk.copy(table, desk.put(desk.folder(), out.getvalue()), "FORMAT PARQUET") == ""
    assert desk.data.rows(f"SELECT a FROM {table}") == [['{"b":1}']]


def test_texts_that_read_so_are_loaded(desk: Desk) -> None:
    table, why = _copied(desk, pa.array([{"NaN": 'of "NaN" \\', "b": 1.5}]))
    assert why == ""
    assert desk.data.rows(f"SELECT a.b FROM {table}") == [["1.5"]]
