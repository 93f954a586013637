"""A crawler of one's own: one folder, one database, a prefix, and partitions that it finds."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

ROWS = """SELECT process_date, count(*) AS enrolments, sum(computed_final_score) AS scores
FROM db_registrar.reg_enrollment_fact GROUP BY process_date"""
AGAIN = """glue = lab.client("glue")
if "db_registrar" in lab.catalog.databases():  # what an earlier try has left
    glue.delete_database(Name="db_registrar")
if "registrar" in set(lab.catalog.crawlers().crawler):
    glue.delete_crawler(Name="registrar")
"""
CREATE = """glue.create_crawler(
    Name="registrar",
    Role="dataedu-glue-crawler-role",
    DatabaseName="db_registrar",
    TablePrefix="reg_",
    Targets={"S3Targets": [{"Path": f"s3://{lab.names.raw_bucket}/lmsapi/enrollment_fact/"}]},
)
"""
RUN = 'lab.catalog.run_crawler("registrar")'
CRAWL = AGAIN + CREATE + RUN
MOVED = f"""path = f"s3://{{lab.names.raw_bucket}}/lmsapi/enrollment_fact/"
glue.update_crawler(Name="registrar", Targets={{"S3Targets": [{{"Path": path}}]}})
{RUN}"""


def reference(data: Data) -> dict[str, object]:
    """The crawler, and the enrolments of each term."""
    terms = data.enrollment_fact.groupby("process_date").computed_final_score
    return {
        "crawler": {
            "database": "db_registrar",
            "tables": ["reg_enrollment_fact"],
            "folders": ["lmsapi/enrollment_fact"],
            "last": "SUCCEEDED",
        },
        "rows": pd.DataFrame({"enrolments": terms.size(), "scores": terms.sum()}),
    }


q3 = Question(
    id="lab1-q3",
    points=2,
    title="A crawler of your own",
    task="""The registrar may see who is enrolled, and nothing else. Make a crawler named
`registrar` with boto3, AWS's library for Python: `lab.client("glue").create_crawler(...)`. Run it.
It reads the folder `lmsapi/enrollment_fact/` of the raw bucket as the role
`dataedu-glue-crawler-role`, and writes into the database `db_registrar`, where the table is to be
called `reg_enrollment_fact`, the only one there, with `process_date` as its partition.""",
    reads={"crawler": State("crawler", "registrar"), "rows": State("rows", ROWS)},
    starter='# lab.client("glue").create_crawler(Name=..., ...)\n# lab.catalog.run_crawler(...)',
    answer=CRAWL,
    reference=reference,
    hints=(
        (
            "Look at a crawler that exists: "
            '`lab.client("glue").get_crawler(Name="dataedu-lmsdemo-crawler")`.'
        ),
        "A table is called after its folder. `TablePrefix` puts something before the name.",
        (
            '`Targets={"S3Targets": [{"Path": "s3://.../lmsapi/enrollment_fact/"}]}` names the '
            "folder of the table, not those of its weeks."
        ),
        "A crawler that is made has not run yet: `lab.catalog.run_crawler(name)`.",
    ),
    explanation="""A crawler takes the folders *under* its path for tables or partitions. The path
ends at the table's folder, so `process_date=2020-08-17` is seen as a partition. The rows are not
copied: two databases now describe the same files.""",
    messages={
        "not-run": "The crawler is there, but has not run. A definition alone makes no table.",
        "a-week": "The path ends in the folder of one week. Then that week is all of the table, "
        "and there is no partition. End one level higher.",
        "whole": "The crawler reads the whole LMS, and the registrar sees all of its tables. End "
        "the path in the table's own folder.",
        "no-prefix": "There is no table `reg_enrollment_fact`. It bears its folder's name, and "
        "`TablePrefix` stands before that as you write it: `reg_`.",
        "raw": "The crawler writes into the database of the raw data. The registrar needs one of "
        "their own: `db_registrar`.",
        "other": "That is the dimension, `enrollment_dim`. The registrar needs the facts.",
        "excluded": "A term is missing: `Exclusions` leave out what they match.",
        "values": "The crawler is there, but something of it is not as the task says. Which folder "
        "of which bucket does it read, into which database does it write, and did its last crawl "
        "end well?",
        "folders": "The crawler reads a second folder. The registrar may see who is enrolled, and "
        "nothing else.",
        "rows-more": "The crawler reads more folders, or its database holds more tables, than the "
        "registrar may see. What an earlier crawl has made stays: delete it.",
        "by-hand": "The table is right, but no crawler named `registrar` made it, so nobody "
        "keeps it in step.",
    },
    wrong=(
        (AGAIN + CREATE, "not-run"),
        (CRAWL.replace("enrollment_fact/", "enrollment_fact/process_date=2020-08-17/"), "a-week"),
        (CRAWL.replace('enrollment_fact/"', '", "Exclusions": ["[!e]*/**"]'), "whole"),
        (CRAWL.replace('    TablePrefix="reg_",\n', ""), "no-prefix"),
        (
            CRAWL.replace('DatabaseName="db_registrar"', 'DatabaseName="db_raw_lmsdemo"')
            + '\nglue.delete_table(DatabaseName="db_raw_lmsdemo", Name="reg_enrollment_fact")',
            "raw",
        ),
        (
            CRAWL.replace('DatabaseName="db_registrar"', 'DatabaseName="registry"')
            + '\nglue.delete_database(Name="registry")',
            "values",
        ),
        (CRAWL.replace("enrollment_fact/", "enrollment_dim/"), "other"),
        (CRAWL.replace("raw_bucket", "curated_bucket"), "values"),
        (
            CRAWL.replace(
                "}]}", '}, {"Path": f"s3://{lab.names.raw_bucket}/lmsapi/course_dim/"}]}'
            ),
            "folders",
        ),
        (CRAWL.replace('fact/"', 'fact/", "Exclusions": ["process_date=2021*/**"]'), "excluded"),
        (
            AGAIN + CREATE.replace("enrollment_fact/", "course_dim/") + f"{RUN}\n{MOVED}",
            "rows-more",
        ),
        (CRAWL + '\nglue.delete_crawler(Name="registrar")', "by-hand"),
    ),
    right=(
        CRAWL.replace("enrollment_fact/", "enrollment_fact"),
        AGAIN + CREATE + 'glue.start_crawler(Name="registrar")',
        CRAWL.replace('"dataedu-glue-crawler-role"', 'lab.role_arn("dataedu-glue-crawler-role")'),
        CRAWL.replace(
            RUN,
            f"""glue.update_crawler(
    Name="registrar",
    Description="Who is enrolled",
    SchemaChangePolicy={{"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}},
)
{RUN}""",
        ),
        AGAIN + 'glue.create_database(DatabaseInput={"Name": "db_registrar"})\n' + CREATE + RUN,
        AGAIN + CREATE.replace("enrollment_fact/", "course_dim/") + MOVED,
        CRAWL.replace(
            "}]}", '}, {"Path": f"s3://{lab.names.raw_bucket}/lmsapi/enrollment_fact"}]}'
        ),
    ),
)
