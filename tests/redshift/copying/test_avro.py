"""Values of Avro that are more than JSON's."""

import io
from decimal import Decimal

import fastavro

from tests.redshift.copying.conftest import Desk

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2}
FIELDS = [{"name": "a", "type": {"type": "array", "items": MONEY}}, {"name": "n", "type": MONEY}]


def test_decimals_are_numbers_in_super_columns(desk: Desk) -> None:
    table, out = desk.table("a super, n super"), io.BytesIO()
    long = Decimal("123456789012345678.90")
    schema = {"type": "record", "name": "r", "fields": FIELDS}
    fastavro.writer(out, schema, [{"a": [long], "n": Decimal("1.50")}])
    assert desk.copy(table, desk.put(desk.folder(), out.getvalue()), "FORMAT AVRO 'auto'") == ""
    sql = f"SELECT json_serialize(a), json_serialize(n), json_typeof(a[0]) FROM {table}"
    assert desk.data.rows(sql) == [[f"[{long}]", "1.50", "number"]]
