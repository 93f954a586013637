"""Lambda: moto keeps the functions, this package runs their Python code in processes of its own."""

import labkit.cloud.lambdas.codes
import labkit.cloud.lambdas.event_settings
import labkit.cloud.lambdas.invoke
import labkit.cloud.lambdas.judging
import labkit.cloud.lambdas.layers
import labkit.cloud.lambdas.listing
import labkit.cloud.lambdas.naming
import labkit.cloud.lambdas.numbering
import labkit.cloud.lambdas.queues
import labkit.cloud.lambdas.settings
import labkit.cloud.lambdas.streams
import labkit.cloud.lambdas.told
import labkit.cloud.lambdas.topics
import labkit.cloud.lambdas.urls  # noqa: F401
