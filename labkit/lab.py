"""One learner, one environment: `start` finds or makes both, in any kernel, in any order."""

from __future__ import annotations

import functools
import html
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from labkit import environment, names, process, removal
from labkit.advice import what_helps
from labkit.briefly import show_errors_briefly
from labkit.catalog import Catalog
from labkit.catchup import catch_up
from labkit.chart import Chart
from labkit.commands import Commands
from labkit.errors import shorten, slip
from labkit.flows import Flows
from labkit.names import Names, guid_of
from labkit.progress import steps
from labkit.query import Query
from labkit.recipe import Recipe
from labkit.storage import Storage
from labkit.warehouse import Warehouse

LOCAL, AWS = "local", "aws"


@dataclass(frozen=True)
class Lab:
    """A lab's world: the learner's names, AWS clients, and the helpers.

    Args:
        number: which lab, 1 to 4.
        session: the boto3 session that all clients come from.
        endpoint: where the local AWS listens; ``None`` on AWS itself.
    """

    number: int
    session: boto3.Session
    endpoint: str | None
    commands: Commands = field(default_factory=Commands)

    @functools.cached_property
    def _identity(self) -> dict[str, str]:
        found: dict[str, str] = self.client("sts").get_caller_identity()
        return found

    @property
    def account(self) -> str:
        """The account's 12 digits."""
        return self._identity["Account"]

    @property
    def caller(self) -> str:
        """Your own ARN."""
        return self._identity["Arn"]

    @property
    def region(self) -> str:
        return str(self.session.region_name)

    @functools.cached_property
    def names(self) -> Names:
        """The names of your environment, which end in your GUID."""
        return Names(guid_of(self.account, self.caller.rsplit("/", 1)[-1]))

    @property
    def guid(self) -> str:
        return self.names.guid

    @functools.cached_property
    def key_arn(self) -> str:
        """The KMS key of the data lake."""
        found = self.client("kms").describe_key(KeyId=names.KEY_ALIAS)
        return str(found["KeyMetadata"]["Arn"])

    def role_arn(self, role: str) -> str:
        """The ARN of a role of this account."""
        return f"arn:aws:iam::{self.account}:role/{role}"

    @functools.cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def client(self, service: str) -> Any:
        """A boto3 client (``lab.client("glue")``), made once."""
        if service not in self._clients:
            config = Config(
                retries={"mode": "standard"},
                read_timeout=330,
                inject_host_prefix=self.endpoint is None,
                proxies={} if self.endpoint else None,
            )
            self._clients[service] = self.session.client(
                service, endpoint_url=self.endpoint, config=config
            )
        return self._clients[service]

    def all(self, service: str, operation: str, member: str, **parameters: Any) -> Iterator[Any]:
        """The items of all pages of a list: ``lab.all("glue", "get_crawlers", "Crawlers")``."""
        for page in self.client(service).get_paginator(operation).paginate(**parameters):
            yield from page.get(member) or ()

    @functools.cached_property
    def storage(self) -> Storage:
        """Buckets, objects and the key (S3, KMS, Lambda)."""
        return Storage(self)

    @functools.cached_property
    def catalog(self) -> Catalog:
        """Databases, tables and crawlers (Glue)."""
        return Catalog(self)

    @functools.cached_property
    def flows(self) -> Flows:
        """State machines and their executions (Step Functions)."""
        return Flows(self)

    @functools.cached_property
    def query(self) -> Query:
        """SQL (Athena): ``lab.query("SELECT 1")``."""
        return Query(self)

    @functools.cached_property
    def recipe(self) -> Recipe:
        """Data sets, profiles, projects, recipes and their jobs (DataBrew)."""
        return Recipe(self)

    @functools.cached_property
    def chart(self) -> Chart:
        """Data sets, charts, dashboards, questions and reports (QuickSight)."""
        return Chart(self)

    @functools.cached_property
    def warehouse(self) -> Warehouse:
        """A warehouse beside the lake (Redshift): ``lab.warehouse("SELECT 1")``."""
        return Warehouse(self)

    def clean_up(self) -> None:
        """Delete your whole environment: data, tables, crawlers, functions, buckets, key.

        `start` makes it anew, and catches up the labs before.
        """
        try:
            steps("Clean-up", removal.remove(self), len(removal.REMOVALS))
        except (BotoCoreError, ClientError) as error:
            shorten(error, what_helps(error))
            raise
        self.__dict__.pop("key_arn", None)

    def __repr__(self) -> str:
        return f"Lab {self.number} in environment {self.guid}, {self._where}, region {self.region}"

    @property
    def _where(self) -> str:
        return "a local AWS on this machine" if self.endpoint else "your AWS account"

    def _repr_html_(self) -> str:
        rows = {
            "Learner": self.caller.rsplit("/", 1)[-1],
            "Environment": self.guid,
            "Where": self._where,
            "Region": self.region,
            "Raw bucket": self.names.raw_bucket,
            "Curated bucket": self.names.curated_bucket,
            "Results bucket": self.names.results_bucket,
        }
        cells = "".join(
            f'<tr><th style="text-align:left">{k}</th><td style="text-align:left">{v}</td></tr>'
            for k, v in zip(rows, map(html.escape, rows.values()), strict=True)
        )
        caption = f'<caption style="text-align:left;font-weight:bold">Lab {self.number}</caption>'
        return f"<table>{caption}{cells}</table>"


#: Set where a workspace is known to be where a lab begins: the first start looks for nothing.
BEGUN = "LABKIT_BEGUN"


def start(number: int = 1, *, cloud: str | None = None) -> Lab:
    """Open a lab: the local AWS runs, your environment is there, earlier labs are caught up.

    Idempotent, and safe in a fresh kernel.

    Args:
        number: the lab, 1 to 4. What the labs before it leave behind is made if it is missing.
        cloud: ``"local"``, or ``"aws"`` for your own AWS session; by default ``LABKIT_CLOUD``.

    Returns:
        The lab: names, clients, helpers.

    Raises:
        CloudNotStarted: the local AWS did not come up.
        ValueError: no such lab, or no such cloud.
    """
    if type(number) is not int or number not in (1, 2, 3, 4):
        raise slip(f"There are labs 1 to 4, as in labkit.start(1), not {number!r}.")
    show_errors_briefly()
    lab = _open(number, cloud or os.environ.get("LABKIT_CLOUD", LOCAL))
    if os.environ.pop(BEGUN, None):
        return lab
    try:
        if not environment.is_ready(lab):
            steps("Your environment", environment.ensure(lab), len(environment.STEPS))
        catch_up(lab)
    except (BotoCoreError, ClientError) as error:
        shorten(error, what_helps(error))
        raise
    return lab


def _open(number: int, cloud: str) -> Lab:
    if cloud == AWS:
        lab = Lab(number, boto3.Session(), None)
    elif cloud == LOCAL:
        found = process.up()
        lab = Lab(number, found.session(), found.endpoint)
    else:
        raise slip(f"A cloud is {LOCAL!r} or {AWS!r}, not {cloud!r}.")
    lab.commands.watch(lab.session)
    return lab
