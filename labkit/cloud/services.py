"""The services with operations of our own: importing this registers them all."""

import labkit.cloud.athena
import labkit.cloud.events
import labkit.cloud.glue
import labkit.cloud.lambdas  # noqa: F401
