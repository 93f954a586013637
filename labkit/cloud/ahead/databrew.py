"""Loads DataBrew ahead: the steps of recipes, of which there are hundreds."""

import labkit.cloud.databrew.recipe.steps  # noqa: F401
from labkit.cloud.ahead import called, stored

stored("databrew")
called("databrew")
