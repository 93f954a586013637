"""Random steps: the same seed gives the same rows on any number of threads, another seed others."""

from contextlib import closing

import pytest

from labkit.cloud.databrew.recipe import RecipeContext, Step, compile_recipe
from labkit.cloud.engine import DuckEngine

SOURCE = "SELECT i AS id, i % 7 AS weekday, 'name ' || i AS name FROM range(20000) AS t(i)"
STEPS = {
    "RANDOM": {"targetColumn": "drawn"},
    "RANDOM_BETWEEN": {"lowerBound": "1", "upperBound": "6", "targetColumn": "drawn"},
    "SHUFFLE_ROWS": {"sourceColumns": '["name"]', "groupByColumns": '["weekday"]'},
    "REPLACE_WITH_RANDOM_BETWEEN": {
        "sourceColumns": '["name"]',
        "lowerBound": "1.5",
        "upperBound": "2.5",
    },
    "REPLACE_WITH_RANDOM_DATE_BETWEEN": {
        "sourceColumns": '["name"]',
        "startDate": "2020-12-12 12:12:12",
        "endDate": "2020-12-13",
    },
}


def drawn(operation: str, *, seed: int, threads: int) -> list[tuple[object, ...]]:
    with closing(DuckEngine(threads=threads)) as engine, engine.session() as session:
        context = RecipeContext(session, seed=seed)
        step = Step(operation, STEPS[operation])
        made = compile_recipe([step], SOURCE, context.describe(SOURCE), context)
        return context.rows(made.statement)


@pytest.mark.parametrize("operation", STEPS)
def test_a_seed_decides(operation: str) -> None:
    rows = drawn(operation, seed=1, threads=1)
    assert rows == drawn(operation, seed=1, threads=4)
    assert rows != drawn(operation, seed=2, threads=1)


def test_random_numbers_are_even_from_0_to_1() -> None:
    numbers = [float(str(row[-1])) for row in drawn("RANDOM", seed=1, threads=1)]
    assert 0 <= min(numbers) < 0.001
    assert 0.999 < max(numbers) < 1
    assert sum(numbers) / len(numbers) == pytest.approx(0.5, abs=0.01)


def test_random_whole_numbers_meet_both_bounds_equally_often() -> None:
    faces = [row[-1] for row in drawn("RANDOM_BETWEEN", seed=1, threads=1)]
    assert set(faces) == {1, 2, 3, 4, 5, 6}
    assert all(abs(faces.count(face) - 20000 / 6) < 250 for face in set(faces))


def test_shuffled_values_stay_in_their_group() -> None:
    rows = drawn("SHUFFLE_ROWS", seed=1, threads=1)
    before = {f"name {number}": number % 7 for number in range(20000)}
    assert sorted(str(name) for _, _, name in rows) == sorted(before)
    assert all(before[str(name)] == weekday for _, weekday, name in rows)
    assert sum(name == f"name {number}" for number, _, name in rows) < 100


def test_random_numbers_and_dates_stay_within_their_bounds() -> None:
    numbers = [row[-1] for row in drawn("REPLACE_WITH_RANDOM_BETWEEN", seed=1, threads=1)]
    assert all(1.5 <= float(str(number)) <= 2.5 for number in numbers)
    times = [str(row[-1]) for row in drawn("REPLACE_WITH_RANDOM_DATE_BETWEEN", seed=1, threads=1)]
    assert "2020-12-12 12:12:12" <= min(times) < max(times) <= "2020-12-13 00:00:00"
    assert len(set(times)) > 10000
