"""Paginated reports, their words read back page by page."""

import io
import re

import pypdf
import pytest
from PIL import Image

from tests.quicksight.reports.conftest import (
    COUNT,
    SCHOOLS,
    at,
    bars,
    box,
    definition,
    pages,
    pdf,
    pivot,
    report,
    section,
    student_table,
    table,
    titled,
)  # fmt: skip

BREAK = {"After": {"Status": "ENABLED"}}


@pytest.fixture(scope="module")
def whole(snapshots, school_data):
    """The pages of a table of all students, and the file twice."""
    body = [section("b", at("table", "VISUAL", 0, 4))]
    dashboard = snapshots.dashboard(report(school_data, student_table(), body=body))
    [first], [second] = snapshots.files(dashboard, pdf()), snapshots.files(dashboard, pdf())
    return pages(first), first, second


def rows(page):
    return re.findall(r"^.*Student \d{3}.*$", page, re.MULTILINE)


def test_all_rows_are_printed_once(whole):
    printed = [re.search(r"Student (\d{3})", row)[1] for page in whole[0] for row in rows(page)]
    assert printed == [f"{n:03}" for n in range(COUNT)]


def test_each_page_has_title_heads_and_its_number(whole):
    found, _, _ = whole
    assert len(found) > 4
    for number, page in enumerate(found, 1):
        assert "Students by school" in page
        assert f"Page {number} of {len(found)}" in page
        assert {"student", "born"} <= set(page.split())


def test_the_total_stands_below_rows_on_the_last_page(whole):
    assert ["Everybody" in page for page in whole[0]] == [False] * (len(whole[0]) - 1) + [True]
    assert len(rows(whole[0][-1])) >= 2


def test_the_same_bytes_on_each_run(whole):
    assert whole[1] == whole[2]


def test_no_font_of_the_machine_and_no_time_is_in_the_file(whole):
    fonts = set(re.findall(rb"/BaseFont\s*/[A-Z]{6}\+(\w+)", whole[1]))
    assert fonts == set() or all(name.startswith(b"DejaVu") for name in fonts)
    assert b"CreationDate" not in whole[1]


def test_a_report_without_repeated_heads(snapshots, school_data):
    hidden = {"VerticalOverflowVisibility": "VISIBLE", "OverflowColumnHeaderVisibility": "HIDDEN"}
    table = student_table(PaginatedReportOptions=hidden)
    body = [section("b", at("table", "VISUAL", 0, 4))]
    dashboard = snapshots.dashboard(report(school_data, table, body=body))
    [content] = snapshots.files(dashboard, pdf())
    assert ["born" in page.split() for page in pages(content)][:3] == [True, False, False]


@pytest.fixture(scope="module")
def repeated(snapshots, school_data):
    """The pages of a section for each school, a page break after each."""
    column = {"Column": {"DataSetIdentifier": "s", "ColumnName": "school"}}
    repeat = {
        "DimensionConfigurations": [{"DynamicCategoryDimensionConfiguration": column}],
        "PageBreakConfiguration": BREAK,
    }
    body = [
        section("chart", at("bars", "VISUAL", 0, 3), PageBreakConfiguration=BREAK),
        section(
            "each", at("school", "TEXT_BOX", 0, 0.4), at("table", "VISUAL", 0.5, 4),
            RepeatConfiguration=repeat,
        ),
    ]  # fmt: skip
    made = report(school_data, bars(), student_table(), body=body)
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    return pages(content), content


def test_each_school_begins_on_a_page_of_its_own(repeated):
    heads = [page.split("\n")[1] for page in repeated[0][1:]]
    assert [head for head in heads if head in SCHOOLS] == sorted(SCHOOLS)


def test_a_repetition_has_its_own_rows_alone(repeated):
    school = ""
    for page in repeated[0][1:]:
        head = page.split("\n")[1]
        school = head if head in SCHOOLS else school
        assert {name for name in SCHOOLS for row in rows(page) if name in row} == {school}


def test_a_chart_is_printed_as_vectors_with_its_words(repeated):
    assert "Grades" in repeated[0][0]
    assert b"/Subtype/Image" not in repeated[1].replace(b" ", b"")


def test_groups_of_a_pivot_stay_whole(snapshots, school_data):
    wells = pivot()["PivotTableVisual"]["ChartConfiguration"]["FieldWells"]
    wells["PivotTableAggregatedFieldWells"]["Rows"][1]["CategoricalDimensionField"]["Column"][
        "ColumnName"
    ] = "student"
    gap = section("gap", at("school", "TEXT_BOX", 0, 5))
    body = [gap, section("b", at("pivot", "VISUAL", 0, 4))]
    dashboard = snapshots.dashboard(report(school_data, pivot(FieldWells=wells), body=body))
    [content] = snapshots.files(dashboard, pdf())
    found = pages(content)
    for page in found:
        lines = [line for line in page.split("\n") if "Student " in line or "otal" in line]
        assert lines, page
        assert not lines[0].startswith(("Subtotal", "Total"))  # no total without its rows
        assert "School" not in lines[-1]  # no head without its rows


def test_small_groups_are_not_broken(snapshots, school_data):
    body = [
        section("gap", at("school", "TEXT_BOX", 0, 7.9)),
        section("b", at("pivot", "VISUAL", 0, 4)),
    ]
    dashboard = snapshots.dashboard(report(school_data, pivot(), body=body))
    [content] = snapshots.files(dashboard, pdf())
    by_page = [page for page in pages(content) if "School of" in page]
    for school in SCHOOLS:
        [page] = [page for page in by_page if school in page]
        part = page[page.index(school) :]
        assert all(name in part for name in ("Economics", "Electrical", "Physics"))


def test_an_interactive_sheet(snapshots, school_data):
    made = definition(school_data, bars(), student_table(), Description="Of all schools.")
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    [page] = pages(content)
    for words in ("Report", "Of all schools.", "Grades", "Students", "Page 1 of 1", *SCHOOLS):
        assert words in page.replace("\n", " "), words


def test_what_cannot_be_printed_is_said(snapshots, school_data):
    image = {"SheetImageId": "logo", "ImageContentAltText": "The crest"}
    image["Source"] = {"SheetImageStaticFileSource": {"StaticFileId": "file"}}
    file = {"StaticFileId": "file", "Source": {"UrlOptions": {"Url": "https://example.com/a.png"}}}
    body = [section("b", at("logo", "IMAGE", 0, 1))]
    made = report(school_data, body=body, Images=[image])
    made["StaticFiles"] = [{"ImageStaticFile": file}]
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    assert "The image The crest cannot be printed" in pages(content)[0].replace("\n", " ")


def test_an_image_of_s3_is_printed(snapshots, school_data, lake):
    logo = io.BytesIO()
    Image.new("RGB", (8, 4), "#AA0055").save(logo, "PNG")
    bucket, _, key = lake.put("logo.png", logo.getvalue()).removeprefix("s3://").partition("/")
    place = {"BucketName": bucket, "ObjectKey": key, "Region": "us-east-1"}
    image = {"SheetImageId": "logo"}
    image["Source"] = {"SheetImageStaticFileSource": {"StaticFileId": "file"}}
    made = report(school_data, body=[section("b", at("logo", "IMAGE", 0, 1))], Images=[image])
    file = {"StaticFileId": "file", "Source": {"S3Options": place}}
    made["StaticFiles"] = [{"ImageStaticFile": file}]
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    [page] = pypdf.PdfReader(io.BytesIO(content)).pages
    [printed] = page.images
    assert printed.image.convert("RGB").getpixel((4, 2)) == (0xAA, 0, 0x55)


def test_a_word_longer_than_its_text_box_goes_on_in_the_next_line(snapshots, school_data):
    word = "Donaudampfschifffahrtsgesellschaft" * 3
    made = report(school_data, body=[section("b", at("said", "TEXT_BOX", 0, 2, wide=2))])
    made["Sheets"][0]["TextBoxes"].append(box("said", f"One {word} more"))
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    lines = [each.strip("\u200b ") for each in pages(content)[0].splitlines()]
    parts = [each for each in lines if each and each in word]
    assert "".join(parts).startswith("Donaudampf")
    assert max(map(len, parts)) < 40 < len("".join(parts))


def test_parameters_fill_placeholders_and_filters(snapshots, school_data):
    column = {"DataSetIdentifier": "s", "ColumnName": "school"}
    equals = {"MatchOperator": "EQUALS", "ParameterName": "School", "NullOption": "NON_NULLS_ONLY"}
    shown = {"Visibility": "VISIBLE"}
    rule = {"Expression": "isNotNull(${School})", "ConfigurationOverrides": shown}
    hidden = {"Visibility": "HIDDEN", "RenderingRules": [rule]}
    made = report(
        school_data, student_table(),
        body=[section("b", at("said", "TEXT_BOX", 0, 0.4) | hidden, at("table", "VISUAL", 0.5, 4))],
    )  # fmt: skip
    made["Sheets"][0]["TextBoxes"].append(
        {
            "SheetTextBoxId": "said",
            "Content": "<text-box>For <parameter>${School}</parameter></text-box>",
        }
    )
    made["ParameterDeclarations"] = [
        {"StringParameterDeclaration": {"Name": "School", "ParameterValueType": "SINGLE_VALUED"}}
    ]
    inner = {
        "FilterId": "f",
        "Column": column,
        "Configuration": {"CustomFilterConfiguration": equals},
    }
    made["FilterGroups"] = [
        {
            "FilterGroupId": "g", "Filters": [{"CategoryFilter": inner}], "Status": "ENABLED",
            "ScopeConfiguration": {"AllSheets": {}}, "CrossDataset": "SINGLE_DATASET",
        }
    ]  # fmt: skip
    chosen = {"StringParameters": [{"Name": "School", "Values": [SCHOOLS[1]]}]}
    [content] = snapshots.files(snapshots.dashboard(made), pdf(), Parameters=chosen)
    found = pages(content)
    assert f"For {SCHOOLS[1]}" in found[0]
    assert sum(len(rows(page)) for page in found) == COUNT // 3
    own = snapshots.dashboard(made, Parameters=chosen)  # those that it was made with
    [content] = snapshots.files(own, table("CSV", "table"))
    assert {name for name in SCHOOLS if name in content.decode()} == {SCHOOLS[1]}


def test_a_letter_that_the_font_lacks_leaves_its_line_readable(snapshots, school_data):
    titled_bars = {
        "BarChartVisual": bars()["BarChartVisual"] | {"Title": titled("Open \U0001f534")}
    }
    [content] = snapshots.files(snapshots.dashboard(definition(school_data, titled_bars)), pdf())
    faces = {
        str(font.get_object()["/BaseFont"])
        for page in pypdf.PdfReader(io.BytesIO(content)).pages
        for font in _fonts(page["/Resources"])
    }
    assert faces
    assert all("DejaVuSans" in each for each in faces), faces


def _fonts(resources):
    """The fonts of a page and of the pictures on it."""
    yield from resources.get("/Font", {}).values()
    for each in resources.get("/XObject", {}).values():
        yield from _fonts(each.get_object().get("/Resources", {}))


def test_a_date_that_rolls_is_filled_in(snapshots, school_data):
    place = {"ElementId": "said", "ElementType": "TEXT_BOX", "ColumnSpan": 36, "RowSpan": 4}
    layout = {"Configuration": {"GridLayout": {"Elements": [place]}}}
    words = box("said", "Since <parameter>${Since}</parameter>.")
    made = definition(school_data, TextBoxes=[words], Layouts=[layout])
    rolling = {"RollingDate": {"Expression": "addDateTime(1, 'DD', parseDate('2024-02-28'))"}}
    since = {"Name": "Since", "TimeGranularity": "DAY", "DefaultValues": rolling}
    made["ParameterDeclarations"] = [{"DateTimeParameterDeclaration": since}]
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    [page] = pages(content)
    assert "Since: Feb 29, 2024" in page
    assert "Since Feb 29, 2024." in page


def test_many_parameters_stand_above_the_sheet(snapshots, school_data):
    place = {"ElementId": "said", "ElementType": "TEXT_BOX", "ColumnSpan": 36, "RowSpan": 4}
    layout = {"Configuration": {"GridLayout": {"Elements": [place]}}}
    made = definition(school_data, bars(), TextBoxes=[box("said", "Below")], Layouts=[layout])
    made["ParameterDeclarations"] = [
        {"StringParameterDeclaration": {
            "Name": f"Parameter{n}", "ParameterValueType": "SINGLE_VALUED",
            "DefaultValues": {"StaticValues": [f"the value of the parameter number {n}"]}}}
        for n in range(14)
    ]  # fmt: skip
    [content] = snapshots.files(snapshots.dashboard(made), pdf())
    [page] = pypdf.PdfReader(io.BytesIO(content)).pages
    heights = {}
    page.extract_text(
        visitor_text=lambda text, matrix, at, *_: heights.setdefault(
            text.strip(), at[5] * matrix[3] + matrix[5]
        )
    )
    [last] = [y for text, y in heights.items() if "number 13" in text]
    assert last - heights["Below"] > 8, heights
