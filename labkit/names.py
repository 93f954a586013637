"""The names of a learner's environment, all of which end in the learner's GUID.

The original workshop gives each participant a GUID, so that bucket names, which are global on AWS,
never collide. Ours is made from the account and the caller, so that the same learner finds the
same environment again on any machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

KEY_ALIAS = "alias/dataedu-key"
CRAWLER_ROLE = "dataedu-glue-crawler-role"
FETCH_ROLE = "dataedu-fetch-role"
DATABREW_ROLE = "dataedu-databrew-role"
FLOW_ROLE = "dataedu-flow-role"
REDSHIFT_ROLE = "dataedu-redshift-role"
CLUSTER = "dataedu-cluster"
TAG = "dataedu"
CHART_SOURCES = ("lake", "warehouse")
FETCH_DEMO_DATA = "dataedu-fetch-demo-data"
FETCH_LMSAPI = "dataedu-fetch-lmsapi"
SYNC_RULE = "dataedu-lmsapi-sync"
LMS_STATE = "/dataedu/lms-demo/state"
SIS_CRAWLER = "dataedu-sisdemo-crawler"
LMS_CRAWLER = "dataedu-lmsdemo-crawler"
RAW_SIS, RAW_LMS = "db_raw_sisdemo", "db_raw_lmsdemo"
CURATED_SIS, CURATED_LMS = "db_cur_sisdemo", "db_cur_lmsdemo"
STUDENT_EXT, PAGE_VIEWS = "student_ext", "agg_pageview_count_by_user_course"
SIS_PREFIX, LMS_PREFIX = "sisdb/sisdemo/", "lmsapi/"


@dataclass(frozen=True)
class Names:
    """The buckets of one learner.

    >>> Names("0123456789ab").raw_bucket
    'dataedu-raw-0123456789ab'
    """

    guid: str

    @property
    def raw_bucket(self) -> str:
        return f"dataedu-raw-{self.guid}"

    @property
    def curated_bucket(self) -> str:
        return f"dataedu-curated-{self.guid}"

    @property
    def results_bucket(self) -> str:
        return f"dataedu-results-{self.guid}"

    @property
    def buckets(self) -> tuple[str, str, str]:
        return self.raw_bucket, self.curated_bucket, self.results_bucket

    @property
    def tags(self) -> list[dict[str, str]]:
        """What says of a resource with any name that it is yours."""
        return [{"Key": TAG, "Value": self.guid}]

    @property
    def results(self) -> str:
        """Where Athena writes its results."""
        return f"s3://{self.results_bucket}/"


def guid_of(account: str, caller: str) -> str:
    """12 lower-case hexadecimal digits of an account and a caller's name."""
    return hashlib.sha256(f"{account}/{caller}".encode()).hexdigest()[:12]
