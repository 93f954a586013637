-- Statements over the tables of lake.py and what Athena answers: rows as JSON (-->), or the failure (--!).
-- The answers were recorded from this engine and read over by hand; none was run on AWS.
-- Rows of a statement without ORDER BY are a set.

SELECT count(*), sum(qty), avg(qty), min(order_date), max(customer) FROM orders
--> [["4", "6", "2.0", "2024-01-15", "carol"]]

SELECT dt, count(*) AS n FROM orders GROUP BY dt HAVING count(*) > 1 ORDER BY n DESC, dt
--> [["eu", "2"], ["us", "2"]]

SELECT * FROM (SELECT dt, order_id, row_number() OVER (ORDER BY order_id) AS n FROM orders) WHERE dt = 'eu' AND order_id = 3
--> [["eu", "3", "3"]]

SELECT * FROM (SELECT dt FROM orders ORDER BY dt LIMIT 2) WHERE dt = 'us'
--> []

SELECT dt, customer FROM orders GROUP BY dt
--! EXPRESSION_NOT_AGGREGATE: line 1:12: 'customer' must be an aggregate expression or appear in GROUP BY clause

SELECT upper(dt) || 'x' AS u, count(*) FROM orders GROUP BY upper(dt) ORDER BY 1
--> [["EUx", "2"], ["USx", "2"]]

SELECT customer c FROM orders GROUP BY c
--! COLUMN_NOT_FOUND: line 1:40: Column 'c' cannot be resolved or requester is not authorized to access requested resources

SELECT customer, sum(amount) FROM orders WHERE amount > 5 GROUP BY 1 ORDER BY 2 DESC
--> [["bob", "20.0"], ["alice", "15.75"]]

SELECT sum(sum(qty)) OVER () FROM orders GROUP BY dt
--> [["6"], ["6"]]

SELECT dt, sum(qty), rank() OVER (ORDER BY sum(qty) DESC) FROM orders GROUP BY dt ORDER BY 1
--> [["eu", "3", "1"], ["us", "3", "1"]]

SELECT a.order_id, b.customer FROM orders a LEFT JOIN orders b ON a.order_id = b.order_id + 1 ORDER BY 1
--> [["1", null], ["2", "alice"], ["3", "bob"], ["4", "alice"]]

SELECT * FROM orders a FULL JOIN iceorders b ON a.order_id = b.id WHERE b.id IS NULL ORDER BY order_id
--> [["3", "alice", "5.25", "5.25", "3", "[]", "{}", "{street=Oak, city=Rome, zip=789}", "2024-02-29 00:00:00.000", "2024-02-29", "eu", null, null], ["4", "carol", null, null, null, null, null, null, "2024-12-31 12:00:00.000", "2024-12-31", "eu", null, null]]

SELECT order_id FROM orders a WHERE EXISTS (SELECT 1 FROM iceorders b WHERE b.id = a.order_id)
--> [["1"], ["2"]]

SELECT order_id FROM orders a WHERE EXISTS (SELECT 1 FROM (SELECT s.data FROM orders r CROSS JOIN iceorders s WHERE s.id IN (SELECT coalesce(t.id, r.qty) FROM iceorders t)) q WHERE a.qty > 1)
--> [["2"], ["3"]]

SELECT order_id FROM orders WHERE order_id IN (SELECT id FROM iceorders) ORDER BY 1 DESC
--> [["2"], ["1"]]

SELECT order_id, (SELECT max(id) FROM iceorders i WHERE i.id <= o.order_id) m FROM orders o ORDER BY 1
--> [["1", "1"], ["2", "2"], ["3", "2"], ["4", "2"]]

SELECT order_id FROM orders WHERE (CASE WHEN qty = 1 THEN 'a' END) IN ('a', 'b')
--> [["1"]]

SELECT round(x, 1), round(x * 1e4, -3), round(CAST(x AS real), 1), round(1e307, 3) FROM (VALUES 4.05e0, -1.15e0) t(x) ORDER BY 1
--> [["-1.2", "-12000.0", "-1.1", "1.0E307"], ["4.1", "41000.0", "4.1", "1.0E307"]]

SELECT order_id FROM orders WHERE if(qty = 1, 'ab') LIKE 'a%'
--> [["1"]]

SELECT (SELECT id FROM iceorders)
--! SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows

SELECT order_id FROM orders WHERE amount > ALL (SELECT amount FROM orders WHERE dt = 'eu' AND amount IS NOT NULL)
--> [["1"], ["2"]]

WITH a AS (SELECT * FROM orders WHERE dt = 'us'), b AS (SELECT count(*) n FROM a) SELECT a.order_id, b.n FROM a, b ORDER BY 1
--> [["1", "2"], ["2", "2"]]

WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT * FROM t
--> [["1"], ["2"], ["3"], ["4"]]

WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t) SELECT sum(n) FROM t
--! NOT_SUPPORTED: Recursion depth limit exceeded (10). Use 'max_recursion_depth' session property to modify the limit.

SELECT 1 UNION SELECT 2 UNION ALL SELECT 2 INTERSECT SELECT 2 ORDER BY 1
--> [["1"], ["2"], ["2"]]

SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a DESC LIMIT 1
--> [["2.5"]]

SELECT 1 UNION SELECT 'a'
--! TYPE_MISMATCH: line 1:10: column 1 in UNION query has incompatible types: integer, varchar(1)

SELECT NULL UNION ALL SELECT 1
--> [[null], ["1"]]

SELECT x, o FROM UNNEST(ARRAY['a','b']) WITH ORDINALITY AS t(x, o)
--> [["a", "1"], ["b", "2"]]

SELECT * FROM UNNEST(ARRAY[1,2], ARRAY['x']) AS t(a, b)
--> [["1", "x"], ["2", null]]

SELECT * FROM UNNEST(ARRAY[ROW(1,'a'), ROW(2,'b')]) AS t(n, s)
--> [["1", "a"], ["2", "b"]]

SELECT site.host, site.flagged.new, n, m FROM (SELECT ARRAY[CAST(ROW('a', ROW(true)) AS ROW(host varchar, flagged ROW(new boolean)))] AS items) CROSS JOIN UNNEST(items, ARRAY[2, 3]) WITH ORDINALITY AS t(site, m, n)
--> [["a", "true", "1", "2"], [null, null, "2", "3"]]

SELECT r.x, t.x FROM UNNEST(ARRAY[CAST(ROW(1) AS ROW(x integer))]) AS s(r), UNNEST(ARRAY[r]) AS t
--> [["1", "1"]]

SELECT * FROM UNNEST(MAP(ARRAY['k'], ARRAY[1])) AS t(k, v)
--> [["k", "1"]]

SELECT o.order_id, t.* FROM orders o, UNNEST(o.tags) WITH ORDINALITY AS t(tag, pos) WHERE o.order_id < 3 ORDER BY 1, 3
--> [["1", "a", "1"], ["1", "b", "2"], ["2", "b", "1"], ["2", "c", "2"]]

SELECT addr.city, addr.zip + 1, o.addr.street FROM orders o WHERE order_id = 1
--> [["Rome", "124", "Main"]]

SELECT addr.nope FROM orders
--! COLUMN_NOT_FOUND: line 1:8: Column 'addr.nope' cannot be resolved or requester is not authorized to access requested resources

SELECT nope.city FROM orders
--! COLUMN_NOT_FOUND: line 1:8: Column 'nope.city' cannot be resolved or requester is not authorized to access requested resources

SELECT order_id FROM orders WHERE order_date > '2024-01-01'
--! TYPE_MISMATCH: line 1:46: Cannot apply operator: date < varchar(10)

SELECT order_id FROM orders WHERE order_date > DATE '2024-02-20' ORDER BY order_id LIMIT 1 OFFSET 1
--! SYNTAX_ERROR: line 1:92: mismatched input 'OFFSET'. Expecting: <EOF>

SELECT order_id FROM orders ORDER BY 1 OFFSET 2 ROWS FETCH NEXT 1 ROW ONLY
--> [["3"]]

SELECT DISTINCT dt FROM orders ORDER BY dt DESC
--> [["us"], ["eu"]]

SELECT DISTINCT dt FROM orders ORDER BY order_id
--! EXPRESSION_NOT_IN_DISTINCT: line 1:1: For SELECT DISTINCT, ORDER BY expressions must appear in select list

SELECT dt, count(*) FROM orders GROUP BY GROUPING SETS ((dt), ()) ORDER BY dt
--> [["eu", "2"], ["us", "2"], [null, "4"]]

SELECT dt, customer, grouping(dt, customer) g, count(*) FROM orders GROUP BY CUBE (dt, customer) ORDER BY 3,1,2
--> [["eu", "alice", "0", "1"], ["eu", "carol", "0", "1"], ["us", "alice", "0", "1"], ["us", "bob", "0", "1"], ["eu", null, "1", "2"], ["us", null, "1", "2"], [null, "alice", "2", "2"], [null, "bob", "2", "1"], [null, "carol", "2", "1"], [null, null, "3", "4"]]

SELECT order_id, sum(qty) OVER (ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
--> [["1", "1"], ["2", "3"], ["3", "5"], ["4", "3"]]

SELECT order_id, sum(qty) OVER (ORDER BY order_date RANGE BETWEEN INTERVAL '10' DAY PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
--> [["1", "1"], ["2", "2"], ["3", "5"], ["4", null]]

SELECT order_id, first_value(customer) OVER (PARTITION BY dt ORDER BY order_id DESC) f, lead(order_id, 1, 0) OVER (ORDER BY order_id) FROM orders ORDER BY 1
--> [["1", "bob", "2"], ["2", "bob", "3"], ["3", "carol", "4"], ["4", "carol", "0"]]

SELECT nth_value(order_id, 2) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM orders LIMIT 1
--> [["2"]]

SELECT row_number() FROM orders
--! MISSING_OVER: line 1:8: Window function row_number requires an OVER clause

SELECT count(*) FROM orders WHERE count(*) > 1
--! EXPRESSION_NOT_SCALAR: line 1:35: WHERE clause cannot contain aggregations, window functions or grouping operations: [count(*)]

SELECT foo(1)
--! FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered

SELECT 1 = '1'
--! TYPE_MISMATCH: line 1:10: Cannot apply operator: integer = varchar(1)

SELECT 1 + 'a'
--! TYPE_MISMATCH: line 1:10: Cannot apply operator: integer + varchar(1)

SELECT 10 BETWEEN 1 AND 'x'
--! TYPE_MISMATCH: line 1:11: Cannot check if integer is BETWEEN integer and varchar(1)

SELECT 1 IN ('a')
--! TYPE_MISMATCH: line 1:14: IN value and list items must be the same type or coercible to a common type. Cannot find common type between integer and varchar(1), all types (without duplicates): [integer, varchar(1)]

SELECT CASE WHEN true THEN 1 ELSE 'a' END
--! TYPE_MISMATCH: line 1:35: All CASE results must be the same type or coercible to a common type. Cannot find common type between integer and varchar(1), all types (without duplicates): [integer, varchar(1)]

SELECT coalesce(1, 'a')
--! TYPE_MISMATCH: line 1:20: All COALESCE operands must be the same type or coercible to a common type. Cannot find common type between integer and varchar(1), all types (without duplicates): [integer, varchar(1)]

SELECT if(true, 1, DECIMAL '2.5'), typeof(if(true, 1, DECIMAL '2.5')), nullif(1, 2)
--> [["1.0", "decimal(11,1)", "1"]]

SELECT 2147483647 + 1
--! NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1

SELECT 9223372036854775807 + 1
--! NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: 9223372036854775807 + 1

SELECT DECIMAL '1.10' + 1, DECIMAL '1.10' * DECIMAL '2.5', DECIMAL '1.1' - 2, DECIMAL '10.0' / 3, DECIMAL '5.5' % 2, 1 / DECIMAL '3.0'
--> [["2.10", "2.750", "-0.9", "3.3", "1.5", "0.3"]]

SELECT sum(price) / count(*) FROM orders
--> [["8.94"]]

SELECT typeof(sum(price)), typeof(avg(price)), typeof(DECIMAL '1.5'), typeof('abc'), typeof(ARRAY[1]), typeof(1e0), typeof(3000000000) FROM orders
--> [["decimal(38,2)", "decimal(10,2)", "decimal(2,1)", "varchar(3)", "array(integer)", "double", "bigint"]]

SELECT CAST(2.5e0 AS integer), CAST(-2.5 AS integer), CAST('1.5' AS integer)
--! INVALID_CAST_ARGUMENT: Cannot cast '1.5' to INT

SELECT CAST(' 12' AS integer)
--! INVALID_CAST_ARGUMENT: Cannot cast ' 12' to INT

SELECT CAST('2024-01-15' AS date), CAST('2024-01-15 10:20:30' AS timestamp), CAST(TIMESTAMP '2024-01-15 10:20:30' AS date), CAST(DATE '2024-01-15' AS timestamp)
--> [["2024-01-15", "2024-01-15 10:20:30.000", "2024-01-15", "2024-01-15 00:00:00.000"]]

SELECT CAST('x' AS date)
--! INVALID_CAST_ARGUMENT: Value cannot be cast to date: x

SELECT CAST(1.005 AS decimal(10,2)), CAST(DECIMAL '12345.678' AS varchar), CAST(1 AS double), CAST(DECIMAL '123.45' AS decimal(3,1))
--! INVALID_CAST_ARGUMENT: Cannot cast DECIMAL(5, 2) '123.45' to DECIMAL(3, 1)

SELECT CAST(123456 AS varchar(3))
--! INVALID_CAST_ARGUMENT: Value 123456 cannot be represented as varchar(3)

SELECT CAST(300 AS tinyint)
--! NUMERIC_VALUE_OUT_OF_RANGE: Out of range for tinyint: 300

SELECT TRY_CAST(300 AS tinyint), TRY(CAST('a' AS double)), TRY(ARRAY[1][5])
--> [[null, null, null]]

-- What fails does not take a thousandth of a second each time
SELECT count(TRY_CAST('a' || CAST(x AS varchar) AS double)), count(TRY(CAST(if(x % 2 = 0, 'a', '5') AS bigint))) FROM UNNEST(sequence(1, 10000)) t(x), UNNEST(sequence(1, 20)) u(y)
--> [["0", "100000"]]

SELECT count(TRY(date_parse('a' || CAST(x AS varchar), '%Y-%m-%d'))), count(coalesce(TRY(date(date_parse('a', '%Y'))), TRY(CAST(date_parse(if(x < 3, '2024', 'b'), '%Y') AS date)))) FROM UNNEST(sequence(1, 10000)) t(x), UNNEST(sequence(1, 10)) u(y)
--> [["0", "20"]]

SELECT TRY(date_parse(coalesce(TRY(CAST(date_parse(x, '%Y') AS varchar)), '2023-01-01 '), '%Y-%m-%d ')) FROM (VALUES 'a', '2024') t(x)
--> [["2023-01-01 00:00:00.000"], [null]]

SELECT TRY(CAST(c AS bigint)), n FROM (SELECT TRY(CAST(customer AS bigint)) AS c, count(*) AS n FROM orders GROUP BY TRY(CAST(customer AS bigint)))
--> [[null, "4"]]

SELECT TRY(CAST(dt AS date)) FROM orders GROUP BY CAST(dt AS date)
--! INVALID_CAST_ARGUMENT: Value cannot be cast to date: us

SELECT ARRAY[1,2][3]
--! INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 3 > 2

SELECT ARRAY[1,2][0]
--! INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1

SELECT MAP(ARRAY['a'],ARRAY[1])['b']
--! INVALID_FUNCTION_ARGUMENT: Key not present in map: b

SELECT ROW(1, 'a'), ROW(1,'a')[2], CAST(ROW(1, 2) AS ROW(x bigint, y varchar)).x
--> [["{field0=1, field1=a}", "a", "1"]]

SELECT typeof(CAST(r AS ROW(timestamp integer, time time, double precision))), CAST(r AS ROW(date bigint, interval bigint, double double)).interval FROM (SELECT ROW(1, NULL, 2)) AS t(r)
--> [["row(timestamp integer, time time(3), double)", null]]

SELECT (1, 2) < (1, 3), ROW(1, NULL) = ROW(1, 2), ROW(1, NULL) = ROW(2, 2), (1,'a') IN ((1,'a'))
--> [["true", null, "false", "true"]]

SELECT ARRAY[1,NULL] = ARRAY[1,2], ARRAY[1,2] < ARRAY[1,3], ARRAY[1] = ARRAY[1,2]
--> [[null, "true", "false"]]

SELECT TRUE AND NULL, NOT FALSE, 1 IS DISTINCT FROM NULL, NULL IS NULL, 'a' IS NOT NULL
--> [[null, "true", "true", "true", "true"]]

SELECT DATE '2024-01-31' + INTERVAL '1' MONTH, DATE '2024-03-01' - DATE '2024-02-01', TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1 02:03:04.5' DAY TO SECOND
--> [["2024-02-29", "29 00:00:00.000", "2024-01-02 02:03:04.500"]]

SELECT DATE '2024-01-31' + INTERVAL '1' HOUR
--! INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date

SELECT INTERVAL '1' DAY * 3, INTERVAL '2-3' YEAR TO MONTH, -INTERVAL '1' DAY
--> [["3 00:00:00.000", "2-3", "-1 00:00:00.000"]]

SELECT TIMESTAMP '2024-01-15 10:00:00 America/New_York' + INTERVAL '1' DAY, TIMESTAMP '2024-01-15 10:00:00 UTC' = TIMESTAMP '2024-01-15 05:00:00 America/New_York'
--> [["2024-01-16 10:00:00.000 America/New_York", "true"]]

SELECT CAST(TIMESTAMP '2024-01-15 10:00:00 America/New_York' AS timestamp), CAST('2024-01-15 10:00:00 +05:30' AS timestamp with time zone)
--> [["2024-01-15 10:00:00.000", "2024-01-15 10:00:00.000 +05:30"]]

SELECT DATE '2024-13-01'
--! INVALID_LITERAL: line 1:8: '2024-13-01' is not a valid date literal

SELECT current_date = CAST(now() AS date), current_timestamp > TIMESTAMP '2020-01-01 00:00:00 UTC'
--> [["true", "true"]]

SELECT transform(ARRAY[1,2], x -> x * 2), filter(ARRAY[1,2,3], x -> x > 1), any_match(ARRAY[1,2], x -> x = 2), reduce(ARRAY[1,2], 0, (s, x) -> s + x, s -> s)
--> [["[2, 4]", "[2, 3]", "true", "3"]]

SELECT transform(tags, x -> x || customer) FROM orders WHERE order_id = 1
--> [["[aalice, balice]"]]

SELECT CAST(ARRAY[1,2] AS array(varchar)), CAST(MAP(ARRAY[1],ARRAY[2]) AS map(varchar, double))
--> [["[1, 2]", "{1=2.0}"]]

SELECT json_format(CAST(ROW(1, 'a') AS JSON)), CAST(ARRAY[1,2] AS JSON), CAST(MAP(ARRAY['b','a'], ARRAY[1,2]) AS JSON), CAST('x' AS JSON), CAST(1.5e0 AS JSON), CAST(NULL AS JSON)
--> [["{\"\":1,\"\":\"a\"}", "[1,2]", "{\"a\":2,\"b\":1}", "\"x\"", "1.5", null]]

SELECT CAST(JSON '{"a": 1, "b": [1, null]}' AS ROW(a integer, b array(integer))), CAST(JSON '"x"' AS varchar), CAST(JSON '12' AS bigint)
--> [["{a=1, b=[1, null]}", "x", "12"]]

SELECT json_value('{"a": {"b": 5}}', 'lax $.a.b'), json_query('{"a": [1]}', 'lax $.a'), json_exists('{"a": 1}', 'lax $.b'), json_value('{"a": 5}', 'lax $.a' RETURNING integer)
--> [["5", "[1]", "false", "5"]]

SELECT json_object('k' VALUE 1, 'n': NULL), json_array('a', NULL, 2), json_object(), json_object('a': json_array(1))
--> [["{\"k\":1,\"n\":null}", "[\"a\",2]", "{}", "{\"a\":[1]}"]]

SELECT CAST(1.005 AS decimal(10,2)), CAST(-1.005 AS decimal(10,2)), CAST(123456789012345678e0 AS decimal(38,2)), CAST(DECIMAL '12345.678' AS varchar), CAST(1 AS double), CAST(1.5e0 AS varchar), CAST('12.345' AS decimal(10,2))
--> [["1.01", "-1.01", "123456789012345680.00", "12345.678", "1.0", "1.5E0", "12.35"]]

SELECT CAST(ARRAY[1,2] AS JSON), CAST(MAP(ARRAY['b','a'], ARRAY[1,2]) AS JSON), CAST('x' AS JSON), CAST(1.5e0 AS JSON), CAST(NULL AS JSON), json_format(CAST(CAST(ROW(1,'a') AS ROW(v1 bigint, v2 varchar)) AS JSON))
--> [["[1,2]", "{\"a\":2,\"b\":1}", "\"x\"", "1.5", null, "{\"v1\":1,\"v2\":\"a\"}"]]

SELECT order_id FROM orders WHERE order_ts > '2024-01-01'
--! TYPE_MISMATCH: line 1:44: Cannot apply operator: timestamp(3) < varchar(10)

SELECT t.* FROM orders t WHERE order_id = 4
--> [["4", "carol", null, null, null, null, null, null, "2024-12-31 12:00:00.000", "2024-12-31", "eu"]]

SELECT orders.order_id, lab.orders.dt, awsdatacatalog.lab.orders.dt FROM orders WHERE "order_id" = 1
--> [["1", "us", "us"]]

SELECT "$path" FROM orders LIMIT 1
--> [["s3://bkt/orders"]]

SELECT * FROM (SELECT 1 AS a, 2 AS a) t
--> [["1", "2"]]

SELECT a FROM (SELECT 1 AS a, 2 AS a) t
--! AMBIGUOUS_NAME: line 1:8: Column 'a' is ambiguous

SELECT * FROM (VALUES 1) x (k) JOIN (VALUES 1) y (k) USING (k, k)
--! DUPLICATE_COLUMN_NAME: line 1:15: Column 'k' appears multiple times in USING clause

SELECT * FROM orders o JOIN iceorders i ON o.order_id = i.id WHERE i.id = 1
--> [["1", "alice", "10.5", "10.50", "1", "[a, b]", "{k1=v1, k2=v2}", "{street=Main, city=Rome, zip=123}", "2024-01-15 10:30:00.000", "2024-01-15", "us", "1", "a"]]

SELECT customer, b.dt FROM orders a JOIN orders b USING (customer) WHERE a.order_id = 1 ORDER BY 2
--> [["alice", "eu"], ["alice", "us"]]

SELECT * FROM (VALUES 1, 2) t(x) CROSS JOIN (VALUES 'a') u(y)
--> [["1", "a"], ["2", "a"]]

SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id)
--! MISMATCHED_COLUMN_ALIASES: line 1:15: Column alias list has 1 entries but 't' has 2 columns available

SELECT * FROM nosuch.t
--! SCHEMA_NOT_FOUND: line 1:15: Schema 'nosuch' does not exist

SELECT * FROM lab.nosuch
--! TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.lab.nosuch' does not exist

SELECT nosuch FROM orders
--! COLUMN_NOT_FOUND: line 1:8: Column 'nosuch' cannot be resolved or requester is not authorized to access requested resources

SELECT FROM orders
--! SYNTAX_ERROR: line 1:8: mismatched input 'FROM'. Expecting: <expression>

SELECT * FRM orders
--! SYNTAX_ERROR: line 1:10: mismatched input 'FRM'. Expecting: <EOF>

SELECT 1 == 1
--! SYNTAX_ERROR: line 1:11: mismatched input '='. Expecting: <expression>

SELECT 'abc
--! SYNTAX_ERROR: line 1:8: extraneous input '''

SELECT * FROM orders WHERE
--! SYNTAX_ERROR: line 1:27: mismatched input '<EOF>'. Expecting: <expression>

SELECT * FROM orders;
--> [["1", "alice", "10.5", "10.50", "1", "[a, b]", "{k1=v1, k2=v2}", "{street=Main, city=Rome, zip=123}", "2024-01-15 10:30:00.000", "2024-01-15", "us"], ["2", "bob", "20.0", "20.00", "2", "[b, c]", "{k1=x}", "{street=Elm, city=Oslo, zip=456}", "2024-02-20 23:59:59.000", "2024-02-20", "us"], ["3", "alice", "5.25", "5.25", "3", "[]", "{}", "{street=Oak, city=Rome, zip=789}", "2024-02-29 00:00:00.000", "2024-02-29", "eu"], ["4", "carol", null, null, null, null, null, null, "2024-12-31 12:00:00.000", "2024-12-31", "eu"]]

SELECT * FROM orders; SELECT 1
--! SYNTAX_ERROR: line 1:23: mismatched input 'SELECT'. Expecting: <EOF>

SELECT /* hi */ 1 -- there
--> [["1"]]

SELECT a.b.c.d.e FROM orders a
--! COLUMN_NOT_FOUND: line 1:8: Column 'a.b.c.d.e' cannot be resolved or requester is not authorized to access requested resources

TABLE iceorders
--> [["1", "a"], ["2", "b"]]

SELECT table_schema, table_name, column_name, data_type, ordinal_position FROM information_schema.columns WHERE table_name = 'orders' AND column_name IN ('price', 'order_ts', 'tags')
--> [["lab", "orders", "price", "decimal(10,2)", "4"], ["lab", "orders", "tags", "array(varchar)", "6"], ["lab", "orders", "order_ts", "timestamp(3)", "9"]]

SELECT schema_name FROM information_schema.schemata
--> [["lab"], ["information_schema"]]

SELECT * FROM information_schema.nosuch
--! TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.information_schema.nosuch' does not exist

SELECT count(*) OVER w FROM orders WINDOW w AS (PARTITION BY dt)
--> [["2"], ["2"], ["2"], ["2"]]

SELECT sum(qty) FILTER (WHERE dt = 'us') AS u, count(DISTINCT dt) d, array_agg(customer ORDER BY order_id DESC) FROM orders
--> [["3", "2", "[carol, alice, bob, alice]"]]

SELECT max_by(customer, amount), min_by(customer, amount), approx_distinct(dt), arbitrary(dt) IS NOT NULL FROM orders
--> [["bob", "alice", "2", "true"]]

SELECT customer FROM orders GROUP BY customer HAVING max(amount) IS NULL
--> [["carol"]]

SELECT date_trunc('month', order_date) m, count(*) FROM orders GROUP BY date_trunc('month', order_date) ORDER BY m
--> [["2024-01-01", "1"], ["2024-02-01", "2"], ["2024-12-01", "1"]]

SELECT date_trunc('month', order_date) m, count(*) c FROM orders GROUP BY 1 HAVING count(*) > 1 ORDER BY c
--> [["2024-02-01", "2"]]

SELECT year(order_ts) y, month(order_ts), sum(amount) total FROM orders GROUP BY year(order_ts), month(order_ts) ORDER BY total DESC NULLS LAST
--> [["2024", "2", "25.25"], ["2024", "1", "10.5"], ["2024", "12", null]]

SELECT order_id + 1 AS x FROM orders ORDER BY x + 1 DESC LIMIT 2
--> [["5"], ["4"]]

SELECT -order_id AS order_id FROM orders ORDER BY order_id
--> [["-4"], ["-3"], ["-2"], ["-1"]]

SELECT customer AS dt, dt AS customer FROM orders ORDER BY dt LIMIT 1
--> [["alice", "us"]]

SELECT dt, sum(qty) AS s FROM orders GROUP BY dt ORDER BY sum(qty) + 1, dt
--> [["eu", "3"], ["us", "3"]]

SELECT qty, qty * 2 FROM orders GROUP BY qty, qty * 2 ORDER BY 1
--> [["1", "2"], ["2", "4"], ["3", "6"], [null, null]]

SELECT qty * 2 + 1 FROM orders GROUP BY qty * 2 ORDER BY 1
--> [["3"], ["5"], ["7"], [null]]

SELECT 'lit', count(*) FROM orders GROUP BY 1
--> [["lit", "4"]]

SELECT * FROM orders GROUP BY order_id
--! EXPRESSION_NOT_AGGREGATE: Column 'orders.customer' not in GROUP BY clause

SELECT count(*) FROM (SELECT dt FROM orders GROUP BY dt)
--> [["2"]]

SELECT order_id, amount FROM orders ORDER BY amount NULLS FIRST, order_id DESC LIMIT 2
--> [["4", null], ["3", "5.25"]]

SELECT DISTINCT customer, dt FROM orders ORDER BY customer, 2 LIMIT 3
--> [["alice", "eu"], ["alice", "us"], ["bob", "us"]]

SELECT dt FROM orders EXCEPT SELECT 'us'
--> [["eu"]]

SELECT dt FROM orders EXCEPT ALL SELECT 'us'
--> [["us"], ["eu"], ["eu"]]

(SELECT 1 AS a) UNION ALL (SELECT 2) ORDER BY a DESC
--> [["2"], ["1"]]

SELECT * FROM (SELECT order_id FROM orders ORDER BY order_id DESC LIMIT 2) ORDER BY 1
--> [["3"], ["4"]]

SELECT EXISTS (SELECT 1 FROM orders WHERE order_id = 99), 1 IN (SELECT 1), NULL IN (SELECT 1)
--> [["false", "true", null]]

SELECT (SELECT 1 WHERE false)
--> [[null]]

SELECT (order_id, customer) IN (SELECT id, data FROM iceorders) FROM orders WHERE order_id = 1
--> [["false"]]

SELECT o.order_id FROM orders o WHERE o.amount = (SELECT max(amount) FROM orders i WHERE i.dt = o.dt) ORDER BY 1
--> [["2"], ["3"]]

SELECT 5 > ANY (VALUES 1, 7), 5 > ALL (VALUES 1, 7), 5 = SOME (VALUES 5)
--> [["true", "false", "true"]]

SELECT t.x, u.y FROM (VALUES (1, ARRAY[10, 20]), (2, ARRAY[])) t(x, a) LEFT JOIN UNNEST(t.a) u(y) ON TRUE ORDER BY 1, 2
--> [["1", "10"], ["1", "20"], ["2", null]]

SELECT id, json_extract_scalar(item, '$.sku') FROM events CROSS JOIN UNNEST(CAST(json_extract(doc, '$.items') AS array(json))) AS t(item) ORDER BY 1, 2
--> [["1", "A1"], ["1", "B2"]]

SELECT x FROM (VALUES 1, NULL, 3) t(x) WHERE x NOT IN (1, NULL)
--> []

SELECT 'a' LIKE 'A', 'abc' LIKE 'a%', 'abc' NOT LIKE '_b_', 'a%c' LIKE 'a$%c' ESCAPE '$'
--> [["false", "true", "false", "true"]]

SELECT x'4142', U&'\0041', 'it''s', "concat"('a', 'b')
--> [["41 42", "A", "it's", "ab"]]

SELECT 1 AS "MixedCase", 2 AS "two words", 3 AS SELECT_
--> [["1", "2", "3"]]

SELECT EXTRACT(WEEK FROM DATE '2024-01-15'), EXTRACT(DAY FROM INTERVAL '3' DAY), EXTRACT(FOO FROM DATE '2024-01-15')
--! SYNTAX_ERROR: line 1:82: Invalid EXTRACT field: FOO

SELECT position('b' IN 'abc'), trim(BOTH 'x' FROM 'xax'), trim(LEADING FROM '  a'), trim('  a '), substring('hello' FROM 2 FOR 2), substring('hello', 2)
--> [["2", "a", "a", "a", "el", "ello"]]

SELECT nan() = nan(), nan() > 1, 1e0 / 0, 0e0 / 0, infinity() > 5, CAST(1 AS real) / 3
--> [["false", "false", "Infinity", "NaN", "true", "0.33333334"]]

SELECT 1 % 0
--! DIVISION_BY_ZERO: Division by zero

SELECT DECIMAL '1' / 0
--! DIVISION_BY_ZERO: Division by zero

SELECT CAST(NULL AS decimal) / 0, CAST(NULL AS decimal(38, 10)) / 0, CAST(NULL AS integer) / 0, CAST(NULL AS decimal) % 0
--> [[null, null, null, null]]

SELECT mod(5, 0)
--! DIVISION_BY_ZERO: Division by zero

SELECT CAST(-7 AS bigint) / 2, DECIMAL '-7.5' / 2, 7 / DECIMAL '-2.0'
--> [["-3", "-3.8", "-3.5"]]

SELECT typeof(TIMESTAMP '2024-01-01 00:00:00'), typeof(now()), typeof(NULL), typeof(ROW(1,'a')), typeof(INTERVAL '1' DAY)
--> [["timestamp(3)", "timestamp(3) with time zone", "unknown", "row(integer, varchar(1))", "interval day to second"]]

SELECT map_agg(customer, qty)['bob'] FROM orders WHERE order_id = 2
--> [["2"]]

SELECT sum(amount) OVER (PARTITION BY dt ORDER BY order_id RANGE UNBOUNDED PRECEDING) s, ntile(2) OVER (ORDER BY order_id) FROM orders ORDER BY order_id
--> [["10.5", "1"], ["30.5", "1"], ["5.25", "2"], ["5.25", "2"]]

SELECT lag(customer, 2, 'none') OVER (ORDER BY order_id), last_value(amount) IGNORE NULLS OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM orders ORDER BY order_id
--> [["none", "5.25"], ["none", "5.25"], ["alice", "5.25"], ["bob", "5.25"]]

SELECT sum(DISTINCT qty) OVER () FROM orders
--! NOT_SUPPORTED: line 1:8: DISTINCT in window function parameters not yet supported: sum(DISTINCT qty) OVER ()

SELECT listagg(DISTINCT customer, '; ') WITHIN GROUP (ORDER BY customer DESC) FROM orders
--> [["carol; bob; alice"]]

SELECT count(customer, dt) FROM orders
--! FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (varchar, varchar) for function count. Expected: count(), count(T)

SELECT count(*) FILTER (WHERE qty) FROM orders
--! TYPE_MISMATCH: line 1:31: Filter expression must evaluate to a boolean: actual type integer

SELECT date_add('day', 1, DATE '2024-01-31'), date_add('month', 1, TIMESTAMP '2024-01-31 10:00:00')
--> [["2024-02-01", "2024-02-29 10:00:00.000"]]

SELECT a, b FROM (VALUES (1, 2)) t(a, b) NATURAL JOIN (VALUES 1) u(a)
--! NOT_SUPPORTED: line 1:42: Natural join not supported

SELECT CAST('ab' AS char(4)) || 'x', CAST('a' AS char(3)) = 'a', length(CAST('ab' AS char(5)))
--> [["ab  x", "true", "5"]]

SELECT lower(DISTINCT 'A')
--! FUNCTION_NOT_AGGREGATE: line 1:8: DISTINCT is not valid for scalar function lower

SELECT ARRAY[1, 'a']
--! TYPE_MISMATCH: line 1:17: All ARRAY elements must be the same type or coercible to a common type. Cannot find common type between integer and varchar(1), all types (without duplicates): [integer, varchar(1)]

SELECT t.r.a, t.r[1] FROM (SELECT CAST(ROW(1) AS ROW(a integer)) AS r) t
--> [["1", "1"]]

SELECT r.* FROM (SELECT CAST(ROW(1, 'x') AS ROW(a integer, b varchar)) AS r) t
--> [["1", "x"]]

SELECT order_ts AT TIME ZONE 'America/New_York' t, count(*) FROM orders GROUP BY 1 ORDER BY 1 LIMIT 1
--> [["2024-01-15 05:30:00.000 America/New_York", "1"]]

SELECT localtimestamp IS NOT NULL, current_time IS NOT NULL, current_user IS NOT NULL
--! NOT_SUPPORTED: line 1:36: Function 'current_time' is not supported here: there is no time with a zone

SELECT format('%s-%d', 'a', 1), concat_ws(',', 'a', 'b'), regexp_like('abc', 'b')
--> [["a-1", "a,b", "true"]]

SELECT nan() = nan(), nan() > 1, 1e0 / 0, 0e0 / 0, infinity() > 5, CAST(1 AS real) / 3, 7/2, 1e0 % 0
--> [["false", "false", "Infinity", "NaN", "true", "0.33333334", "3", "NaN"]]

SELECT current_schema, current_catalog
--> [["lab", "awsdatacatalog"]]

SELECT amount > 5, amount >= amount, amount = 10.5 FROM orders WHERE order_id = 1
--> [["true", "true", "true"]]

SELECT a.dt, b.dt FROM orders a JOIN (SELECT DISTINCT dt FROM orders) b ON a.dt = b.dt AND a.order_id = 1
--> [["us", "us"]]

SELECT o.order_id FROM orders o JOIN iceorders i ON o.order_id = i.id JOIN events e ON e.id = i.id ORDER BY 1
--> [["1"], ["2"]]

SELECT o.order_id FROM (orders o JOIN iceorders i ON o.order_id = i.id) LEFT JOIN events e ON e.id = i.id ORDER BY 1
--> [["1"], ["2"]]

SELECT * FROM orders o JOIN iceorders i ON o.order_id = i.nosuch
--! COLUMN_NOT_FOUND: line 1:57: Column 'i.nosuch' cannot be resolved or requester is not authorized to access requested resources

SELECT i.id FROM orders o RIGHT JOIN iceorders i ON o.order_id = i.id AND o.dt = 'eu' ORDER BY 1
--> [["1"], ["2"]]

WITH t(a, b) AS (SELECT 1, 2) SELECT a + b FROM t
--> [["3"]]

WITH t AS (SELECT 1 AS x) SELECT * FROM t UNION ALL SELECT x + 1 FROM t ORDER BY x
--> [["1"], ["2"]]

WITH t AS (SELECT 1 AS x), u AS (WITH t AS (SELECT 2 AS x) SELECT * FROM t) SELECT t.x, u.x FROM t, u
--> [["1", "2"]]

SELECT x FROM (SELECT 1 AS x ORDER BY x LIMIT 5) AS t WHERE x = 1
--> [["1"]]

SELECT dt, customer, sum(qty) FROM orders GROUP BY dt, ROLLUP (customer) ORDER BY 1, 2
--> [["eu", "alice", "3"], ["eu", "carol", null], ["eu", null, "3"], ["us", "alice", "1"], ["us", "bob", "2"], ["us", null, "3"]]

SELECT dt, sum(qty) FROM orders GROUP BY GROUPING SETS (dt, ()) ORDER BY 1 NULLS FIRST
--> [[null, "6"], ["eu", "3"], ["us", "3"]]

SELECT grouping(dt) FROM orders GROUP BY dt
--> [["0"], ["0"]]

SELECT grouping(customer) FROM orders GROUP BY dt
--! INVALID_ARGUMENTS: line 1:8: The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level. Mismatch due to customer.

SELECT grouping(dt) FROM orders
--! MISSING_GROUP_BY: line 1:8: A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause

SELECT avg(amount) FILTER (WHERE amount > 100), count(amount), sum(amount) / count(amount) FROM orders
--> [[null, "3", "11.916666666666666"]]

SELECT sum(amount) OVER (ORDER BY nosuch) FROM orders
--! COLUMN_NOT_FOUND: line 1:35: Column 'nosuch' cannot be resolved or requester is not authorized to access requested resources

SELECT max(order_date), min(order_ts), max(price) FROM orders
--> [["2024-12-31", "2024-01-15 10:30:00.000", "20.00"]]

SELECT array_agg(x ORDER BY x DESC), array_agg(DISTINCT x) FILTER (WHERE x > 1) FROM (VALUES 1, 2, 2) t(x)
--> [["[2, 2, 1]", "[2]"]]

SELECT sum(x), avg(x) FROM (VALUES DECIMAL '1.5', DECIMAL '2.25') t(x)
--> [["3.75", "1.88"]]

SELECT sum(x) FROM (VALUES 9223372036854775807, 1) t(x)
--! NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow

SELECT avg(x) FROM (VALUES 1, 2) t(x)
--> [["1.5"]]

SELECT count(*) FROM orders WHERE order_date BETWEEN DATE '2024-01-01' AND DATE '2024-02-29'
--> [["3"]]

SELECT order_id FROM orders WHERE order_date >= date_add('day', -30, DATE '2024-03-01') ORDER BY 1
--> [["2"], ["3"], ["4"]]

SELECT cardinality(tags), cardinality(attrs) FROM orders ORDER BY order_id
--> [["2", "2"], ["2", "1"], ["0", "0"], [null, null]]

SELECT tags[1] FROM orders WHERE cardinality(tags) > 0 ORDER BY 1
--> [["a"], ["b"]]

SELECT tags[1] FROM orders
--! INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 1 > 0

SELECT attrs['zz'] FROM orders WHERE order_id = 1
--! INVALID_FUNCTION_ARGUMENT: Key not present in map: zz

SELECT element_at(attrs, 'k2') FROM orders ORDER BY order_id
--> [["v2"], [null], [null], [null]]

SELECT map_entries(attrs) FROM orders WHERE order_id = 1
--> [["[{field0=k1, field1=v1}, {field0=k2, field1=v2}]"]]

SELECT m FROM (SELECT attrs m FROM orders) ORDER BY m
--! TYPE_MISMATCH: line 1:53: Type map(varchar, varchar) is not orderable, and therefore cannot be used in ORDER BY: m

SELECT DISTINCT attrs FROM orders WHERE order_id < 2
--> [["{k1=v1, k2=v2}"]]

SELECT transform(sequence(1, 3), x -> transform(sequence(1, x), y -> x * y))
--> [["[[1], [2, 4], [3, 6, 9]]"]]

SELECT zip_with(ARRAY[1,2], ARRAY['a','b'], (x, y) -> ROW(x, y))
--> [["[{field0=1, field1=a}, {field0=2, field1=b}]"]]

SELECT array_sort(ARRAY[3,1,2]), array_max(ARRAY[1,5]), array_join(ARRAY[1,NULL,3], ','), array_distinct(ARRAY[1,1])
--> [["[1, 2, 3]", "5", "1,3", "[1]"]]

SELECT filter(ARRAY[1,2], x -> x)
--! FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (array(integer), function(integer, integer)) for function filter. Expected: filter(array(T), function(T, boolean))

SELECT transform(ARRAY[1], (x, y) -> x)
--! INVALID_PARAMETER_USAGE: line 1:28: Expected a lambda that takes 1 argument(s) but got 2

SELECT x -> x
--! TYPE_MISMATCH: line 1:8: Lambda expression should always be used inside a function

SELECT (SELECT o.qty + i.id FROM iceorders i WHERE i.id = o.order_id) FROM orders o ORDER BY 1
--> [["2"], ["4"], [null], [null]]

SELECT (SELECT count(*) FROM iceorders i WHERE i.id < o.order_id) AS n, sum(qty) FROM orders o GROUP BY order_id ORDER BY 1
--> [["0", "1"], ["1", "2"], ["2", "3"], ["2", null]]

SELECT dt, (SELECT max(id) FROM iceorders WHERE o.qty > 0) FROM orders o GROUP BY dt
--! EXPRESSION_NOT_AGGREGATE: line 1:49: Subquery uses 'o.qty' which must appear in GROUP BY clause

SELECT CASE order_id WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE customer END FROM orders ORDER BY order_id
--> [["one"], ["two"], ["alice"], ["carol"]]

SELECT CASE WHEN amount > 10 THEN 'big' WHEN amount <= 10 THEN 'small' END FROM orders ORDER BY order_id
--> [["big"], ["big"], ["small"], [null]]

SELECT CASE 1 WHEN 'a' THEN 1 END
--! TYPE_MISMATCH: line 1:13: CASE operand type does not match WHEN clause operand type: integer vs varchar(1)

SELECT NOT 1
--! TYPE_MISMATCH: line 1:12: Value of logical NOT expression must evaluate to a boolean: actual type integer

SELECT 1 AND true
--! TYPE_MISMATCH: line 1:8: Logical expression term must evaluate to a boolean: actual type integer

SELECT * FROM orders WHERE 1
--! TYPE_MISMATCH: line 1:28: WHERE clause must evaluate to a boolean: actual type integer

SELECT CAST(DATE '2024-01-01' AS integer)
--! TYPE_MISMATCH: line 1:8: Cannot cast date to integer

SELECT CAST('abc' AS nosuchtype)
--! TYPE_NOT_FOUND: line 1:8: Unknown type: nosuchtype

SELECT CAST(TIMESTAMP '2024-01-15 10:30:00' AS varchar), CAST(DATE '2024-01-15' AS varchar), CAST(DECIMAL '1.10' AS varchar), CAST(TIME '10:00:00' AS varchar), CAST(now() AS varchar) IS NOT NULL
--> [["2024-01-15 10:30:00.000", "2024-01-15", "1.10", "10:00:00", "true"]]

SELECT CAST('true' AS boolean), CAST('T' AS boolean), CAST(1 AS boolean), CAST(true AS integer)
--> [["true", "true", "true", "1"]]

SELECT CAST('yes' AS boolean)
--! INVALID_CAST_ARGUMENT: Cannot cast 'yes' to BOOLEAN

SELECT CAST('1e3' AS double), CAST('NaN' AS double), CAST('-Infinity' AS double), CAST(' 1.5 ' AS double)
--> [["1000.0", "NaN", "-Infinity", "1.5"]]

SELECT CAST(DECIMAL '1.55' AS decimal(10,1)), CAST(1.5e0 AS decimal(5,2)), CAST(5 AS decimal(5,2)), CAST(2.5 AS bigint), CAST(3.99e0 AS real)
--> [["1.6", "1.50", "5.00", "3", "3.99"]]

SELECT CAST('10:30' AS time), CAST('2024-01-15T10:30:00' AS timestamp)
--! INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: 2024-01-15T10:30:00

SELECT CAST(JSON '[1, "2"]' AS array(varchar)), CAST(JSON '{"a": [1, 2]}' AS map(varchar, array(integer))), CAST(JSON 'true' AS boolean), CAST(JSON '1.5' AS double), CAST(JSON 'null' AS integer)
--> [["[1, 2]", "{a=[1, 2]}", "true", "1.5", null]]

SELECT CAST(json_parse('{"a":1,"B":"x"}') AS row(a integer, b varchar))
--> [["{a=1, b=x}"]]

SELECT CAST(X'00' AS varchar)
--! TYPE_MISMATCH: line 1:8: Cannot cast varbinary to varchar

SELECT INTERVAL '1' DAY > INTERVAL '23' HOUR, INTERVAL '1' YEAR = INTERVAL '12' MONTH, INTERVAL '1' DAY + INTERVAL '1' HOUR
--> [["true", "true", "1 01:00:00.000"]]

SELECT TIME '10:00:00' + INTERVAL '3' HOUR, TIMESTAMP '2024-03-01 00:00:00' - TIMESTAMP '2024-02-28 12:00:00'
--> [["13:00:00.000", "1 12:00:00.000"]]

SELECT DATE '2024-01-01' < TIMESTAMP '2024-01-01 00:00:01', DATE '2024-01-01' = TIMESTAMP '2024-01-01 00:00:00 UTC'
--> [["true", "true"]]

SELECT CURRENT_TIMESTAMP - INTERVAL '1' DAY < CURRENT_TIMESTAMP
--> [["true"]]

SELECT TIMESTAMP '2024-01-15 10:00:00.123456', TIMESTAMP '2024-01-15', TIME '10:00:00.5'
--> [["2024-01-15 10:00:00.123456", "2024-01-15 00:00:00.000", "10:00:00.5"]]

SELECT a FROM (VALUES (1), (2)) t(a) ORDER BY a FETCH FIRST ROW ONLY
--> [["1"]]

SELECT customer FROM orders ORDER BY customer FETCH FIRST 2 ROWS WITH TIES
--> [["alice"], ["alice"]]

SELECT customer FROM orders FETCH FIRST 2 ROWS WITH TIES
--! MISSING_ORDER_BY: line 1:1: FETCH FIRST WITH TIES clause requires ORDER BY

SELECT x FROM (VALUES 1,1,2) t(x) UNION SELECT 3 ORDER BY x FETCH FIRST 1 ROW WITH TIES
--> [["1"]]

SELECT order_id FROM orders ORDER BY 5
--! INVALID_COLUMN_REFERENCE: line 1:38: ORDER BY position 5 is not in select list

SELECT count(*) FROM orders ORDER BY order_id
--! EXPRESSION_NOT_AGGREGATE: line 1:38: 'order_id' must be an aggregate expression or appear in GROUP BY clause

SELECT * FROM orders LIMIT ALL OFFSET 1
--! SYNTAX_ERROR: line 1:32: mismatched input 'OFFSET'. Expecting: <EOF>

SELECT * FROM UNNEST(1)
--! TYPE_MISMATCH: line 1:22: Cannot unnest type: integer

SELECT * FROM orders LEFT JOIN UNNEST(tags) t(x) ON x = 'a'
--! NOT_SUPPORTED: line 1:15: LEFT JOIN involving UNNEST is only supported with condition ON TRUE

SELECT * FROM LATERAL (SELECT 1 AS a) t
--> [["1"]]

SELECT t.* FROM iceorders t JOIN LATERAL (SELECT t.id * 2 AS d) u ON TRUE ORDER BY u.d DESC
--> [["2", "b"], ["1", "a"]]

SELECT u.* FROM iceorders t LEFT JOIN LATERAL (SELECT t.id * 2 AS d WHERE t.id > 1) u ON TRUE ORDER BY 1
--> [["4"], [null]]

SELECT approx_distinct(x ORDER BY x), approx_distinct(x ORDER BY y DESC), approx_percentile(x, 0.5 ORDER BY y) FROM (VALUES (1, 3), (2, 2), (3, 1)) t(x, y)
--> [["3", "3", "2"]]

SELECT approx_percentile(amount, 0.5) FROM orders
--> [["10.5"]]

SELECT regexp_replace('abc', '(b)', x -> upper(x[1]))
--> [["aBc"]]

SELECT try(json_parse('x')), try(CAST('x' AS date)), try(ARRAY[1][2]), try(regexp_extract('a', '('))
--> [[null, null, null, null]]

SELECT random() < 1, rand() >= 0
--> [["true", "true"]]

SELECT sum(CASE WHEN dt = 'us' THEN 1 ELSE 0 END) FROM orders
--> [["2"]]

SELECT count(*) AS "count", max(qty) AS max FROM orders
--> [["4", "3"]]

SELECT user FROM (VALUES 1) t(user)
--> [["1"]]

SELECT date FROM (SELECT DATE '2024-01-01' AS date)
--> [["2024-01-01"]]

SELECT year, month FROM (VALUES (1, 2)) t(year, month)
--> [["1", "2"]]

SELECT timestamp, interval FROM (VALUES (1, 2)) t(timestamp, interval)
--> [["1", "2"]]

SELECT *, id + 1 FROM iceorders ORDER BY 3 DESC
--> [["2", "b", "3"], ["1", "a", "2"]]

SELECT DISTINCT dt, count(*) FROM orders GROUP BY dt ORDER BY count(*), dt
--> [["eu", "2"], ["us", "2"]]

SELECT order_id FROM orders ORDER BY row_number() OVER (ORDER BY order_id DESC)
--> [["4"], ["3"], ["2"], ["1"]]

SELECT sum(qty) OVER w1, count(*) OVER (w1 ROWS UNBOUNDED PRECEDING) FROM orders WINDOW w1 AS (PARTITION BY dt ORDER BY order_id) ORDER BY 1, 2
--> [["1", "1"], ["3", "1"], ["3", "2"], ["3", "2"]]

SELECT dt, max(sum(qty)) OVER (PARTITION BY dt) FROM orders GROUP BY dt ORDER BY 1
--> [["eu", "3"], ["us", "3"]]

SELECT sum(count(*)) FROM orders
--! NESTED_AGGREGATION: line 1:12: Cannot nest aggregations inside aggregation 'sum': [count(*)]

SELECT max(row_number() OVER ()) FROM orders
--! NESTED_WINDOW: line 1:12: Cannot nest window functions inside aggregation 'max': [row_number() OVER ()]

SELECT order_id FROM orders WHERE row_number() OVER () = 1
--! EXPRESSION_NOT_SCALAR: line 1:35: WHERE clause cannot contain aggregations, window functions or grouping operations: [row_number() OVER ()]

SELECT customer, count(*) FROM orders GROUP BY count(*)
--! EXPRESSION_NOT_SCALAR: line 1:48: GROUP BY clause cannot contain aggregations, window functions or grouping operations: [count(*)]

SELECT (SELECT count(*) FROM iceorders WHERE id = o.order_id AND data = 'a') > 0 FROM orders o ORDER BY order_id
--> [["true"], ["false"], ["false"], ["false"]]

SELECT o.order_id FROM orders o WHERE 1 < (SELECT count(*) FROM orders i WHERE i.customer = o.customer) ORDER BY 1
--> [["1"], ["3"]]

SELECT t.a FROM (SELECT customer, count(*) FROM orders GROUP BY 1) AS t(a, b) WHERE b = 2
--> [["alice"]]

WITH x AS (SELECT dt, sum(qty) q FROM orders GROUP BY dt) SELECT dt FROM x WHERE q = (SELECT max(q) FROM x) ORDER BY dt
--> [["eu"], ["us"]]

SELECT a.customer, b.c FROM orders a JOIN (SELECT customer, count(*) c FROM orders GROUP BY customer) b ON a.customer = b.customer WHERE a.order_id = 1
--> [["alice", "2"]]

SELECT u.k FROM (SELECT attrs FROM orders WHERE order_id = 2) o CROSS JOIN UNNEST(o.attrs) AS u(k, v)
--> [["k1"]]

SELECT count(*) FROM orders HAVING count(*) > 3
--> [["4"]]

SELECT 1 FROM orders HAVING count(*) > 100
--> []

SELECT dt FROM orders GROUP BY dt HAVING sum(qty) > (SELECT 2) ORDER BY 1
--> [["eu"], ["us"]]

SELECT count(*) FROM orders GROUP BY ()
--> [["4"]]

SELECT array_agg(ROW(order_id, customer) ORDER BY order_id) FROM orders WHERE dt = 'us'
--> [["[{field0=1, field1=alice}, {field0=2, field1=bob}]"]]

SELECT max(ROW(1, 2)), min(TIMESTAMP '2024-01-01 00:00:00 UTC')
--> [["{field0=1, field1=2}", "2024-01-01 00:00:00.000 UTC"]]

SELECT count(DISTINCT ts) FROM (VALUES TIMESTAMP '2024-01-15 10:00:00 UTC', TIMESTAMP '2024-01-15 05:00:00 America/New_York') t(ts)
--> [["1"]]

SELECT DISTINCT ts FROM (VALUES TIMESTAMP '2024-01-15 10:00:00 UTC', TIMESTAMP '2024-01-15 10:00:00 UTC') t(ts)
--> [["2024-01-15 10:00:00.000 UTC"]]

SELECT a.x FROM (VALUES TIMESTAMP '2024-01-15 10:00:00 UTC') a(x) JOIN (VALUES TIMESTAMP '2024-01-15 05:00:00 America/New_York') b(x) ON a.x = b.x
--> [["2024-01-15 10:00:00.000 UTC"]]

SELECT x FROM (VALUES 'b', 'a') t(x) ORDER BY lower(x)
--> [["a"], ["b"]]

SELECT CAST(NULL AS ROW(a integer)).a, CAST(NULL AS array(integer))[1]
--> [[null, null]]

SELECT 1 FROM orders WHERE NULL
--> []

SELECT COUNT(*) AS cnt, "dt" FROM "lab"."orders" GROUP BY "dt" ORDER BY 2
--> [["2", "eu"], ["2", "us"]]

SELECT * FROM orders o WHERE o.order_id = 1 AND orders.dt = 'us'
--! COLUMN_NOT_FOUND: line 1:49: Column 'orders.dt' cannot be resolved or requester is not authorized to access requested resources

SELECT approx_percentile(amount, 0.5) OVER () FROM orders
--> [["10.5"], ["10.5"], ["10.5"], ["10.5"]]

SELECT lead(order_id) OVER (PARTITION BY dt) FROM orders WHERE order_id = 1
--! MISSING_ORDER_BY: line 1:28: lead function requires an ORDER BY window clause

SELECT CAST(order_id AS varchar) || '-' || customer FROM orders WHERE order_id = 1
--> [["1-alice"]]

SELECT date_diff('day', order_date, DATE '2024-12-31') FROM orders ORDER BY 1
--> [["0"], ["306"], ["315"], ["351"]]

SELECT price * qty, price + qty, price / qty FROM orders ORDER BY order_id
--> [["10.50", "11.50", "10.50"], ["40.00", "22.00", "10.00"], ["15.75", "8.25", "1.75"], [null, null, null]]

SELECT amount * price FROM orders WHERE order_id = 1
--> [["110.25"]]

SELECT qty / 2, qty / 2.0, qty / 2e0 FROM orders WHERE order_id = 3
--> [["1", "1.5", "1.5"]]

SELECT concat(customer, dt), concat(customer, '-', dt) FROM orders WHERE order_id = 1
--> [["aliceus", "alice-us"]]

SELECT greatest(1, DECIMAL '2.5'), least('a', 'b'), abs(DECIMAL '-1.5'), round(DECIMAL '2.567', 2), ceil(DECIMAL '1.2'), floor(DECIMAL '-1.2')
--> [["2.5", "a", "1.5", "2.570", "2", "-2"]]

SELECT element_at(ARRAY[1,2], 3), contains(tags, 'a') FROM orders WHERE order_id = 1
--> [[null, "true"]]

SELECT UNNEST(ARRAY[1,2])
--! SYNTAX_ERROR: line 1:8: mismatched input 'UNNEST'. Expecting: <expression>

SELECT DISTINCT count(*) FROM orders
--> [["4"]]

SELECT * FROM (orders)
--> [["1", "alice", "10.5", "10.50", "1", "[a, b]", "{k1=v1, k2=v2}", "{street=Main, city=Rome, zip=123}", "2024-01-15 10:30:00.000", "2024-01-15", "us"], ["2", "bob", "20.0", "20.00", "2", "[b, c]", "{k1=x}", "{street=Elm, city=Oslo, zip=456}", "2024-02-20 23:59:59.000", "2024-02-20", "us"], ["3", "alice", "5.25", "5.25", "3", "[]", "{}", "{street=Oak, city=Rome, zip=789}", "2024-02-29 00:00:00.000", "2024-02-29", "eu"], ["4", "carol", null, null, null, null, null, null, "2024-12-31 12:00:00.000", "2024-12-31", "eu"]]

SELECT ((1))
--> [["1"]]

SELECT - - 1, +1, -(1 + 2)
--> [["1", "1", "-3"]]

SELECT 'a' 'b'
--! SYNTAX_ERROR: line 1:12: mismatched input ''b''. Expecting: <EOF>

SELECT count(*) count FROM orders
--> [["4"]]

SELECT customer FROM orders LIMIT 0
--> []

SELECT customer FROM orders LIMIT 'a'
--! SYNTAX_ERROR: line 1:35: mismatched input ''a''. Expecting: <integer>

SELECT x FROM (VALUES TIMESTAMP '2024-01-15 10:00:00 UTC') t(x) WHERE x IN (TIMESTAMP '2024-01-15 05:00:00 America/New_York')
--> [["2024-01-15 10:00:00.000 UTC"]]

SELECT x BETWEEN TIMESTAMP '2024-01-01 00:00:00 UTC' AND now() FROM (VALUES TIMESTAMP '2024-01-15 10:00:00 UTC') t(x)
--> [["true"]]

SELECT CASE x WHEN ROW(1, NULL) THEN 1 ELSE 2 END FROM (VALUES ROW(ROW(1, 2))) t(x)
--> [["2"]]

SELECT count(*) FROM orders a, orders b WHERE a.dt = b.dt
--> [["8"]]

SELECT order_id FROM orders QUALIFY 1 = 1
--! SYNTAX_ERROR: line 1:37: mismatched input '1'. Expecting: <EOF>

SELECT order_id::varchar FROM orders
--! SYNTAX_ERROR: line 1:16: mismatched input ':'. Expecting: <EOF>

SELECT TOP 5 * FROM orders
--! SYNTAX_ERROR: line 1:12: mismatched input '5'. Expecting: <EOF>

SELECT * EXCLUDE (dt) FROM orders
--! SYNTAX_ERROR: line 1:10: mismatched input 'EXCLUDE'. Expecting: <EOF>

SELECT * FROM orders WHERE customer ILIKE 'A%'
--! SYNTAX_ERROR: line 1:37: mismatched input 'ILIKE'. Expecting: <EOF>

SELECT * FROM read_csv('/etc/passwd')
--! SYNTAX_ERROR: line 1:23: mismatched input '('. Expecting: <EOF>

SELECT * FROM "/etc/passwd"
--! TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.lab./etc/passwd' does not exist

SELECT * FROM duckdb_settings()
--! SYNTAX_ERROR: line 1:30: mismatched input '('. Expecting: <EOF>

SELECT getenv('HOME')
--! FUNCTION_NOT_FOUND: line 1:8: Function 'getenv' not registered

SELECT array_agg(x) OVER (ORDER BY x) FROM (VALUES 1,2) t(x)
--> [["[1]"], ["[1, 2]"]]

SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM (VALUES 1, 2, 5) t(x)
--> [["1", "3"], ["2", "3"], ["5", "5"]]

SELECT sum(x) OVER (ORDER BY x GROUPS 1 PRECEDING) FROM (VALUES 1, 2, 5) t(x)
--> [["1"], ["3"], ["7"]]

SELECT first_value(x) IGNORE NULLS OVER (ORDER BY o) FROM (VALUES (1, NULL), (2, 5)) t(o, x)
--> [[null], ["5"]]

SELECT lag(x, 1) OVER () FROM (VALUES 1) t(x)
--! MISSING_ORDER_BY: line 1:23: lag function requires an ORDER BY window clause

SELECT reduce(ARRAY[1,2], CAST(ROW(0, 0) AS ROW(s integer, c integer)), (a, x) -> CAST(ROW(a.s + x, a.c + 1) AS ROW(s integer, c integer)), a -> a.s / a.c)
--> [["1"]]

SELECT transform(ARRAY[ROW(1,'a')], r -> r[2])
--> [["[a]"]]

SELECT any_match(tags, t -> t = o.customer OR t = 'a') FROM orders o WHERE order_id = 1
--> [["true"]]

SELECT json_format(json_parse('[1, 2]')), json_extract('{"a":[1,2]}', '$.a[1]'), json_array_length('[1,2]')
--> [["[1,2]", "2", "2"]]

SELECT CAST(json_extract(doc, '$.user') AS map(varchar, varchar))['name'] FROM events ORDER BY 1
--> [["Ann"], ["Bob"]]

SELECT json_extract(doc, '$.user.name') = CAST('Ann' AS JSON) FROM events WHERE id = 1
--> [["true"]]

SELECT id FROM events WHERE json_extract_scalar(doc, '$.user.name') = 'Bob'
--> [["2"]]

SELECT cast(x as decimal(20,10)) / 3 FROM (VALUES 1, -1) t(x)
--> [["0.3333333333"], ["-0.3333333333"]]

SELECT CAST(-1 AS decimal(38,10)) / 3, CAST(1 AS decimal(38,0)) * CAST(10 AS decimal(38,0)), CAST(DECIMAL '12345678901234567890.12' AS decimal(38,2)) / 7
--> [["-0.3333333333", "10", "1763668414462081127.16"]]

SELECT CAST(99999999999999999999999999999999999999 AS decimal(38,0)) + 1
--! INVALID_LITERAL: line 1:13: Invalid numeric literal: 99999999999999999999999999999999999999

SELECT DECIMAL '99999999999999999999999999999999999999' + DECIMAL '1'
--! NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow

SELECT DECIMAL '-7.5' % 2, DECIMAL '-1.25' / DECIMAL '0.5', DECIMAL '0.1' + DECIMAL '0.2', DECIMAL '1.0' * DECIMAL '0.3', DECIMAL '1.00' = DECIMAL '1.0'
--> [["-1.5", "-2.50", "0.3", "0.30", "true"]]

-- A row hides a table of the same name further out
SELECT transform(ARRAY[CAST(ROW(10) AS row(x integer))], r -> r.x) FROM (VALUES 1) r(x)
--> [["[10]"]]

SELECT (SELECT r.x FROM (VALUES ROW(CAST(ROW(1) AS row(x integer)))) t(r)) FROM (VALUES 7) r(x)
--> [["1"]]

-- All columns of a table of the query around
SELECT k, (SELECT t.*) FROM (VALUES 1) t(k)
--> [["1", "1"]]

SELECT t.k, x.* FROM (VALUES (1, 2)) t(k, v) CROSS JOIN LATERAL (SELECT t.* AS (a, b)) x
--> [["1", "1", "2"]]

-- A correlated mean, compared with a number
SELECT count(*) FROM orders o WHERE (SELECT avg(i.order_id) FROM orders i WHERE o.order_id < i.order_id AND i.order_id % 2 = 0) > 2
--> [["3"]]

SELECT array_agg(DISTINCT order_id ORDER BY order_date) FROM orders
--! EXPRESSION_NOT_IN_DISTINCT: For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments

-- NaN stands beside NULL with NULLS FIRST, and is behind the numbers with DESC
SELECT x, count(*) OVER (ORDER BY x NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) a, count(*) OVER (ORDER BY x DESC NULLS FIRST RANGE BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING) d FROM (VALUES 1e0, nan(), NULL, 2e0, 4e0) t(x) ORDER BY x
--> [["1.0", "4", "3"], ["2.0", "4", "3"], ["4.0", "5", "4"], ["NaN", "2", "1"], [null, "1", "5"]]

-- NaN is the least number to max and the largest to min
SELECT max(x, 2), max(x, 4), min(x, 4), max_by(y, x, 2) FROM (VALUES (1e0, 1), (nan(), 2), (NULL, 3), (3e0, 4)) t(x, y)
--> [["[3.0, 1.0]", "[3.0, 1.0, NaN]", "[1.0, 3.0, NaN]", "[4, 1]"]]

-- What Trino reads otherwise than DuckDB, or not at all
SELECT (SELECT max(o.x) FROM (VALUES 5) i(y)) FROM (VALUES 1, 2) o(x)
--! NOT_SUPPORTED: line 1:16: An aggregation over columns of the outer query alone is not supported here

SELECT (SELECT count(*) FILTER (WHERE o.x > 1) FROM (VALUES 5, 6) i(y)) FROM (VALUES 1, 2) o(x)
--! NOT_SUPPORTED: line 1:16: An aggregation over columns of the outer query alone is not supported here

SELECT (SELECT max(o.x + i.y) FROM (VALUES 5) i(y)) FROM (VALUES 1, 2) o(x) ORDER BY 1
--> [["6"], ["7"]]

SELECT (SELECT sum(1) FROM (VALUES 5, 6) i(y)) FROM (VALUES 1, 2) o(x)
--> [["2"], ["2"]]

SELECT approx_percentile(x, p) FROM (VALUES (1e0, 0.5)) t(x, p)
--! NOT_SUPPORTED: line 1:29: A percentage of approx_percentile that is no constant is not supported here

SELECT listagg(q, ',') WITHIN GROUP (ORDER BY q) FROM (VALUES 1, 2) t(q)
--! TYPE_MISMATCH: line 1:16: Expected expression of type varchar, but 'q' has integer type

SELECT listagg(q, s) WITHIN GROUP (ORDER BY q) FROM (VALUES ('a', ',')) t(q, s)
--! SYNTAX_ERROR: line 1:19: mismatched input 's'. Expecting: <string>

SELECT * FROM (SELECT dt, order_id, qty FROM orders) MATCH_RECOGNIZE (PARTITION BY dt ORDER BY order_id DESC MEASURES FINAL LAST(order_id) AS last_id, array_agg(CLASSIFIER()) AS labels, MATCH_NUMBER() AS n ALL ROWS PER MATCH PATTERN (A B) DEFINE B AS order_id < PREV(order_id)) ORDER BY 2
--> [["us", "1", "1", "[A, B]", "1", "1"], ["us", "2", "1", "[A]", "1", "2"], ["eu", "3", "3", "[A, B]", "1", "3"], ["eu", "4", "3", "[A]", "1", null]]

SELECT m.id, m.match, m.label FROM (VALUES (1, 90), (2, 80), (3, 70), (4, 80), (5, 70), (6, 80)) t(id, value) MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS match, CLASSIFIER() AS label ALL ROWS PER MATCH AFTER MATCH SKIP TO FIRST C PATTERN (A {- B+ -} C+ D??) SUBSET U = (C, D) DEFINE B AS B.value < PREV(B.value), C AS C.value > PREV(C.value)) AS m
--> [["1", "1", "A"], ["4", "1", "C"], ["4", "2", "A"], ["6", "2", "C"]]

SELECT m.n, m.labels FROM (VALUES 1, 2, 3, 4, 5, 6, 7, 8) t(id) MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS n, array_agg(CLASSIFIER()) AS labels PATTERN ((A | B){4}) DEFINE A AS max(id - 2 * MATCH_NUMBER()) > 1 AND max(CLASSIFIER()) = 'B', B AS min(lower(CLASSIFIER())) = 'b') AS m
--> [["1", "[B, B, B, A]"], ["2", "[B, A, A, A]"]]

SELECT m.s, m.l FROM (VALUES (1, 5), (2, 6), (3, 30), (4, 31), (5, 90)) t(id, at) MATCH_RECOGNIZE (ORDER BY id MEASURES FIRST(at) AS s, LAST(at) AS l PATTERN (A B*) DEFINE B AS at - FIRST(at) < 10 AND at > PREV(at)) AS m
--> [["5", "6"], ["30", "31"], ["90", "90"]]

SELECT m.id, m.n, m.c FROM (VALUES 1, 2, 3) t(id) MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS n, count(A.*) AS c ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (^ A $ | B+?) DEFINE B AS id = 2) AS m
--> [["1", null, null], ["2", "1", "0"], ["3", null, null]]

SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY qty MEASURES 1 AS x AFTER MATCH SKIP TO A PATTERN (A B) DEFINE A AS true)
--! GENERIC_USER_ERROR: AFTER MATCH SKIP failed: cannot skip to first row of match

SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY qty MEASURES 1 AS x PATTERN (A B) DEFINE C AS true)
--! INVALID_LABEL: line 1:15: defined variable: C is not a primary pattern variable

SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY qty MEASURES LAST(A.qty + B.qty) AS x PATTERN (A B) DEFINE A AS true)
--! INVALID_ARGUMENTS: line 1:61: All labels and classifiers inside the call to 'LAST' must match

SELECT FINAL LAST(qty) FROM orders
--! INVALID_PROCESSING_MODE: line 1:8: 'FINAL LAST(qty)' is for row patterns alone

SELECT m, count(*), grouping(m) FROM (VALUES MAP(ARRAY[2, 1], ARRAY['y', 'x']), MAP(ARRAY[1, 2], ARRAY['x', 'y']), NULL) t(m) GROUP BY ROLLUP (m) ORDER BY 3, 2 DESC
--> [["{2=y, 1=x}", "2", "0"], [null, "1", "0"], [null, "3", "1"]]

SELECT z, x, count(*) FROM (VALUES (TIMESTAMP '2020-01-01 00:00 UTC', 1), (TIMESTAMP '2020-01-01 01:00 +01:00', 1)) t(z, x) GROUP BY ROLLUP (x, z) ORDER BY x, z
--> [["2020-01-01 00:00:00.000 UTC", "1", "2"], [null, "1", "2"], [null, null, "2"]]

SELECT count(DISTINCT m), approx_distinct(m), count(DISTINCT ARRAY[m]), count_if(m IS NOT DISTINCT FROM MAP(ARRAY[1, 2], ARRAY['x', NULL])) FROM (VALUES MAP(ARRAY[2, 1], ARRAY[NULL, 'x']), MAP(ARRAY[1, 2], ARRAY['x', NULL])) t(m)
--> [["1", "1", "1", "2"]]

SELECT count(*) FROM (SELECT MAP(ARRAY[1, 2], ARRAY['x', 'y']), TIMESTAMP '2020-01-01 00:00 UTC' INTERSECT SELECT MAP(ARRAY[2, 1], ARRAY['y', 'x']), TIMESTAMP '2020-01-01 01:00 +01:00')
--> [["1"]]

SELECT x FROM (SELECT x, MAP(ARRAY[1], ARRAY[x]) AS m FROM (VALUES 1, 2, 2, NULL) t(x) EXCEPT SELECT 1, MAP(ARRAY[1], ARRAY[1])) ORDER BY x
--> [["2"], [null]]

SELECT DISTINCT array_agg(DISTINCT m) FROM (VALUES MAP(ARRAY[1], ARRAY[2])) t(m)
--! NOT_SUPPORTED: line 1:17: array_agg(DISTINCT) of maps and zoned timestamps is not supported here

SELECT count(*) FROM orders HAVING foo(qty) > 1
--! FUNCTION_NOT_FOUND: line 1:36: Function 'foo' not registered

SELECT foo(order_id, count(*)) FROM orders
--! EXPRESSION_NOT_AGGREGATE: line 1:8: 'foo(order_id, count(*))' must be an aggregate expression or appear in GROUP BY clause

SELECT baz(order_id), count(*) FROM orders
--! FUNCTION_NOT_FOUND: line 1:8: Function 'baz' not registered

SELECT x / -1 FROM (VALUES SMALLINT '-32768') t(x)
--> [["32768"]]

SELECT -9223372036854775808, typeof(-2147483648), -2147483648 + 1
--> [["-9223372036854775808", "integer", "-2147483647"]]

SELECT -2147483648 - 1
--! NUMERIC_VALUE_OUT_OF_RANGE: integer subtraction overflow: -2147483648 - 1

SELECT x / SMALLINT '-1' FROM (VALUES SMALLINT '-32768') t(x)
--! NUMERIC_VALUE_OUT_OF_RANGE: smallint division overflow: -32768 / -1

SELECT approx_distinct(z), max(c) FROM (SELECT z, approx_distinct(z) OVER () AS c FROM (VALUES TIMESTAMP '2020-01-01 00:00 UTC', TIMESTAMP '2020-01-01 01:00 +01:00') t(z))
--> [["1", "1"]]

SELECT r IN (SELECT 1, 2), r IN (SELECT 1, NULL), r NOT IN (SELECT 3, 4), r IN (SELECT 1, 2 WHERE false) FROM (VALUES (1, CAST(NULL AS ROW(a INTEGER, b INTEGER))), (2, ROW(1, 2)), (3, ROW(1, NULL))) t(i, r) ORDER BY i
--> [[null, null, null, "false"], ["true", "false", "true", "false"], ["false", "true", "true", "false"]]

SELECT (1, NULL) IN (SELECT 1, NULL), (1, NULL) IN (SELECT 1, NULL WHERE k = 1), (1, 2) IN (SELECT 1, 2 WHERE k = 1), r IN (SELECT 1, k WHERE k = 1), ARRAY[k, NULL] IN (SELECT ARRAY[k, NULL]), nan() IN (SELECT nan() WHERE k = 1), (1, NULL) IN (SELECT 1, NULL WHERE 1 IN (SELECT 1 FROM (VALUES 1) u(b) WHERE b = x)) FROM (VALUES (1, CAST(NULL AS ROW(a INTEGER, b INTEGER)), 1), (2, ROW(1, 2), 1)) t(k, r, x) ORDER BY k
--> [["true", "false", "true", null, "false", "false", "false"], ["true", "false", "false", "false", "false", "false", "false"]]

SELECT count(*) FROM (VALUES 1) o(y) WHERE (1, NULL) IN (SELECT a, CAST(NULL AS INTEGER) FROM (VALUES 1) t(a) WHERE a IN (SELECT b FROM (VALUES 1) u(b) WHERE b = a))
--> [["1"]]

SELECT (1, 'a') = ANY (VALUES (2, 'a'), (1, 'a')), (1, 2) <> ALL (SELECT 1, 2e0)
--> [["true", "false"]]

SELECT (1, 2) IN (SELECT ROW(1, 2))
--! TYPE_MISMATCH: line 1:15: Value expression and result of subquery must be of the same type: row(integer, integer) vs row(row(integer, integer))

SELECT 1 IN (SELECT 1, 2)
--! TYPE_MISMATCH: line 1:10: Value expression and result of subquery must be of the same type: row(integer) vs row(integer, integer)

SELECT date_format(date_trunc('month', date_add('day', -1, date_trunc('day', from_unixtime(to_unixtime(order_ts)) AT TIME ZONE 'America/New_York'))), '%Y-%m'), CAST(with_timezone(CAST(with_timezone(order_ts, 'Europe/Berlin') AT TIME ZONE 'UTC' AS timestamp), 'Europe/Berlin') AT TIME ZONE 'UTC' AS timestamp) FROM orders WHERE order_id = 1
--> [["2024-01", "2024-01-15 08:30:00.000"]]

SELECT customer, array_agg(order_id ORDER BY 'x') FROM orders WHERE order_id IN (1, 2) GROUP BY customer ORDER BY typeof(customer), -1, customer
--> [["alice", "[1]"], ["bob", "[2]"]]

SELECT CAST(json_parse('{"a": {"b": {"c": [7, {"d": null}]}}}') AS ROW(a ROW(b ROW(c ROW(n BIGINT, o ROW(d INTEGER, e VARCHAR)))))), CAST(json_parse('null') AS ROW(a INTEGER)) IS NULL, CAST(json_parse('[null]') AS ARRAY(ROW(a INTEGER)))
--> [["{a={b={c={n=7, o={d=null, e=null}}}}}", "true", "[null]"]]

SELECT -(a + b) AS a, -(a + b) AS b, a + b FROM (VALUES (41, 42), (-41, -42)) t(a, b) GROUP BY a + b ORDER BY a + b
--> [["-83", "-83", "83"], ["83", "83", "-83"]]

SELECT -a AS a FROM (VALUES (1, 2), (3, 2)) t(a, b) GROUP BY GROUPING SETS ((a), (a, b)) ORDER BY -a
--> [["-1"], ["-1"], ["-3"], ["-3"]]

SELECT a * -2 AS a FROM (VALUES -1, 0, 2) t(a) ORDER BY a + t.a
--> [["-4"], ["0"], ["2"]]

SELECT max(a) * 100 AS c FROM (VALUES (1, 2), (2, 1)) t(a, b) GROUP BY b ORDER BY max(b) + c
--> [["100"], ["200"]]

SELECT -a AS a, a AS b FROM (VALUES 1, 2) t(a) GROUP BY a ORDER BY t.a + 2 * a
--> [["-2", "2"], ["-1", "1"]]

SELECT -a AS a FROM (VALUES 1, 2) t(a) ORDER BY first_value(a + t.a * 2) OVER (ORDER BY a ROWS 0 PRECEDING)
--> [["-1"], ["-2"]]

SELECT -y AS x FROM (VALUES (1, 2), (2, 3)) t(x, y) GROUP BY y ORDER BY sum(transform(ARRAY[-y], x -> x * 1.0)[1])
--> [["-3"], ["-2"]]

SELECT max(a) AS a FROM (VALUES (1, 2)) t(a, b) GROUP BY b ORDER BY max(a + b)
--! COLUMN_NOT_FOUND: line 1:73: Invalid reference to output projection attribute from ORDER BY aggregation

SELECT a, sum(b) AS a FROM (VALUES (1, 2)) t(a, b) GROUP BY a ORDER BY a + 1
--! AMBIGUOUS_NAME: line 1:72: Column 'a' is ambiguous

SELECT DISTINCT upper(customer) AS customer FROM orders ORDER BY upper(customer)
--! EXPRESSION_NOT_IN_DISTINCT: line 1:1: For SELECT DISTINCT, ORDER BY expressions must appear in select list

SELECT 1 LIMIT 2
--> [["1"]]

SELECT count(*) OVER w WINDOW w AS ()
--> [["1"]]

SELECT 1 limit, 2 offset FETCH FIRST ROW ONLY
--> [["1", "2"]]

SELECT 1 FETCH FIRST 0 ROWS ONLY
--! NUMERIC_VALUE_OUT_OF_RANGE: line 1:10: FETCH FIRST row count must be positive (actual value: 0)

SELECT count(*) BETWEEN 100 AND 9900 FROM (SELECT 500 AS k) t CROSS JOIN UNNEST(sequence(1, 10000)) WHERE random() * 1000 > t.k
--> [["true"]]

SELECT CAST('+2024-02-29' AS date), date(' +2024-02-29'), CAST('+2024-02-29 01:02' AS timestamp)
--> [["2024-02-29", "2024-02-29", "2024-02-29 01:02:00.000"]]

SELECT cardinality(approx_set(x)), cardinality(approx_set(y)) FROM (VALUES (1, CAST(NULL AS integer)), (NULL, NULL)) t(x, y)
--> [["1", null]]

SELECT typeof(replace('abc', 'b', 'xx')), typeof(replace('abc', 'b')), typeof(replace('abc', 'b', CAST('x' AS varchar)))
--> [["varchar(11)", "varchar(3)", "varchar"]]

SELECT * FROM iceorders FOR SYSTEM_TIME AS OF current_timestamp
--! SYNTAX_ERROR: line 1:29: mismatched input 'SYSTEM_TIME'. Expecting: 'TIMESTAMP', 'VERSION'

SELECT json_query('0', 'strict $ / $' EMPTY OBJECT ON ERROR), json_query('x', 'lax $' EMPTY OBJECT ON ERROR), json_query('9', 'strict $?(@ < 3)' EMPTY OBJECT ON EMPTY)
--> [["{}", "{}", "{}"]]

SELECT -a AS a FROM (VALUES 1, 2) t(a) WINDOW w AS (ORDER BY a) ORDER BY row_number() OVER w
--> [["-1"], ["-2"]]

SELECT a AS old_a, 2 AS a FROM (VALUES -100, -99, -98) t(a) WINDOW w AS (ORDER BY a) ORDER BY count(*) OVER (w RANGE BETWEEN CURRENT ROW AND a FOLLOWING)
--> [["-98", "2"], ["-99", "2"], ["-100", "2"]]

SELECT transform(ARRAY[1], x -> (SELECT x))
--! NOT_SUPPORTED: line 1:34: Lambda expression cannot contain subqueries

SELECT approx_most_frequent(2, x, 15) FROM (VALUES 'A', 'B', 'A', 'C', 'A', 'B', 'C', 'D', 'E') t(x)
--> [["{A=3, B=2}"]]

-- What TestAnalyzer of Trino expects of WITH RECURSIVE, windows, grouping and literals

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM t WHERE n < 6 LIMIT 1) SELECT * FROM t
--! INVALID_LIMIT_CLAUSE: line 1:82: immediate FETCH FIRST / LIMIT clause in recursive query

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM t WHERE n < 6 ORDER BY 1) SELECT * FROM t
--! NOT_SUPPORTED: line 1:85: immediate ORDER BY clause in recursive query is not supported

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM t WHERE n < 6 OFFSET 1) SELECT * FROM t
--! NOT_SUPPORTED: line 1:83: immediate OFFSET clause in recursive query is not supported

WITH RECURSIVE t(n) AS (WITH u(m) AS (SELECT 1) SELECT 1 UNION ALL SELECT n + 2 FROM t WHERE n < 6) SELECT * FROM t
--! NOT_SUPPORTED: line 1:30: immediate WITH clause in recursive query is not supported

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL ((SELECT n + 2 FROM t WHERE n < 6) LIMIT 1)) SELECT * FROM t
--! INVALID_LIMIT_CLAUSE: line 1:85: FETCH FIRST / LIMIT clause in the step relation of recursion

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL TABLE t) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:50: recursive reference outside of FROM clause of the step relation of recursion

WITH RECURSIVE t(n) AS (SELECT 1 FROM t UNION ALL SELECT n + 2 FROM t WHERE n < 6) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:39: WITH table name is referenced in the base relation of recursion

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT a.n FROM t a, t b WHERE a.n < 6) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:65: multiple recursive references in the step relation of recursion

WITH RECURSIVE t(n) AS (SELECT 1 INTERSECT SELECT n + 2 FROM t WHERE n < 6) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:62: recursive reference not allowed in this context

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM (SELECT 10) u LEFT JOIN t ON true WHERE n < 6) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:86: recursive reference in right source of LEFT join

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM t FULL JOIN (SELECT 10) u ON true WHERE n < 6) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:62: recursive reference in left source of FULL join

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM ((SELECT 10) INTERSECT ALL (TABLE t)) u(n)) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:96: recursive reference in INTERSECT ALL

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM ((SELECT 10) EXCEPT (TABLE t)) u(n)) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:89: recursive reference in right relation of EXCEPT DISTINCT

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 2 FROM ((TABLE t) EXCEPT ALL (SELECT 10)) u(n)) SELECT * FROM t
--! INVALID_RECURSIVE_REFERENCE: line 1:70: recursive reference in left relation of EXCEPT ALL

WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT * FROM (WITH t(n) AS (SELECT 4) SELECT n + 1 FROM t)) SELECT * FROM t
--> [["1"], ["5"]]

WITH RECURSIVE t(n) AS (SELECT * FROM (WITH RECURSIVE u(m) AS (SELECT 1) SELECT m FROM u)) SELECT * FROM t
--! NESTED_RECURSIVE: line 1:40: nested recursive WITH query

WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t
--! MISSING_COLUMN_ALIASES: line 1:16: missing column aliases in recursive WITH query

WITH RECURSIVE t(n) AS (SELECT 'a' UNION ALL SELECT n || 'x' FROM t WHERE n < 'axxx') SELECT * FROM t
--! TYPE_MISMATCH: line 1:46: recursion step relation output type (varchar) is not coercible to recursion base relation output type (varchar(1)) at column 1

WITH a(x, y, x) AS (VALUES (1, 2, 3)) SELECT * FROM a
--! DUPLICATE_COLUMN_NAME: line 1:6: Column name 'x' specified more than once

SELECT t.* AS (x) FROM (VALUES (1, 2)) t
--! MISMATCHED_COLUMN_ALIASES: line 1:8: Column alias list has 1 entries but relation has 2 columns

SELECT (1, 2).* AS (a)
--! MISMATCHED_COLUMN_ALIASES: line 1:8: Column alias list has 1 entries but relation has 2 columns

SELECT qty, qty FROM orders ORDER BY qty
--! AMBIGUOUS_NAME: line 1:38: Column 'qty' is ambiguous

SELECT 1 FROM orders WINDOW w AS (PARTITION BY dt), w AS (ORDER BY dt)
--! DUPLICATE_WINDOW_NAME: line 1:58: WINDOW name 'w' specified more than once

SELECT 1 FROM orders WINDOW w1 AS (w ORDER BY qty), w AS (PARTITION BY dt)
--! INVALID_WINDOW_REFERENCE: line 1:35: Cannot resolve WINDOW name w

SELECT 1 FROM orders WINDOW w AS (ORDER BY qty), w1 AS (w PARTITION BY dt)
--! INVALID_PARTITION_BY: line 1:72: WINDOW specification with named WINDOW reference cannot specify PARTITION BY

SELECT sum(qty) OVER (w ORDER BY dt) FROM orders WINDOW w AS (ORDER BY qty)
--! INVALID_ORDER_BY: line 1:34: Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY

SELECT sum(qty) OVER (w ORDER BY dt) FROM orders WINDOW w AS (ROWS 1 PRECEDING)
--! INVALID_WINDOW_REFERENCE: line 1:22: Cannot reference named WINDOW containing frame specification

SELECT 1 FROM orders WINDOW w AS (RANGE UNBOUNDED FOLLOWING)
--! INVALID_WINDOW_FRAME: line 1:35: Window frame start cannot be UNBOUNDED FOLLOWING

SELECT 1 FROM orders WINDOW w AS (ROWS dt PRECEDING)
--! TYPE_MISMATCH: line 1:40: Window frame ROWS start value type must be exact numeric type with scale 0 (actual varchar)

SELECT max(qty) FROM orders GROUP BY dt WINDOW w AS (ORDER BY customer)
--! EXPRESSION_NOT_AGGREGATE: line 1:63: 'customer' must be an aggregate expression or appear in GROUP BY clause

SELECT lag(qty) OVER (ORDER BY qty ROWS 1 PRECEDING) FROM orders
--! INVALID_WINDOW_FRAME: line 1:36: Cannot specify window frame for lag function

SELECT order_id, sum(order_id) OVER (ORDER BY order_id ROWS DECIMAL '1' PRECEDING) FROM orders ORDER BY 1
--> [["1", "1"], ["2", "3"], ["3", "5"], ["4", "7"]]

SELECT array_agg(x) OVER (ORDER BY x RANGE CAST(NULL AS bigint) PRECEDING) FROM (VALUES 1) t(x)
--! INVALID_WINDOW_FRAME: Window frame offset value must not be negative or null

SELECT array_agg(x) OVER (ORDER BY x RANGE INTERVAL '1' DAY PRECEDING) FROM (VALUES INTERVAL '1' YEAR) t(x)
--! TYPE_MISMATCH: line 1:44: Window frame RANGE value type (interval day to second) not compatible with sort item type (interval year to month)

SELECT 1 FROM orders HAVING count(*) OVER () > 1
--! NESTED_WINDOW: line 1:29: HAVING clause cannot contain window functions or row pattern measures

SELECT 1 FROM orders GROUP BY ROLLUP(qty + 1)
--! INVALID_COLUMN_REFERENCE: line 1:38: GROUP BY expression must be a column reference: qty + 1

SELECT 1 FROM orders GROUP BY GROUPING SETS (dt, qty + 1)
--! INVALID_COLUMN_REFERENCE: line 1:50: GROUP BY expression must be a column reference: qty + 1

SELECT count(*) FROM orders WHERE grouping(dt) = 0 GROUP BY dt
--! EXPRESSION_NOT_SCALAR: line 1:35: WHERE clause cannot contain aggregations, window functions or grouping operations: [grouping(dt)]

SELECT grouping(dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt, dt) FROM orders GROUP BY ROLLUP(dt) ORDER BY 1
--> [["0"], ["0"], ["4294967295"]]

SELECT * FROM (SELECT qty + 1, dt FROM orders) GROUP BY dt
--! EXPRESSION_NOT_AGGREGATE: Column 1 not in GROUP BY clause

SELECT TINYINT '128'
--! INVALID_LITERAL: line 1:8: '128' is not a valid tinyint literal

SELECT BIGINT '12.1'
--! INVALID_LITERAL: line 1:8: '12.1' is not a valid bigint literal

SELECT BOOLEAN '2'
--! INVALID_LITERAL: line 1:8: '2' is not a valid boolean literal

SELECT REAL '1e3', DOUBLE 'NaN', BOOLEAN 'T', SMALLINT '-32768'
--> [["1000.0", "NaN", "true", "-32768"]]

SELECT -'a'
--! TYPE_MISMATCH: line 1:8: Cannot negate varchar(1)

SELECT +'a'
--! TYPE_MISMATCH: line 1:8: Unary '+' operator cannot by applied to varchar(1) type

SELECT * FROM iceorders FOR TIMESTAMP AS OF '2022-01-01'
--! TYPE_MISMATCH: line 1:45: Type varchar(10) invalid. Temporal pointers must be of type Timestamp, Timestamp with Time Zone, or Date.

SELECT * FROM iceorders FOR TIMESTAMP AS OF NULL
--! INVALID_ARGUMENTS: line 1:15: Pointer value cannot be NULL

SELECT sum(qty) FILTER (WHERE qty > 1) OVER () FROM orders
--! NOT_SUPPORTED: line 1:8: FILTER is not yet supported for window functions

SELECT array_agg(qty ORDER BY qty) OVER (PARTITION BY order_id) FROM orders
--! NOT_SUPPORTED: line 1:8: Window function with ORDER BY is not supported

SELECT * FROM (VALUES ARRAY[2, 2]) a(x) LEFT JOIN UNNEST(x) b(x) USING (x)
--! NOT_SUPPORTED: line 1:15: LEFT JOIN involving UNNEST is only supported with condition ON TRUE

SELECT * FROM (VALUES ARRAY[2, 2]) a(x) JOIN UNNEST(x) b(x) USING (x)
--! NOT_SUPPORTED: line 1:15: INNER JOIN involving UNNEST is only supported with condition ON TRUE

SELECT MAP(ARRAY[1], ARRAY['a']) < ALL (VALUES MAP(ARRAY[1], ARRAY['a']))
--! TYPE_MISMATCH: line 1:34: Type [row(map(integer, varchar(1)))] must be orderable in order to be used in quantified comparison

SELECT JSON_EXISTS('{}', 'lax $' PASSING 1 AS x, true AS x)
--! DUPLICATE_PARAMETER_NAME: line 1:50: X JSON path parameter is specified more than once

SELECT JSON_QUERY('{}', 'lax $' WITH ARRAY WRAPPER OMIT QUOTES)
--! INVALID_FUNCTION_ARGUMENT: line 1:8: OMIT QUOTES behavior specified with WITH UNCONDITIONAL ARRAY WRAPPER behavior

SELECT lower(dt ORDER BY dt) FROM orders
--! FUNCTION_NOT_AGGREGATE: line 1:8: ORDER BY is only valid for aggregation functions

VALUES (1, 2), (1, 2, 3)
--! TYPE_MISMATCH: line 1:1: Values rows have mismatched sizes: 2 vs 3

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES LAST(qty) OVER () AS m PATTERN (A+) DEFINE A AS true) AS M
--! NESTED_WINDOW: line 1:68: Cannot nest window functions or row pattern measures inside pattern recognition expressions

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES LAST(DISTINCT qty) AS m PATTERN (A+) DEFINE A AS true) AS M
--! INVALID_PATTERN_RECOGNITION_FUNCTION: line 1:68: Cannot use DISTINCT with last pattern recognition function

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES FIRST(qty) FILTER (WHERE qty > 1) AS m PATTERN (A+) DEFINE A AS true) AS M
--! INVALID_PATTERN_RECOGNITION_FUNCTION: line 1:68: Cannot use FILTER with first pattern recognition function

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES FINAL PREV(qty) AS m PATTERN (A+) DEFINE A AS true) AS M
--! INVALID_PROCESSING_MODE: line 1:68: FINAL semantics is not supported with prev pattern recognition function

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES MATCH_NUMBER(A) AS m PATTERN (A+) DEFINE A AS true) AS M
--! INVALID_FUNCTION_ARGUMENT: line 1:68: MATCH_NUMBER pattern recognition function takes no arguments

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES CLASSIFIER(A.x) AS m PATTERN (A+) DEFINE A AS true) AS M
--! INVALID_FUNCTION_ARGUMENT: line 1:68: A.X is not a primary pattern variable or subset name

SELECT M.m FROM orders MATCH_RECOGNIZE (ORDER BY order_id MEASURES PREV(qty, -5) AS m PATTERN (A+) DEFINE A AS true) AS M
--! NUMERIC_VALUE_OUT_OF_RANGE: line 1:68: prev pattern recognition navigation function requires a non-negative number as the second argument (actual: -5)

WITH RECURSIVE t(n) AS (SELECT * FROM (VALUES 1, 1, 10) UNION SELECT n + 2 FROM t WHERE n < 4) SELECT * FROM t ORDER BY 1
--> [["1"], ["3"], ["5"], ["10"]]

WITH RECURSIVE t(n, m) AS (VALUES (1, 2), (2, 3) UNION SELECT n + 1, m + 1 FROM t WHERE n < 3) SELECT * FROM t ORDER BY 1
--> [["1", "2"], ["2", "3"], ["3", "4"]]

WITH RECURSIVE t(n) AS (SELECT now() UNION SELECT n FROM t WHERE false) SELECT count(*) FROM t
--! NOT_SUPPORTED: line 1:16: UNION of maps and zoned timestamps in WITH RECURSIVE is not supported here

SELECT count(DISTINCT x) FROM (SELECT approx_set(1) x)
--! TYPE_MISMATCH: line 1:8: DISTINCT can only be applied to comparable types (actual: HyperLogLog)

SELECT DISTINCT x FROM (SELECT approx_set(1) x)
--! TYPE_MISMATCH: line 1:1: DISTINCT can only be applied to comparable types (actual: HyperLogLog)

SELECT 1 FROM (SELECT approx_set(1) x) GROUP BY x
--! TYPE_MISMATCH: line 1:49: HyperLogLog is not comparable, and therefore cannot be used in GROUP BY

SELECT row_number() OVER (PARTITION BY x) FROM (SELECT approx_set(1) x)
--! TYPE_MISMATCH: line 1:40: HyperLogLog is not comparable, and therefore cannot be used in window function PARTITION BY

SELECT approx_set(1) UNION SELECT approx_set(2)
--! TYPE_MISMATCH: line 1:22: Type HyperLogLog is not comparable and therefore cannot be used in UNION DISTINCT

SELECT approx_set(1) EXCEPT SELECT approx_set(2)
--! TYPE_MISMATCH: line 1:22: Type HyperLogLog is not comparable and therefore cannot be used in EXCEPT

SELECT count(*) FROM (SELECT approx_set(1) UNION ALL SELECT approx_set(2))
--> [["2"]]

SELECT DISTINCT ARRAY[ST_Point(1, 2)]
--! TYPE_MISMATCH: line 1:1: DISTINCT can only be applied to comparable types (actual: array(Geometry))

SELECT * FROM TABLE(sequence(start => 1, 2))
--! INVALID_ARGUMENTS: line 1:15: All arguments must be passed by name or all must be passed positionally

SELECT * FROM TABLE(sequence(start => 1, start => 2))
--! INVALID_FUNCTION_ARGUMENT: line 1:51: Duplicate argument name: START

SELECT * FROM TABLE(sequence(start => 1, bar => 2))
--! INVALID_FUNCTION_ARGUMENT: line 1:49: Unexpected argument name: BAR

SELECT * FROM TABLE(sequence(1, 2, 3, 4))
--! INVALID_ARGUMENTS: line 1:15: Too many arguments. Expected at most 3 arguments, got 4 arguments

SELECT JSON_OBJECT(0 : 1)
--! INVALID_FUNCTION_ARGUMENT: line 1:20: Invalid type of JSON object key: integer

SELECT json_value('[1, 2]', 'lax $[*]' DEFAULT 'a#b' ON ERROR), json_value('[]', 'lax $[*]' DEFAULT 'a#b' ON EMPTY)
--> [["a#b", "a#b"]]

SELECT json_value('[[1]]', 'strict $[0]' DEFAULT '#' ON ERROR), json_value('true', 'lax $' RETURNING date DEFAULT date '2020-01-01' ON ERROR)
--> [["#", "2020-01-01"]]

SELECT x, a FROM (VALUES (1, '[1, 2]'), (2, '[]'), (3, NULL)) t(x, j) LEFT JOIN JSON_TABLE(j, 'lax $[*]' COLUMNS (a integer PATH 'lax $.z' DEFAULT x * 10 ON EMPTY)) ON true
--> [["1", "10"], ["1", "10"], ["2", null], ["3", null]]

SELECT a, b FROM (VALUES (1, 2)) t(x, y), JSON_TABLE('[7]', 'lax $[1]' COLUMNS (a integer DEFAULT x ON EMPTY)), JSON_TABLE('[7]', 'lax $[0]' COLUMNS (b integer PATH 'strict $.z' DEFAULT y ON ERROR))
--> []

SELECT (SELECT sum(a) FROM JSON_TABLE(j, 'lax $[*]' COLUMNS (a integer PATH 'lax $.z' DEFAULT x * 10 ON EMPTY))) FROM (VALUES (1, '[1, 2]'), (2, '[5]')) t(x, j)
--> [["20"], ["20"]]

SELECT json_query('[{"a": 1}, {"b": null, "c": {"d": 2}}]', 'lax $.keyvalue()' WITH ARRAY WRAPPER)
--> [["[{\"name\":\"a\",\"value\":1,\"id\":0},{\"name\":\"b\",\"value\":null,\"id\":1},{\"name\":\"c\",\"value\":{\"d\":2},\"id\":1}]"]]

SELECT k, v FROM JSON_TABLE('{"x": 1, "y": 2}', 'lax $.keyvalue()' COLUMNS (k varchar PATH 'lax $.name', v integer PATH 'lax $.value'))
--> [["x", "1"], ["y", "2"]]

SELECT json_query('[1]', 'lax $.keyvalue()' ERROR ON ERROR)
--! PATH_EVALUATION_ERROR: path evaluation failed:

SELECT json_query('["2001-01-31"]', 'lax $[*] ? (@ == $day)' PASSING DATE '2001-01-31' AS "day")
--! NOT_SUPPORTED: line 1:70: A date as a variable of a JSON path is not supported here

SELECT CAST(ROW(1, 2, 3) AS ROW(a bigint, A varchar, c bigint)).c, CAST(ROW(1, 2) AS ROW(a bigint, A varchar))
--> [["3", "{a=1, a=2}"]]

SELECT CAST(ROW(1, 2) AS ROW(a bigint, A double)).a
--! AMBIGUOUS_NAME: line 1:8: Ambiguous row field reference: a

SELECT m.id, m.labels FROM (VALUES 1, 2, 3, 4, 5, 6) t(id) MATCH_RECOGNIZE (ORDER BY id MEASURES RUNNING array_agg(CLASSIFIER()) AS labels ALL ROWS PER MATCH PATTERN (^(A | B | C)* (LAST_A | LAST_B | LAST_C)$) DEFINE LAST_A AS sum(A.id) + id = sum(B.id) AND sum(B.id) = sum(C.id), LAST_B AS sum(B.id) + id = sum(A.id) AND sum(A.id) = sum(C.id), LAST_C AS sum(C.id) + id = sum(A.id) AND sum(A.id) = sum(B.id)) AS m
--> [["1", "[A]"], ["2", "[A, B]"], ["3", "[A, B, C]"], ["4", "[A, B, C, C]"], ["5", "[A, B, C, C, B]"], ["6", "[A, B, C, C, B, LAST_A]"]]

SELECT m.id, m.n, m.label FROM (VALUES (1, 8), (2, 4), (3, 0), (4, 2), (5, 1)) t(id, v) MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS n, CLASSIFIER() AS label ALL ROWS PER MATCH PATTERN (A B) DEFINE A AS v > 0, B AS 8 / A.v > 0) AS m
--> [["1", "1", "A"], ["2", "1", "B"], ["4", "2", "A"], ["5", "2", "B"]]

SELECT m.id, m.n, m.label FROM (VALUES 1, 2, 3, 4) t(id) MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS n, CLASSIFIER() AS label ALL ROWS PER MATCH PATTERN (A B) DEFINE B AS id > A.id * MATCH_NUMBER()) AS m
--> [["1", "1", "A"], ["2", "1", "B"]]

SELECT (a, count(*)).*, (max_by(ROW(b, c), c)).* FROM (VALUES (1, 'x', 5), (1, 'y', 6), (2, 'z', 7)) t(a, b, c) GROUP BY a ORDER BY 1
--> [["1", "2", "y", "6"], ["2", "1", "z", "7"]]

SELECT (a, count(*), b).* FROM (VALUES (1, 'x'), (2, 'y')) t(a, b) GROUP BY a
--! EXPRESSION_NOT_AGGREGATE: line 1:22: 'b' must be an aggregate expression or appear in GROUP BY clause

SELECT x, rank() OVER (ORDER BY x DESC NULLS FIRST) FROM (VALUES 1e0, nan(), NULL) t(x) ORDER BY x NULLS FIRST
--> [[null, "1"], ["NaN", "3"], ["1.0", "2"]]

SELECT DISTINCT x, sum(x) OVER (ORDER BY x NULLS FIRST RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES REAL '1', REAL '2', NULL) t(x) ORDER BY x DESC NULLS FIRST
--> [[null, null], ["2.0", "3.0"], ["1.0", "1.0"]]

SELECT max(x), max_by(k, x), max(x, 1), max_by(k, x, 1), array_max(array_agg(x)), max(ROW(k, x)) FILTER (WHERE x IS NOT NULL) FROM (VALUES (1, ARRAY[1e0]), (1, ARRAY[nan()]), (1, NULL)) t(k, x)
--> [["[1.0]", "1", "[[1.0]]", "[1]", null, "{field0=1, field1=[1.0]}"]]

SELECT DISTINCT qty, qty + order_id FROM orders ORDER BY qty + order_id
--! EXPRESSION_NOT_IN_DISTINCT: line 1:1: For SELECT DISTINCT, ORDER BY expressions must appear in select list

SELECT DISTINCT qty, qty + order_id FROM orders WHERE qty < 3 ORDER BY orders.qty + order_id DESC
--> [["2", "4"], ["1", "2"]]

SELECT * FROM orders o1 LEFT JOIN orders o2 ON o1.qty = (SELECT max(id) FROM iceorders i WHERE i.id = o2.qty)
--! NOT_SUPPORTED: line 1:103: Reference to column 'o2.qty' from outer scope not allowed in this context

SELECT o1.qty, u.y FROM orders o1 LEFT JOIN (VALUES 1, 3) u(y) ON any_match(ARRAY[o1.qty], e -> e = u.y) AND u.y < (SELECT max(id) + 1 FROM iceorders) ORDER BY 1
--> [["1", "1"], ["2", null], ["3", null], [null, null]]

SELECT sum(qty) + order_id * 2 FROM orders GROUP BY qty
--! EXPRESSION_NOT_AGGREGATE: line 1:17: '(sum(qty) + (order_id * 2))' must be an aggregate expression or appear in GROUP BY clause

SELECT addr.city, count(*) FROM orders
--! EXPRESSION_NOT_AGGREGATE: line 1:8: 'addr.city' must be an aggregate expression or appear in GROUP BY clause

SELECT qty FROM orders GROUP BY qty HAVING dt = 'a'
--! EXPRESSION_NOT_AGGREGATE: line 1:47: '(dt = 'a')' must be an aggregate expression or appear in GROUP BY clause

SELECT qty FROM orders GROUP BY qty ORDER BY upper(dt)
--! EXPRESSION_NOT_AGGREGATE: line 1:46: 'upper(dt)' must be an aggregate expression or appear in GROUP BY clause

-- What fails in a column of JSON_TABLE fails, whoever reads it
SELECT count(*) FROM JSON_TABLE('["a"]', 'lax $[*]' COLUMNS(a integer PATH 'lax $') ERROR ON ERROR)
--! INVALID_CAST_ARGUMENT: Cannot cast 'a' to INT

SELECT TRY(a) FROM JSON_TABLE('["a"]', 'lax $[*]' COLUMNS(a integer PATH 'lax $') ERROR ON ERROR)
--! INVALID_CAST_ARGUMENT: Cannot cast 'a' to INT

SELECT * FROM JSON_TABLE('[]', 'lax $' COLUMNS(a integer PATH 'strict $[42]' ERROR ON ERROR))
--! PATH_EVALUATION_ERROR: path evaluation failed: structural error: invalid array subscript for empty array

SELECT x, a FROM (VALUES (1, '[1]'), (2, '[]')) t(x, d) LEFT JOIN JSON_TABLE(d, 'lax $[*]' COLUMNS(a integer PATH 'lax $.b' DEFAULT x * 2 ON EMPTY)) ON true
--> [["1", "2"], ["2", null]]

-- Decimals that are passed to a path
SELECT json_value('1', 'lax $x + $' PASSING DECIMAL '-4.50' AS "x"), json_query('1', 'lax $x' PASSING DECIMAL '4.50' AS "x"), json_exists('{"a":1.5}', 'lax $.a ? (@ == $x)' PASSING DECIMAL '1.50' AS "x"), json_query('1', 'lax $x' PASSING CAST(NULL AS decimal(3,1)) AS "x")
--> [["-3.50", "4.50", "true", "null"]]

SELECT coalesce(TRY())
--! SYNTAX_ERROR: line 1:8: The 'coalesce' function must have at least two arguments

-- What has no order, and what cannot be told apart
SELECT ST_Point(1, 2) IN (ST_Point(1, 2))
--! TYPE_MISMATCH: line 1:8: Cannot apply operator: Geometry = Geometry

SELECT 1 WHERE ST_Point(1, 2) IN (SELECT ST_Point(1, 2))
--! TYPE_MISMATCH: line 1:31: Type [row(Geometry)] must be comparable in order to be used in IN predicate

SELECT NULL < NULL, NULL BETWEEN NULL AND NULL, ARRAY[] < ARRAY[], max(NULL), array_sort(ARRAY[JSON '2', JSON '1'], (a, b) -> 0)
--> [[null, null, "false", null, "[2, 1]"]]

-- Distances along intervals and constants
SELECT count(*) OVER (ORDER BY x RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY y RANGE INTERVAL '2' MONTH PRECEDING), count(*) OVER (ORDER BY 0 RANGE 0 PRECEDING) FROM (VALUES (INTERVAL '1' DAY, INTERVAL '1' YEAR), (INTERVAL '2' DAY, INTERVAL '13' MONTH)) t(x, y)
--> [["1", "1", "2"], ["2", "2", "2"]]

SELECT count(*) OVER (ORDER BY x RANGE TIME '00:00:00' PRECEDING) FROM (VALUES TIME '10:00:00') t(x)
--! TYPE_MISMATCH: line 1:40: Window frame RANGE value type (time(0)) not compatible with sort item type (time(0))

-- No row is not a row of NULLs, also beside zoned moments
SELECT x IS NULL, count(*), grouping(x) FROM (VALUES ROW(CAST(ROW(NULL, NULL) AS ROW(a timestamp with time zone, b integer))), ROW(NULL), ROW(NULL)) t(x) GROUP BY ROLLUP (x)
--> [["false", "1", "0"], ["true", "2", "0"], ["true", "3", "1"]]

SELECT x IS NULL, count(*) FROM (VALUES ROW(CAST(ROW(NULL, NULL) AS ROW(a timestamp with time zone, b integer))), ROW(NULL), ROW(NULL)) t(x) GROUP BY x
--> [["false", "1"], ["true", "2"]]

SELECT count(DISTINCT x) FROM (VALUES ROW(CAST(ROW(NULL, NULL) AS ROW(a timestamp with time zone, b integer))), ROW(NULL), ROW(NULL)) t(x)
--> [["1"]]

SELECT x IS NOT DISTINCT FROM NULL, x IS DISTINCT FROM y FROM (SELECT CAST(ROW(NULL, NULL) AS ROW(a timestamp with time zone, b integer)) x, CAST(NULL AS ROW(a timestamp with time zone, b integer)) y)
--> [["false", "true"]]

SELECT x IS NULL FROM (VALUES (1, CAST(ROW(NULL, NULL) AS ROW(a timestamp with time zone, b integer))), (2, NULL), (3, CAST(ROW(TIMESTAMP '2020-01-01 00:00:00 UTC', 1) AS ROW(a timestamp with time zone, b integer)))) t(k, x) ORDER BY x NULLS FIRST LIMIT 1
--> [["true"]]
