"""Texts of ISO 8601: what DuckDB reads by itself means what the rules in Python say."""

import random
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labkit.cloud.engine.duck import DuckEngine, Session
from labkit.cloud.engine.formats import File, Table, are_instants, relation
from labkit.cloud.engine.trino.functions import iso
from labkit.cloud.engine.trino.functions.entry import TrinoError
from labkit.cloud.engine.types import INTEGER, VARCHAR
from tests.engine import lake

WHOLE = (
    "2020-05-11T11:15:05Z",
    "2020-05-11T11:15:05.055Z",
    "2020-05-11T11:15:05.123456Z",
    "1999-12-31T23:59:59.9Z",
    "2020-02-29T00:00:00.000Z",
)
ODD = (
    "2020-05-11T24:00:00Z", "2020-05-11T23:59:60Z", "2020-02-30T00:00:00Z", "20-05-11T11:15:05Z",
    "0999-05-11T11:15:05Z", "2020-5-1T1:1:1Z", "9999-12-31T23:59:59.999999Z", "2020-05-11T11:15Z",
    "99999-05-11T11:15:05Z", "2020-05-11T11:15:05.Z", "2020-05-11T11:15:05.1234567Z",
    "2020-05-11T11:15:05,5Z", " 2020-05-11T11:15:05Z", "2020-05-11T11:15:05Z ", "2020-05-11",
    "2020-05-11 11:15:05Z", "2020/05/11T11:15:05Z", "-2020-05-11T11:15:05Z", "2020-W10-1T01:02:03Z",
    "2020-123T01:02:03Z", "2020-05-11T11:15:05+01:00", "2020-05-11T11:15:05.5-0930", "", "Z",
    "2020-05-11T11:15:05+25:00", "0001-01-01T00:00:00+01:00",
)  # fmt: skip


def changed(text: str, chance: random.Random) -> str:
    """A text with a character or a few changed, put in or taken out."""
    found = list(text)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, new = chance.randrange(len(found) + 1), chance.choice("0123456789-:.TZ +/,\\\t\nWte")
        found[at : at + chance.randrange(2)] = chance.choice(("", new))
    return "".join(found)


def texts() -> list[str]:
    chance = random.Random(8601)
    made = (changed(chance.choice(WHOLE), chance) for _ in range(40_000))
    return list(dict.fromkeys((*WHOLE, *ODD, *made)))


def read(text: str) -> dict[str, object] | None:
    """What the rules in Python say; None for a text that they refuse."""
    try:
        return iso.read_moment(text)
    except TrinoError:
        return None


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(DuckEngine(threads=1)) as engine, engine.session() as session:
        yield session.connection


def test_texts_that_are_right(duck: duckdb.DuckDBPyConnection) -> None:
    """The moment, and the local time that fields are taken of."""
    right = {text: moment for text in texts() if (moment := read(text))}
    assert len(right) > 1000
    assert any(moment["zone"] != "UTC" for moment in right.values())
    duck.register("texts", pa.table({"s": list(right)}))
    found = duck.sql("SELECT s, trino_iso_timestamp(s), trino_iso_local_time(s) FROM texts")
    for text, moment, local in found.fetchall():
        assert (text, moment) == (text, right[text])
        assert (text, local) == (text, iso.read_local(text))


def test_texts_that_are_wrong(duck: duckdb.DuckDBPyConnection) -> None:
    """None of them is read without the rules, which refuse it."""
    wrong = [text for text in texts() if read(text) is None]
    assert len(wrong) > 1000
    duck.register("texts", pa.table({"s": wrong}))
    formats = "['%Y-%m-%dT%H:%M:%S.%fZ', '%Y-%m-%dT%H:%M:%SZ']"
    taken = f"trino_is_log_text(s) AND try_strptime(s, {formats}) IS NOT NULL"
    assert duck.sql(f"SELECT s FROM texts WHERE {taken}").fetchall() == []


def test_nothing_is_read_of_nothing(duck: duckdb.DuckDBPyConnection) -> None:
    read_ = "trino_iso_timestamp(NULL), trino_iso_local_time(NULL)"
    logged = read_.replace("trino_iso", "trino_logged")
    assert duck.sql(f"SELECT {read_}, {logged}").fetchall() == [(None,) * 4]


def test_a_column_of_logs(
    duck: duckdb.DuckDBPyConnection, session: Session, tmp_path: Path
) -> None:
    """What is told to be one has no text that the cast reads and the rules do not, or otherwise."""
    near = [text for text in texts() if text[-1:] == "Z" and len(text) in (20, 24)]
    made = [text for text in (*ODD, *near[:200]) if is_known(session, tmp_path, [text])]
    assert len(made) > 20
    duck.register("texts", pa.table({"s": made}))
    asked = "TRY(trino_logged_timestamp(s)), TRY(trino_logged_local_time(s))"
    for text, moment, local in duck.sql(f"SELECT s, {asked} FROM texts").fetchall():
        assert (text, moment) == (text, right := read(text))
        assert (text, local) == (text, right and right["instant"])


@pytest.mark.parametrize(
    ("column", "known"),
    [
        pytest.param([WHOLE[1]] * 200, True, id="many"),
        pytest.param([WHOLE[1], None] * 200, True, id="with NULL"),
        pytest.param([None], True, id="NULL alone"),
        pytest.param([], True, id="empty"),
        pytest.param([WHOLE[0], WHOLE[1]], False, id="two lengths"),
        *(pytest.param([*[WHOLE[0]] * at, text, *[WHOLE[0]] * (199 - at)], False, id=f"{text} {at}")
          for at in (70, 195) for text in ODD if not re.search("-30T|^9999-|:60Z", text)),
    ],
)  # fmt: skip
def test_one_text_is_enough(
    column: list[str | None], known: bool, session: Session, tmp_path: Path
) -> None:
    assert is_known(session, tmp_path, column) is known


def is_known(session: Session, folder: Path, column: list[str | None]) -> bool:
    """Whether a Parquet file is known to hold what logs write, once it has been asked for twice."""
    path = folder / f"{uuid.uuid4().hex}.parquet"
    pq.write_table(pa.table({"s": pa.array(column, "string")}), path)
    table, files = Table("parquet", (("s", VARCHAR),)), [File(str(path), path.name)]
    assert are_instants(session, table, files, "s") is False
    return are_instants(session, table, files, "s")


def test_a_delimited_column_of_logs(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert is_known_as_text(tmp_path, [*WHOLE[:2], "\\N"])
    odd = [text for text in ODD if not re.search("-30T|^9999-|:60Z", text)]
    assert not any(is_known_as_text(tmp_path, [*WHOLE[:2], text]) for text in odd)
    near = [text for text in texts() if text[-1:] == "Z" and len(text) in (20, 24)]
    made = [text for text in near[:60] if is_known_as_text(tmp_path, [text])]
    assert len(made) > 10
    duck.register("texts", pa.table({"s": made}))
    for text, local in duck.sql("SELECT s, TRY(trino_logged_local_time(s)) FROM texts").fetchall():
        assert (text, local) == (text, (right := read(text)) and right["instant"])


def is_known_as_text(folder: Path, column: list[str]) -> bool:
    """The same of a CSV file, once it has been read."""
    path = folder / f"{uuid.uuid4().hex}.csv"
    path.write_text("".join(f"1,{text}\n" for text in column))
    columns = (("n", INTEGER), ("s", VARCHAR))
    table, files = Table("csv", columns, options={"field.delim": ","}), [File(str(path), path.name)]
    opened = SimpleNamespace(con=duckdb.default_connection())
    relation(opened, table, files, frozenset("ns"))
    assert are_instants(opened, table, files, "s") is False
    return are_instants(opened, table, files, "s")


FIELDS = (
    "year quarter month week day day_of_week day_of_year year_of_week hour minute second "
    "millisecond date last_day_of_month".split()
)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with lake.engine() as engine, engine.session() as opened:
        yield opened


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_a_text_is_that_of_its_moment(session: Session, field: str) -> None:
    """With and without the moment in between, which stands in a column of a subquery."""
    rows = ", ".join(f"('{text}')" for text in (*WHOLE, *(o for o in ODD if read(o))))
    texts_ = f"(VALUES {rows}, (NULL)) t(s)"
    straight = f"SELECT {field}(from_iso8601_timestamp(s)) FROM {texts_}"
    moments = f"(SELECT from_iso8601_timestamp(s) AS m FROM {texts_} OFFSET 0)"
    got = lake.rows(session, straight)
    assert got == lake.rows(session, f"SELECT {field}(m) FROM {moments}")
    assert got[-1] == [None]
    assert all(cell is not None for (cell,) in got[:-1])
