"""What ``ALTER TABLE`` says of policies, and what may not change while a policy depends on it.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html and
https://docs.aws.amazon.com/redshift/latest/dg/t_rls_object_dependency.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import DENIED, RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import grants, policies
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.policies import is_protected

#: Nothing attached, and not on: what a relation without policies has.
OFF = {"on": False, "conjunction": "and", "datashares": True, "datashares_conjunction": "and",
       "attached": []}  # fmt: skip


def protection_clause(connection: Connection, words: Words, one: Object) -> Object | None:
    """``ROW LEVEL SECURITY ON | OFF ...`` and ``MASKING ON | OFF FOR DATASHARES``, if it is next.

    Raises:
        RedshiftError: the user may not manage policies.
    """
    rows = words.accept("ROW", "LEVEL", "SECURITY")
    if not rows and not words.accept("MASKING"):
        return None
    grants.check_system(connection, "MANAGE POLICIES", f"alter the policies of {one.name}")
    on = words.accept_one("ON", "OFF")
    if not on:
        raise words.refuse()
    if not rows:
        words.expect("FOR", "DATASHARES")
        return one.changed(masking_datashares=on == "ON")
    conjunction = ""
    if words.accept("CONJUNCTION", "TYPE"):
        conjunction = words.accept_one("AND", "OR").lower()
        if not conjunction:
            raise words.refuse()
    return _switched(connection, one, on == "ON", conjunction, words.accept("FOR", "DATASHARES"))


def _switched(
    connection: Connection, one: Object, on: bool, conjunction: str, shares: bool
) -> Object:
    if on:
        check_attachable(connection, one)
    state = {**OFF, **one.body.get("rls", {})}
    prefix = "datashares_" if shares else ""
    changes = {"datashares" if shares else "on": on}
    kind = {f"{prefix}conjunction": conjunction or "and"} if conjunction or on else {}
    return one.changed(rls=state | changes | kind)


def check_attachable(connection: Connection, one: Object) -> None:
    """Refuse a relation that no policy can protect.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ATTACH_RLS_POLICY.html
    """
    if one.temporary:
        raise RedshiftError(f'policies on temporary table "{one.name}" are not supported', "0A000")
    if one.database != connection.database:
        raise RedshiftError("cross-database reference not supported for this statement", "0A000")
    if policies.lookups(connection, one):
        raise RedshiftError(f'"{one.name}" is a lookup table of a policy', "0A000")
    views = [v for v in connection.objects.of("relation") if v.kind == "matview"]
    for view in views:
        if one.oid in bases(connection, view):
            raise RedshiftError(
                f'"{one.name}" is a base table of materialized view "{view.name}"', "0A000"
            )


def bases(connection: Connection, view: Object) -> set[int]:
    """What a view reads, by itself and through others."""
    own, stored = connection.temporary.values(), connection.objects.of("relation")
    known = {one.oid: one for one in (*own, *stored)}
    found: set[int] = set()
    left = [int(oid) for oid in view.body.get("uses", ())]
    while left:
        oid = left.pop()
        if oid not in found:
            found.add(oid)
            left += known[oid].body.get("uses", ()) if oid in known else ()
    return found


def check_free(connection: Connection, table: Object, column: str) -> None:
    """Refuse to change a column that a policy is about or reads."""
    oid = str(table.oid)
    if any(column in p.body["uses"][oid] for p in policies.lookups(connection, table)):
        raise _depends(f"column {column} of table {table.name}")
    attached = {each["policy"] for each in table.body.get("rls", {}).get("attached", ())}
    of_rows = [p for p in connection.objects.of(policies.ROWS) if p.oid in attached]
    if any(column == name for p in of_rows for name, _ in policies.inputs(p)):
        raise _depends(f"column {column} of table {table.name}")
    masked = {place.partition(".")[0] for m in table.body.get("masks", ())
              for place in (*m["inputs"], *m["outputs"])}  # fmt: skip
    if column in masked:
        raise _depends(f"column {column} of table {table.name}")


def check_no_lookup(connection: Connection, table: Object, what: str) -> None:
    """Refuse to drop or rename a table that a policy reads."""
    if policies.lookups(connection, table):
        raise RedshiftError(
            f"cannot {what} table {table.name} because a policy depends on it", "2BP01"
        )


def _depends(what: str) -> RedshiftError:
    return RedshiftError(f"cannot alter {what} because a policy depends on it", "2BP01")


def check_movable(connection: Connection, source: Object) -> None:
    """Refuse to move rows out of a table past its policies.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/t_rls_usage.html
    """
    hidden = source.body.get("rls", {}).get("on") and not grants.has(connection, "IGNORE RLS")
    names = grants.grantees(connection, connection.user)
    masked = any(m["grantee"] in names for m in source.body.get("masks", ()))
    if is_protected(source) and (hidden or masked):
        raise RedshiftError(
            f"ALTER TABLE APPEND from {source.name} needs rights beyond its policies", DENIED
        )
