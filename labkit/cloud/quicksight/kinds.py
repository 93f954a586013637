"""The kinds of QuickSight's resources, as their ARNs and the API's members name them.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonquicksight.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.cloud.operations import Context

KINDS: list[Kind] = []


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    Args:
        name: as in its ARN (``dataset``); its records are ``quicksight.dataset``.
        noun: as in the API's members (``DataSet``, whose id is ``DataSetId``).
        in_arns: its name in its ARN where records have another.
    """

    name: str
    noun: str
    in_arns: str = ""

    def __post_init__(self) -> None:
        KINDS.append(self)

    @property
    def id(self) -> str:
        return f"{self.noun}Id"

    @property
    def type(self) -> str:
        """As the API's errors call it, where they know it.

        >>> DATA_SET.type, USER.type
        ('DATA_SET', 'USER')
        """
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.noun).upper()

    def arn(self, context: Context, id: str) -> str:
        return context.arn(f"{self.in_arns or self.name}/{id}")


DATA_SOURCE = Kind("datasource", "DataSource")
DATA_SET = Kind("dataset", "DataSet")
INGESTION = Kind("ingestion", "Ingestion")
ANALYSIS = Kind("analysis", "Analysis")
DASHBOARD = Kind("dashboard", "Dashboard")
TEMPLATE = Kind("template", "Template")
THEME = Kind("theme", "Theme")
FOLDER = Kind("folder", "Folder")
TOPIC = Kind("topic", "Topic")
USER = Kind("user", "User")
GROUP = Kind("group", "Group")
NAMESPACE = Kind("namespace", "Namespace")
