"""A recipe that cleans: rows that go, and texts that are mended, in a published version."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

NAME = "student-mailing"
TRIM = '"removeLeadingAndTrailingWhitespace": "true"'
STEPS = f"""[
  {{"Action": {{"Operation": "DELETE_DUPLICATE_ROWS"}}}},
  {{"Action": {{"Operation": "REMOVE_VALUES", "Parameters": {{"sourceColumn": "email_address"}}}},
   "ConditionExpressions": [
     {{"TargetColumn": "email_address", "Condition": "NOT_CONTAINS", "Value": "@"}}]}},
  {{"Action": {{"Operation": "REMOVE_COMBINED", "Parameters": {{
     "sourceColumn": "home_state_name", {TRIM}}}}}}},
  {{"Action": {{"Operation": "CAPITAL_CASE", "Parameters": {{"sourceColumn": "home_state_name"}}}}}}
]"""
DUPLICATES = '  {"Action": {"Operation": "DELETE_DUPLICATE_ROWS"}},\n'
BY_COLUMN = '{"Operation": "REMOVE_DUPLICATES", "Parameters": {"sourceColumn": "home_state_name"}}'


def reference(data: Data) -> pd.DataFrame:
    """Each student with an address once, the state in clean spelling."""
    student = data.student.drop_duplicates()
    student = student[student.email_address.str.contains("@")]
    state = student.home_state_name.str.strip().str.title()
    return student[["student_id", "email_address"]].assign(home_state_name=state)


def publish(steps: str) -> str:
    """The cell that writes and publishes the recipe."""
    return f"""lab.recipe.create("{NAME}", '''{steps}''')
lab.recipe.publish("{NAME}")"""


UNPUBLISHED = f"""{publish(STEPS)}
databrew = lab.client("databrew")
versions = databrew.list_recipe_versions(Name="{NAME}")["Recipes"]
databrew.batch_delete_recipe_version(
    Name="{NAME}", RecipeVersions=[version["RecipeVersion"] for version in versions]
)"""

q3 = Question(
    id="lab2-q3",
    points=3,
    title="A mailing list",
    task="""The registrar wants to write to the students. Write a recipe `student-mailing` for the
data set `student`, and publish it. After its steps

- each student is there once,
- nobody is there whose `email_address` has no `@`,
- `home_state_name` has no blanks around it, and is written like *New York*.

All other values stay as they are. Other columns may stay or go. Write the steps as JSON or with
`step`; if you click them in the editor, `lab.recipe.document` gives them to copy into the answer.
What counts is what they do to the students.""",
    reads=State(
        "recipe", NAME, "db_raw_sisdemo.student", "student_id", "email_address", "home_state_name"
    ),
    starter=f"""steps = \"\"\"[
  {{"Action": {{"Operation": "DELETE_DUPLICATE_ROWS"}}}}
]\"\"\"
# lab.recipe.create("{NAME}", steps)
# lab.recipe.publish("{NAME}")""",
    answer=publish(STEPS),
    reference=reference,
    hints=(
        "Three of the four steps stand in `student-clean` above. The fourth takes rows away.",
        "`REMOVE_VALUES` removes the rows that meet the step's condition, such as `CONTAINS`.",
        'The condition is `("email_address", "NOT_CONTAINS", "@")`. Then publish the recipe.',
    ),
    explanation="""The condition of `REMOVE_VALUES` says which rows go, so it has to be the bad
ones. A job follows the published version. A change of the working version reaches it when you
publish again.""",
    messages={
        "unpublished": "The recipe is there, but as a working version. A job follows what is "
        "*published*.",
        "older": "The published version changes nothing. If your steps are in the working version, "
        "publish it again.",
        "failing": "The recipe fails on the students: see at which step above.",
        "sentence": "A sentence has one capital, at its start. *New york* is a state of two words.",
        "blanks-within": "All blanks are gone, also that in *New York*. Only those around it "
        "should go.",
        "duplicates-of-column": "There is one student a state left. `REMOVE_DUPLICATES` looks at "
        "one column, `DELETE_DUPLICATE_ROWS` at all.",
        "turned": "You kept those without an `@`. The condition says which rows are *removed*.",
        "twins": "Somebody would get two letters: a student still stands there twice.",
        "capitals": "The states are shouting. Each word wants one capital.",
        "blanks": "There still are blanks around some states.",
        "no-address": "Somebody without an `@` is still on the list.",
    },
    wrong=(
        (UNPUBLISHED, "unpublished"),
        (
            f"""lab.recipe.create("{NAME}", [])
lab.recipe.publish("{NAME}")
lab.recipe.create("{NAME}", '''{STEPS}''')""",
            "older",
        ),
        (publish(STEPS.replace("email_address", "email")), "failing"),
        (publish(STEPS.replace("CAPITAL_CASE", "SENTENCE_CASE")), "sentence"),
        (publish(STEPS.replace(TRIM, '"removeAllWhitespace": "true"')), "blanks-within"),
        (
            publish(STEPS.replace('{"Operation": "DELETE_DUPLICATE_ROWS"}', BY_COLUMN)),
            "duplicates-of-column",
        ),
        (publish(STEPS.replace("NOT_CONTAINS", "CONTAINS")), "turned"),
        (publish(STEPS.replace(DUPLICATES, "")), "twins"),
        (publish(STEPS.replace("CAPITAL_CASE", "UPPER_CASE")), "capitals"),
        (publish(STEPS.replace(TRIM, '"removeAllQuotes": "true"')), "blanks"),
        (
            publish(STEPS.replace("NOT_CONTAINS", "IS_MISSING").replace(', "Value": "@"', "")),
            "no-address",
        ),
    ),
    right=(
        f"""from labkit.recipes import step

state = {{"sourceColumn": "home_state_name"}}
bad = [("email_address", "NOT_MATCHES", ".*@.*")]
steps = [
    step("CAPITAL_CASE", **state),
    step("REPLACE_TEXT", pattern="^ +| +$", value="", **state),
    step("REMOVE_VALUES", sourceColumn="email_address", where=bad),
    step("REMOVE_DUPLICATES", sourceColumn="student_id"),
]
lab.recipe.create("{NAME}", steps)
lab.recipe.publish("{NAME}")""",
        f"""from labkit.recipes import read

lab.recipe.create("{NAME}", [])
lab.recipe.add_data_set("student", table="db_raw_sisdemo.student")
lab.recipe.add_project("{NAME}", data_set="student")
lab.recipe.apply("{NAME}", read('''{STEPS}'''))
lab.recipe.publish("{NAME}", "For letters")""",
        publish(
            STEPS.replace(']"', "").replace(
                "\n]",
                ',\n  {"Action": {"Operation": "DELETE", "Parameters": {"sourceColumns": '
                '["first_name", "last_name", "cumulative_gpa"]}}}\n]',
            )
        ),
        f'''lab.recipe.create("{NAME}", """
Steps:
  - Action: {{Operation: DELETE_DUPLICATE_ROWS}}
  - Action: {{Operation: REMOVE_VALUES, Parameters: {{sourceColumn: email_address}}}}
    ConditionExpressions:
      - {{TargetColumn: email_address, Condition: NOT_CONTAINS, Value: "@"}}
  - Action:
      Operation: REMOVE_COMBINED
      Parameters: {{sourceColumn: home_state_name, removeLeadingAndTrailingWhitespace: true}}
  - Action: {{Operation: CAPITAL_CASE, Parameters: {{sourceColumn: home_state_name}}}}
""")
lab.recipe.publish("{NAME}")''',
    ),
)
