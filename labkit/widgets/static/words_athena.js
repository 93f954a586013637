/* The words of Athena's SQL that the editor colours and offers. */

const KEYWORDS = `ALL ALTER AND ANALYZE ANY AS ASC BETWEEN BY CASE CAST CREATE CROSS CUBE CURRENT_DATE
  CURRENT_TIMESTAMP DATABASE DATABASES DATE DEALLOCATE DELETE DESC DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
  EXECUTE EXISTS EXPLAIN EXTERNAL EXTRACT FALSE FETCH FILTER FIRST FOLLOWING FOR FROM FULL GROUP GROUPING HAVING IF
  IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN LAST LATERAL LEFT LIKE LIMIT LOCATION MATCHED MERGE MSCK NATURAL
  NOT NULL NULLS OFFSET ON OPTIMIZE OR ORDER OUTER OVER PARTITION PARTITIONED PARTITIONS PRECEDING PREPARE RANGE
  REPAIR RIGHT ROLLUP ROW ROWS SELECT SET SETS SHOW STORED TABLE TABLES TABLESAMPLE TBLPROPERTIES THEN TIME TIMESTAMP
  TO TRUE TRY_CAST UNBOUNDED UNION UNLOAD UNNEST UPDATE USING VACUUM VALUES VIEW VIEWS WHEN WHERE WINDOW WITH`
  .split(/\s+/);
const FUNCTIONS = `abs approx_distinct approx_percentile arbitrary array_agg array_join avg cardinality ceil coalesce
  concat contains corr count count_if date_add date_diff date_format date_parse date_trunc day day_of_week dense_rank
  element_at first_value floor format from_iso8601_timestamp from_unixtime greatest hour json_extract
  json_extract_scalar lag last_value lead least length lower lpad map_agg max max_by min min_by month nullif
  percent_rank rank regexp_extract regexp_like regexp_replace replace reverse round row_number split split_part sqrt
  stddev strpos substr sum to_unixtime transform trim try typeof upper url_extract_path variance week year`
  .split(/\s+/);
