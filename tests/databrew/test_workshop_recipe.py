"""The recipe of lab 2, student-ext-2: 24 steps over the SIS, equal to the joins written by hand."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.databrew.recipe import RecipeContext, Step, compile_recipe
from labkit.cloud.engine import DuckEngine, Session
from seeds import generate

COLUMNS = {
    "department": "department_id department_name department_code school_id",
    "school": "school_id school_name relative_website_url university_id",
    "semester": "semester_id start_date end_date term_name semester_year school_year_name",
    "ed_level": "ed_level_id ed_level_code ed_level_desc",
}
BY_HAND = """
    SELECT s.* EXCLUDE (department_id, admit_semester_id, planned_grad_semester_id),
        s.department_id AS fk_department_id, s.admit_semester_id AS fk_admit_semester_id,
        s.planned_grad_semester_id AS fk_planned_grad_semester_id,
        d.department_id, d.department_name, d.department_code, d.school_id AS fk_school_id,
        c.school_id, c.school_name, c.relative_website_url, c.university_id,
        {first}, {final}, {level}
    FROM {student} s
    JOIN {department} d ON s.department_id = d.department_id
    JOIN {school} c ON d.school_id = c.school_id
    JOIN {semester} a ON s.admit_semester_id = a.semester_id
    JOIN {semester} p ON s.planned_grad_semester_id = p.semester_id
    JOIN {ed_level} e ON s.parent_highest_ed = e.ed_level_id
"""


class Recipe:
    """The lab's steps; each keeps account of the columns that a join must name."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self.steps: list[Step] = []

    def rename(self, old: str, new: str) -> None:
        self.columns[self.columns.index(old)] = new
        self.steps.append(Step("RENAME", {"sourceColumn": old, "targetColumn": new}))

    def join(self, table: str, left: str, right: str, columns: list[str]) -> None:
        """All parameters are texts, as the workshop's recipe file has them."""
        catalog = {"CatalogId": "1", "DatabaseName": "db_raw_sisdemo", "TableName": table}
        self.steps.append(
            Step(
                "JOIN",
                {
                    "joinKeys": json.dumps([{"key": left, "value": right}]),
                    "joinType": "INNER_JOIN",
                    "leftColumns": json.dumps(self.columns),
                    "rightColumns": json.dumps(columns),
                    "secondInput": json.dumps({"DataCatalogInputDefinition": catalog}),
                    "secondaryDatasetName": table,
                },
            )
        )
        self.columns += columns

    def semester(self, key: str, id_name: str, prefix: str) -> None:
        names = COLUMNS["semester"].split()
        self.join("semester", key, "semester_id", names)
        self.rename("semester_id", id_name)
        for name in names[1:]:
            self.rename(name, prefix + name)


def workshop(columns: list[str]) -> list[Step]:
    recipe = Recipe(columns)
    for name in ("department_id", "admit_semester_id", "planned_grad_semester_id"):
        recipe.rename(name, f"fk_{name}")
    recipe.join("department", "fk_department_id", "department_id", COLUMNS["department"].split())
    recipe.rename("school_id", "fk_school_id")
    recipe.join("school", "fk_school_id", "school_id", COLUMNS["school"].split())
    recipe.semester("fk_admit_semester_id", "admit_semester_id", "first_semester_")
    recipe.semester("fk_planned_grad_semester_id", "planned_grad_semester_id", "final_semester_")
    recipe.join("ed_level", "parent_highest_ed", "ed_level_id", COLUMNS["ed_level"].split())
    for name in COLUMNS["ed_level"].split():
        recipe.rename(name, f"parent_{name}")
    return recipe.steps


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The kit's own SIS tables: SQL of each by name."""
    folder = tmp_path_factory.mktemp("lake")
    generate(folder, tables=["student", *COLUMNS], threads=1)
    return {
        name: f"read_parquet('{next(folder.glob(f'sisdb/sisdemo/{name}/*.parquet'))}')"
        for name in ("student", *COLUMNS)
    }


@pytest.fixture(scope="module")
def session(lake: dict[str, str]) -> Iterator[Session]:
    folder = Path(lake["student"].split("'")[1]).parents[3]
    with closing(DuckEngine([folder])) as engine, engine.session() as session:
        yield session


@pytest.fixture
def statement(session: Session, lake: dict[str, str]) -> str:
    """The recipe, compiled."""

    def load(definition: dict[str, Any]) -> tuple[str, Any]:
        sql = f"SELECT * FROM {lake[definition['DataCatalogInputDefinition']['TableName']]}"
        return sql, context.describe(sql)

    context = RecipeContext(session, load=load)
    source = f"SELECT * FROM {lake['student']}"
    columns = context.describe(source)
    steps = workshop([column.name for column in columns])
    assert len(steps) == 24
    return compile_recipe(steps, source, columns, context).statement


def by_hand(lake: dict[str, str]) -> str:
    def renamed(table: str, id_name: str, prefix: str, names: str) -> str:
        first, *rest = names.split()
        named = [f"{table}.{first} AS {id_name}", *(f"{table}.{n} AS {prefix}{n}" for n in rest)]
        return ", ".join(named)

    semester, level = COLUMNS["semester"], COLUMNS["ed_level"]
    return BY_HAND.format(
        first=renamed("a", "admit_semester_id", "first_semester_", semester),
        final=renamed("p", "planned_grad_semester_id", "final_semester_", semester),
        level=renamed("e", "parent_ed_level_id", "parent_", level),
        **lake,
    )


def test_the_recipe_gives_47_columns_equal_to_joins_by_hand(
    session: Session, lake: dict[str, str], statement: str
) -> None:
    made = session.connection.sql(statement)
    assert len(made.columns) == 47
    wanted = session.connection.sql(
        f"SELECT {', '.join(made.columns)} FROM ({by_hand(lake)}) ORDER BY student_id"
    )
    assert made.types == wanted.types
    assert len(wanted) > 300
    assert (
        session.connection.sql(f"{statement} ORDER BY student_id").fetchall() == wanted.fetchall()
    )


def test_the_recipe_plans_as_joins_by_hand(
    session: Session, lake: dict[str, str], statement: str
) -> None:
    made = operators(session, statement)
    assert made["HASH_JOIN"] == 5
    assert made == operators(session, by_hand(lake))


def operators(session: Session, sql: str) -> dict[str, int]:
    """How often each operator stands in a statement's plan, but projections of names alone."""
    found: dict[str, int] = {}
    plans = [
        json.loads(session.connection.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1])
    ]
    while plans:
        for node in plans.pop():
            if node["name"] != "PROJECTION":
                found[node["name"]] = found.get(node["name"], 0) + 1
            plans.append(node["children"])
    return found
