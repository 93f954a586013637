"""What the warehouse is asked: where a table's rows lie, what a join moves, what a user reads."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as parquet
from botocore.exceptions import ClientError

from labkit.errors import LabError
from labkit.exercises.states import MARK, PAUSED, reader, warehouse

if TYPE_CHECKING:
    from labkit.lab import Lab

PLACED = (
    "SELECT diststyle, sortkey1, tbl_rows FROM svv_table_info "
    "WHERE schema = '{schema}' AND \"table\" = '{table}'"
)
# An interleaved key is told as such; of one column it sorts as any other.
SORTED = (
    "SELECT column_name FROM svv_redshift_columns WHERE schema_name = '{schema}' "
    "AND table_name = '{table}' AND sortkey <> 0"
)
TYPES = (
    "SELECT column_name, data_type FROM svv_redshift_columns "
    "WHERE schema_name = '{schema}' AND table_name = '{table}'"
)
KINDS = (
    "SELECT table_type FROM svv_tables WHERE table_schema = '{schema}' AND table_name = '{table}'"
)
VIEWS = "SELECT viewname FROM pg_views WHERE schemaname = '{schema}' AND viewname = '{view}'"
# One that keeps its rows is among the views, too.
KEEPS_ROWS = "SELECT name FROM svv_mv_info WHERE schema_name = '{schema}' AND name = '{view}'"
# What a user may read in some schemas, and whether everybody may read a relation.
READABLE = (
    "SELECT table_schema || '.' || table_name FROM svv_tables WHERE table_schema IN ({schemas}) "
    "AND has_schema_privilege('{user}', table_schema, 'usage') AND "
    "has_table_privilege('{user}', table_schema || '.' || table_name, 'select')"
)
PUBLIC = (
    "SELECT identity_name FROM svv_relation_privileges WHERE namespace_name = '{schema}' "
    "AND relation_name = '{name}' AND identity_type = 'public' AND privilege_type = 'SELECT'"
)
MORE = "more"
# What UNLOAD writes beside the files: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
MANIFEST = "manifest"
# Joins whose rows stay where they are.
# Source: https://docs.aws.amazon.com/redshift/latest/dg/c_data_redistribution.html
STAYS = ("DS_DIST_NONE", "DS_DIST_ALL_NONE")
_PARQUET = b"PAR1"


@reader
def placed(lab: Lab, name: str) -> dict[str, Any] | None:
    """How a table is distributed and sorted, and how many rows it has; ``None`` without rows."""
    schema, _, table = name.rpartition(".")
    found = _rows(lab, PLACED.format(schema=schema or "public", table=table))
    if not found:
        return None
    distribution, sort_key, rows = found[0]
    if sort_key == "INTERLEAVED":
        columns = _rows(lab, SORTED.format(schema=schema or "public", table=table))
        sort_key = columns[0][0] if len(columns) == 1 else sort_key
    return {"distribution": distribution, "sort_key": sort_key, "rows": int(rows)}


@reader
def types(lab: Lab, name: str) -> dict[str, str] | None:
    """The columns of a table with their types, as Redshift spells them; ``None`` without it."""
    schema, _, table = name.rpartition(".")
    return dict(_rows(lab, TYPES.format(schema=schema or "public", table=table))) or None


@reader
def kind(lab: Lab, name: str) -> str | None:
    """Whether it is a ``table`` or another thing, such as a ``view``; ``None`` without it."""
    schema, _, table = name.rpartition(".")
    found = _rows(lab, KINDS.format(schema=schema or "public", table=table))
    return str(found[0][0]).removeprefix("BASE ").lower() if found else None


@reader
def moves(lab: Lab, sql: str) -> list[str] | None:
    """The joins of a query that send rows to other nodes, by the plan's labels."""
    try:
        labels = lab.warehouse.explain(sql, run=False).labels
    except (LabError, ClientError) as error:
        if PAUSED in str(error):
            raise
        return None
    return sorted(label for label in labels if label not in STAYS)


@reader
def reach(lab: Lab, user: str, relation: str, *others: str) -> dict[str, Any] | None:
    """What a user reads of a relation, and which of some others; ``None`` before it is there.

    Args:
        relation: whose rows are told, or why the user does not get them, whether it is a view, and
            whether everybody may read it.
        others: only whether the user may read them, or ``more`` of their schemas.
    """
    if warehouse(lab, f"SELECT 1 FROM {relation} LIMIT 1") is None:
        return None
    named = [other for other in others if _as(lab, user, f"SELECT 1 FROM {other} LIMIT 1")[0]]
    more = [MORE] if _readable(lab, user, others) - {relation, *others} else []
    got, what = _as(lab, user, f"SELECT * FROM {relation}")
    told = {"reads": what if got else None, "refusal": None if got else what}
    schema, _, name = relation.partition(".")
    return told | {
        "others": named + more,
        "view": _is_view(lab, schema, name),
        "everyone": bool(_rows(lab, PUBLIC.format(schema=schema, name=name))),
    }


@reader
def unloaded(lab: Lab, bucket: str, prefix: str, before: str) -> dict[str, Any] | None:
    """The folders below a prefix, the kinds of their files, and the rows of those in Parquet.

    Args:
        bucket: ``raw``, ``curated`` or ``results``.
        before: a file that lay there before, below the prefix; alone it is nothing new.
    """
    place = f"s3://{getattr(lab.names, f'{bucket}_bucket')}/{prefix}"
    keys = [key.removeprefix(prefix) for key in lab.storage.objects(place)["key"]]
    keys = [key for key in keys if key != MANIFEST]
    if set(keys) <= {before}:
        return None
    files = [_content(lab, place, key) for key in keys]
    return {
        "folders": sorted({key.rpartition("/")[0] for key in keys}),
        "files": sorted({"Parquet" if one.startswith(_PARQUET) else "other" for one in files}),
        "rows": _tables(one for one in files if one.startswith(_PARQUET)),
    }


def _is_view(lab: Lab, schema: str, name: str) -> bool:
    """Whether it is a view that keeps no rows.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_MV_INFO.html
    """
    is_there, keeps = (
        bool(_rows(lab, sql.format(schema=schema, view=name))) for sql in (VIEWS, KEEPS_ROWS)
    )
    return is_there and not keeps


def _readable(lab: Lab, user: str, others: tuple[str, ...]) -> set[str]:
    """What a user may read in the schemas of some tables."""
    schemas = ", ".join(sorted({f"'{other.partition('.')[0]}'" for other in others}))
    return {row[0] for row in _rows(lab, READABLE.format(schemas=schemas, user=user))}


def _rows(lab: Lab, sql: str) -> list[tuple[Any, ...]]:
    found = warehouse(lab, sql)
    return [] if found is None else list(found.df.itertuples(index=False, name=None))


def _as(lab: Lab, user: str, sql: str) -> tuple[bool, Any]:
    """Whether a user is answered, and the rows or the refusal."""
    try:
        return True, lab.warehouse(f"{MARK}SET SESSION AUTHORIZATION '{user}'; {sql}").df
    except LabError as error:
        return False, str(error)


def _content(lab: Lab, place: str, key: str) -> bytes:
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    found: bytes = lab.client("s3").get_object(Bucket=bucket, Key=prefix + key)["Body"].read()
    return found


def _tables(files: Iterable[bytes]) -> pa.Table | None:
    """The rows of Parquet files as one table; ``None`` where there is no such file."""
    tables = [parquet.read_table(io.BytesIO(one)) for one in files]
    return pa.concat_tables(tables, promote_options="permissive") if tables else None
