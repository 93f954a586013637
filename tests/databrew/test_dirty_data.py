"""A job over dirty data finishes: no value of a column stops a step that its type does not stop."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from labkit.cloud.databrew.recipe import RecipeContext, RecipeError, Step, compile_recipe
from labkit.cloud.databrew.recipe.relation import quoted_name
from labkit.cloud.engine import DuckEngine, Session
from tests.databrew.table import Case, read_cases

#: Columns of what a column of their type may hold at its worst, and a name that quotes must bear.
DIRTY = {
    "long": ("BIGINT", "-9223372036854775808, 9223372036854775807, 0, NULL"),
    "double": ("DOUBLE", "'NaN', 'Infinity', '-Infinity', '-1e308', NULL"),
    "decimal": (
        "DECIMAL(38, 18)",
        "'99999999999999999999.9', '-99999999999999999999.9', '0', NULL",
    ),
    "text": ("VARCHAR", "'', '1e999', '{a} % \\ ''', '294000-13-01', '24:61', NULL"),
    "boolean": ("BOOLEAN", "true, false, NULL"),
    "date": ("DATE", "'-5877641-06-25', '5881580-07-10', 'infinity', NULL"),
    "timestamp": ("TIMESTAMP", "'infinity', '290309-12-22 (BC)', '294247-01-10', NULL"),
    "array": ("INTEGER[]", "[], [NULL], NULL"),
    'a "name" of {x}': ("VARCHAR", "'a', 'b', NULL"),
}
ONE, MANY = ("sourceColumn", "sourceColumn1", "sourceColumn2"), ("sourceColumns",)


def steps() -> list[Case]:
    """A case of each operation that reads columns of any name."""
    found: dict[str, Case] = {}
    for case in read_cases():
        reads = [name for name in case.parameters if name in (*ONE, *MANY)]
        if reads and not (case.error or case.waived or case.second):
            found.setdefault(case.operation, case)
    return list(found.values())


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with closing(DuckEngine()) as engine, engine.session() as session:
        yield session


@pytest.mark.parametrize("case", steps(), ids=lambda case: case.operation)
def test_a_step_finishes_over_any_column(case: Case, session: Session) -> None:
    for name in DIRTY:
        finish(Step(case.operation, over(name, case.parameters)), name, session)


def finish(step: Step, name: str, session: Session) -> None:
    """Run a step, unless it refuses the column's type or its other columns at once."""
    kind, values = DIRTY[name]
    source = f"SELECT unnest([{values}]::{kind}[]) AS {quoted_name(name)}"
    with closing(RecipeContext(session, secret=lambda *_: b"key")) as context:
        try:
            made = compile_recipe([step], source, context.describe(source), context)
        except RecipeError:
            return
        session.connection.execute(made.statement).fetchall()


def over(name: str, parameters: dict[str, str]) -> dict[str, str]:
    """A step's parameters, reading this column and writing a new one."""
    changed = parameters | {each: name for each in ONE if each in parameters}
    changed |= {each: json.dumps([name]) for each in MANY if each in parameters}
    return changed | ({"targetColumn": "made"} if "targetColumn" in parameters else {})
