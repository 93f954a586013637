"""The lab's open task: a clean table, by a recipe of one's own and a job."""

from textwrap import indent

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

NAME, TABLE, PLACE = "student-ready", "db_cur_sisdemo.student_ready", "sisdemo/student_ready/"
KEPT = {"format": "parquet", "bucket": "dataedu-curated", "partition_keys": []}
COLUMNS = "student_id, last_name, gender, home_state_name, cumulative_gpa, ed_level_desc"
JOIN = """    step(
        "JOIN",
        joinType="LEFT_JOIN",
        joinKeys=[{"key": "parent_highest_ed", "value": "ed_level_id"}],
        leftColumns=kept,
        rightColumns=["ed_level_desc"],
        secondInput={"DataCatalogInputDefinition": level},
    ),
"""
GENDER = '    step("UPPER_CASE", sourceColumn="gender"),\n'
TRIM = '    step("REMOVE_COMBINED", removeLeadingAndTrailingWhitespace=True, **state),\n'
OUTLIERS = '    step("REPLACE_OUTLIERS", replaceType="REPLACE_WITH_NULL", **gpa),\n'
MASK = '    step("MASK_RANGE", sourceColumns=["last_name"], maskSymbol="#", start=1),\n'
STEPS = f"""from labkit.recipes import step

state = {{"sourceColumn": "home_state_name"}}
gpa = {{"sourceColumn": "cumulative_gpa", "outlierStrategy": "Z_SCORE"}}
level = {{"DatabaseName": "db_raw_sisdemo", "TableName": "ed_level"}}
kept = [
    "student_id", "last_name", "gender", "home_state_name", "cumulative_gpa", "parent_highest_ed"
]
steps = [
    step("DELETE_DUPLICATE_ROWS"),
{GENDER}{TRIM}    step("CAPITAL_CASE", **state),
{OUTLIERS}{MASK}{JOIN}]
"""
JOB = f"""lab.recipe.create("{NAME}", steps)
lab.recipe.publish("{NAME}")
lab.recipe.run_job(
    "{NAME}",
    data_set="student",
    recipe="{NAME}",
    to=f"s3://{{lab.names.curated_bucket}}/{PLACE}",
    table="{TABLE}",
)"""
CODE = STEPS + JOB
AVERAGE = 'replaceType="REPLACE_WITH_AVERAGE"'
AFRESH = f"""lab.query("DROP TABLE IF EXISTS {TABLE}")
lab.storage.delete(f"s3://{{lab.names.curated_bucket}}/{PLACE}")
if "{NAME}" in set(lab.recipe.jobs()["job"]):
    lab.client("databrew").delete_job(Name="{NAME}")
"""
CHANGED = f"""lab.recipe.create("{NAME}", steps[:1])
lab.recipe.publish("{NAME}")"""
WRONG_STEPS = STEPS.replace('"gender"', '"sex"')
FAILED = f"""{AFRESH}from labkit.errors import RunFailed

{WRONG_STEPS}
try:
{indent(JOB, "    ")}
except RunFailed as error:
    why = str(error)"""
CTAS = f'''{AFRESH}lab.query(f"""
    CREATE TABLE {TABLE}
    WITH (format = 'PARQUET', external_location = 's3://{{lab.names.curated_bucket}}/{PLACE}')
    AS SELECT DISTINCT student_id, rpad(substr(last_name, 1, 1), length(last_name), '#')
            AS last_name, upper(gender) AS gender, cumulative_gpa, ed_level_desc,
        array_join(transform(split(trim(lower(home_state_name)), ' '),
            word -> upper(substr(word, 1, 1)) || substr(word, 2)), ' ') AS home_state_name
    FROM db_raw_sisdemo.student
    LEFT JOIN db_raw_sisdemo.ed_level ON ed_level_id = parent_highest_ed""")'''


def reference(data: Data) -> dict[str, object]:
    """Each student once, mended and masked; the job that wrote it."""
    student = data.student.drop_duplicates()
    levels = data.ed_level.rename(columns={"ed_level_id": "parent_highest_ed"})
    rows = student.merge(levels, on="parent_highest_ed", how="left")
    rows = rows.assign(
        last_name=[name[0] + "#" * (len(name) - 1) for name in rows.last_name],
        gender=rows.gender.str.upper(),
        home_state_name=rows.home_state_name.str.strip().str.title(),
        cumulative_gpa=rows.cumulative_gpa.where(rows.cumulative_gpa <= 4),
        ed_level_desc=rows.ed_level_desc.astype(object).where(rows.ed_level_desc.notna(), None),
    )
    job = {"recipe": NAME, "published": True, "table": TABLE, "last_run": "SUCCEEDED"}
    job["as_run"] = True
    return {"rows": rows[COLUMNS.split(", ")], "kept": KEPT, "job": job}


q8 = Question(
    id="lab2-q8",
    points=6,
    title="Ready for the analysts",
    task="""The whole way on your own. Make the table `db_cur_sisdemo.student_ready` from the data
set `student`, with a published recipe and a job that are both called `student-ready`. The job
writes Parquet into the curated bucket. In the table

- each student is there once, and none is lost,
- `gender` is in capitals, and `home_state_name` is trimmed and written like *New York*,
- a `cumulative_gpa` above 4 is missing,
- `last_name` shows its first letter, and a `#` for each of the others: *Lee* is `L##`,
- `ed_level_desc` of the parents stands beside (in `ed_level`, whose `ed_level_id` is
  `parent_highest_ed`), and is missing where it is not known.

Columns that are named neither here nor `student_id` may stay or go.""",
    reads={
        "rows": State("rows", f"SELECT {COLUMNS} FROM {TABLE}"),
        "kept": State("kept", *TABLE.split(".")),
        "job": State("recipe_job", NAME),
    },
    starter=f"""steps = []
# lab.recipe.create("{NAME}", steps)
# ...""",
    answer=CODE,
    reference=reference,
    compare=Compare(unasked=("partition_keys",)),
    hints=(
        "Seven steps do it. Five of them you have seen in `student-clean`, one in exercise 5.",
        'The new one is `MASK_RANGE`: `sourceColumns=["last_name"], maskSymbol="#", start=1`.',
        "Twins, capitals, blanks, case, outliers to NULL, mask, left join: then publish and run.",
    ),
    explanation="""Small steps, each of which can be read and undone; a join that loses nobody; a
value that is missing rather than invented; a name that cannot be read by who need not know it. The
job can run each night from now on.""",
    messages={
        "lost": "Students got lost. Who has no band finds no partner in an inner join.",
        "columns": "The job has written the table, but not all the columns that are asked for. Is "
        "`ed_level_desc` there?",
        "twins": "A student still stands there twice.",
        "invented": "An impossible average became another number. Nobody knows that number: let it "
        "be missing.",
        "rows-removed": "Who has an impossible average is gone. Only the value should be.",
        "gender": "`gender` should be in capitals.",
        "untrimmed": "There are blanks around some of the states.",
        "state-case": "The states should be written like *New York*: each word with a capital.",
        "impossible": "A `cumulative_gpa` above 4 is still there. It should be missing.",
        "namesakes": "Students who share a last name are gone. Who is the same student?",
        "mask-none": "The last names can still be read.",
        "mask-other": "Another sign than `#` covers the names.",
        "mask-late": "Two letters of each name show. Only the first should.",
        "key": "Nearly everybody's `ed_level_desc` is missing. Which column says the same as "
        "`ed_level_id`?",
        "mask-all": "The first letter of the names should stay.",
        "mask-letters": "Not all letters are from a to z: look at the masked names again.",
        "no-job": "The table is nearly there, but there is no job `student-ready` that would write "
        "it again tomorrow.",
        "kind-dict": "The table is as it should be, but no job `student-ready` is there that "
        "would write it again tomorrow.",
        "other-recipe": "The job follows another recipe. Both are to be called `student-ready`.",
        "no-table": "The job writes files, and nobody finds them: give it a `table` too.",
        "not-run": "The job is there, and has never run.",
        "failed": "The job's last run failed. What does it say about its steps?",
        "changed": "The table is right, but the recipe was changed after the job's last run: the "
        "next one writes another table. Publish the steps that made this one, and run the job.",
        "working": "The job follows the recipe's working version. Let it follow what is published.",
    },
    wrong=(
        (CODE.replace("LEFT_JOIN", "INNER_JOIN"), "lost"),
        (CODE.replace(JOIN, ""), "columns"),
        (CODE.replace('    step("DELETE_DUPLICATE_ROWS"),\n', ""), "twins"),
        (CODE.replace('replaceType="REPLACE_WITH_NULL"', AVERAGE), "invented"),
        (
            CODE.replace('"REPLACE_OUTLIERS"', '"REMOVE_OUTLIERS"').replace(
                'replaceType="REPLACE_WITH_NULL"', 'removeType="DELETE_ROWS"'
            ),
            "rows-removed",
        ),
        (CODE.replace("start=1", "start=0"), "mask-all"),
        (
            CODE.replace('"MASK_RANGE"', '"MASK_CUSTOM"').replace(
                "start=1", 'regex=True, customValue="[a-z]"'
            ),
            "mask-letters",
        ),
        (CODE.replace('"UPPER_CASE"', '"LOWER_CASE"'), "gender"),
        (CODE.replace(GENDER, ""), "gender"),
        (CODE.replace(TRIM, ""), "untrimmed"),
        (CODE.replace('"CAPITAL_CASE"', '"UPPER_CASE"'), "state-case"),
        (CODE.replace('"CAPITAL_CASE"', '"SENTENCE_CASE"'), "state-case"),
        (CODE.replace(OUTLIERS, ""), "impossible"),
        (
            CODE.replace(
                'step("DELETE_DUPLICATE_ROWS")',
                'step("REMOVE_DUPLICATES", sourceColumn="last_name")',
            ),
            "namesakes",
        ),
        (CODE.replace(MASK, ""), "mask-none"),
        (CODE.replace('maskSymbol="#"', 'maskSymbol="*"'), "mask-other"),
        (CODE.replace("start=1", "start=2"), "mask-late"),
        (CODE.replace('"key": "parent_highest_ed"', '"key": "student_id"'), "key"),
        (CTAS, "no-job"),
        (AFRESH + CODE.replace('job(\n    "student-ready"', 'job(\n    "ready"'), "kind-dict"),
        (
            CODE.replace('create("student-ready"', 'create("ready"')
            .replace('publish("student-ready"', 'publish("ready"')
            .replace('recipe="student-ready"', 'recipe="ready"'),
            "other-recipe",
        ),
        (CODE.replace("    table=", '    version="LATEST_WORKING",\n    table='), "working"),
        (f"{CODE}\n{CHANGED}", "changed"),
        (AFRESH + CODE.replace(f'\n    table="{TABLE}",', ""), "no-table"),
        (AFRESH + CODE.replace("run_job", "put_job"), "not-run"),
        (FAILED, "failed"),
    ),
    right=(
        f"""{AFRESH}{CODE}
lab.recipe.create("{NAME}", steps)
lab.recipe.publish("{NAME}", "the same again")""",
        CODE.replace("start=1", "start=1, stop=1000").replace(
            "steps = [", 'steps = [\n    step("DELETE", sourceColumns=["birth_date"]),'
        ),
        CODE.replace('"MASK_RANGE"', '"MASK_CUSTOM"').replace(
            "start=1", 'regex=True, customValue="(?<=.)."'
        ),
        CODE.replace(
            'step("DELETE_DUPLICATE_ROWS")', 'step("REMOVE_DUPLICATES", sourceColumn="student_id")'
        ).replace(
            '"REPLACE_OUTLIERS", replaceType="REPLACE_WITH_NULL"',
            '"REMOVE_OUTLIERS", removeType="CLEAR"',
        ),
        STEPS
        + JOB.replace("run_job", "put_job")
        + f"""
from labkit.recipes.runs import run_of

run_of(lab, "{NAME}", 60)""",
        AFRESH
        + STEPS
        + JOB.replace("run_job", "put_job")
        + f'\nlab.client("databrew").start_job_run(Name="{NAME}")',
        AFRESH
        + CODE.replace(f'\n    table="{TABLE}",', "")
        + f'''
lab.query(f"""CREATE EXTERNAL TABLE {TABLE} (
    student_id bigint, last_name string, gender string, home_state_name string,
    cumulative_gpa double, ed_level_desc string)
    STORED AS PARQUET LOCATION 's3://{{lab.names.curated_bucket}}/{PLACE}'""")''',
    ),
)
