"""Lab 2's own recipe over ten million students: 24 steps, five joins, against the same by hand.

By hand is one statement of DuckDB, and pandas as its users write it, on Arrow's types, file by
file. All three must give the same rows.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from labkit.cloud.engine.formats.guess import arrow_kind
from labkit.recipes import workshop
from seeds.lake import generate
from tools.bench import recipes
from tools.bench.figures import Figure, seconds, take_turns
from tools.bench.lake import BUCKET

SCALE = 20
FILES, COPIES = 10, 125
"""How many files, and how often each has all of the university's 8,002 students."""
DATABASE = "db_raw_sisdemo"
TABLES = ("student", "department", "school", "semester", "ed_level")
NAME = "students"
COPIED = """SELECT student.* REPLACE (
        (student_id + {many} * copy)::INTEGER AS student_id,
        replace(email_address, '@', copy || '@') AS email_address)
    FROM '{student}' AS student, range({first}, {last}) AS copies(copy)"""
_FOREIGN = ("department_id", "admit_semester_id", "planned_grad_semester_id")
_SEMESTERS = (
    ("fk_admit_semester_id", "admit_semester_id", "first_semester_"),
    ("fk_planned_grad_semester_id", "planned_grad_semester_id", "final_semester_"),
)
BY_HAND = """SELECT s.* RENAME (department_id AS fk_department_id,
        admit_semester_id AS fk_admit_semester_id,
        planned_grad_semester_id AS fk_planned_grad_semester_id),
    d.* RENAME (school_id AS fk_school_id), c.*,
    a.* RENAME (semester_id AS admit_semester_id, start_date AS first_semester_start_date,
        end_date AS first_semester_end_date, term_name AS first_semester_term_name,
        semester_year AS first_semester_year,
        school_year_name AS first_semester_school_year_name),
    p.* RENAME (semester_id AS planned_grad_semester_id, start_date AS final_semester_start_date,
        end_date AS final_semester_end_date, term_name AS final_semester_term_name,
        semester_year AS final_semester_year,
        school_year_name AS final_semester_school_year_name),
    e.* RENAME (ed_level_id AS parent_ed_level_id, ed_level_code AS parent_ed_level_code,
        ed_level_desc AS parent_ed_level_desc)
    FROM {student} s
    JOIN {department} d ON s.department_id = d.department_id
    JOIN {school} c ON d.school_id = c.school_id
    JOIN {semester} a ON s.admit_semester_id = a.semester_id
    JOIN {semester} p ON s.planned_grad_semester_id = p.semester_id
    JOIN {ed_level} e ON s.parent_highest_ed = e.ed_level_id"""


@dataclass(frozen=True)
class Students:
    """The files of the five tables, each in its own folder."""

    folder: Path

    def paths(self, table: str) -> list[Path]:
        return sorted((self.folder / table).iterdir())

    def relation(self, table: str) -> str:
        """What DuckDB reads in the place of the catalog's table."""
        return f"read_parquet({[str(path) for path in self.paths(table)]})"


def make(folder: Path) -> Students:
    """Write the files, or find those of an earlier run."""
    made = folder / "sis"
    if not made.exists():
        aside = folder / "sis.new"
        shutil.rmtree(aside, ignore_errors=True)
        generate(aside, SCALE, TABLES)
        _copy(aside / "sisdb" / "sisdemo")
        (aside / "sisdb" / "sisdemo").rename(made)
    return Students(made)


def _copy(tables: Path) -> None:
    """Put many times as many students, each with a number and an address of its own."""
    [single] = (tables / "student").iterdir()
    many = pq.read_metadata(single).num_rows
    for number in range(FILES):
        first = number * COPIES
        sql = COPIED.format(many=many, student=single, first=first, last=first + COPIES)
        target = single.with_name(f"{number:02}.parquet")
        duckdb.execute(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION snappy)")
    single.unlink()


def load(files: Students, s3: Any, glue: Any) -> None:
    """Put the files into the bucket and the tables into the catalog."""
    glue.create_database(DatabaseInput={"Name": DATABASE})
    for table in TABLES:
        for path in files.paths(table):
            with path.open("rb") as body:
                s3.put_object(Bucket=BUCKET, Key=f"sis/{table}/{path.name}", Body=body)
        schema = pq.read_schema(files.paths(table)[0])
        columns = [{"Name": f.name, "Type": arrow_kind(f.type).hive} for f in schema]
        glue.create_table(DatabaseName=DATABASE, TableInput=_table(table, columns))


def _table(name: str, columns: list[dict[str, str]]) -> dict[str, Any]:
    classes = "org.apache.hadoop.hive.ql.io.parquet"
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "StorageDescriptor": {
            "Columns": columns,
            "Location": f"s3://{BUCKET}/sis/{name}/",
            "InputFormat": f"{classes}.MapredParquetInputFormat",
            "OutputFormat": f"{classes}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{classes}.serde.ParquetHiveSerDe"},
        },
    }


def measure(databrew: Any, s3: Any, files: Students, role: str) -> Iterator[Figure]:
    """The figures of the lab's recipe, whose job runs as a role."""
    _make_job(databrew, role)
    work, folder = partial(recipes.run, databrew, NAME), files.folder.parent
    hand, pandas = folder / "students_by_hand.parquet", folder / "students_by_pandas"
    pandas.mkdir(exist_ok=True)
    with duckdb.connect() as duck:
        ours, base = take_turns(work, partial(_by_hand, duck, files, hand))
        yield Figure("Lab 2's recipe, 24 steps, 10 M rows", ours, 1.15, base)
        yield Figure("The same against pandas", ours, 0.2, seconds(partial(_all, files, pandas)))
        _compare(duck, [_fetched(s3, folder), str(hand), str(pandas / "*.parquet")])
    hand.unlink()
    shutil.rmtree(pandas)


def _make_job(databrew: Any, role: str) -> None:
    databrew.create_recipe(Name=NAME, Steps=workshop())
    databrew.publish_recipe(Name=NAME)
    place = {"DatabaseName": DATABASE, "TableName": "student"}
    databrew.create_dataset(Name=NAME, Input={"DataCatalogInputDefinition": place})
    recipes.create_job(databrew, NAME, NAME, role)


def _by_hand(duck: Any, files: Students, target: Path) -> None:
    sql = BY_HAND.format(**{table: files.relation(table) for table in TABLES})
    duck.execute(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION snappy)")


def _all(files: Students, folder: Path) -> None:
    """File by file, as all rows at once would take more memory than a laptop has."""
    read: Callable[[Path], pd.DataFrame] = partial(pd.read_parquet, dtype_backend="pyarrow")
    department, school, semester, level = (read(files.paths(table)[0]) for table in TABLES[1:])
    department = department.rename(columns={"school_id": "fk_school_id"})
    level = level.add_prefix("parent_")
    for path in files.paths("student"):
        table = read(path).rename(columns={name: f"fk_{name}" for name in _FOREIGN})
        table = table.merge(department, left_on="fk_department_id", right_on="department_id")
        table = table.merge(school, left_on="fk_school_id", right_on="school_id")
        for key, name, prefix in _SEMESTERS:
            renamed = _semester(semester, name, prefix)
            table = table.merge(renamed, left_on=key, right_on=name)
        table = table.merge(level, left_on="parent_highest_ed", right_on="parent_ed_level_id")
        table.to_parquet(folder / path.name, compression="snappy")


def _semester(table: pd.DataFrame, number: str, prefix: str) -> pd.DataFrame:
    short = table.rename(columns={"semester_year": "year"}).add_prefix(prefix)
    return short.rename(columns={f"{prefix}semester_id": number})


def _fetched(s3: Any, folder: Path) -> str:
    """The job's output, as a file."""
    target = folder / "students_job.parquet"
    key = f"recipes/{NAME}/{NAME}_part00000.parquet.snappy"
    with target.open("wb") as file:
        shutil.copyfileobj(s3.get_object(Bucket=BUCKET, Key=key)["Body"], file, 1 << 22)
    return str(target)


def _compare(duck: Any, outputs: list[str]) -> None:
    """Raise unless all have the same columns and the same rows, in whatever order."""
    [first, *others] = [_told(duck, output) for output in outputs]
    if not all(other == first for other in others):
        raise RuntimeError(f"the job, DuckDB and pandas differ: {first}, {others}")


def _told(duck: Any, output: str) -> tuple[Any, ...]:
    names = [row[0] for row in duck.execute(f"DESCRIBE FROM '{output}'").fetchall()]
    texts = ", ".join(f"CAST({name} AS VARCHAR)" for name in sorted(names))
    hashed = f"SELECT count(*), sum(hash({texts})), count(DISTINCT student_id) FROM '{output}'"
    return (sorted(names), *duck.execute(hashed).fetchall()[0])
