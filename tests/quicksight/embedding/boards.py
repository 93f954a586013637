"""A dashboard of orders to embed: two data sets of the same rows, one with row-level security."""

import csv
import io
import json
from typing import Any

from labkit import charts
from tests.quicksight.embedding.waiting import wait_for_rows

BUCKET = "quicksight-embedded"
SCHEMA = {
    "region": "STRING",
    "product": "STRING",
    "year": "INTEGER",
    "amount": "INTEGER",
    "day": "DATETIME",
}
ROWS = [
    ("North", "Apples", 2023, 10, "2023-05-01 08:00:00"),
    ("North", "Pears", 2024, 20, "2024-05-01 09:00:00"),
    ("South", "Apples", 2023, 30, "2023-05-01 10:00:00"),
    ("South", "Pears", 2024, 40, "2024-06-02 11:00:00"),
    ("West", "Apples", 2024, 50, "2024-05-01 12:00:00"),
]
READ = ["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"]
READ = [f"quicksight:{action}" for action in READ]


class Boards:
    """Makes data sets and dashboards, and opens sessions with them."""

    def __init__(self, quicksight: Any, client: Any, allow_bucket: Any) -> None:
        self.quicksight, self.s3 = quicksight, client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        allow_bucket(BUCKET)

    def data_set(self, id: str, schema: dict[str, str], rows: Any, **members: Any) -> str:
        """The ARN of a data set of these rows, imported."""
        text = io.StringIO()
        csv.writer(text).writerows([schema, *rows])
        self.s3.put_object(Bucket=BUCKET, Key=f"{id}/data.csv", Body=text.getvalue().encode())
        places = {"fileLocations": [{"URIs": [f"s3://{BUCKET}/{id}/data.csv"]}]}
        self.s3.put_object(Bucket=BUCKET, Key=f"{id}.json", Body=json.dumps(places).encode())
        manifest = {"Bucket": BUCKET, "Key": f"{id}.json"}
        source = self.quicksight.create_data_source(
            DataSourceId=id,
            Name=id,
            Type="S3",
            DataSourceParameters={"S3Parameters": {"ManifestFileLocation": manifest}},
        )
        columns = [{"Name": name, "Type": kind} for name, kind in schema.items()]
        table = {"S3Source": {"DataSourceArn": source["Arn"], "InputColumns": columns}}
        made = self.quicksight.create_data_set(
            DataSetId=id, Name=id, PhysicalTableMap={"p": table}, ImportMode="SPICE", **members
        )
        wait_for_rows(self.quicksight, id)
        return str(made["Arn"])

    def dashboard(
        self,
        id: str,
        definition: dict[str, Any],
        reader: str = "",
        theme: str = "CLASSIC",
        options: Any = None,
    ) -> str:
        """The ARN of a dashboard that a reader may see, published with options."""
        shared = [{"Principal": reader, "Actions": READ}] if reader else []
        made = self.quicksight.create_dashboard(
            DashboardId=id,
            Name=f"Board {id}",
            Definition=definition,
            ThemeArn=f"arn:aws:quicksight::aws:theme/{theme}",
            DashboardPublishOptions=options or {},
            **({"Permissions": shared} if shared else {}),
        )
        return str(made["Arn"])

    def reader(self, name: str) -> str:
        """The ARN of a reader."""
        made = self.quicksight.register_user(
            Namespace="default",
            IdentityType="QUICKSIGHT",
            UserName=name,
            Email=f"{name}@example.edu",
            UserRole="READER",
        )
        return str(made["User"]["Arn"])

    def url(self, user: str, experience: dict[str, Any], **members: Any) -> str:
        """An embed URL for a reader."""
        made = self.quicksight.generate_embed_url_for_registered_user(
            UserArn=user, ExperienceConfiguration=experience, **members
        )
        return str(made["EmbedUrl"])

    def anonymous_url(self, arn: str, tags: dict[str, str]) -> str:
        """An embed URL of a dashboard for somebody whose session has tags."""
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self.quicksight.generate_embed_url_for_anonymous_user(
            Namespace="default",
            AuthorizedResourceArns=[arn],
            ExperienceConfiguration=dashboard(arn.rpartition("/")[2]),
            **({"SessionTags": listed} if listed else {}),
        )
        return str(made["EmbedUrl"])


def dashboard(id: str) -> dict[str, Any]:
    """The experience of a dashboard."""
    return {"Dashboard": {"InitialDashboardId": id}}


def orders(arn: str, *, product: bool = True) -> dict[str, Any]:
    """A definition: bars by region and by product, a pie of years, two drop-downs."""
    visuals = [
        visual("bar chart", "By region", category="region", values="sum(amount)"),
        visual("bar chart", "By product", category="product", values="sum(amount)"),
        visual("pie chart", "By year", category="year", values="sum(amount)"),
    ]
    filters = [charts.choice("region", "Region", data_set="o")]
    if product:
        filters.append(charts.choice("product", "Product", data_set="o"))
    return charts.definition(visuals, data_sets={"o": arn}, filters=filters)


def visual(kind: str, title: str, **wells: Any) -> dict[str, Any]:
    """One visual on the orders."""
    return charts.visual(kind, title, schema=SCHEMA, data_set="o", **wells)
