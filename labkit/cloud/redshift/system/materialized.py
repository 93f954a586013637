"""Materialized views: whether they are stale, what they depend on, and their refreshes.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_MV_INFO.html,
https://docs.aws.amazon.com/redshift/latest/dg/r_STV_MV_DEPS.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_MV_REFRESH_STATUS.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.system.catalogs import relations
from labkit.cloud.redshift.system.history import elapsed_micros, visible
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import staleness
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_PLACE = "schema char(128), name char(128)"


def _views(connection: Connection) -> Iterator[Object]:
    return (one for one in relations(connection) if one.kind == "matview")


@system("stv_mv_info", f"db_name char(128), {_PLACE}, updated_upto_xid bigint, is_stale char(1), "
        "owner_user_name char(128), state int, autorefresh char(1), autorewrite char(1)"
        )  # fmt: skip
def stv_mv_info(connection: Connection) -> Iterator[Any]:
    """Since this start of the cluster the transaction that refreshed it last; before, 0."""
    stale, last = staleness.told(connection), {
        (one["database"], *name): one["query_id"]
        for one, _, name in _refreshed(connection) if one["status"] == "success"
    }  # fmt: skip
    for one in _views(connection):
        place = (one.database, one.schema, one.name)
        yield (*place, last.get(place, 0), stale[one.oid], one.owner, 0, _automatic(one), "t")


@system("svv_mv_info", "database_name char(128), schema_name char(128), user_name char(128), "
        "name char(128), is_stale char(1), state int, autorewrite char(1), autorefresh char(1)"
        )  # fmt: skip
def svv_mv_info(connection: Connection) -> Iterator[Any]:
    stale = staleness.told(connection)
    for one in _views(connection):
        yield (one.database, one.schema, one.owner, one.name, stale[one.oid], 0, "t",
               _automatic(one))  # fmt: skip


def _automatic(view: Object) -> str:
    return "t" if view.body.get("automatic") else "f"


@system("stv_mv_deps", f"db_name char(128), {_PLACE}, ref_schema char(128), ref_name char(128)")
def stv_mv_deps(connection: Connection) -> Iterator[Any]:
    """The materialized views that one reads, through other views too."""
    known = {one.oid: one for one in connection.objects.of("relation")}
    for one in _views(connection):
        for oid in dict.fromkeys(staleness.bases(one.body["uses"], known)):
            if oid in known and known[oid].kind == "matview":
                base = known[oid]
                yield one.database, one.schema, one.name, base.schema, base.name


@system("svl_mv_refresh_status", "db_name char(128), userid int, schema_name char(128), "
        "mv_name char(128), xid bigint, starttime timestamp, endtime timestamp, "
        "status varchar(255), refresh_type varchar(32)")  # fmt: skip
def svl_mv_refresh_status(connection: Connection) -> Iterator[Any]:
    """Its columns as queries of Redshift's own tools name them."""
    for one, user, name in _refreshed(connection):
        yield (one["database"], user, name[0], name[1], one["query_id"], moment(one["started"]),
               moment(one["ended"]), *_how(one))  # fmt: skip


@system("sys_mv_refresh_history", "user_id int, session_id int, transaction_id bigint, "
        "database_name char(128), schema_name char(128), mv_name char(128), "
        "refresh_type char(32), status varchar(256), start_time timestamp, end_time timestamp, "
        "duration bigint")  # fmt: skip
def sys_mv_refresh_history(connection: Connection) -> Iterator[Any]:
    for one, user, name in _refreshed(connection):
        yield (user, one["pid"], one["query_id"], one["database"], *name, *reversed(_how(one)),
               moment(one["started"]), moment(one["ended"]), elapsed_micros(one))  # fmt: skip


_NOT_FOUND = ("is not a materialized view", "does not exist")


def _how(one: dict[str, Any]) -> tuple[str, str]:
    """A refresh's status and kind; each that succeeds makes the whole view again."""
    status = "Refresh successfully recomputed MV from scratch"
    if one["status"] != "success":
        missing = one["error"].endswith(_NOT_FOUND)
        status = f"Refresh failed. {'MV was not found' if missing else one['error']}"
    return status, "Auto" if one["automatic"] else "Manual"


def _refreshed(connection: Connection) -> Iterator[tuple[dict[str, Any], int, tuple[str, str]]]:
    """The refreshes that have ended."""
    for one, user in visible(connection):
        words = Words(one["text"])
        if one["status"] != "running" and words.accept("REFRESH", "MATERIALIZED", "VIEW"):
            *schema, name = words.name()
            yield one, user, (schema[-1] if schema else "public", name)
