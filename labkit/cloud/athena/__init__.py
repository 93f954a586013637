"""Amazon Athena: SQL over the lake.

``executions`` starts and follows queries, ``statement`` and ``statements`` say what each statement
does, ``results`` answers with rows; ``workgroups``, ``named``, ``prepared``, ``catalogs`` and
``reservations`` are the records around them.
"""

import labkit.cloud.athena.catalogs
import labkit.cloud.athena.executions
import labkit.cloud.athena.named
import labkit.cloud.athena.prepared
import labkit.cloud.athena.reservations
import labkit.cloud.athena.results
import labkit.cloud.athena.statements
import labkit.cloud.athena.tags
import labkit.cloud.athena.workgroups  # noqa: F401
