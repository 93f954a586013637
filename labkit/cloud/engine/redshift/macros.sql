-- What the compiler's SQL calls, in the order in which they call each other.
-- Names of lambda parameters start with an underscore, so that no column of the caller's is caught.

-- A failure of a value. DuckDB takes its own error() for volatile, and no window is ordered by that.
rs_fail(message) AS CAST(message AS INTEGER);

-- Text

rs_key(a) AS CASE WHEN suffix(a, ' ') THEN rtrim(a, ' ') ELSE a END;

rs_upper(a) AS CASE WHEN contains(a, 'ß') THEN replace(upper(a), 'ẞ', 'ß') ELSE upper(a) END;

rs_cut(a, n) AS CASE
    WHEN strlen(a) <= n THEN a
    WHEN strlen(a) = length(a) THEN left(a, n)
    ELSE rs_cut_bytes(a, n)
    END;

rs_fit(a, n, kind) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN strlen(a) <= n THEN a
    WHEN strlen(rtrim(a, ' ')) <= n THEN rs_cut(a, n)
    ELSE error('REDSHIFT:22001:value too long for type ' || kind)
    END;

rs_fit_bytes(a, n, kind) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN octet_length(a) <= n THEN a
    ELSE error('REDSHIFT:22001:value too long for type ' || kind)
    END;

rs_substring(a, start, n) AS CASE
    WHEN start IS NULL OR n IS NULL THEN NULL
    WHEN n < 0
        THEN CAST(rs_fail('REDSHIFT:22011:negative substring length not allowed') AS VARCHAR)
    ELSE substr(a, greatest(start, 1), greatest(least(start + n, 2147483647) - greatest(start, 1), 0))
    END;

rs_left(a, n) AS CASE
    WHEN n < 0
        THEN CAST(rs_fail('REDSHIFT:22011:negative substring length not allowed') AS VARCHAR)
    ELSE left(a, n)
    END;

rs_right(a, n) AS CASE
    WHEN n < 0
        THEN CAST(rs_fail('REDSHIFT:22011:negative substring length not allowed') AS VARCHAR)
    ELSE right(a, n)
    END;

rs_charindex(b, a, start) AS CASE
    WHEN strpos(substr(a, start), b) = 0 THEN 0
    ELSE strpos(substr(a, start), b) + start - 1
    END;

rs_compared(a, b) AS CASE WHEN a < b THEN -1 WHEN a > b THEN 1 WHEN a = b THEN 0 END;

rs_octetindex(b, a) AS CASE
    WHEN strpos(a, b) = 0 THEN 0
    ELSE strlen(left(a, strpos(a, b) - 1)) + 1
    END;

rs_split_part(a, b, i) AS CASE
    WHEN a IS NULL OR b IS NULL OR i IS NULL THEN NULL
    WHEN b = '' AND i > 0 THEN CASE WHEN i = 1 THEN a ELSE '' END
    WHEN i <= 0
        THEN CAST(rs_fail('REDSHIFT:22023:field position must be greater than zero') AS VARCHAR)
    ELSE coalesce(string_split(a, b)[i], '')
    END;

-- How often or how long a function may make a text, all of whose bytes are told
rs_within(n, bytes, name) AS CASE
    WHEN bytes > 65535
        THEN rs_fail('REDSHIFT:22001:' || name || '() result too long for type varchar(65535)')
    ELSE n
    END;

-- What takes the place of `b`, `c`, if not too much comes of it
rs_replace(a, b, c) AS replace(a, b, CASE
    WHEN strlen(a) // greatest(strlen(b), 1) * strlen(c) > 65535
        AND strlen(a) + (strlen(a) - strlen(replace(a, b, ''))) // greatest(strlen(b), 1)
            * (strlen(c) - strlen(b)) > 65535
        THEN CAST(rs_fail(
            'REDSHIFT:22001:REPLACE() result too long for type varchar(65535)') AS VARCHAR)
    ELSE c
    END);

-- Casts

rs_integer(a) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN regexp_full_match(a, '\s*[+-]?\d+\s*') THEN CAST(trim(a) AS BIGINT)
    ELSE CAST(rs_fail('REDSHIFT:22P02:invalid input syntax for integer: "' || a || '"') AS BIGINT)
    END;

rs_boolean(a) AS CASE
    WHEN a IS NULL THEN NULL
    WHEN lower(trim(a)) IN ('t', 'true', 'y', 'yes', '1', 'on') THEN true
    WHEN lower(trim(a)) IN ('f', 'false', 'n', 'no', '0', 'off') THEN false
    ELSE CAST(
        rs_fail('REDSHIFT:22P02:invalid input syntax for type boolean: "' || a || '"') AS BOOLEAN)
    END;

rs_timestamp(a) AS coalesce(
    CASE WHEN a >= '0001' AND regexp_full_match(a, '\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?')
        THEN TRY_CAST(a AS TIMESTAMP) END,
    rs_parse_timestamp(a, current_setting('TimeZone')));

rs_time(a) AS coalesce(
    CASE WHEN regexp_full_match(a, '\d\d:\d\d:\d\d(\.\d{1,6})?') THEN TRY_CAST(a AS TIME) END,
    CAST(rs_parse_time(a) AS TIME));

rs_date(a) AS coalesce(
    CASE WHEN a >= '0001' AND regexp_full_match(a, '\d{4}-\d\d-\d\d') THEN TRY_CAST(a AS DATE) END,
    rs_parse_date(a, current_setting('TimeZone')));

rs_timestamptz(a) AS timezone('UTC', rs_parse_timestamptz(a, current_setting('TimeZone')));

rs_timeofday() AS strftime(CAST(now() AS TIMESTAMP), '%a %b %d %H:%M:%S.%f %Y ')
    || rs_zone_name(timezone('UTC', now()), current_setting('TimeZone'));

rs_to_char_zoned(a, pattern) AS CASE
    WHEN current_setting('TimeZone') = 'UTC' THEN rs_to_char(CAST(a AS TIMESTAMP), pattern)
    ELSE rs_to_char_at(timezone('UTC', a), pattern, current_setting('TimeZone'))
    END;

rs_float_text(a) AS CASE
    WHEN isnan(a) THEN 'NaN'
    WHEN isinf(a) THEN CASE WHEN a > 0 THEN 'Infinity' ELSE '-Infinity' END
    ELSE regexp_replace(CAST(a AS VARCHAR), '\.0(e|$)', '\1')
    END;

rs_one_key(a) AS CASE
    WHEN min(a) IS DISTINCT FROM max(a) OR count(a) NOT IN (0, count(*))
        THEN error(
            'REDSHIFT:42P10:for SELECT DISTINCT, ORDER BY expressions must appear in select list')
    ELSE any_value(a)
    END;

-- Numbers

rs_cbrt(a) AS CASE WHEN power(round(cbrt(a)), 3) = a THEN round(cbrt(a)) ELSE cbrt(a) END;

rs_in_range(a, whole) AS CASE
    WHEN whole AND isinf(a)
        THEN CAST(
            rs_fail('REDSHIFT:22003:type "double precision" value out of range: overflow') AS DOUBLE)
    ELSE a
    END;

-- A number's text; DuckDB takes underscores between digits, too.
rs_plain_number(a, kind) AS CASE
    WHEN contains(a, '_')
        THEN CAST(rs_fail('REDSHIFT:22P02:invalid input syntax for type ' || kind || ': "' || a
            || '"') AS VARCHAR)
    ELSE trim(a)
    END;

rs_float(a) AS rs_in_range(CAST(rs_plain_number(a, 'double precision') AS DOUBLE), NOT contains(lower(a), 'inf'));

rs_exp(a) AS rs_in_range(exp(a), isfinite(a));

rs_power(a, b) AS rs_in_range(power(a, b), isfinite(a) AND isfinite(b));

rs_divide(n, d, power) AS CASE
    WHEN d = 0 AND n IS NOT NULL THEN CAST(rs_fail('REDSHIFT:22012:division by zero') AS HUGEINT)
    ELSE (n * CAST(power AS HUGEINT)) // d
    END;

rs_finite(a, whole) AS CASE
    WHEN NOT isfinite(a) AND whole
        THEN CAST(
            rs_fail('REDSHIFT:22003:type "double precision" value out of range: overflow') AS DOUBLE)
    ELSE a
    END;

rs_float_divide(n, d) AS CASE
    WHEN d = 0 AND n IS NOT NULL THEN CAST(rs_fail('REDSHIFT:22012:division by zero') AS DOUBLE)
    ELSE rs_finite(n / d, isfinite(n) AND isfinite(d))
    END;

rs_float_rest(n, d) AS CASE
    WHEN d = 0 AND n IS NOT NULL THEN CAST(rs_fail('REDSHIFT:22012:division by zero') AS DOUBLE)
    ELSE n % d
    END;

-- A part of a month is of 30 days, one of a day of 24 hours.
rs_interval_of(months, days, micros) AS to_months(CAST(trunc(months) AS INTEGER))
    + list_transform([round(days + 30 * (months - trunc(months)), 11)], lambda _d:
        to_days(CAST(trunc(_d) AS INTEGER)) + to_microseconds(
            CAST(round(micros + 86400000000 * (_d - trunc(_d))) AS BIGINT)))[1];

rs_clock(i) AS datepart('hour', i) * 3600000000 + datepart('minute', i) * 60000000
    + datepart('microsecond', i);

rs_interval_times(i, n) AS rs_interval_of(
    (datepart('year', i) * 12 + datepart('month', i)) * n, datepart('day', i) * n, rs_clock(i) * n);

-- DuckDB's own product wants a number that fits an INTEGER.
rs_interval_by(i, n) AS
    to_months(CAST((datepart('year', i) * 12 + datepart('month', i)) * n AS INTEGER))
    + to_days(CAST(datepart('day', i) * n AS INTEGER))
    + to_microseconds(CAST(CAST(rs_clock(i) AS HUGEINT) * n AS BIGINT));

-- Days and what is smaller.
rs_without_months(i) AS to_days(CAST(datepart('day', i) AS INTEGER))
    + to_microseconds(CAST(rs_clock(i) AS BIGINT));

-- Of hours that Arrow's nanoseconds have no room for, days are made.
rs_with_room(i) AS CASE
    WHEN abs(CAST(datepart('day', i) AS HUGEINT) * 86400000000 + rs_clock(i)) > 9223372036854775807
    THEN error('REDSHIFT:22008:interval out of range')
    WHEN abs(datepart('hour', i)) < 2562047 THEN i
    ELSE i + to_days(CAST(datepart('hour', i) // 24 AS INTEGER))
        - to_hours(datepart('hour', i) // 24 * 24) END;

-- SUPER: JSON text in canonical form

-- Each binds its value once, as an element: a macro's argument is copied to each place that names
-- it, by which values within values grow without bound.
rs_super(a) AS list_transform([a], lambda _v: nullif(CASE WHEN rs_has_digits(_v)
    THEN rs_json_parse(_v, true) ELSE CAST(json(_v) AS VARCHAR) END, 'null'))[1];

-- DuckDB's JSON keeps a fraction as a double: of one that may have more digits the text is kept.
rs_has_digits(a) AS regexp_matches(a,
    '(^|[:,\[])\s*-?(\d+\.\d{7,}|\d{8,}\.\d+|\d+\.\d+0|\d+(\.\d+)?[eE][-+]?\d+)\s*($|[]},])');

rs_at(a, i) AS list_transform([{'v': a, 'i': i}], lambda _v:
    CASE WHEN json_type(_v['v']) = 'ARRAY' AND _v['i'] >= 0
    THEN rs_member(_v['v'], '$[' || CAST(_v['i'] AS VARCHAR) || ']') END)[1];

rs_get(a, k) AS list_transform([{'v': a, 'k': k}], lambda _v:
    CASE WHEN json_type(_v['v']) = 'OBJECT' THEN rs_member(_v['v'],
        '$."' || regexp_replace(_v['k'], '["\\]', '\\\0', 'g') || '"') END)[1];

rs_member(a, path) AS CASE WHEN CAST(json(a) AS VARCHAR) = a
    THEN CAST(json_extract(a, path) AS VARCHAR) ELSE rs_json_member(a, path) END;

rs_scalar(a) AS list_transform([a], lambda _v: CASE json_type(_v)
    WHEN 'VARCHAR' THEN json_extract_string(_v, '$')
    WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL WHEN 'NULL' THEN NULL
    WHEN 'DOUBLE' THEN CASE WHEN regexp_full_match(_v, '-?\d(\.\d+)?e[+-]\d+')
        THEN rs_float_text(CAST(_v AS DOUBLE)) ELSE _v END
    ELSE _v
    END)[1];

rs_number(a) AS list_transform([a], lambda _v: CASE json_type(_v)
    WHEN 'BIGINT' THEN CAST(_v AS DOUBLE) WHEN 'UBIGINT' THEN CAST(_v AS DOUBLE)
    WHEN 'DOUBLE' THEN CAST(_v AS DOUBLE)
    WHEN 'VARCHAR' THEN TRY_CAST(json_extract_string(_v, '$') AS DOUBLE)
    END)[1];

-- What is no number equals none
rs_number_or_none(a) AS list_transform([a], lambda _v:
    coalesce(rs_number(_v), CASE WHEN _v IS NOT NULL THEN CAST('nan' AS DOUBLE) END))[1];

rs_digits(a) AS list_transform([a], lambda _v: CASE
    WHEN json_type(_v) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN _v
    WHEN json_type(_v) = 'VARCHAR' THEN json_extract_string(_v, '$')
    END)[1];

-- A floating number has its exponent in SUPER: 2.22e+0
rs_super_float(a) AS list_transform([a], lambda _a: rs_exponential(_a))[1];

rs_exponential(a) AS CASE WHEN a IS NULL THEN NULL WHEN NOT isfinite(a) THEN CAST(to_json(a) AS VARCHAR)
    ELSE list_transform(list_transform([str_split(lower(CAST(abs(a) AS VARCHAR)), 'e')], lambda _s: {
        'digits': replace(_s[1], '.', ''),
        'exponent': coalesce(CAST(_s[2] AS INTEGER), 0) + length(split_part(_s[1], '.', 1)) - 1}),
    lambda _n: concat(CASE WHEN a < 0 THEN '-' END,
        rs_scientific(trim(_n['digits'], '0'), CASE WHEN a = 0 THEN 0 ELSE
            _n['exponent'] - length(_n['digits']) + length(ltrim(_n['digits'], '0')) END)))[1] END;

rs_scientific(digits, exponent) AS printf('%s%s%se%+d', CASE WHEN digits = '' THEN '0' ELSE digits[1] END,
    CASE WHEN length(digits) > 1 THEN '.' ELSE '' END, digits[2:], exponent);

rs_whole(a) AS list_transform([a], lambda _v:
    CASE WHEN json_type(_v) IN ('BIGINT', 'UBIGINT') THEN TRY_CAST(_v AS HUGEINT) END)[1];

rs_super_boolean(a) AS list_transform([a], lambda _v:
    coalesce(rs_whole(_v) <> 0, rs_true(lower(trim(rs_scalar(_v))))))[1];

rs_true(word) AS list_transform([word], lambda _v: CASE
    WHEN _v IN ('t', 'true', 'y', 'yes', 'on') THEN true
    WHEN _v IN ('f', 'false', 'n', 'no', 'off') THEN false
    END)[1];

rs_super_timestamp(a) AS list_transform([rs_scalar(a)], lambda _v: CASE
    WHEN regexp_full_match(_v, '\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?')
        THEN TRY_CAST(_v AS TIMESTAMP)
    ELSE rs_try_timestamp(_v, current_setting('TimeZone')) END)[1];

rs_kind(a) AS CASE json_type(a)
    WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string'
    WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null'
    WHEN 'BIGINT' THEN 'number' WHEN 'UBIGINT' THEN 'number' WHEN 'DOUBLE' THEN 'number' END;

-- A pair is bound once: as macros' arguments its sides were copied, some dozens at each operator.
rs_super_arithmetic(pair, op) AS list_transform([pair], lambda _b:
    rs_super_reckoned(_b[1], op, _b[2]))[1];

-- Numbers alone are reckoned with, and a plus joins two strings
rs_super_reckoned(a, op, b) AS CASE
    WHEN op = '+' AND rs_kind(a) = 'string' AND rs_kind(b) = 'string'
        THEN CAST(to_json(rs_scalar(a) || rs_scalar(b)) AS VARCHAR)
    WHEN rs_kind(a) <> 'number' OR rs_kind(b) <> 'number' THEN NULL
    WHEN op IN ('+', '-', '*') AND rs_whole(a) IS NOT NULL AND rs_whole(b) IS NOT NULL THEN
        CAST(CASE op WHEN '+' THEN rs_whole(a) + rs_whole(b) WHEN '-' THEN rs_whole(a) - rs_whole(b)
             ELSE rs_whole(a) * rs_whole(b) END AS VARCHAR)
    WHEN contains(lower(a || b), 'e') THEN rs_super_float(rs_number_of([rs_number(a), rs_number(b)], op))
    WHEN rs_whole(a) IS NULL OR rs_whole(b) IS NULL THEN rs_reckon(a, op, b)
    ELSE rs_float_text(rs_number_of([rs_number(a), rs_number(b)], op)) END;

rs_number_of(pair, op) AS list_transform([pair], lambda _n: CASE op
    WHEN '+' THEN _n[1] + _n[2] WHEN '-' THEN _n[1] - _n[2] WHEN '*' THEN _n[1] * _n[2]
    WHEN '/' THEN rs_float_divide(_n[1], _n[2]) ELSE _n[1] % _n[2] END)[1];

-- What orders values of SUPER: those of one kind together, numbers by what they are
rs_super_key(a) AS list_transform(list_transform([a], lambda _v: {'v': _v, 'kind': rs_kind(_v)}),
    lambda _k: CASE WHEN _k['v'] IS NOT NULL THEN {
    'kind': list_position(
        ['boolean', 'number', 'string', 'array', 'object', 'null'], _k['kind']),
    'number': CASE _k['kind'] WHEN 'number' THEN CAST(_k['v'] AS DOUBLE) ELSE 0 END,
    'whole': CASE _k['kind'] WHEN 'number' THEN coalesce(TRY_CAST(_k['v'] AS HUGEINT), 0) ELSE 0 END,
    'digits': CASE _k['kind'] WHEN 'number'
        THEN coalesce(TRY_CAST(_k['v'] AS DECIMAL(38, 18)), 0) ELSE 0 END,
    'text': CASE _k['kind'] WHEN 'number' THEN ''
        WHEN 'string' THEN rtrim(json_extract_string(_k['v'], '$'), ' ')
        WHEN 'array' THEN rs_canonical(_k['v']) WHEN 'object' THEN rs_canonical(_k['v'])
        ELSE _k['v'] END} END)[1];

rs_unpadded(a) AS list_transform([a], lambda _v: CASE WHEN ends_with(_v, ' "')
    THEN concat(rtrim(left(_v, -1), ' '), '"') ELSE _v END)[1];

rs_super_compare(pair, op) AS list_transform(
    [list_transform(pair, lambda _v: rs_super_key(_v))], lambda _b:
    rs_super_compared(_b[1], op, _b[2]))[1];

rs_super_compared(a, op, b) AS CASE
    WHEN a IS NULL OR b IS NULL OR a.kind <> b.kind THEN NULL
    WHEN op = '<' THEN a < b
    WHEN op = '<=' THEN a <= b
    WHEN op = '>' THEN a > b
    ELSE a >= b
    END;

-- Dates

rs_add_months(a, n) AS CASE
    WHEN CAST(a AS DATE) = last_day(CAST(a AS DATE))
        THEN last_day(CAST(a + to_months(n) AS DATE)) + CAST(a AS TIME)
    ELSE a + to_months(n)
    END;

rs_months_between(a, b) AS CASE
    WHEN day(a) = day(b) OR (CAST(a AS DATE) = last_day(a) AND CAST(b AS DATE) = last_day(b))
        THEN CAST(12 * (year(a) - year(b)) + month(a) - month(b) AS DOUBLE)
    ELSE 12 * (year(a) - year(b)) + month(a) - month(b)
        + (day(a) - day(b)
           + (epoch(CAST(a AS TIME)) - epoch(CAST(b AS TIME))) / 86400.0) / 31e0
    END;

rs_next_day(a, n) AS CAST(a AS DATE) + CAST((n - dayofweek(a) + 6) % 7 + 1 AS INTEGER);

rs_path(a, path) AS list_transform([a], lambda _v: nullif(rs_member(_v, path), 'null'))[1];

rs_similar(a, pattern, mark) AS regexp_full_match(a, rs_similar_pattern(pattern, mark), 's');

rs_elements(a) AS list_transform([a], lambda _v: CASE
    WHEN _v IS NULL THEN []
    WHEN json_type(_v) = 'ARRAY' THEN list_transform(CASE WHEN CAST(json(_v) AS VARCHAR) = _v
        THEN CAST(json_extract(_v, '$[*]') AS VARCHAR[]) ELSE rs_json_members(_v) END,
        lambda _e: nullif(_e, 'null'))
    ELSE [_v]
    END)[1];

rs_to_varbyte(a, format) AS CASE lower(format)
    WHEN 'hex' THEN rs_from_hex(a)
    WHEN 'binary' THEN rs_from_bits(a)
    WHEN 'base64' THEN from_base64(a)
    WHEN 'utf8' THEN encode(a)
    WHEN 'utf-8' THEN encode(a)
    ELSE error('REDSHIFT:22023:invalid format: ' || format)
    END;

rs_from_varbyte(a, format) AS CASE lower(format)
    WHEN 'hex' THEN lower(hex(a))
    WHEN 'base64' THEN to_base64(a)
    WHEN 'utf8' THEN decode(a)
    WHEN 'utf-8' THEN decode(a)
    ELSE error('REDSHIFT:22023:invalid format: ' || format)
    END;
