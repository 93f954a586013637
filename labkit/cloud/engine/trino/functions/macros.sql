-- What the templates of the functions call, in the order in which they call each other.
-- Names of lambda parameters start with an underscore, so that no column of the caller's is caught.

trino_fail(message) AS error('LABKIT:INVALID_FUNCTION_ARGUMENT: ' || message);

trino_untried_error(message) AS CAST(trino_raised(message) AS "NULL");

-- Strings

trino_replacement(n) AS CASE
    WHEN n NOT BETWEEN 0 AND 1114111 OR n BETWEEN 55296 AND 57343
        THEN trino_fail('Invalid replacement character')
    ELSE chr(CAST(n AS INTEGER))
    END;

-- Between texts; array_to_string takes none that is computed.
trino_joined(texts, mark) AS array_to_string(list_transform(
    list_filter(texts, lambda _t: _t IS NOT NULL),
    lambda _t, _i: CASE WHEN _i > 1 THEN mark || _t ELSE _t END), '');

-- Java's Character.isWhitespace.
trino_blanks() AS
    chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29)
    || chr(30) || chr(31) || chr(32) || chr(5760) || chr(8192) || chr(8193) || chr(8194)
    || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8200) || chr(8201) || chr(8202)
    || chr(8232) || chr(8233) || chr(8287) || chr(12288);

trino_chr(a) AS CASE
    WHEN a < 0 OR a > 1114111 OR a BETWEEN 55296 AND 57343
        THEN trino_fail('Not a valid Unicode code point: ' || a)
    ELSE chr(a::INTEGER)
    END;

trino_codepoint(a) AS CASE
    WHEN a = '' THEN trino_fail('Input string must be a single character string')
    ELSE unicode(a)
    END;

trino_upper(a) AS CASE WHEN strlen(a) = length(a) THEN upper(a) ELSE trino_upper_unicode(a) END;

trino_reverse(a) AS CASE
    WHEN strlen(a) = length(a) THEN reverse(a)
    ELSE trino_reverse_unicode(a)
    END;

-- What listagg gives at most; what is cut off beyond is not given here either.
trino_bounded(a) AS CASE
    WHEN strlen(a) > 1048576 THEN trino_untried_error(
        'LABKIT:EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes '
        || 'larger than the maximum output length 1048576'
    )
    ELSE a
    END;

trino_replace(a, b, c) AS CASE
    WHEN b = '' THEN trino_replace_all(a, b, c)
    ELSE replace(a, b, c)
    END;

trino_split(a, b) AS CASE
    WHEN b = '' THEN trino_fail('The delimiter may not be the empty string')
    ELSE string_split(a, b)
    END;

trino_split_part(a, b, i) AS CASE
    WHEN i <= 0 THEN trino_fail('Index must be greater than zero')
    ELSE string_split(a, b)[i]
    END;

trino_near(a, b) AS greatest(length(a), length(b)) * (least(length(a), length(b)) - 1) <= 1000000;

-- DuckDB computes each branch of what is constant.
trino_levenshtein(a, b) AS CASE
    WHEN NOT trino_near(a, b)
        THEN trino_fail('The combined inputs for Levenshtein distance are too large')
    WHEN strlen(a) = length(a) AND strlen(b) = length(b)
        THEN levenshtein(CASE WHEN trino_near(a, b) THEN a ELSE '' END, b)
    ELSE trino_levenshtein_unicode(a, b)
    END;

-- Numbers

trino_sign(a) AS CASE WHEN isnan(a) OR a = 0 THEN a ELSE sign(a) END;

-- DuckDB's cbrt(27) is 3.0000000000000004; one of Newton's steps makes it 3.
trino_newton(y, x) AS CASE
    WHEN y = 0 OR NOT isfinite(y) THEN y
    ELSE y - (y * y * y - x) / (3 * y * y)
    END;

trino_round_integer(a, n) AS CASE WHEN n >= 0 THEN a ELSE round(a, n) END;

trino_random_below(n) AS CASE
    WHEN n <= 0 THEN trino_fail('bound must be positive')
    ELSE floor(random() * n)
    END;

trino_random(a, b) AS CASE
    WHEN a >= b THEN trino_fail('start value must be less than stop value')
    ELSE floor(a + random() * (b - a))
    END;

trino_bin(x, bins) AS CASE
    WHEN len(bins) = 0 THEN trino_fail('Bins cannot be an empty array')
    WHEN isnan(x) THEN trino_fail('Operand cannot be NaN')
    WHEN len(list_filter(bins, lambda _e: NOT isfinite(_e))) > 0 THEN
        trino_fail('Bin value must be finite')
    WHEN bins[1] > bins[-1] THEN trino_fail('Bin values are not sorted in ascending order')
    ELSE len(list_filter(bins, lambda _e: _e <= x))
    END;

trino_norm(m) AS sqrt(list_sum(list_transform(map_values(m), lambda _e: _e * _e)));

trino_cosine(a, b) AS CASE
    WHEN len(list_filter(map_values(a) || map_values(b), lambda _e: _e IS NULL)) = 0 THEN
        trino_cosine_of(a, b)
    END;

trino_cosine_of(a, b) AS list_sum(list_transform(
    map_keys(a), lambda _e: a[_e] * coalesce(b[_e], 0)
    )) / (trino_norm(a) * trino_norm(b));

-- https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
trino_wilson(s, n, z, side) AS CASE
    WHEN s < 0 THEN trino_fail('number of successes must not be negative')
    WHEN n <= 0 THEN trino_fail('number of trials must be positive')
    WHEN s > n
        THEN trino_fail('number of successes must not be larger than number of trials')
    WHEN z < 0 OR isnan(z) THEN trino_fail('z-score must not be negative')
    ELSE trino_wilson_of(s, n, z, side)
    END;

trino_wilson_of(s, n, z, side) AS (
    s / n::DOUBLE + z * z / (2 * n)
    + side * z * sqrt((s / n::DOUBLE * (1 - s / n::DOUBLE) + z * z / (4 * n)) / n)
    ) / (1 + z * z / n);

-- Dates and times

-- A macro puts its argument wherever it names it: nested calls would grow beyond all bounds, so
-- what is named often is bound once, by a lambda.
trino_zoned(t, z) AS list_transform([t], lambda _t: CASE
    WHEN _t IS NULL OR z IS NULL THEN NULL
    ELSE struct_pack(instant := _t, zone := z)
    END)[1];

trino_zone(z) AS CASE
    WHEN z IN ('Z', 'GMT', 'UTC', '+00:00') THEN 'UTC'
    ELSE trino_named_zone(z)
    END;

trino_icu(z) AS CASE WHEN z[1] IN ('+', '-') THEN 'GMT' || z ELSE z END;

trino_to_local(t, z) AS CASE
    WHEN z = 'UTC' THEN t
    ELSE timezone(trino_icu(z)::VARCHAR, timezone('UTC', t::TIMESTAMP))
    END;

trino_local(z) AS list_transform([z], lambda _z: trino_to_local((_z).instant, (_z).zone))[1];

trino_late_instant(t, z) AS timezone('UTC', timezone(trino_icu(z)::VARCHAR, t::TIMESTAMP));

-- Of an hour that comes twice, Trino takes the first.
trino_to_instant(t, z) AS CASE
    WHEN z = 'UTC' THEN t
    WHEN trino_to_local(trino_late_instant(t, z) - INTERVAL 1 HOUR, z) = t
        THEN trino_late_instant(t, z) - INTERVAL 1 HOUR
    ELSE trino_late_instant(t, z)
    END;

trino_in_zone(t, z) AS list_transform([struct_pack(t := t, z := z)], lambda _m:
    trino_zoned(trino_to_instant((_m).t, (_m).z), (_m).z))[1];

-- DuckDB's moments are of microseconds.
trino_finer(text) AS
    trino_untried_error('LABKIT:NOT_SUPPORTED: Fractions of a microsecond are not supported here: ' || text);

trino_from_nanos(n) AS CASE
    WHEN n % 1000 <> 0 THEN trino_finer(n::VARCHAR)
    ELSE make_timestamp(n // 1000)
    END;

trino_micros(s) AS CASE
    WHEN regexp_matches(s, '[.,]\d{6}\d*[1-9]') THEN trino_finer(s)
    ELSE s
    END;

trino_now() AS trino_zoned(date_trunc('millisecond', timezone('UTC', now())), 'UTC');

trino_offset(z) AS datesub('minute', (z).instant, trino_local(z));

trino_sign_mark(n) AS CASE WHEN n < 0 THEN '-' ELSE '' END;

-- DuckDB marks years before 1 with (BC) in dates, and writes those before 0 without zeros.
trino_date_text(d) AS CASE
    WHEN d < DATE '0001-01-01'
        THEN trino_sign_mark(year(d)) || format('{:04d}', abs(year(d))) || strftime(d, '-%m-%d')
    ELSE CAST(d AS VARCHAR)
    END;

trino_moment_text(t, form) AS CASE
    WHEN t < TIMESTAMP '0000-01-01' THEN format('-{:04d}', -year(t)) || strftime(t, form[3:])
    ELSE strftime(t, form)
    END;

trino_offset_zone(m) AS CASE
    WHEN m = 0 THEN 'UTC'
    ELSE CASE WHEN m < 0 THEN '-' ELSE '+' END
        || format('{:02d}:{:02d}', abs(m) // 60, abs(m) % 60)
    END;

-- A zone that a query makes of minutes: within 14 hours.
trino_made_zone(m) AS CASE
    WHEN abs(m) > 840 THEN trino_fail('Invalid offset minutes ' || m)
    ELSE trino_offset_zone(m)
    END;

trino_iso_zone(m) AS CASE WHEN m = 0 THEN 'Z' ELSE trino_offset_zone(m) END;

trino_unit(u, k) AS CASE
    WHEN lower(u) IN (
        'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'
    ) THEN lower(u)
    ELSE trino_fail('''' || u || ''' is not a valid ' || k || ' field')
    END;

trino_date_unit(u) AS CASE
    WHEN lower(u) IN ('day', 'week', 'month', 'quarter', 'year') THEN lower(u)
    ELSE trino_fail('''' || u || ''' is not a valid DATE field')
    END;

trino_time_unit(u) AS CASE
    WHEN lower(u) IN ('millisecond', 'second', 'minute', 'hour') THEN lower(u)
    ELSE trino_fail('''' || u || ''' is not a valid TIME field')
    END;

trino_span(u, n) AS CASE u
    WHEN 'millisecond' THEN to_milliseconds(n)
    WHEN 'second' THEN to_seconds(n)
    WHEN 'minute' THEN to_minutes(n)
    WHEN 'hour' THEN to_hours(n)
    WHEN 'day' THEN to_days(n::INTEGER)
    WHEN 'week' THEN to_days((7 * n)::INTEGER)
    WHEN 'month' THEN to_months(n::INTEGER)
    WHEN 'quarter' THEN to_months((3 * n)::INTEGER)
    ELSE to_months((12 * n)::INTEGER)
    END;

trino_add_date(u, n, d) AS CAST(d + trino_span(trino_date_unit(u), n) AS DATE);

trino_short(u) AS trino_unit(u, 'TIMESTAMP') IN ('millisecond', 'second', 'minute', 'hour');

trino_add_local(u, n, z) AS
    trino_to_instant(trino_local(z) + trino_span(lower(u), n), (z).zone);

trino_add_zoned(u, n, z) AS list_transform([z], lambda _z: CASE
    WHEN trino_short(u) THEN trino_zoned((_z).instant + trino_span(lower(u), n), (_z).zone)
    ELSE trino_zoned(trino_add_local(u, n, _z), (_z).zone)
    END)[1];

trino_diff_zoned(u, a, b) AS list_transform([struct_pack(a := a, b := b)], lambda _z: CASE
    WHEN trino_short(u) THEN datesub(lower(u), (_z).a.instant, (_z).b.instant)
    ELSE datesub(
        lower(u), trino_local((_z).a), trino_to_local((_z).b.instant, (_z).a.zone))
    END)[1];

trino_trunc_local(u, z) AS date_trunc(trino_unit(u, 'TIMESTAMP'), trino_local(z));

-- Hours and less are of the clock that runs: of an hour that comes twice, the second stays so.
trino_trunc_zoned(u, z) AS list_transform([z], lambda _z: trino_zoned(CASE
    WHEN trino_short(u) THEN (_z).instant - (trino_local(_z) - trino_trunc_local(u, _z))
    ELSE trino_to_instant(trino_trunc_local(u, _z), (_z).zone)
    END, (_z).zone))[1];

-- Java rounds NaN to zero; a zoned timestamp holds 52 bits of milliseconds.
trino_from_unix(s) AS CASE
    WHEN isnan(s) THEN make_timestamp(0)
    WHEN abs(s) > 2251799813685.247 THEN trino_fail('Millis overflow: ' || s * 1000)
    ELSE make_timestamp(CAST(floor(s * 1000 + 0.5e0) AS BIGINT) * 1000)
    END;

-- DuckDB's dates take no plus.
trino_unsigned(s) AS ltrim(trim(s), '+');

trino_to_date(s) AS CASE
    WHEN s IS NULL THEN NULL
    WHEN regexp_full_match(trim(s), '[+-]?\d{4,}-\d{1,2}-\d{1,2}')
        AND TRY_CAST(trino_unsigned(s) AS DATE) IS NOT NULL THEN CAST(trino_unsigned(s) AS DATE)
    ELSE error('LABKIT:INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || s)
    END;

-- What logs write, an instant with Z, is read without Python. DuckDB alone would also take a year of
-- fewer digits and spaces around the text.
trino_is_log_text(s) AS
    s >= '1' AND s < ':' AND strpos(s, '-') = 5 AND suffix(s, 'Z');

trino_log_instant(s) AS coalesce(
    try_strptime(s, ['%Y-%m-%dT%H:%M:%S.%fZ', '%Y-%m-%dT%H:%M:%SZ']),
    CASE WHEN s IS NOT NULL THEN trino_iso_clock(s) END
    );

trino_iso_timestamp(s) AS CASE
    WHEN trino_is_log_text(s) THEN struct_pack(instant := trino_log_instant(s), zone := 'UTC')
    ELSE trino_iso_moment(s)
    END;

-- The same in its own zone, for what asks no more of it.
trino_iso_local_time(s) AS CASE
    WHEN trino_is_log_text(s) THEN trino_log_instant(s)
    ELSE trino_iso_clock(s)
    END;

-- Both again, where nearly every text is known to be what logs write and the cast reads it right.
trino_logged_local_time(s) AS coalesce(
    TRY_CAST(s AS TIMESTAMP),
    CASE WHEN s IS NOT NULL THEN trino_iso_clock(s) END
    );

trino_logged_timestamp(s) AS CASE
    WHEN s IS NOT NULL THEN struct_pack(instant := trino_logged_local_time(s), zone := 'UTC')
    END;

trino_zone_text(z) AS trino_zone(CASE
    WHEN regexp_full_match(z, '[+-]\d{4}') THEN z[1:3] || ':' || z[4:5]
    ELSE z
    END);

-- Arrays

trino_present(a) AS list_filter(a, lambda _e: _e IS NOT NULL);

trino_has_null(a) AS len(a) <> list_count(a);

trino_shuffle(a) AS list_transform(
    list_sort(list_transform(a, lambda _e: struct_pack(r := random(), v := _e))),
    lambda _e: _e.v);

trino_order(x) AS CASE
    WHEN x IN (-1, 0, 1) THEN x
    ELSE trino_fail('Lambda comparator must return either -1, 0, or 1')
    END;

trino_unless_missing(a, x) AS CASE WHEN trino_has_null(a) THEN NULL ELSE x END;

trino_any_match(a) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN list_contains(a, true) THEN true
    WHEN trino_has_null(a) THEN NULL
    ELSE false
    END;

trino_all_match(a) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN list_contains(a, false) THEN false
    WHEN trino_has_null(a) THEN NULL
    ELSE true
    END;

-- DuckDB's list_distinct neither keeps the order nor the NULL, but counts fast.
trino_distinct(a) AS list_transform([a], lambda _a: CASE
    WHEN list_unique(_a) = list_count(_a) AND len(_a) - list_count(_a) <= 1 THEN _a
    ELSE list_filter(_a, lambda _e, _i: list_position(_a, _e) = _i)
    END)[1];

trino_except(a, b) AS CASE
    WHEN b IS NULL THEN NULL
    ELSE trino_distinct(list_filter(a, lambda _e: list_position(b, _e) IS NULL))
    END;

trino_intersect(a, b) AS CASE
    WHEN b IS NULL THEN NULL
    ELSE trino_distinct(list_filter(a, lambda _e: list_position(b, _e) IS NOT NULL))
    END;

trino_position(a, x) AS CASE
    WHEN a IS NULL OR x IS NULL THEN NULL
    ELSE coalesce(list_position(a, x), 0)::BIGINT
    END;

trino_remove(a, x) AS CASE
    WHEN x IS NULL THEN NULL
    ELSE list_filter(a, lambda _e: _e IS DISTINCT FROM x)
    END;

trino_contains(a, x) AS CASE
    WHEN a IS NULL OR x IS NULL THEN NULL
    WHEN list_contains(a, x) THEN true
    WHEN trino_has_null(a) THEN NULL
    ELSE false
    END;

trino_overlap(a, b) AS CASE
    WHEN a IS NULL OR b IS NULL THEN NULL
    WHEN list_has_any(a, b) THEN true
    WHEN len(a) = 0 OR len(b) = 0 THEN false
    WHEN trino_has_null(a) OR trino_has_null(b) THEN NULL
    ELSE false
    END;

trino_contains_sequence(a, b) AS CASE
    WHEN a IS NULL OR b IS NULL THEN NULL
    WHEN len(b) = 0 THEN true
    ELSE list_contains(list_transform(
        range(1, len(a) - len(b) + 2), lambda _i: a[_i : _i + len(b) - 1] = b
        ), true)
    END;

trino_element(a, i) AS CASE
    WHEN i = 0 THEN trino_fail('SQL array indices start at 1')
    ELSE a[i]
    END;

trino_ngrams(a, n) AS CASE
    WHEN n <= 0 THEN trino_fail('N must be positive')
    WHEN len(a) <= n THEN [a]
    ELSE list_transform(range(1, len(a) - n + 2), lambda _i: a[_i : _i + n - 1])
    END;

trino_repeat_fail(word) AS
    trino_fail('count argument of repeat function must be ' || word);

-- What stands in a branch is computed too where all of it is constant: no list is longer than AWS's.
trino_repeat(x, n) AS CASE
    WHEN n > 10000 THEN trino_repeat_fail('less than or equal to 10000')
    WHEN n < 0 THEN trino_repeat_fail('greater than or equal to 0')
    ELSE list_transform(range(CASE WHEN n <= 10000 THEN n END), lambda _i: x)
    END;

trino_way(a, b) AS CASE WHEN a <= b THEN 1 ELSE -1 END;

trino_way_fail() AS trino_fail(
    'sequence stop value should be greater than or equal to start value if step is greater than '
    || 'zero otherwise stop should be less than or equal to start');

trino_long_fail() AS
    trino_fail('result of sequence function must not have more than 10000 entries');

trino_step(a, b, s) AS CASE
    WHEN a < b AND s <= 0
        THEN trino_fail('Step must be positive for sequence [' || a || ', ' || b || ']')
    WHEN a > b AND s >= 0
        THEN trino_fail('Step must be negative for sequence [' || a || ', ' || b || ']')
    ELSE s
    END;

trino_sequence(a, b, s) AS CASE
    WHEN s = 0 THEN trino_fail('step must not be zero')
    WHEN (s > 0 AND b < a) OR (s < 0 AND b > a) THEN trino_way_fail()
    WHEN (b::HUGEINT - a) // s >= 10000 THEN trino_long_fail()
    ELSE generate_series(a, CASE WHEN (b::HUGEINT - a) // nullif(s, 0) < 10000 THEN b END, s)
    END;

-- Months count from the first date each time: 31 January plus two months is 31 March.
trino_dates_by_month(a, b, mo) AS list_filter(
    list_transform(range(datesub('month', a, b) // mo + 1),
        lambda _i: a::TIMESTAMP + to_months((_i * mo)::INTEGER)),
    lambda _e: CASE WHEN mo > 0 THEN _e <= b ELSE _e >= b END);

trino_whole_days(ms) AS CASE
    WHEN ms % 86400000 <> 0
        THEN trino_fail('sequence step must be a day interval if start and end values are dates')
    ELSE ms
    END;

trino_dates(a, b, ms, mo) AS CASE
    WHEN ms = 0 AND mo = 0 THEN trino_fail('interval must not be zero')
    WHEN (ms + mo > 0 AND b < a) OR (ms + mo < 0 AND b > a) THEN trino_way_fail()
    WHEN mo <> 0 THEN trino_dates_by_month(a, b, mo)
    WHEN datesub('millisecond', a::TIMESTAMP, b::TIMESTAMP) // ms >= 10000 THEN trino_long_fail()
    ELSE generate_series(a::TIMESTAMP, b::TIMESTAMP, to_milliseconds(ms))
    END;

trino_slice(a, s, n) AS CASE
    WHEN s = 0 THEN trino_fail('SQL array indices start at 1')
    WHEN n < 0 THEN trino_fail('length must be greater than or equal to 0')
    WHEN s > 0 THEN a[s : s + n - 1]
    WHEN -s > len(a) THEN a[1 : 0]
    ELSE a[len(a) + s + 1 : len(a) + s + n]
    END;

trino_trim_array(a, n) AS CASE
    WHEN n < 0 THEN trino_fail('size must not be negative: ' || n)
    WHEN n > len(a)
        THEN trino_fail('size must not exceed array cardinality ' || len(a) || ': ' || n)
    ELSE a[1 : len(a) - n]
    END;

trino_histogram(a) AS CASE
    WHEN a IS NULL THEN NULL
    ELSE map(trino_distinct(a), list_transform(
        trino_distinct(a), lambda _e: len(list_filter(a, lambda _f: _f = _e))))
    END;

-- Maps

trino_repeated(k) AS
    list_filter(k, lambda _e, _i: list_position(k, _e) <> _i)[1]::VARCHAR;

trino_map(k, v) AS CASE
    WHEN k IS NULL OR v IS NULL THEN NULL
    WHEN len(k) <> len(v) THEN trino_fail('Key and value arrays must be the same length')
    WHEN len(k) <> list_count(k) THEN trino_fail('map key cannot be null')
    WHEN list_unique(k) <> len(k)
        THEN trino_fail('Duplicate map keys (' || trino_repeated(k) || ') are not allowed')
    ELSE map(k, v)
    END;

-- Entries are rows of key and value. Equal keys are brought together by sorting (i is where an
-- entry stood); a group is where it starts and ends in the sorted entries, in order of appearance.
trino_sorted(a) AS list_sort(list_transform(
    list_filter(a, lambda _e: _e.key IS NOT NULL),
    lambda _e, _i: struct_pack(key := _e.key, i := _i, value := _e.value)));

trino_starts(s) AS list_filter(
    range(1, len(s) + 1), lambda _i: _i = 1 OR s[_i].key IS DISTINCT FROM s[_i - 1].key);

trino_groups(s) AS list_transform([trino_starts(s)], lambda _b: list_sort(list_transform(
    _b, lambda _low, _n: struct_pack(
        i := s[_low].i, low := _low, high := coalesce(_b[_n + 1], len(s) + 1)))))[1];

trino_group_keys(s, g) AS list_transform(g, lambda _g: s[_g.low].key);

trino_first_values(s, g) AS list_transform(g, lambda _g: s[_g.low].value);

trino_all_values(s, g) AS list_transform(
    g, lambda _g: list_transform(range(_g.low, _g.high), lambda _i: s[_i].value));

trino_first_map(s) AS list_transform([trino_groups(s)],
    lambda _g: map(trino_group_keys(s, _g), trino_first_values(s, _g)))[1];

trino_map_of(a) AS list_transform([trino_sorted(a)], lambda _s: trino_first_map(_s))[1];

trino_full_map(s) AS list_transform([trino_groups(s)],
    lambda _g: map(trino_group_keys(s, _g), trino_all_values(s, _g)))[1];

trino_multimap_of(a) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN len(a) > 0 AND list_count(list_transform(a, lambda _e: _e.key)) = 0 THEN NULL
    ELSE list_transform([trino_sorted(a)], lambda _s: trino_full_map(_s))[1]
    END;

trino_union_of(a) AS CASE
    WHEN list_count(a) = 0 THEN NULL
    ELSE trino_map_of(flatten(list_transform(a, lambda _m: map_entries(_m))))
    END;

trino_map_agg(a) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN list_unique(list_transform(a, lambda _e: _e.key)) = len(a) THEN map_from_entries(a)
    WHEN list_count(list_transform(a, lambda _e: _e.key)) = 0 THEN NULL
    ELSE trino_map_of(a)
    END;

trino_multimap(a) AS CASE
    WHEN list_bool_or(list_transform(a, lambda _e: _e.key IS NULL))
        THEN trino_fail('map key cannot be null')
    ELSE trino_multimap_of(a)
    END;

-- Aggregates

-- Of equal values, and beside NaN or infinity, a moment is NaN.
trino_moment(n, least, finite, x) AS CASE
    WHEN n < least THEN NULL
    WHEN finite < n OR x IS NULL THEN 'NaN'::DOUBLE
    ELSE x
    END;

trino_within_error(found, error) AS CASE
    WHEN error BETWEEN 0.0040625e0 AND 0.26e0 THEN found
    ELSE trino_fail('Max standard error must be in [0.004063, 0.260000]: ' || error)
    END;

trino_finite(x) AS CASE WHEN isfinite(x) THEN x ELSE NULL END;

-- Of those that are as frequent the least comes first.
trino_most_frequent(counts, n) AS map_from_entries(list_transform(
    list_sort(list_transform(
        map_entries(counts), lambda _e: struct_pack(n := -_e.value::BIGINT, k := _e.key)))[1 : n],
    lambda _e: struct_pack(k := _e.k, v := -_e.n)));

trino_weight(a) AS list_sum(list_transform(a, lambda _f: _f.w));

trino_weighted(a, p) AS CASE
    WHEN list_bool_or(list_transform(a, lambda _e: _e.w <= 0))
        THEN trino_fail('percentile weight must be > 0')
    ELSE trino_weighted_of(a, p)
    END;

trino_weighted_of(a, p) AS list_filter(a, lambda _e, _i:
    _e.v IS NOT NULL AND trino_weight(a[1 : _i]) >= p * trino_weight(a))[1].v;

-- JSON

-- DuckDB passes over a comma behind the last item.
trino_valid_json(d) AS CASE
    WHEN json_valid(d) AND NOT regexp_matches(d, ',\s*[\]}]') THEN d
    END;

-- A scalar as array_join takes it; what CAST would still have to lay out is refused.
trino_json_joined(j) AS CASE
    WHEN j = 'null' THEN NULL
    WHEN j[1] = '"' THEN json_extract_string(j, '$')
    WHEN j IS NULL OR regexp_full_match(j, '-?\d+|true|false') THEN j
    ELSE trino_untried_error('LABKIT:NOT_SUPPORTED: array_join of JSON is not supported here: ' || j)
    END;

-- DuckDB gives a number's value, Trino its text: 2.50 stays 2.50. Within objects and arrays doubles
-- are Java's, 1.0E7. A text that is cut may still have what a path leads to.
trino_json_at(d, p, t) AS CASE json_type(trino_valid_json(d), p)
    WHEN 'DOUBLE' THEN trino_json_extract(d, t)
    ELSE coalesce(
        trino_plain_json(json_extract(trino_valid_json(d), p)::VARCHAR),
        CASE WHEN d IS NOT NULL
            AND (trino_valid_json(d) IS NULL OR json_extract(trino_valid_json(d), p) IS NOT NULL)
            THEN trino_json_extract(d, t) END)
    END;

trino_plain_json(j) AS CASE
    WHEN NOT regexp_matches(j, '^[\[{].*(?:\d{8}\.\d|0\.000|\d[eE][-+]?\d)') THEN j
    END;

trino_json_scalar_at(d, p, t) AS CASE json_type(trino_valid_json(d), p)
    WHEN 'OBJECT' THEN NULL
    WHEN 'ARRAY' THEN NULL
    WHEN 'DOUBLE' THEN trino_json_scalar(d, t)
    ELSE coalesce(
        json_extract_string(trino_valid_json(d), p),
        CASE WHEN d IS NOT NULL AND trino_valid_json(d) IS NULL THEN trino_json_scalar(d, t) END)
    END;

-- Values as text

-- Java's Double.toString is scientific from 10^7 on and below 10^-3. DuckDB's digits are the
-- shortest that read back, as Java's are, so only the point and the exponent move.
trino_double_exponent(s) AS CASE
    WHEN s = '0.0' THEN 0
    WHEN contains(s, 'e') THEN split_part(s, 'e', 2)::INTEGER
    WHEN s LIKE '0.%' THEN length(ltrim(s[3:], '0')) - length(s) + 1
    ELSE strpos(s, '.') - 2
    END;

trino_double_digits(s) AS regexp_replace(replace(split_part(s, 'e', 1), '.', '') || '0',
    '^0*(\d)(\d+?)0*$', '\1.\2');

trino_e(s) AS trino_double_digits(s) || 'E' || trino_double_exponent(s);

-- Java gives the nearest of two digits where one would tell a number: 1.4E-45, 4.9E-324. The two
-- differ among the smallest numbers alone.
trino_shown(x) AS CASE
    WHEN x < 1e-40 AND trino_double_digits(CAST(x AS VARCHAR)) LIKE '_.0' THEN format('{:.1e}', x)
    ELSE CAST(x AS VARCHAR)
    END;

trino_signed_e(x) AS CASE WHEN signbit(x) THEN '-' ELSE '' END || trino_e(trino_shown(abs(x)));

trino_regexp_joined(texts) AS CASE
    WHEN len(texts) = list_count(texts) THEN array_to_string(texts, '')
    END;

trino_special(x) AS CASE
    WHEN isnan(x) THEN 'NaN'
    WHEN x > 0 THEN 'Infinity'
    ELSE '-Infinity'
    END;

trino_float_text(x) AS CASE
    WHEN (abs(x) >= 1e-3 AND abs(x) < 1e7) OR x = 0 THEN CAST(x AS VARCHAR)
    WHEN x IS NULL THEN NULL
    WHEN isfinite(x) THEN trino_signed_e(x)
    ELSE trino_special(x)
    END;

trino_scientific(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN x = 0 THEN CASE WHEN signbit(x) THEN '-0E0' ELSE '0E0' END
    WHEN isfinite(x) THEN trino_signed_e(x)
    ELSE trino_special(x)
    END;

-- DuckDB may print a FLOAT from 10^5 to 10^11 with a digit more than tells it from its neighbours
-- (131385.625 for 131385.62), so there the shortest is looked for, as a double.
trino_shortest(x) AS CASE
    WHEN CAST(format('{:.5e}', x) AS FLOAT) = x THEN CAST(format('{:.5e}', x) AS DOUBLE)
    WHEN CAST(format('{:.6e}', x) AS FLOAT) = x THEN CAST(format('{:.6e}', x) AS DOUBLE)
    WHEN CAST(format('{:.7e}', x) AS FLOAT) = x THEN CAST(format('{:.7e}', x) AS DOUBLE)
    ELSE CAST(format('{:.8e}', x) AS DOUBLE)
    END;

trino_real_text(x) AS CASE
    WHEN abs(x) >= 1e5 AND abs(x) < 1e11 THEN trino_float_text(trino_shortest(x))
    ELSE trino_float_text(x)
    END;

trino_real_scientific(x) AS CASE
    WHEN abs(x) >= 1e5 AND abs(x) < 1e11 THEN trino_scientific(trino_shortest(x))
    ELSE trino_scientific(x)
    END;

trino_hex_text(b) AS rtrim(regexp_replace(lower(hex(b)), '(..)', '\1 ', 'g'));

trino_clock(ms) AS format('{} {:02d}:{:02d}:{:02d}.{:03d}', ms // 86400000, ms // 3600000 % 24,
    ms // 60000 % 60, ms // 1000 % 60, ms % 1000);

trino_span_text(ms) AS trino_sign_mark(ms) || trino_clock(abs(ms));

trino_months_text(m) AS
    trino_sign_mark(m) || format('{}-{}', abs(m) // 12, abs(m) % 12);

-- MAX_NUMBER_OF_VALUES of Trino's MinMaxNStateFactory.
trino_at_most(n, what) AS CASE
    WHEN n > 10000 THEN trino_fail(what || ' must be less than or equal to 10000; found ' || n)
    ELSE n
    END;

trino_distance(n) AS CASE
    WHEN n IS NULL OR n < 0 THEN trino_untried_error(
        'LABKIT:INVALID_WINDOW_FRAME: Window frame offset value must not be negative or null'
    )
    ELSE n
    END;

-- Sketches

trino_least_hashes_count(h) AS CASE
    WHEN len(h) < 65536 THEN len(h)
    ELSE CAST(round(65535 * 18446744073709551616.0 / h[65536]) AS BIGINT)
    END;

trino_least_hashes_merged(z) AS CASE
    WHEN list_count(z) = 0 THEN NULL
    ELSE list_slice(list_sort(list_distinct(flatten(z))), 1, 65536)
    END;

trino_hash_counts(d) AS map(
    list_transform(map_keys(d), lambda _h: CASE
        WHEN _h < 9223372036854775808 THEN CAST(_h AS BIGINT)
        ELSE CAST(CAST(_h AS HUGEINT) - 18446744073709551616 AS BIGINT) END),
    list_transform(map_values(d), lambda _n: CAST(_n AS SMALLINT)));

trino_digest_of(z) AS CASE
    WHEN len(list_filter(z, lambda _e: _e.key IS NOT NULL AND _e.value IS NOT NULL)) > 0
    THEN list_sort(list_filter(z, lambda _e: _e.key IS NOT NULL AND _e.value IS NOT NULL))
    END;

trino_digests_merged(z) AS CASE WHEN list_count(z) > 0 THEN list_sort(flatten(z)) END;

trino_digest_value(d, q) AS
    d[trino_quantile_place(list_transform(d, lambda _e: _e.value), q)].key;

trino_digest_place(d, v) AS CASE
    WHEN v BETWEEN d[1].key AND d[-1].key
    THEN coalesce(list_sum(list_transform(list_filter(d, lambda _e: _e.key < v),
            lambda _e: _e.value)), 0.0) / list_sum(list_transform(d, lambda _e: _e.value))
    END;

trino_digest_times(d, x) AS CASE
    WHEN x > 0 THEN list_transform(d, lambda _e: struct_pack(key := _e.key, value := _e.value * x))
    ELSE trino_fail('Scale factor should be positive.')
    END;

-- Geometries

trino_pair(z) AS CASE WHEN len(z) = 2 THEN struct_pack(field0 := z[1], field1 := z[2]) END;
