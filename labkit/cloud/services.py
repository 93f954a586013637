"""The services with operations of our own: importing this registers them all."""

import labkit.cloud.athena
import labkit.cloud.databrew
import labkit.cloud.ec2
import labkit.cloud.events
import labkit.cloud.glue
import labkit.cloud.lambdas
import labkit.cloud.mail
import labkit.cloud.quicksight
import labkit.cloud.redshift
import labkit.cloud.scheduler
import labkit.cloud.states  # noqa: F401
