"""S3 Select: a statement of SQL over the rows of one object, in CSV, JSON or Parquet.

`answering` reads what is asked, runs it and sends the answer as events. A statement is read by
`statement`; `inputs` has the rows, `scope` finds their values, `evaluating` makes functions of the
statement's expressions, with `operators`, `functions`, `casts` and `moments`; `aggregates` makes
one row of all; `outputs` and `events` write.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference.html
"""
