"""Loads DataBrew ahead: the steps of recipes, of which there are hundreds."""

from labkit.cloud.ahead import called, stored
from labkit.cloud.databrew.recipe import registry

stored("databrew")
called("databrew")
registry.operation_named("RENAME")  # the first that is asked for brings all
