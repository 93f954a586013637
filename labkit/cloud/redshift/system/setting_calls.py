"""``current_setting`` and ``set_config``: a session's settings, and variables of its own.

A name with a dot is a variable, which policies of rows may read. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_CURRENT_SETTING.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_SET_CONFIG.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.errors import MARK, RedshiftError, fail
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.redshift.warehouse.warehouse import INSTALLERS, Warehouse

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

Native = Callable[..., str]


def current(connection: Connection) -> Native:
    """``current_setting(name [, undefined_ok])``: an error, or NULL, where there is none."""
    settings = dict(connection.settings)
    cases = " ".join(
        f"WHEN {quoted_text(name)} THEN {quoted_text(shown(value))}"
        for name, value in settings.items()
    )

    def call(name: str, undefined_ok: str = "false") -> str:
        words = f"{MARK}:42704:unrecognized configuration parameter "
        told = f"{quoted_text(words)} || '\"' || lower({name}) || '\"'"
        missing = f"CASE WHEN NOT {undefined_ok} AND {name} IS NOT NULL THEN error({told}) END"
        return f"CASE lower({name}) {cases} ELSE CAST({missing} AS VARCHAR) END"

    return call


def changed(connection: Connection) -> Native:
    """``set_config(name, value, is_local)``: what SET and SET LOCAL do."""
    return lambda name, value, local: (
        f"rs_set_config({connection.pid}, {name}, {value}, CAST({local} AS BOOLEAN))"
    )


def _install(warehouse: Warehouse) -> None:
    def call(pid: int, name: str, value: str, local: bool) -> str:
        from labkit.cloud.redshift.warehouse.statements.settings import change, checked

        connection = warehouse.connections[pid]
        try:
            change(connection, name.lower(), checked(name, value), local=local)
        except RedshiftError as error:
            fail(error.message, error.sqlstate)
        return connection.settings[name.lower()]

    warehouse.database.create_function(
        "rs_set_config", call, ["INTEGER", "VARCHAR", "VARCHAR", "BOOLEAN"], "VARCHAR",
        side_effects=True,
    )  # fmt: skip


INSTALLERS.append(_install)
