"""What a definition is refused for, a row a check: one change of a definition that is valid."""

import copy
from typing import Any

import pytest

from tests.quicksight.conftest import refused

BAR = "Sheets/0/Visuals/0/BarChartVisual"
KPI = "Sheets/0/Visuals/1/KPIVisual"
WELLS = f"{BAR}/ChartConfiguration/FieldWells/BarChartAggregatedFieldWells"
SCOPE = "FilterGroups/0/ScopeConfiguration/SelectedSheets/SheetVisualScopingConfigurations/0"
RANGE = "FilterGroups/1/Filters/0/NumericRangeFilter"
OPERATIONS = f"{BAR}/Actions/0/ActionOperations"
TARGETS = f"{OPERATIONS}/0/FilterOperation/TargetVisualsConfiguration"
TOOLTIP = f"{BAR}/ChartConfiguration/Tooltip/FieldBasedTooltip"
CASCADE = "Sheets/0/FilterControls/1/List/CascadingControlConfiguration"
WIDTH = "OptimizedViewPortWidth"
SIZE = "Sheets/0/Layouts/0/Configuration/GridLayout/CanvasSizeOptions/ScreenCanvasSizeOptions"
STATUS = "FilterGroups/0/Filters/0/CategoryFilter"
ONE_SHEET = {"SheetId": "s1"}
LEAST = {"DecimalParameterDeclaration": {"ParameterValueType": "SINGLE_VALUED", "Name": "Least"}}
CONTAINS = {"MatchOperator": "CONTAINS", "NullOption": "ALL_VALUES"}
ONLY_ONE = "Category Filter must define only one of: CategoryValue(s), ParameterName"
AT_BAR = " \n\t at Visual bar. \n\t at Sheet s1."

# What is wrong within: a path, what stands there instead, and the sentence.
RULE = {"Expression": "${Lest} > 1", "ConfigurationOverrides": {"Visibility": "HIDDEN"}}
RULED = {
    "ElementId": "bar", "ElementType": "VISUAL", "XAxisLocation": "0px", "YAxisLocation": "0px",
    "Width": "500px", "Height": "300px", "RenderingRules": [RULE],
}  # fmt: skip
WITHIN = [
    ("sheet twice", "Sheets/-", ONE_SHEET, "SheetId s1 must be unique"),
    ("visual twice", f"{KPI}/VisualId", "bar", "VisualId bar must be unique \n\t at Sheet s1."),
    (
        "visual on two sheets",
        "Sheets/1/Visuals/0/EmptyVisual/VisualId",
        "bar",
        "VisualId bar must be unique",
    ),
    ("two types", "Sheets/0/Visuals/0/EmptyVisual", {"VisualId": "x"}, "Visual must have exactly"),
    ("no type", "Sheets/1/Visuals/0", {}, "Visual must have exactly one type: none"),
    (
        "identifier twice",
        "DataSetIdentifierDeclarations/-",
        {"Identifier": "students", "DataSetArn": "arn:aws:quicksight:x:1:dataset/y"},
        "DataSetIdentifierDeclarations has duplicate Identifier students",
    ),
    ("control twice", "Sheets/0/FilterControls/1/List/FilterControlId", "c1", "FilterControlId c1"),
    ("group twice", "FilterGroups/1/FilterGroupId", "g1", "FilterGroupId g1 must be unique"),
    ("filter twice", f"{RANGE}/FilterId", "f1", "FilterId f1 must be unique"),
    (
        "field twice",
        f"{WELLS}/Category/0/CategoricalDimensionField/FieldId",
        "gpa",
        f"FieldId gpa must be unique{AT_BAR}",
    ),
    ("parameter twice", "ParameterDeclarations/-", LEAST, "ParameterDeclarations has duplicate"),
    (
        "calculated field twice",
        "CalculatedFields/-",
        {"DataSetIdentifier": "students", "Name": "Gone", "Expression": "1"},
        "CalculatedFields has duplicate Name Gone",
    ),
    (
        "calculated field like a column",
        "CalculatedFields/0/Name",
        "gender",
        "Calculated field gender has the name of a column of students",
    ),
    (
        "identifier not declared",
        f"{STATUS}/Column/DataSetIdentifier",
        "pupils",
        "DataSetIdentifier pupils is not declared \n\t at Filter f1. \n\t at FilterGroup g1.",
    ),
    ("parameter not declared", f"{RANGE}/RangeMinimum", {"Parameter": "x"}, "Parameter x is not"),
    (
        "control of no parameter",
        "Sheets/0/ParameterControls/0/TextField/SourceParameterName",
        "x",
        "Parameter x is not declared \n\t at ParameterControl p1. \n\t at Sheet s1.",
    ),
    (
        "control of no filter",
        "Sheets/0/FilterControls/0/Dropdown/SourceFilterId",
        "x",
        "SourceFilterId x is not found \n\t at FilterControl c1. \n\t at Sheet s1.",
    ),
    ("scope of no sheet", f"{SCOPE}/SheetId", "s9", "SheetId s9 is not found"),
    ("scope of no visual", f"{SCOPE}/VisualIds/0", "empty", "VisualId empty is not found"),
    (
        "action on no visual",
        f"{TARGETS}/SameSheetTargetVisualConfiguration/TargetVisuals/0",
        "empty",
        f"Target visual empty is not found{AT_BAR}",
    ),
    (
        "sort by no field",
        f"{BAR}/ChartConfiguration/SortConfiguration/CategorySort/0/FieldSort/FieldId",
        "x",
        f"FieldId x is not found{AT_BAR}",
    ),
    (
        "two ways of a category filter",
        f"{STATUS}/Configuration/CustomFilterListConfiguration",
        CONTAINS,
        "CategoryFilterConfiguration must have exactly one configuration",
    ),
    (
        "values beside all of them",
        f"{STATUS}/Configuration/FilterListConfiguration/CategoryValues",
        ["enrolled"],
        f"{ONLY_ONE}, SelectAllOptions,  \n\t at Filter f1.",
    ),
    (
        "range upside down",
        f"{RANGE}/RangeMinimum",
        {"StaticValue": 5.0},
        "The range's minimum 5.0 is above its maximum 4.0",
    ),
    (
        "two defaults for one value",
        "ParameterDeclarations/0/DecimalParameterDeclaration/DefaultValues/StaticValues/-",
        3.0,
        "Parameter Least takes one value, 2 are given",
    ),
]
# What LENIENT passes over.
PASSED_OVER = [
    (
        "action to no sheet",
        f"{OPERATIONS}/1/NavigationOperation/LocalNavigationConfiguration/TargetSheetId",
        "s9",
        f"TargetSheetId s9 is not found{AT_BAR}",
    ),
    (
        "format of no field",
        f"{TOOLTIP}/TooltipFields/0/FieldTooltipItem/FieldId",
        "x",
        f"FieldId x is not found{AT_BAR}",
    ),
    ("no hierarchy", f"{BAR}/ColumnHierarchies", [], f"HierarchyId h is not found{AT_BAR}"),
    (
        "cascade from no control",
        f"{CASCADE}/SourceControls/0/SourceSheetControlId",
        "c9",
        "SourceSheetControlId c9 is not found \n\t at Sheet s1.",
    ),
    (
        "layout of no visual",
        "Sheets/0/Layouts/0/Configuration/GridLayout/Elements/0/ElementId",
        "x",
        "VISUAL x is not found \n\t at Sheet s1.",
    ),
    (
        "width of a grid that fits itself",
        f"{SIZE}/ResizeOption",
        "RESPONSIVE",
        f"{WIDTH} must not be specified when ResizeOption is RESPONSIVE. \n\t at Sheet s1.",
    ),
    (
        "rule of no parameter",
        "Sheets/0/Layouts",
        [{"Configuration": {"FreeFormLayout": {"Elements": [RULED]}}}],
        "The rule ${Lest} > 1 of bar is not read here \n\t at Sheet s1.",
    ),
    ("no width", f"{SIZE}", {"ResizeOption": "FIXED"}, "OptimizedViewPortWidth must be specified"),
    ("grid on paper", "Sheets/0/ContentType", "PAGINATED", "GridLayout is not supported for"),
    (
        "calculation of nothing",
        "CalculatedFields/0/Expression",
        "ifelse({enrol_status} = 'x', 1, 0)",
        "Calculated field Gone has an invalid expression: ",
    ),
]
# What does not fit the data sets and values around it.
AROUND = [
    (
        "no data set",
        "DataSetIdentifierDeclarations/0/DataSetArn",
        "arn:aws:quicksight:us-east-1:123456789012:dataset/none",
        "DATA_SET_NOT_FOUND",
        None,
    ),
    (
        "data set of another account",
        "DataSetIdentifierDeclarations/0/DataSetArn",
        "arn:aws:quicksight:us-east-1:210987654321:dataset/students",
        "DATA_SET_NOT_FOUND",
        None,
    ),
    (
        "no column",
        f"{KPI}/ChartConfiguration/FieldWells/Values/0/NumericalMeasureField/Column/ColumnName",
        "shoe_size",
        "COLUMN_REPLACEMENT_MISSING",
        "sheet/s1/visual/kpi",
    ),
    (
        "sum of texts",
        f"{WELLS}/Values/0/NumericalMeasureField/Column/ColumnName",
        "gender",
        "COLUMN_TYPE_MISMATCH",
        "sheet/s1/visual/bar",
    ),
    (
        "number as a category",
        f"{WELLS}/Category/0/CategoricalDimensionField/Column/ColumnName",
        "cumulative_gpa",
        "COLUMN_TYPE_MISMATCH",
        "sheet/s1/visual/bar",
    ),
    (
        "date as a category",
        f"{WELLS}/Category/0/CategoricalDimensionField/Column/ColumnName",
        "first_semester_start_date",
        "COLUMN_TYPE_MISMATCH",
        "sheet/s1/visual/bar",
    ),
    (
        "year of a text",
        f"{KPI}/ChartConfiguration/FieldWells/TrendGroups/0/DateDimensionField/Column/ColumnName",
        "gender",
        "COLUMN_TYPE_MISMATCH",
        "sheet/s1/visual/kpi",
    ),
    (
        "range of texts",
        f"{RANGE}/Column/ColumnName",
        "gender",
        "COLUMN_TYPE_MISMATCH",
        "filtergroup/g2/filter/f2",
    ),
]
VALUES = [
    ("unknown", {"StringParameters": [{"Name": "x", "Values": ["a"]}]}, "PARAMETER_NOT_FOUND"),
    ("text", {"StringParameters": [{"Name": "Least", "Values": ["a"]}]}, "PARAMETER_TYPE_INVALID"),
    (
        "two values",
        {"DecimalParameters": [{"Name": "Least", "Values": [1.0, 2.0]}]},
        "PARAMETER_VALUE_INCOMPATIBLE",
    ),
]


def _rows(table: list[Any]) -> list[Any]:
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.mark.parametrize(("path", "value", "sentence"), _rows(WITHIN))
def test_within(
    quicksight: Any, small: Any, number: Any, path: str, value: Any, sentence: str
) -> None:
    changed = changed_at(small, path, value)
    for mode in ("STRICT", "LENIENT"):
        code, said = refused(quicksight.create_analysis, **_call(number, changed, mode))
        assert (code, said[: len(sentence)]) == ("InvalidParameterValueException", sentence)


def test_a_calculated_field_may_be_a_column_and_parameters_differ_in_case(
    quicksight: Any, small: Any, number: Any
) -> None:
    by_id = "{c08f9029-26ae-4a4c-91bc-ffad52dc67e3.gender}"
    same = {"DataSetIdentifier": "students", "Name": "gender", "Expression": by_id}
    changed = changed_at(small, "CalculatedFields/-", same)
    upper = {
        "DecimalParameterDeclaration": LEAST["DecimalParameterDeclaration"] | {"Name": "LEAST"}
    }
    changed = changed_at(changed, "ParameterDeclarations/-", upper)
    made = quicksight.create_analysis(**_call(number, changed, "STRICT"))
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"


def test_an_icon_may_be_an_emoji_of_two_characters(
    quicksight: Any, small: Any, number: Any
) -> None:
    """As Cloud Intelligence Dashboards have it; the model's pattern has one."""
    icon = {"Expression": "SUM({student_id}) > 1", "IconOptions": {"UnicodeIcon": "\u26a0\ufe0f"}}
    options = [{"PrimaryValue": {"Icon": {"CustomCondition": icon}}}]
    changed = changed_at(
        small, f"{KPI}/ConditionalFormatting", {"ConditionalFormattingOptions": options}
    )
    made = quicksight.create_analysis(**_call(number, changed, "STRICT"))
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"
    icon["IconOptions"]["UnicodeIcon"] = "\u26a0\u26a0"
    code, _ = refused(quicksight.create_analysis, **_call(number, changed, "STRICT"))
    assert code == "ValidationException"


def test_a_parameter_ends_a_range_whatever_stands_beside_it(
    quicksight: Any, small: Any, number: Any
) -> None:
    """Terraform sends a StaticValue of zero beside a parameter."""
    low = {"StaticValue": 5.0, "Parameter": "Least"}
    changed = changed_at(small, f"{RANGE}/RangeMinimum", low)
    made = quicksight.create_analysis(**_call(number, changed, "STRICT"))
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"


@pytest.mark.parametrize(("path", "value", "sentence"), _rows(PASSED_OVER))
def test_lenient(
    quicksight: Any, small: Any, number: Any, path: str, value: Any, sentence: str
) -> None:
    changed = changed_at(small, path, value)
    code, said = refused(quicksight.create_analysis, **_call(number, changed, "STRICT"))
    assert (code, said[: len(sentence)]) == ("InvalidParameterValueException", sentence)
    made = quicksight.create_analysis(**_call(number, changed, "LENIENT"))
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"


@pytest.mark.parametrize(("path", "value", "type", "place"), _rows(AROUND))
def test_around(
    quicksight: Any, small: Any, number: Any, path: str, value: Any, type: str, place: str | None
) -> None:
    changed = changed_at(small, path, value)
    made = quicksight.create_analysis(**_call(number, changed, "STRICT"))
    assert made["CreationStatus"] == "CREATION_IN_PROGRESS"
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    error = found["Errors"][0]
    assert (found["Status"], error["Type"]) == ("CREATION_FAILED", type)
    assert [each["Path"] for each in error.get("ViolatedEntities", ())] == [place] * bool(place)


def test_lenient_makes_what_has_lost_a_column(quicksight: Any, small: Any, number: Any) -> None:
    """AWS's cost dashboards have tooltips of ``MissingColumnId_...``, and are made."""
    path = f"{KPI}/ChartConfiguration/FieldWells/Values/0/NumericalMeasureField/Column/ColumnName"
    changed = changed_at(small, path, "shoe_size")
    made = quicksight.create_analysis(**_call(number, changed, "LENIENT"))
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    assert found["Status"] == "CREATION_SUCCESSFUL"


def test_a_sum_of_a_sum(quicksight: Any, small: Any, number: Any) -> None:
    sums = {"DataSetIdentifier": "students", "Name": "Sum", "Expression": "sum({cumulative_gpa})"}
    field = f"{WELLS}/Values/0/NumericalMeasureField"
    changed = changed_at(changed_at(small, "CalculatedFields/-", sums), f"{field}/Column", {
        "DataSetIdentifier": "students", "ColumnName": "Sum"})  # fmt: skip
    alone = changed_at(changed, f"{field}/AggregationFunction", {})
    for definition, types in ((changed, ["INVALID_COLUMN_AGGREGATION"]), (alone, [])):
        made = quicksight.create_analysis(**_call(number, definition, "STRICT"))
        found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
        assert [each["Type"] for each in found.get("Errors", ())] == types


@pytest.mark.parametrize(("parameters", "type"), _rows(VALUES))
def test_values(quicksight: Any, small: Any, number: Any, parameters: Any, type: str) -> None:
    made = quicksight.create_analysis(**_call(number, small, "STRICT"), Parameters=parameters)
    found = quicksight.describe_analysis(AnalysisId=made["AnalysisId"])["Analysis"]
    assert [each["Type"] for each in found["Errors"]] == [type]


def test_wells_limits(quicksight: Any, small: Any, number: Any) -> None:
    """How many fields a well takes stands in the service's model."""
    one = small["Sheets"][0]["Visuals"][0]["BarChartVisual"]["ChartConfiguration"]["FieldWells"]
    category = one["BarChartAggregatedFieldWells"]["Category"][0]
    well = [changed_at(category, "CategoricalDimensionField/FieldId", f"m{i}") for i in range(2)]
    changed = changed_at(small, f"{WELLS}/SmallMultiples", well)
    code, said = refused(quicksight.create_analysis, **_call(number, changed, "LENIENT"))
    assert code == "ValidationException"
    assert "smallMultiples' failed to satisfy constraint" in said


def changed_at(tree: Any, path: str, value: Any) -> Any:
    """A copy of a tree with another value at a path; ``-`` is after a list's end."""
    changed = copy.deepcopy(tree)
    *way, last = path.split("/")
    at = changed
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if last == "-":
        at.append(value)
    elif isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return changed


def _call(number: Any, definition: Any, mode: str) -> dict[str, Any]:
    id = f"judged-{next(number)}"
    strategy = {"Mode": mode}
    return {"AnalysisId": id, "Name": id, "Definition": definition, "ValidationStrategy": strategy}
