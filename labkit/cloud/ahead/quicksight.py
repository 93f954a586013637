"""Loads QuickSight ahead: its model, which is the longest of all, its formulas and its pictures."""

from PIL import Image

import labkit.cloud.quicksight
import labkit.cloud.quicksight.embedding.pages  # noqa: F401
from labkit.cloud.ahead import called, stored
from labkit.cloud.quicksight.calc import registry

stored("quicksight")
called("quicksight")
registry.functions()
Image.preinit()
