/* The words of Redshift's SQL that the editor colours and offers. */

const KEYWORDS = `ABORT ADD ALL ALTER ANALYZE AND ANY AS ASC AUTO AVRO BEGIN BETWEEN BY CALL CASCADE CASE CAST COLUMN
  COMMENT COMMIT COMPOUND COPY CREATE CROSS CSV CUBE CURRENT_DATE DATABASE DATASHARE DATE DEFAULT DELETE DELIMITER DESC
  DISTINCT DISTKEY DISTSTYLE DROP ELSE ENCODE END ESCAPE EVEN EXCEPT EXECUTE EXISTS EXPLAIN EXTERNAL FALSE FIRST
  FOLLOWING FOREIGN FORMAT FROM FULL FUNCTION GRANT GROUP GROUPING GZIP HAVING IAM_ROLE IDENTITY IF IGNOREHEADER ILIKE
  IN INNER INSERT INTERLEAVED INTERSECT INTERVAL INTO IS JOIN JSON KEY LANGUAGE LAST LATE_BINARY LEFT LIKE LIMIT
  LOCATION MANIFEST MATERIALIZED MERGE MINUS MODEL NATURAL NOT NULL NULLS OFFSET ON OR ORC ORDER OUTER OVER PARALLEL
  PARQUET PARTITION PARTITIONED PIVOT PRECEDING PRIMARY PROCEDURE QUALIFY RANGE REFERENCES REFRESH REGION RENAME REPLACE
  RESTRICT RETURNS REVOKE RIGHT ROLE ROLLBACK ROLLUP ROW ROWS SCHEMA SELECT SET SHOW SIMILAR SORTKEY STABLE START STORED
  SYSDATE TABLE TEMP TEMPORARY THEN TIMESTAMP TIMESTAMPTZ TO TOP TRANSACTION TRUE TRUNCATE UNBOUNDED UNION UNIQUE UNLOAD
  UNPIVOT UPDATE USER USING VACUUM VALUES VIEW WHEN WHERE WINDOW WITH`
  .split(/\s+/);
const FUNCTIONS = `abs add_months approximate avg btrim ceil charindex coalesce concat convert_timezone count
  cume_dist current_schema current_user date_part date_trunc dateadd datediff decode dense_rank extract first_value floor
  getdate greatest initcap is_valid_json json_extract_array_element_text json_extract_path_text json_parse lag last_day
  last_value lead least left len length listagg ln log lower lpad ltrim max md5 median min mod months_between nth_value
  ntile nullif nvl nvl2 percent_rank percentile_cont percentile_disc pg_last_copy_count position power rank
  ratio_to_report regexp_count regexp_instr regexp_replace regexp_substr repeat replace reverse right round row_number
  rpad rtrim sha2 sign split_part sqrt stddev strpos strtol substring sum sysdate to_char to_date to_number to_timestamp
  translate trim trunc upper variance`
  .split(/\s+/);
