"""The services with operations of our own: importing this registers them all."""

import labkit.cloud.athena  # noqa: F401
import labkit.cloud.events  # noqa: F401
import labkit.cloud.glue  # noqa: F401
import labkit.cloud.iceberg  # noqa: F401
import labkit.cloud.lambdas  # noqa: F401
