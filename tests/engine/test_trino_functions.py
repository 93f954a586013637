"""Trino's functions and the texts of values, through the compiler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cloud.engine import QueryFailed, Session
from labkit.cloud.engine.trino import library
from labkit.cloud.engine.trino.functions import AGGREGATES, REFUSED, SCALARS, WINDOWS
from labkit.cloud.engine.trino.functions.signatures import parse_signature
from labkit.cloud.engine.trino.functions.stemmer import stem
from labkit.cloud.engine.trino.functions.xxhash import xxhash64
from labkit.cloud.engine.types import UNKNOWN, parse_type
from tests.engine import lake

# https://trino.io/docs/current/functions/list.html without what is syntax, such as CAST or COALESCE
NAMES = """
abs acos all_match any_match any_value approx_distinct approx_most_frequent approx_percentile
approx_set arbitrary array_agg array_distinct array_except array_first array_histogram
array_intersect array_join array_last array_max array_min array_position array_remove array_sort
array_union arrays_overlap asin at_timezone atan atan2 avg bar beta_cdf bing_tile bing_tile_at
bing_tile_coordinates bing_tile_polygon bing_tile_quadkey bing_tile_zoom_level bing_tiles_around
bit_count bitwise_and bitwise_and_agg bitwise_left_shift bitwise_not bitwise_or bitwise_or_agg
bitwise_right_shift bitwise_right_shift_arithmetic bitwise_xor bool_and bool_or cardinality cbrt
ceil ceiling char2hexint checksum chr classify codepoint collect color combinations concat
concat_ws contains contains_sequence convex_hull_agg corr cos cosh cosine_distance
cosine_similarity count count_if covar_pop covar_samp crc32 cume_dist current_groups
current_timezone date date_add date_diff date_format date_parse date_trunc day day_of_month
day_of_week day_of_year degrees dense_rank dow doy e element element_at empty_approx_set
evaluate_classifier_predictions every exclude_columns exp features filter first_value
flatten floor format format_datetime format_number from_base from_base32 from_base64
from_base64url from_big_endian_32 from_big_endian_64 from_encoded_polyline from_geojson_geometry
from_hex from_ieee754_32 from_ieee754_64 from_iso8601_date from_iso8601_timestamp
from_iso8601_timestamp_nanos from_unixtime from_unixtime_nanos from_utf8 fusion geometric_mean
geometry_collect_agg geometry_from_hadoop_shape geometry_invalid_reason geometry_nearest_points
geometry_to_bing_tiles geometry_union geometry_union_agg great_circle_distance greatest
hamming_distance hash_counts histogram hmac_md5 hmac_sha1 hmac_sha256 hmac_sha512 hour
human_readable_seconds index infinity intersection intersection_cardinality inverse_beta_cdf
inverse_normal_cdf is_finite is_infinite is_json_scalar is_nan jaccard_index json_array_contains
json_array_get json_array_length json_extract json_extract_scalar json_format json_parse
json_size kurtosis lag last_day_of_month last_value lead learn_classifier
learn_libsvm_classifier learn_libsvm_regressor learn_regressor least length levenshtein_distance
line_interpolate_point line_interpolate_points line_locate_point listagg ln log log10 log2 lower
lpad ltrim luhn_check make_set_digest map map_agg map_concat map_entries map_filter
map_from_entries map_keys map_union map_values map_zip_with max max_by md5 merge
merge_set_digest millisecond min min_by minute mod month multimap_agg multimap_from_entries
murmur3 nan ngrams none_match normal_cdf normalize now nth_value ntile numeric_histogram
objectid objectid_timestamp parse_data_size parse_datetime parse_duration percent_rank pi pow
power qdigest_agg quarter radians rand random random_string rank reduce reduce_agg regexp_count
regexp_extract regexp_extract_all regexp_like regexp_position regexp_replace regexp_split
regr_intercept regr_slope regress render repeat replace reverse rgb round row_number rpad rtrim
second sequence set sha1 sha256 sha512 shuffle sign simplify_geometry sin sinh skewness slice
soundex spatial_partitioning spatial_partitions split split_part split_to_map split_to_multimap
spooky_hash_v2_32 spooky_hash_v2_64 sqrt starts_with stddev stddev_pop stddev_samp strpos substr
substring sum tan tanh tdigest_agg theta_sketch_cardinality theta_sketch_union
timestamp_objectid timezone timezone_hour timezone_minute title_case to_base to_base32 to_base64
to_base64url to_big_endian_32 to_big_endian_64 to_char to_date to_encoded_polyline
to_geojson_geometry to_geometry to_hex to_ieee754_32 to_ieee754_64 to_iso8601 to_milliseconds
to_spherical_geography to_timestamp to_unixtime to_utf8 transform transform_keys
transform_values translate trim trim_array truncate typeof upper url_decode url_encode
url_extract_fragment url_extract_host url_extract_parameter url_extract_path url_extract_port
url_extract_protocol url_extract_query uuid value_at_quantile values_at_quantiles var_pop
var_samp variance version week week_of_year width_bucket wilson_interval_lower
wilson_interval_upper with_timezone word_stem xxhash64 year year_of_week yow zip zip_with
st_area st_asbinary st_astext st_boundary st_buffer st_centroid st_contains st_convexhull
st_crosses st_difference st_dimension st_disjoint st_distance st_envelope st_equals
st_geometryfromtext st_geometrytype st_intersection st_intersects st_isvalid st_length
st_linestring st_overlaps st_point st_polygon st_touches st_union st_within st_x st_y
""".split()

CASES = Path(__file__).with_name("trino_functions.txt")
ROWS = "(1, 10.5e0, 'a'), (2, 20e0, 'b'), (3, 5.25e0, 'a'), (NULL, NULL, NULL)"
SOURCES = {
    "aggregates": f" FROM (VALUES {ROWS}) AS t(q, amt, s)",
    "empty": " FROM (SELECT 1 AS q WHERE false)",
}


def cases() -> Iterator[object]:
    """The lines of the table: an expression and its text, or NULL, or ``ERR:`` and a code."""
    topic = ""
    for line in CASES.read_text("utf-8").splitlines():
        if line.startswith("["):
            topic = line[1 : line.index("]")]
        elif line and not line.startswith("#"):
            expression, _, expected = line.rpartition(" => ")
            source = SOURCES.get(topic, "")
            yield pytest.param(f"SELECT {expression}{source}", expected, id=f"{topic}-{expression}")


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with lake.engine() as engine, engine.session() as opened:
        yield opened


@pytest.mark.parametrize(("sql", "expected"), list(cases()))
def test_function(session: Session, sql: str, expected: str) -> None:
    if expected.startswith("ERR:"):
        with pytest.raises(QueryFailed) as failed:
            lake.rows(session, sql)
        assert failed.value.code == expected[4:]
    else:
        assert lake.rows(session, sql) == [[None if expected == "NULL" else expected]]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_answered_or_refused(name: str) -> None:
    assert name in library.names() or name in REFUSED


def test_no_macro_hides_a_function() -> None:
    udfs, macros = library.supplies()
    names = [udf.name for udf in udfs]
    assert len(set(names)) == len(names)
    assert not macros.keys() & set(names)


def test_nothing_is_both_answered_and_refused() -> None:
    assert not library.names() & REFUSED.keys()


def test_every_signature_reads() -> None:
    for entry in (*SCALARS, *AGGREGATES, *WINDOWS):
        assert str(parse_signature(entry.signature)) in entry.signature


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("foo", ["integer"], "Function 'foo' not registered"),
        (
            "length",
            ["integer"],
            """Unexpected parameters (integer) for function length. \
Expected: length(varchar(x)), length(char(x)), length(varbinary)""",
        ),
    ],
    ids=["unknown", "arguments"],
)
def test_not_found(name: str, args: list[str], message: str) -> None:
    with pytest.raises(library.FunctionNotFound) as missing:
        library.resolve(name, [parse_type(arg) for arg in args])
    assert str(missing.value) == message


@pytest.mark.parametrize(
    ("name", "args", "returns"),
    [
        ("round", ["decimal(5,2)"], "decimal(4,0)"),
        ("round", ["decimal(5,2)", "integer"], "decimal(6,2)"),
        ("mod", ["decimal(5,2)", "integer"], "decimal(5,2)"),
        ("sum", ["decimal(5,2)"], "decimal(38,2)"),
        ("sum", ["smallint"], "bigint"),
        ("avg", ["decimal(5,2)"], "decimal(5,2)"),
        ("greatest", ["integer", "decimal(3,1)"], "decimal(11,1)"),
        ("substr", ["varchar(9)", "integer"], "varchar(9)"),
        ("concat", ["array(integer)", "bigint"], "array(bigint)"),
        ("date_add", ["varchar(3)", "integer", "timestamp(6)"], "timestamp(6)"),
        ("map_agg", ["varchar(1)", "array(date)"], "map(varchar(1), array(date))"),
    ],
    ids=lambda value: str(value),
)
def test_result_type(name: str, args: list[str], returns: str) -> None:
    found = library.resolve(name, [parse_type(arg) for arg in args])
    assert found.returns == parse_type(returns)


@pytest.mark.parametrize(
    ("types", "common"),
    [
        (["tinyint", "bigint"], "bigint"),
        (["integer", "decimal(3,1)"], "decimal(11,1)"),
        (["decimal(5,2)", "double"], "double"),
        (["bigint", "real"], "real"),
        (["varchar(2)", "varchar(5)"], "varchar(5)"),
        (["varchar(2)", "varchar"], "varchar"),
        (["date", "timestamp(3)"], "timestamp(3)"),
        (["timestamp(6)", "timestamp(3) with time zone"], "timestamp(6) with time zone"),
        (["array(integer)", "array(bigint)"], "array(bigint)"),
        (["row(a integer)", "row(a bigint)"], "row(a bigint)"),
        (["row(a integer)", "row(b bigint)"], "row(bigint)"),
        (["char(4)", "varchar(2)"], "char(4)"),
        (["integer", "varchar"], None),
        (["boolean", "integer"], None),
        (["date", "varchar"], None),
    ],
    ids=lambda value: str(value),
)
def test_common_type(types: list[str], common: str | None) -> None:
    found = library.common_type(parse_type(kind) for kind in types)
    expected = parse_type(common) if common else None
    assert found == expected or (found and expected and library.can_coerce(found, expected))


def test_null_coerces_to_anything() -> None:
    assert library.can_coerce(UNKNOWN, parse_type("array(row(a date))"))


def test_lambda_types_come_from_the_other_arguments() -> None:
    array, state = parse_type("array(varchar)"), parse_type("bigint")
    assert library.lambda_types("reduce", [array, state, None, None]) == (
        None,
        None,
        (state, array.element),
        (state,),
    )


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("flies", "fli"), ("dying", "die"), ("relational", "relat"), ("hopping", "hop"),
        ("hoping", "hope"), ("happily", "happili"), ("skies", "sky"), ("communication", "communic"),
        ("generously", "generous"), ("cats", "cat"), ("consistency", "consist"),
        ("knightly", "knight"),
    ],
)  # fmt: skip
def test_stem(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_xxhash64_of_more_than_one_stripe() -> None:
    assert xxhash64(b"Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1
