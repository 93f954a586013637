"""Recipes as people write them: every spelling becomes the steps that boto3 takes."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit import recipes
from labkit.errors import NoRecipe
from tests.databrew.brew import step

SPELLINGS = {
    "as the console downloads it": (
        """
        [
          {
            "Action": {
              "Operation": "REMOVE_VALUES",
              "Parameters": {"sourceColumn": "black_rating"}
            },
            "ConditionExpressions": [
              {"Condition": "LESS_THAN", "Value": "1800", "TargetColumn": "black_rating"}
            ]
          }
        ]
        """,
        [step("REMOVE_VALUES", ("LESS_THAN", "black_rating", "1800"), sourceColumn="black_rating")],
    ),
    "as the console downloads it as YAML": (
        """
        - Action:
            Operation: REMOVE_VALUES
            Parameters:
              sourceColumn: black_rating
          ConditionExpressions:
            - Condition: LESS_THAN
              Value: '1800'
              TargetColumn: black_rating
        """,
        [step("REMOVE_VALUES", ("LESS_THAN", "black_rating", "1800"), sourceColumn="black_rating")],
    ),
    "as the documentation's examples": (
        """
        {
            "RecipeAction": {
                "Operation": "SUBTRACT",
                "Parameters": {
                    "sourceColumn1": "weight_kg", "value2": 10, "targetColumn": "less"
                }
            }
        }
        """,
        [step("SUBTRACT", sourceColumn1="weight_kg", value2="10", targetColumn="less")],
    ),
    "lists where the API wants texts": (
        """
        [{"Action": {"Operation": "CRYPTOGRAPHIC_HASH", "Parameters": {
            "sourceColumns": ["phone", "email"], "entityTypeFilter": ["USA_ALL"]}}}]
        """,
        [
            step(
                "CRYPTOGRAPHIC_HASH",
                sourceColumns='["phone","email"]',
                entityTypeFilter='["USA_ALL"]',
            )
        ],
    ),
    "lists as JSON inside texts": (
        r"""
        [{"Action": {"Operation": "MERGE", "Parameters": {
            "sourceColumns": "[\"first\",\"last\"]", "delimiter": " ", "targetColumn": "who"}}}]
        """,
        [step("MERGE", sourceColumns='["first","last"]', delimiter=" ", targetColumn="who")],
    ),
    "numbers and truth values": (
        """
        [{"Action": {"Operation": "BINARIZATION", "Parameters": {
            "sourceColumn": "age", "threshold": 1.50, "flip": true, "missing": null, "empty": ""}}}]
        """,
        [step("BINARIZATION", sourceColumn="age", threshold="1.50", flip="true")],
    ),
    "names in camelCase": (
        """
        {"name": "clean", "steps": [
            {"action": {"operation": "RENAME",
                        "parameters": {"sourceColumn": "id", "targetColumn": "key"}},
             "conditionExpressions": []}]}
        """,
        [step("RENAME", sourceColumn="id", targetColumn="key")],
    ),
    "parameters in PascalCase": (
        """
        Steps:
          - Action:
              Operation: RENAME
              Parameters: {SourceColumn: id, TargetColumn: key}
        """,
        [step("RENAME", sourceColumn="id", targetColumn="key")],
    ),
    "parameters in snake_case": (
        '[{"operation": "RENAME", "parameters": {"source_column": "id", "target_column": "k"}}]',
        [step("RENAME", sourceColumn="id", targetColumn="k")],
    ),
    "what describe-recipe answers": (
        """
        {"CreatedBy": "arn:aws:iam::1:user/a", "Name": "r", "ResponseMetadata": {"HostId": ""},
         "Steps": [{"Action": {"Operation": "DELETE_DUPLICATE_ROWS"}}], "RecipeVersion": "1.0"}
        """,
        [step("DELETE_DUPLICATE_ROWS")],
    ),
    "CloudFormation in YAML": (
        """
        AWSTemplateFormatVersion: 2010-09-09
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
          Recipe:
            Type: AWS::DataBrew::Recipe
            Properties:
              Name: !Sub '${AWS::StackName}-recipe'
              Steps:
                - Action:
                    Operation: EXTRACT_VALUE
                    Parameters:
                      path: '`user`.`id`'
                      sourceColumn: user
                      targetColumn: user_id
                - Action:
                    Operation: REMOVE_VALUES
                    Parameters: {sourceColumn: title}
                  ConditionExpressions:
                    - {Condition: STARTS_WITH, Value: '[TEST]', TargetColumn: title}
        """,
        [
            step("EXTRACT_VALUE", path="`user`.`id`", sourceColumn="user", targetColumn="user_id"),
            step("REMOVE_VALUES", ("STARTS_WITH", "title", "[TEST]"), sourceColumn="title"),
        ],
    ),
    "CloudFormation in JSON, objects as parameters": (
        """
        {"Resources": {"R": {"Type": "AWS::DataBrew::Recipe", "Properties": {"Name": "r", "Steps": [
            {"Action": {"Operation": "JOIN", "Parameters": {
                "JoinKeys": [{"key": "a", "value": "b"}], "JoinType": "INNER_JOIN",
                "LeftColumns": ["a"], "RightColumns": ["b"],
                "SecondInput": {"S3InputDefinition": {"Bucket": "b", "Key": "k"}}}}}]}}}}
        """,
        [
            step(
                "JOIN",
                joinKeys='[{"key":"a","value":"b"}]',
                joinType="INNER_JOIN",
                leftColumns='["a"]',
                rightColumns='["b"]',
                secondInput='{"S3InputDefinition":{"Bucket":"b","Key":"k"}}',
            )
        ],
    ),
    "words that YAML takes for others": (
        """
        - Operation: FLAG_COLUMN_FROM_PATTERN
          Parameters:
            sourceColumn: on
            trueString: yes
            falseString: no
            since: 2019-06-12
            code: 007
            at: 12:30:45
        """,
        [
            step(
                "FLAG_COLUMN_FROM_PATTERN",
                sourceColumn="on",
                trueString="yes",
                falseString="no",
                since="2019-06-12",
                code="007",
                at="12:30:45",
            )
        ],
    ),
    "steps without an action around them": (
        '[{"operation": "upper_case", "parameters": {"sourceColumn": "name"}}]',
        [step("UPPER_CASE", sourceColumn="name")],
    ),
    "a condition that stands alone, with numbers": (
        """
        - Action: {Operation: REMOVE_VALUES, Parameters: {sourceColumn: n}}
          ConditionExpressions: {Condition: IS_BETWEEN, Value: [1, 9.5], TargetColumn: n}
        """,
        [step("REMOVE_VALUES", ("IS_BETWEEN", "n", "[1,9.5]"), sourceColumn="n")],
    ),
    "a comma too many": (
        '[{"Action": {"Operation": "DELETE", "Parameters": {"sourceColumns": ["a",],},}},]',
        [step("DELETE", sourceColumns='["a"]')],
    ),
    "a recipe without steps": ("[ ]", []),
    "a recipe step around it": (
        '{"RecipeStep": {"Action": {"Operation": "TRANSPOSE"}}}',
        [step("TRANSPOSE")],
    ),
    "a configuration whose steps are a text": (
        """\
        projectName: orders
        recipes:
          clean:
            steps: |
              [{"Action": {"Operation": "DELETE", "Parameters": {"sourceColumns": "[\\"a\\"]"}}}]
        """,
        [step("DELETE", sourceColumns='["a"]')],
    ),
}


def bare(steps):
    """Steps without the empty parameters that `step` gives them."""
    return [
        {**each, "Action": {n: value for n, value in each["Action"].items() if value}}
        for each in steps
    ]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_read(spelling):
    text, steps = SPELLINGS[spelling]
    assert recipes.read(textwrap.dedent(text)) == bare(steps)


@pytest.mark.parametrize("write", [recipes.as_json, recipes.as_yaml])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_written_is_read_again(spelling, write):
    steps = recipes.read(textwrap.dedent(SPELLINGS[spelling][0]))
    assert recipes.read(write(steps)) == steps


def test_files_are_written_as_the_console_writes_them():
    steps = [step("REMOVE_VALUES", ("LESS_THAN", "rating", "1800"), sourceColumn="rating")]
    assert recipes.as_yaml(steps) == textwrap.dedent("""\
        - Action:
            Operation: REMOVE_VALUES
            Parameters:
              sourceColumn: rating
          ConditionExpressions:
            - Condition: LESS_THAN
              Value: '1800'
              TargetColumn: rating
        """)
    written = recipes.as_json(steps)
    assert written.startswith('[\n  {\n    "Action": {\n      "Operation": "REMOVE_VALUES",\n')


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
TEXTS = st.text(LETTERS, min_size=1, max_size=20)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["value", "pattern", "targetColumn"]), TEXTS, max_size=3),
        max_size=4,
    ),
    st.sampled_from([recipes.as_json, recipes.as_yaml]),
)
def test_any_text_survives_a_file(parameters, write):
    steps = bare(step("ANY", **each) for each in parameters)
    assert recipes.read(write(steps)) == steps


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "neither JSON nor YAML"),
        ("hello", "it is no list of steps"),
        ('{"Name": "x"}', "it has no Steps. It has: Name"),
        ('[{"Action": {"Parameters": {}}}]', "step 1 has no Operation. It has: action"),
        ('[{"Operation": "A"}, 7]', "step 2 is no step"),
        ('[{"Operation": "A", "Parameters": ["b"]}]', "the Parameters of step 1"),
        ('[{"Operation": "A", "ConditionExpressions": [{"Condition": "IS"}]}]', "no TargetColumn"),
        ("- Operation: A\n  Parameters: {b: !Ref C}", "step 1 has !Ref C, which only"),
        ("- Operation: A\n  Parameters: {b: [!GetAtt C.D]}", "step 1 has !GetAtt C.D"),
        ("Resources: {B: {Type: 'AWS::S3::Bucket'}}", "no AWS::DataBrew::Recipe"),
        ("- !!python/object/apply:os.system ['true']", "neither JSON nor YAML"),
    ],
)
def test_what_is_no_recipe_says_why(text, message):
    with pytest.raises(NoRecipe, match=message):
        recipes.read(text)


def test_the_workshops_recipe_has_24_steps():
    operations = [each["Action"]["Operation"] for each in recipes.workshop()]
    assert (len(operations), operations.count("JOIN")) == (24, 5)
