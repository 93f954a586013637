-- What the compiler's SQL calls, after the macros of the functions.

-- Arithmetic of decimals

-- A decimal's digits as a whole number, where its type has no room to multiply.
trino_digits(v) AS CAST(replace(CAST(v AS VARCHAR), '.', '') AS HUGEINT);

-- Division of whole numbers, half away from zero.
trino_divide(n, d) AS CASE
    WHEN d = 0 AND n IS NOT NULL THEN error('LABKIT:DIVISION_BY_ZERO: Division by zero')
    ELSE CAST(n // d + CASE
        WHEN 2 * abs(n % d) < abs(d) THEN 0
        WHEN (n < 0) = (d < 0) THEN 1
        ELSE -1 END AS HUGEINT) END;

-- What a mean lacks: DuckDB rounds a half to the even digit, Trino away from zero.
trino_tie(mean, total, n) AS CASE
    WHEN 2 * (trino_digits(total) - trino_digits(mean) * n) = n * sign(total) THEN sign(total)
    ELSE 0
    END;

-- Intervals times a double
trino_span_times(span, x) AS CASE
    WHEN isnan(x) THEN error('LABKIT:INVALID_FUNCTION_ARGUMENT: Cannot multiply by double NaN')
    ELSE trunc(span * x) END;

trino_span_divided(span, x) AS CASE
    WHEN isnan(x) THEN error('LABKIT:INVALID_FUNCTION_ARGUMENT: Cannot divide by double NaN')
    WHEN x = 0 THEN error('LABKIT:INVALID_FUNCTION_ARGUMENT: Cannot divide by double 0.0')
    ELSE trunc(span / x) END;

-- Comparisons of several values: false where one decides, else NULL where one is unknown.
trino_all(z) AS CASE
    WHEN list_contains(z, false) THEN false
    WHEN len(z) > list_count(z) THEN NULL
    ELSE true END;

-- Whether a NULL comes before elements that differ.
trino_meet_null(a, b) AS coalesce(list_filter(list_transform(
    range(1, least(len(a), len(b)) + 1),
    lambda _i: CASE
        WHEN a[_i] IS NULL OR b[_i] IS NULL THEN true
        WHEN a[_i] IS DISTINCT FROM b[_i] THEN false END
    ), lambda _m: _m IS NOT NULL)[1], false);

-- NaN is the largest number to DuckDB; in Trino it compares with nothing.
trino_no_nan(x) AS CASE
    WHEN isnan(x) THEN trino_untried_error('LABKIT:NOT_SUPPORTED: NaN compared with ALL or ANY is not supported here')
    ELSE x END;

-- Subscripts, which fail outside
trino_at(a, i) AS CASE
    WHEN i = 0 THEN error('LABKIT:INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
    WHEN i < 0 THEN
        error('LABKIT:INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)
    WHEN i > len(a) THEN
        error('LABKIT:INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to '
            || 'array length: ' || i || ' > ' || len(a))
    ELSE a[i] END;

trino_key(m, k) AS CASE
    WHEN m IS NULL OR k IS NULL THEN NULL
    WHEN map_contains(m, k) THEN m[k]
    ELSE error('LABKIT:INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || CAST(k AS VARCHAR)) END;

-- JSON text in parts
trino_json_items(j) AS CAST(json_extract(j, '$[*]') AS VARCHAR[]);

trino_json_values(j) AS CAST(json_extract(j, '$.*') AS VARCHAR[]);

-- The same, where DuckDB would give a number's value and not its digits.
trino_json_exact(j) AS CASE
    WHEN regexp_matches(j, '\d[.eE]') THEN trino_json_parts(j)
    WHEN j[1] = '[' THEN trino_json_items(j)
    ELSE trino_json_values(j) END;

-- Where a member is, by its name in upper or lower case.
trino_json_place(j, n) AS CASE
    WHEN len(list_filter(json_keys(j), lambda _k: lower(_k) = lower(n))) > 1
        THEN error('LABKIT:INVALID_CAST_ARGUMENT: Cannot cast to row. Duplicate field: ' || lower(n))
    ELSE list_position(list_transform(json_keys(j), lambda _k: lower(_k)), lower(n)) END;

trino_json_member(j, n) AS CAST(json_extract(j, '/' || replace(replace(
    json_keys(j)[trino_json_place(j, n)], '~', '~0'), '/', '~1')) AS VARCHAR);

-- Text as a zoned timestamp; without a zone it is UTC.
trino_text_zone(s) AS trino_zone(coalesce(nullif(
    regexp_extract(s, '^\s*\d+-\d\d?-\d\d?(?: [\d:.]+)?\s*([A-Za-z+-][\w/+:-]*)\s*$', 1), ''), 'UTC'));

-- The clock of a text with a zone, which must be one.
trino_clock_text(s) AS CASE WHEN trino_text_zone(s) IS NOT NULL
    THEN regexp_extract(s, '\s*([\d-]+( [\d:.]+)?)', 1) END;

-- A time that the zone's clocks leave out in spring is none.
trino_existing(t, z, s) AS list_transform([struct_pack(t := t, z := z)], lambda _m: CASE
    WHEN trino_to_local(trino_to_instant((_m).t, (_m).z), (_m).z) = (_m).t
        THEN trino_zoned(trino_to_instant((_m).t, (_m).z), (_m).z)
    ELSE error('LABKIT:INVALID_CAST_ARGUMENT: '
        || 'Value cannot be cast to timestamp with time zone: ' || s) END)[1];

trino_text_to_zoned(s) AS CASE
    WHEN s IS NULL THEN NULL
    WHEN regexp_full_match(s, '\s*\d{4,}-\d{1,2}-\d{1,2}( ([01]?\d|2[0-3]):\d{1,2}(:\d{1,2}(\.\d+)?)?)?'
        || '(\s*([A-Za-z+-][\w/+:-]*))?\s*') THEN
        trino_existing(
            CAST(regexp_extract(s, '\s*([\d-]+( [\d:.]+)?)', 1) AS TIMESTAMP), trino_text_zone(s), s)
    ELSE error('LABKIT:INVALID_CAST_ARGUMENT: '
        || 'Value cannot be cast to timestamp with time zone: ' || s) END;
