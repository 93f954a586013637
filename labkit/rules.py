"""The commonest refusals, and what a learner may do about each; `labkit.advice` reads them."""

from labkit.errors import FIRST_CELL

QUOTES = (
    "In SQL a text stands in single quotes. In double quotes stands a name, so \\1 was looked for "
    "among the columns."
)
BUCKETS = (
    "Yours are in lab.names, as lab.names.raw_bucket. After lab.clean_up() the first cell of the "
    "notebook makes them anew."
)
THERE = "It is there from an earlier run: go on, or drop it first"
CLAUSES = "The order is SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT."
ALIAS = (
    "\\1 is a name that the SELECT itself gives, and ORDER BY alone knows it. Elsewhere repeat "
    "the expression."
)
FUNCTIONS = (
    "Athena speaks Trino's SQL: https://trino.io/docs/current/functions.html. IFNULL and NVL are "
    "COALESCE there, ISNULL is IS NULL, GETDATE is NOW, COUNTIF is COUNT_IF, LEN is LENGTH."
)
CONDITION = (
    "where= is a list of (column, condition, value), and a condition a word such as GREATER_THAN, "
    "IS or CONTAINS."
)
WHICH = "If \\1 is a text, it stands in single quotes. If it is a column, it has another name."
GROUPED = (
    "What stands in the SELECT outside of count(), avg() and the like stands in GROUP BY, too."
)
FORMATTED = 'Names in {} are filled in where an f stands before the quotes: f"..."'
A_TEXT = (
    "It was given a text. CAST(... AS date), CAST(... AS double) and, for texts such as "
    "2021-05-03T10:00:00Z, from_iso8601_timestamp(...) make something else of it."
)
UNIT = "Its unit is a text, in single quotes: date_diff('day', earlier, later)."
DAY = "A date stands in quotes: '2021-05-03'. Without them it is 2021 less 5 less 3."
SCHEMAS = (
    "A cell above makes it, or a later one has dropped it. SELECT schema_name FROM "
    "svv_all_schemas lists those that exist."
)
LEFT = (
    "An earlier run's files lie there, and their table is gone. They go, too, by "
    'lab.storage.delete("\\1").'
)
THEIR_COLUMNS = (
    "SELECT column_name FROM svv_all_columns WHERE table_name = '\\1' lists those that exist."
)
REDSHIFTS = (
    "It is not Redshift's, or takes other arguments: "
    "https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions.html"
)
UNLOADED = "UNLOAD takes its query as a text, in single quotes: UNLOAD ('SELECT ...')."
DOUBLED = "Within UNLOAD's quotes each quote is written twice: day = ''2021-05-03''."
STRAIGHT = "Those are a writer's quotes. SQL takes the keyboard's: '."
ODD_QUOTES = r"^[^']*(?:'[^']*'[^']*)*'[^']*$"
FORMULAS = (
    "A formula's functions: "
    "https://docs.aws.amazon.com/quicksight/latest/user/functions-by-category.html. IF and CASE "
    "are ifelse(condition, value, ..., value for the rest)."
)
KEY = "Whoever stores or reads an encrypted object needs its KMS key, too."
ACCOUNT = "Your own AWS account is set by aws configure, or by AWS_PROFILE and AWS_DEFAULT_REGION."
NUMBER = r"(?:tinyint|smallint|integer|bigint|double|real|decimal\S*)"

# What AWS says, what stands in the statement, what helps; groups are those of what AWS says.
RULES = (
    (r"Column '([^']+)' cannot be resolved", r'"\1"', QUOTES),
    (r'column "(\w+)" does not exist', r"(?:=|<>|!=)\s*\1\b(?!\.)", WHICH),
    (r'column "(\w+)" does not exist', r'"\1"', QUOTES),
    (r"Column '(\w+)' cannot be resolved", r'\bAS\s+"?\1\b', ALIAS),
    (r"Column '(day|week|month|year|hour)' cannot be resolved", r"date_?(diff|add)\(\s*\1\b", UNIT),
    (r"Column '(\w+)' cannot be resolved", r"(?:=|<>|!=)\s*\1\b(?!\.)", WHICH),
    (
        r"Table 'awsdatacatalog(?:\.\w+){3}' does not exist",
        r'"\w+\.\w+"',
        'Within one pair of double quotes all is one name. Write db.table, or "db"."table".',
    ),
    (
        r"Table 'awsdatacatalog\.default\.\w+' does not exist|Table not found default\.",
        "",
        "Name the database: behind %%athena, by database=, or before the table and a dot.",
    ),
    (
        r"Schema '\w+' does not exist|Database does not exist: \w+",
        "",
        "lab.catalog.databases() lists those that exist.",
    ),
    (
        r"Table 'awsdatacatalog\.(\w+)\.\w+' does not exist|Table not found (\w+)\.\w+",
        "",
        'lab.catalog.tables("\\1") lists those that exist.',
    ),
    (
        r"Column '[\w.]+' cannot be resolved",
        "",
        "lab.catalog.columns(database, table) lists those that exist.",
    ),
    (r"Function '\w+' not registered", "", FUNCTIONS),
    (
        r"mismatched input 'FROM'|syntax error at or near \"FROM\"",
        r",\s*FROM\b",
        "There is a comma too many before FROM.",
    ),
    (r"mismatched input '[‘’“”]'", "", STRAIGHT),
    (r"extraneous input '''", "", "A quote was opened, and never closed."),
    (r"mismatched input '\{'|syntax error at or near \"\{\"", "", FORMATTED),
    (
        r"Cannot convert \[.*\] to array",
        "",
        "Its columns are an array: partitioned_by = ARRAY['day'].",
    ),
    (r"mismatched input 'OFFSET'", "LIMIT", "OFFSET stands before LIMIT."),
    (
        r"must be an aggregate expression or appear in GROUP BY|must appear in the GROUP BY",
        "",
        GROUPED,
    ),
    (
        r"WHERE clause cannot contain aggregations|aggregates not allowed in WHERE",
        "",
        "WHERE looks at rows before they are counted; HAVING, behind GROUP BY, at the groups.",
    ),
    (
        r"Column '(\w+)' is ambiguous|column reference \"(\w+)\" is ambiguous",
        "",
        "Several tables have it. Say whose: alias.column.",
    ),
    (r"Unexpected parameters \(varchar[^)]*\)+ for function", "", A_TEXT),
    (r"mismatched input '='", "==", "SQL compares with one =."),
    (
        r"mismatched input '\d+'",
        r"\bSELECT\s+TOP\b",
        "The first rows are those of LIMIT, at the end.",
    ),
    (r"mismatched input '(?:WHERE|GROUP|HAVING|ORDER|JOIN)'. Expecting: <EOF>", "", CLAUSES),
    (
        rf"Cannot apply operator: (?:varchar|date)\S* \S+ {NUMBER}",
        r"[^'\d]\d{4}-\d\d?-\d\d?\b",
        DAY,
    ),
    (
        rf"Cannot apply operator: (?:{NUMBER} \S+ varchar|varchar\S* \S+ {NUMBER})",
        "",
        "A number meets a text: write the number without quotes, or CAST one of them.",
    ),
    (
        r"Cannot apply operator: (?:date \S+ varchar|varchar\S* \S+ date)",
        r"DATE\s+'",
        "The column is a text: compare it with '2021-05-03' alone, or CAST(column AS date).",
    ),
    (
        r"Cannot apply operator: (?:date \S+ varchar|varchar\S* \S+ date)",
        "",
        "A date meets a text: write DATE '2021-05-03'.",
    ),
    (r"operator does not exist: date \S+ integer", "", "A date stands in quotes: '2021-05-03'."),
    (r"Cannot apply operator: varchar\S* \+ varchar", "", "Texts are joined by ||, not by +."),
    (r'column "\w+" of relation "(\w+)" does not exist', "", THEIR_COLUMNS),
    (r'column "[‘’“”]', "", STRAIGHT),
    (
        r'missing FROM-clause entry for table "(\w+)"',
        "",
        "Nothing in FROM is called \\1: FROM name AS \\1.",
    ),
    (r"function \w+\(.*\) does not exist", "", REDSHIFTS),
    (
        r"The specified S3 prefix .* does not exist",
        "",
        'lab.storage.objects("s3://bucket/prefix") lists what is there.',
    ),
    (
        r"External tables are not supported in views",
        "",
        "A view of the lake's tables ends WITH NO SCHEMA BINDING.",
    ),
    (r"Invalid source for COPY", "", "An address starts with s3://."),
    (
        r"Invalid length for parameter (?:Sqls|QueryString), value: 0|takes one SQL statement",
        "",
        "There is no statement in it.",
    ),
    (r"Cluster dataedu-cluster not found", "", "lab.warehouse.create() makes the cluster."),
    (r'relation "[\w.]+" does not exist', "", "lab.warehouse.tables() lists those that exist."),
    (r'schema "\w+" does not exist', "", SCHEMAS),
    (r'column "\w+" does not exist in (\w+)', "", THEIR_COLUMNS),
    (
        r"Redshift endpoint doesn't exist in this region: dataedu-cluster",
        "",
        "lab.warehouse.create() makes the cluster.",
    ),
    (r"The Redshift cluster is paused", "", "lab.warehouse.resume() wakes it."),
    (
        r"Destination table '[\w.]+' already exists",
        "",
        f"{THERE}: DROP TABLE, and lab.storage.delete(...) for its files.",
    ),
    (r"Target directory for table \S+ already exists: (s3://\S+/)\.", "", LEFT),
    (
        r'(?:relation|schema|user|database|datashare) "?[\w.]+"? already exists',
        "",
        f"{THERE} by DROP.",
    ),
    (
        r'syntax error at or near "\w+"',
        "QUALIFY",
        "Right behind FROM, QUALIFY wants the table to have an alias: FROM name AS n QUALIFY ...",
    ),
    (r"syntax error at or near", r"UNLOAD\s*\(\s*SELECT", UNLOADED),
    (r'syntax error at or near "\w*\d', r"UNLOAD\s*\(\s*'[^;]*[^']'\d", DOUBLED),
    (
        r"syntax error at or near",
        r"PARTITION\s+BY\s+\w",
        "Its columns stand in (): PARTITION BY (day).",
    ),
    (r"syntax error at or near", r"[^=<>!]==", "SQL compares with one =."),
    (
        r'syntax error at or near "(SELECT|INSERT|UPDATE|DELETE|DROP)"',
        r"[^;(\s]\s*\n\s*\1\b",
        "Statements are parted by a semicolon.",
    ),
    (r"syntax error at end of input", ODD_QUOTES, "A quote was opened, and never closed."),
    (
        r"Dashboard \S+ may not be shown to \S+/(\S+?)\.?$",
        "",
        'It has to be shared first: dashboard.share("\\1").',
    ),
    (
        r"dataset \S+ (?:wasn't found|doesn't exist)",
        "",
        "lab.recipe.data_sets() lists those that exist; lab.recipe.add_data_set makes one.",
    ),
    (
        r"recipe (\S+) for version LATEST_PUBLISHED wasn't found",
        "",
        'A job follows what is published: lab.recipe.publish("\\1").',
    ),
    (r"Recipe \S+ wasn't found", "", "lab.recipe.create makes one of this name."),
    (r"conditionExpressions\.\d+\.member\.condition'", "", CONDITION),
    (
        r"DataSetIdentifier (.+?) is not declared",
        "",
        "A visual is of the data set \\1, which is none of those that were given with it.",
    ),
    (r"There is no function named|The expression does not read at '(?:WHEN|THEN)'", "", FORMULAS),
    (
        r"DataSet \S+ is not found",
        "",
        "lab.chart.data_sets() lists those that exist; lab.chart.add_data_set makes one.",
    ),
    (
        r"The cron expression .* is not valid",
        "",
        "Six fields are a time: cron(0 6 * * ? *) is each day at six, UTC.",
    ),
    (
        r"allowed to access your KMS key",
        "",
        "Whoever asks has to be a user of the key: lab.storage.add_key_users(lab.caller).",
    ),
    (
        r"The specified key does not exist|HeadObject operation: Not Found",
        "",
        'lab.storage.objects("s3://bucket/prefix") lists those that exist.',
    ),
    (r"The specified bucket does not exist", "", BUCKETS),
    (
        r"Invalid length for parameter Key, value: 0",
        "",
        "The address ends with the bucket. An object has a name behind it: s3://bucket/name.",
    ),
    (
        r"Invalid length for parameter \S+Location\.Key, value: 0",
        "",
        "The address ends with the bucket. A folder has a name behind it: s3://bucket/folder/.",
    ),
    (r'Invalid bucket name ""', "", "Behind s3:// stands a bucket, such as lab.names.raw_bucket."),
    (r"You must specify a region|Unable to locate credentials", "", ACCOUNT),
    (
        r"Crawler with name (\S+) has already started",
        "",
        "It runs, started elsewhere. Run the cell again when it is done: lab.catalog.crawlers().",
    ),
    (r"Unable to verify/create output bucket", "", FIRST_CELL),
    (r"is not a trusted entity for the data access role .*/dataedu-", "", FIRST_CELL),
    (r"Alias arn:\S+/dataedu-key is not found", "", FIRST_CELL),
    (
        r"Policy contains a statement with one or more invalid principals",
        "",
        "A user of the key is named by the ARN of a role or user that exists: lab.role_arn(name).",
    ),
    (r"not authorized to perform: kms:", "", KEY),
)
