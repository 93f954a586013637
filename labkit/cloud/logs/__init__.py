"""CloudWatch Logs: moto keeps groups and events, and here is what it does not do right."""

import labkit.cloud.logs.definitions
import labkit.cloud.logs.events
import labkit.cloud.logs.exporting
import labkit.cloud.logs.groups
import labkit.cloud.logs.measuring
import labkit.cloud.logs.queries
import labkit.cloud.logs.searches
import labkit.cloud.logs.subscriptions  # noqa: F401
