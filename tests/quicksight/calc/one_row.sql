SELECT 'Seattle' AS text, 7::SMALLINT AS integer, 2.5::DECIMAL(4, 1) AS decimal,
    TIMESTAMP '2024-02-29 13:45:06.789' AS date, true AS flag, [1] AS list, 1 AS "odd name",
    2 AS "it's ""odd""", 3 AS "unit [m]", 5 AS "left",
    '{"items": {"qty": 6}, "tags": ["a", "b"], "first name": "John"}' AS json,
    NULL::VARCHAR AS "no text", NULL::INTEGER AS "no integer", NULL::DOUBLE AS "no decimal",
    NULL::DATE AS "no date", NULL::BOOLEAN AS "no flag"
