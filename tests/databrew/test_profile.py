"""The profile's statistics against their definitions, and against a real profile's numbers."""

import json
import math
import random
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest

from labkit.cloud.databrew.profile import profile, validate
from labkit.cloud.engine import DuckEngine, QueryFailed
from labkit.cloud.engine.types import parse_type
from labkit.cloud.jobs import Stopped
from labkit.cloud.operations import AwsError
from tests.databrew.profiling import column, of_numbers, of_values, profiled

DRAWN = random.Random(1)

# The keys of a real profile, in its order.
DOCUMENT = """defaultProfileConfiguration datasetConfigurationOverride sampleSize duplicateRowsCount
    columns""".split()
NUMBER = """name type correlations columnConfigurationOverride distinctValuesCount uniqueValuesCount
    entropy mostCommonValues missingValuesCount kurtosis max mean min skewness standardDeviation sum
    zerosCount variance range percentile5 percentile25 percentile75 percentile95 median
    interquartileRange mode minimumValues maximumValues valueDistribution zScoreOutliersCount
    zScoreOutliersSample zScoreDistribution medianAbsoluteDeviation""".split()
STRING = """name type columnConfigurationOverride distinctValuesCount uniqueValuesCount entropy
    mostCommonValues missingValuesCount max mean min standardDeviation median mode valueDistribution
    zScoreOutliersCount zScoreOutliersSample""".split()
BOOLEAN = """name type columnConfigurationOverride distinctValuesCount uniqueValuesCount entropy
    mostCommonValues missingValuesCount""".split()


# The document ------------------------------------------------------------------------------------


def test_the_keys_are_a_real_profiles_in_its_order(session):
    columns = {"n": ("int", [1, 2, 2]), "s": ("string", ["a"] * 3), "b": ("boolean", [True] * 3)}
    document = profiled(session, columns)
    assert list(document) == DOCUMENT
    assert [list(c) for c in document["columns"]] == [NUMBER, STRING, BOOLEAN]


def test_the_default_configuration_counts_5_13_and_25_statistics(session):
    default = profiled(session, {"n": ("int", [1])})["defaultProfileConfiguration"]
    kinds = default["columnConfiguration"]
    assert {kind: len(kinds[kind]["includedStatistics"]) for kind in kinds} == {
        "booleanColumn": 5,
        "stringColumn": 13,
        "numericColumn": 25,
    }
    assert kinds["stringColumn"]["parameters"] == {
        "MOST_COMMON_VALUES": {"sampleSize": "50"},
        "OUTLIER_DETECTION": {"threshold": "3", "sampleSize": "50"},
        "VALUE_DISTRIBUTION": {"binNumber": "20"},
    }
    assert default["datasetConfiguration"] == {
        "includedStatistics": ["CORRELATION", "DUPLICATE_ROWS_COUNT"],
        "parameters": {"CORRELATION": {"columnNumber": "10"}},
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("tinyint", "tinyint"),
        ("smallint", "smallint"),
        ("int", "int"),
        ("bigint", "bigint"),
        ("float", "float"),
        ("double", "double"),
        ("string", "string"),
        ("varchar(9)", "string"),
        ("char(9)", "string"),
        ("boolean", "boolean"),
    ],
)
def test_types_are_sparks(session, given, told):
    assert column(session, given, [None])["type"] == told


def test_columns_of_other_types_are_skipped_and_tell_rows_apart(session):
    kinds = ["decimal(10,2)", "date", "timestamp", "array<int>", "map<string,int>", "struct<a:int>"]
    values = "1.5::DECIMAL(10,2), DATE '2020-01-01', now()::TIMESTAMP, [1], MAP {'a': 1}, {'a': x}"
    typed = [("n", parse_type("int")), *((k, parse_type(k)) for k in kinds)]
    rows = f"SELECT 1, {values} FROM (VALUES (1), (2), (2)) t(x)"
    document = profile(session, rows, typed)
    assert [c["name"] for c in document["columns"]] == ["n"]
    assert document["duplicateRowsCount"] == 1


def test_columns_of_any_name(session):
    names = ['a"b', "select", "with space", "é☃", "count(*)", "'; DROP TABLE x"]
    document = profiled(session, {name: ("int", [1, 2, 2]) for name in names})
    assert [c["name"] for c in document["columns"]] == names
    assert document["columns"][3]["correlations"] == dict.fromkeys(names, 1.0)


# Statistics --------------------------------------------------------------------------------------

NUMBERS = [
    pytest.param("int", [3, 1, 2, 2, 7], id="few"),
    pytest.param("int", [5], id="one"),
    pytest.param("int", [4, 4, 4], id="constant"),
    pytest.param("smallint", [0, -3, 0, 12, -3, None], id="zeros-and-nulls"),
    pytest.param("bigint", [2**63 - 1, 2**63 - 2, 2**63 - 2, 2**63 - 9], id="large-and-near"),
    pytest.param("bigint", [-(2**63), 2**63 - 1, 0], id="from-end-to-end"),
    pytest.param("double", [0.1, 0.2, 0.2, -1e3, 5.5e5, None], id="doubles"),
    pytest.param("double", [1e200, 3e200, 2e200, 2e200], id="beyond-squares"),
    pytest.param("double", [5e-324, 1e-310, 0.0], id="subnormal"),
    pytest.param("float", [0.5, 0.25, -4.0], id="floats"),
    pytest.param("double", [1e15 + at / 4 for at in range(5)], id="far-from-zero"),
    pytest.param("int", [DRAWN.randint(-50, 50) for _ in range(999)], id="drawn"),
    pytest.param("int", [DRAWN.randint(-3, 3) for _ in range(999)] + [None], id="few-in-many"),
    pytest.param("double", [DRAWN.gauss(170, 9) for _ in range(1000)], id="normal"),
    pytest.param("int", [int(DRAWN.expovariate(0.01)) for _ in range(2000)], id="skewed"),
]


@pytest.mark.parametrize(("kind", "values"), NUMBERS)
def test_numbers(session, kind, values):
    told = column(session, kind, values)
    given = [value for value in values if value is not None]
    for name, expected in of_numbers(given).items():
        assert told[name] == near(expected, 1e-12 if name == "skewness" else 0), name
    for name, expected in of_values(values).items():
        assert told[name] == near(expected), name


def near(expected, absolute=0):
    """Equal to some digits; null where the number is none or too large for a double."""
    if expected is None or isinstance(expected, list):
        return expected
    try:
        return pytest.approx(float(expected), rel=1e-9, abs=absolute)
    except OverflowError:
        return None


@pytest.mark.parametrize("values", [[], [None, None]], ids=["no-rows", "nulls"])
def test_without_a_number_there_is_nothing_to_tell(session, values):
    told = column(session, "double", values)
    assert told["missingValuesCount"] == len(values)
    lists = [name for name, value in told.items() if value == []]
    assert (
        lists
        == """mostCommonValues minimumValues maximumValues valueDistribution
        zScoreOutliersSample zScoreDistribution""".split()
    )
    zeros = [name for name, value in told.items() if value == 0 and name != "missingValuesCount"]
    assert zeros == "distinctValuesCount uniqueValuesCount zerosCount zScoreOutliersCount".split()
    assert (told["sum"], told["mean"], told["percentile5"], told["entropy"]) == (None,) * 4


def test_one_value_has_no_entropy(session):
    assert str(column(session, "int", [5] * 6)["entropy"]) == "0.0"


def test_sums_of_integers_are_exact(session):
    told = column(session, "bigint", [2**63 - 1, 2**63 - 1, -7])
    assert told["sum"] == 2**64 - 9
    assert told["mostCommonValues"][0] == {"value": 2**63 - 1, "count": 2}


def test_strings_are_told_by_their_lengths(session):
    values = ["Oslo", "", None, "Łódź", "a" * 30, "Oslo", "ab"]
    told = column(session, "string", values)
    lengths = of_numbers([len(value) for value in values if value])
    for name in ("min", "max", "mean", "standardDeviation", "median", "mode"):
        assert told[name] == near(lengths[name]), name
    for name, expected in of_values(values).items():
        assert told[name] == near(expected), name


def test_booleans(session):
    told = column(session, "boolean", [True, False, True, None])
    assert told["mostCommonValues"] == [{"value": True, "count": 2}, {"value": False, "count": 1}]
    assert told["entropy"] == near(of_values([True, False, True])["entropy"])


def test_entropy_is_in_nats(session):
    assert column(session, "int", list(range(1000)))["entropy"] == math.log(1000)


@pytest.mark.parametrize("times", [1, 50], ids=["sorted", "grouped"])
def test_nan_and_infinities_are_values_but_no_numbers(session, times):
    values = [math.nan, 1.0, math.inf, -math.inf, math.nan, 3.0, -0.0] * times
    told = column(session, "double", values)
    assert told["mostCommonValues"][0] == {"value": "NaN", "count": 2 * times}
    assert [v["value"] for v in told["mostCommonValues"]][1:] == ["-inf", 0.0, 1.0, 3.0, "inf"]
    assert (told["min"], told["max"], told["mean"]) == (0.0, 3.0, near(4 / 3))
    assert told["missingValuesCount"] == 0
    json.dumps(told, allow_nan=False)


def test_outliers_are_a_sample_of_different_values_the_farthest_first(session):
    told = column(session, "int", [10] * 500 + [11] * 500 + [60, 60, -70, 90])
    found = told["zScoreOutliersSample"]
    assert told["zScoreOutliersCount"] == 4
    assert [one["value"] for one in found] == [-70, 90, 60]
    assert found[0]["zScore"] == pytest.approx((-70 - told["mean"]) / told["standardDeviation"])


# Distributions, with bounds that a real profile has -----------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        pytest.param(7, 32, [*range(7, 22), 22, 24, 26, 28, 30], id="wider-ones-last"),
        pytest.param(16, 33, list(range(16, 34)), id="fewer-numbers-than-buckets"),
        pytest.param(27, 65, [27, 28, *range(29, 64, 2)], id="most-of-two"),
        pytest.param(
            1, 9999997, [1, 500000, 999999, 1499998, *range(1999997, 9999997, 500000)], id="large"
        ),
        pytest.param(-3, 17, list(range(-3, 17)), id="as-many-as-buckets"),
    ],
)
def test_whole_numbers_have_whole_bounds(session, low, high, bounds):
    told = column(session, "int", [low, high, *bounds])["valueDistribution"]
    ends = pairwise([*bounds, "inf"])
    assert [one["bucket"] for one in told] == [[low, high] for low, high in ends]
    assert [one["count"] for one in told[1:-1]] == [1] * (len(bounds) - 2)


def test_equal_values_share_a_bucket_of_doubles(session):
    told = column(session, "string", ["12-06-1953", "20/12/1931"])
    assert told["valueDistribution"] == [{"bucket": [10.0, 10.0], "count": 2}]
    assert (told["standardDeviation"], told["zScoreOutliersCount"]) == (0.0, 0)


def test_doubles_and_z_scores_have_buckets_of_equal_width(session):
    told = column(session, "double", [value / 8 for value in range(81)])
    assert told["valueDistribution"][:2] == [
        {"bucket": [0.0, 0.5], "count": 4},
        {"bucket": [0.5, 1.0], "count": 4},
    ]
    assert told["valueDistribution"][-1] == {"bucket": [9.5, "inf"], "count": 5}
    scores = told["zScoreDistribution"]
    assert (scores[0]["bucket"][0], scores[-1]["bucket"][1]) == ("-inf", "inf")
    assert scores[10]["bucket"][0] == pytest.approx(0, abs=1e-9)
    assert sum(one["count"] for one in scores) == 81


# Between columns ----------------------------------------------------------------------------------


def test_correlations_are_pearsons_over_rows_with_both(session):
    x, y = [1, 2, 3, None, 10], [2.0, 1.0, 4.0, 7.0, None]
    document = profiled(session, {"x": ("int", x), "y": ("double", y), "c": ("int", [1] * 5)})
    first, second, constant = (c["correlations"] for c in document["columns"])
    assert first == {"x": 1.0, "y": pytest.approx(2 / math.sqrt(2 * 14 / 3)), "c": None}
    assert second["x"] == first["y"]
    assert constant == {"x": None, "y": None, "c": None}


def test_correlations_of_large_numbers_lose_no_digits(session):
    near_end, other = [2**62 + at for at in range(50)], [at % 7 + at for at in range(50)]
    small = profiled(session, {"a": ("bigint", list(range(50))), "b": ("int", other)})
    large = profiled(session, {"a": ("bigint", near_end), "b": ("int", other)})
    expected = small["columns"][0]["correlations"]["b"]
    assert large["columns"][0]["correlations"]["b"] == pytest.approx(expected, rel=1e-12)


def test_correlations_of_rows_far_from_the_others_lose_no_digits(session):
    x, y = [1, 2, 4, 10**12, None], [2.0, 1.0, 4.0, None, 7.0]
    document = profiled(session, {"x": ("bigint", x), "y": ("double", y)})
    expected = np.corrcoef(x[:3], y[:3])[0, 1]
    assert document["columns"][0]["correlations"]["y"] == pytest.approx(expected, rel=1e-12)


def test_the_first_ten_numeric_columns_are_correlated(session):
    columns = {f"n{at}": ("int", [1, 2, at]) for at in range(12)} | {"s": ("string", ["a"] * 3)}
    document = profiled(session, columns)
    with_them = [c["name"] for c in document["columns"] if "correlations" in c]
    assert with_them == [f"n{at}" for at in range(10)]


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        pytest.param([1, 1, 2, 1], ["x", "x", "x", "x"], 2, id="repeats"),
        pytest.param([1, 1, None, None], ["x", None, "", ""], 1, id="null-is-not-empty"),
        pytest.param([1, 2, 3, 4], ["x", "x", "x", "x"], 0, id="a-column-of-different"),
        pytest.param([], [], 0, id="no-rows"),
    ],
)
def test_duplicate_rows(session, a, b, count):
    document = profiled(session, {"a": ("int", a), "b": ("string", b)})
    assert document["duplicateRowsCount"] == count


# Running ------------------------------------------------------------------------------------------


def mixed(rows):
    """A column of each kind, some with gaps."""
    return {
        "id": ("bigint", list(range(rows))),
        "f": ("double", [DRAWN.gauss(0, 1) * 10 ** DRAWN.randint(-9, 9) for _ in range(rows)]),
        "g": ("double", [None if n % 7 == 0 else n**0.5 for n in range(rows)]),
        "s": ("string", [f"name {n % 9973}" if n % 5 else "" for n in range(rows)]),
        "b": ("boolean", [n % 3 == 0 for n in range(rows)]),
    }


def test_any_number_of_threads_and_any_way_of_reading_tell_the_same():
    columns, told = mixed(300_000), []
    for threads, columnar in ((1, False), (4, False), (4, True)):
        engine = DuckEngine(threads=threads)
        with engine.session() as opened:
            told.append(json.dumps(profiled(opened, columns, columnar=columnar)))
        engine.close()
    assert told[0] == told[1] == told[2]


def test_a_sample_is_the_first_rows(session):
    document = profiled(session, {"x": ("int", list(range(100)))}, sample_size=7)
    assert (document["sampleSize"], document["columns"][0]["max"]) == (7, 6)


@pytest.mark.parametrize("columnar", [False, True], ids=["copied", "columnar"])
def test_a_profile_can_be_told_to_stop_anywhere_and_leaves_nothing(columnar):
    columns = {
        "n": ("bigint", list(range(40_000))),
        "day": ("string", [f"2020-01-{1 + n % 28:02}" for n in range(40_000)]),
    }
    entities = {"EntityDetectorConfiguration": {"EntityTypes": ["DATE", "USA_ALL"]}}
    asked = []
    # With several threads, values come in more or fewer batches.
    with closing(DuckEngine(threads=1)) as engine, engine.session() as session:
        profiled(session, columns, entities, columnar=columnar, check=lambda: asked.append(1))
        for last in range(len(asked)):
            calls = iter(range(last))

            def check(calls=calls):
                if next(calls, None) is None:
                    raise Stopped("told to")

            with pytest.raises(Stopped):
                profiled(session, columns, entities, columnar=columnar, check=check)
            kept = session.connection.execute("SHOW TABLES").fetchall()
            assert kept == [("given_rows",)]


def test_progress_rises_to_the_whole(session):
    shares = []
    profiled(session, {f"n{at}": ("int", [1, 2]) for at in range(5)}, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_rows_that_cannot_be_read_fail_as_queries_do(session):
    with pytest.raises(QueryFailed, match="INVALID_CAST_ARGUMENT"):
        profile(session, "SELECT CAST('a' AS INTEGER)", [("x", parse_type("int"))])


# Configuration ------------------------------------------------------------------------------------

THREE = {
    "age": ("int", [1, 2, 3, 50]),
    "age_band": ("string", ["a", "b", "b", "c"]),
    "ok": ("boolean", [True, True, False, None]),
}


def overridden(statistic, *, selectors=None, level="ColumnStatisticsConfigurations", **parameters):
    """A configuration that overrides one statistic's parameters."""
    changes = {"Overrides": [{"Statistic": statistic, "Parameters": parameters}]}
    if level == "DatasetStatisticsConfiguration":
        return {level: changes}
    return {level: [{"Statistics": changes} | ({"Selectors": selectors} if selectors else {})]}


def dataset(statistic, **parameters):
    return overridden(statistic, level="DatasetStatisticsConfiguration", **parameters)


@pytest.mark.parametrize(
    ("selectors", "names"),
    [
        pytest.param([{"Name": "age"}], ["age"], id="name"),
        pytest.param([{"Regex": "age"}], ["age"], id="the-whole-name"),
        pytest.param([{"Regex": "age.*"}], ["age", "age_band"], id="regex"),
        pytest.param([{"Name": "ok"}, {"Regex": "a.e"}], ["age", "ok"], id="any-of-them"),
        pytest.param([{"Name": "none"}], [], id="no-such-column"),
    ],
)
def test_profile_columns(session, selectors, names):
    document = profiled(session, THREE, {"ProfileColumns": selectors})
    assert [c["name"] for c in document["columns"]] == names


def test_included_statistics_are_those_of_the_last_configuration(session):
    first = {"Statistics": {"IncludedStatistics": ["MEAN", "MODE"]}}
    last = {"Selectors": [{"Name": "age"}], "Statistics": {"IncludedStatistics": ["MAX", "SUM"]}}
    document = profiled(session, THREE, {"ColumnStatisticsConfigurations": [first, last]})
    age, band, ok = document["columns"]
    assert list(age)[3:] == ["columnConfigurationOverride", "max", "sum"]
    assert age["columnConfigurationOverride"] == {"includedStatistics": ["MAX", "SUM"]}
    assert list(band)[3:] == ["mean", "mode"]
    assert list(ok) == ["name", "type", "columnConfigurationOverride"]


def test_none_excludes_all(session):
    nothing = {"IncludedStatistics": ["NONE"]}
    document = profiled(
        session,
        THREE,
        {
            "DatasetStatisticsConfiguration": nothing,
            "ColumnStatisticsConfigurations": [{"Statistics": nothing}],
        },
    )
    assert "duplicateRowsCount" not in document
    assert [list(c)[2:] for c in document["columns"]] == [["columnConfigurationOverride"]] * 3
    assert document["datasetConfigurationOverride"] == {"includedStatistics": ["NONE"]}


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        pytest.param(
            overridden("MOST_COMMON_VALUES", sampleSize="1"),
            lambda c: len(c["mostCommonValues"]) == 1,
            id="most-common",
        ),
        pytest.param(
            overridden("MINIMUM_VALUES", sampleSize="2"),
            lambda c: [v["value"] for v in c["minimumValues"]] == [1, 2],
            id="minimum",
        ),
        pytest.param(
            overridden("MAXIMUM_VALUES", sampleSize="ALL"),
            lambda c: [v["value"] for v in c["maximumValues"]] == [50, 3, 2, 1],
            id="maximum-all",
        ),
        pytest.param(
            overridden("VALUE_DISTRIBUTION", binNumber="2"),
            lambda c: [b["bucket"] for b in c["valueDistribution"]] == [[1, 25], [25, "inf"]],
            id="bins",
        ),
        pytest.param(
            overridden("Z_SCORE_DISTRIBUTION", binNumber="1"),
            lambda c: c["zScoreDistribution"] == [{"bucket": ["-inf", "inf"], "count": 4}],
            id="z-bins",
        ),
        pytest.param(
            overridden("OUTLIER_DETECTION", threshold="1.4", mildThreshold="0.49", sampleSize="9"),
            lambda c: (
                (
                    c["zScoreOutliersCount"],
                    c["zScoreMildOutliersCount"],
                    [o["value"] for o in c["zScoreOutliersSample"]],
                )
                == (1, 2, [50, 1, 2])
            ),
            id="outliers",
        ),
    ],
)
def test_parameters(session, configuration, told):
    [age] = profiled(session, {"age": THREE["age"]}, configuration)["columns"]
    assert told(age)
    [change] = configuration["ColumnStatisticsConfigurations"][0]["Statistics"]["Overrides"]
    assert age["columnConfigurationOverride"] == {
        "parameters": {change["Statistic"]: change["Parameters"]}
    }


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        pytest.param({"columnNumber": "2"}, ["a", "b"], id="number"),
        pytest.param({"columnNumber": "ALL"}, ["a", "b", "c"], id="all"),
        pytest.param({"columnSelectors": '[{"name":"c"},{"regex":"a|x"}]'}, ["a", "c"], id="some"),
    ],
)
def test_which_columns_are_correlated(session, parameters, names):
    columns = {name: ("int", [1, 2, 4]) for name in "abc"} | {"x": ("string", ["a"] * 3)}
    document = profiled(session, columns, dataset("CORRELATION", **parameters))
    told = {c["name"]: list(c["correlations"]) for c in document["columns"] if "correlations" in c}
    assert told == dict.fromkeys(names, names)


def column_statistics(*names):
    return {"ColumnStatisticsConfigurations": [{"Statistics": {"IncludedStatistics": names}}]}


@pytest.mark.parametrize(
    ("configuration", "says"),
    [
        pytest.param(column_statistics("AVERAGE"), "AVERAGE is not a statistic", id="unknown"),
        pytest.param(
            {"DatasetStatisticsConfiguration": {"IncludedStatistics": ["MEAN"]}},
            "MEAN is not a statistic of this level",
            id="of-columns",
        ),
        pytest.param(overridden("MEAN", sampleSize="1"), "cannot be overridden", id="none-to-set"),
        pytest.param(overridden("MINIMUM_VALUES", size="1"), "no parameter size", id="parameter"),
        pytest.param(overridden("MINIMUM_VALUES", sampleSize="0"), "cannot be 0", id="size-0"),
        pytest.param(overridden("MINIMUM_VALUES", sampleSize="two"), "cannot be two", id="words"),
        pytest.param(overridden("VALUE_DISTRIBUTION", binNumber="-1"), "cannot be -1", id="bins"),
        pytest.param(
            overridden("OUTLIER_DETECTION", threshold="nan"), "cannot be nan", id="threshold"
        ),
        pytest.param(
            overridden("OUTLIER_DETECTION", mildThreshold="3"), "less than", id="mild-as-much"
        ),
        pytest.param(
            overridden("OUTLIER_DETECTION", threshold="0", mildThreshold="0"), "less than", id="0"
        ),
        pytest.param(dataset("CORRELATION", columnNumber="1"), "cannot be 1", id="one-column"),
        pytest.param(dataset("CORRELATION", columnSelectors="x"), "cannot be x", id="no-json"),
        pytest.param(
            dataset("CORRELATION", columnSelectors='[{"name":"a","regex":"a"}]'),
            "either a name or a regex",
            id="two-ways",
        ),
        pytest.param({"ProfileColumns": [{"Regex": "("}]}, "not valid", id="regex"),
        pytest.param({"ProfileColumns": [{}]}, "either a Name or a Regex", id="nothing-selected"),
        pytest.param(
            {"EntityDetectorConfiguration": {"EntityTypes": ["IBAN"]}},
            "IBAN is not an entity type",
            id="entity",
        ),
        pytest.param(
            {
                "EntityDetectorConfiguration": {
                    "EntityTypes": ["EMAIL"],
                    "AllowedStatistics": [{"Statistics": ["ALL"]}],
                }
            },
            "ALL is not a statistic",
            id="allowed",
        ),
    ],
)
def test_refused(session, configuration, says):
    with pytest.raises(AwsError, match=says) as refused:
        validate(configuration)
    assert refused.value.code == "ValidationException"
    with pytest.raises(AwsError, match=says):
        profiled(session, THREE, configuration)


def test_what_aws_shows_as_an_example_is_valid():
    validate(
        {
            "ProfileColumns": [{"Name": "example"}, {"Regex": "example.*"}],
            "DatasetStatisticsConfiguration": {
                "IncludedStatistics": ["CORRELATION"],
                "Overrides": [
                    {
                        "Statistic": "CORRELATION",
                        "Parameters": {
                            "columnSelectors": '[{"name":"example"}, {"regex":"example.*"}]'
                        },
                    }
                ],
            },
            "ColumnStatisticsConfigurations": [
                {
                    "Selectors": [{"Name": "example"}],
                    "Statistics": {
                        "IncludedStatistics": ["CORRELATION", "DUPLICATE_ROWS_COUNT"],
                        "Overrides": [
                            {"Statistic": "VALUE_DISTRIBUTION", "Parameters": {"binNumber": "10"}}
                        ],
                    },
                }
            ],
        }
    )
