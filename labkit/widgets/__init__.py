"""The consoles of the labs as widgets: crawlers, catalog, storage, queries, the warehouse,
recipes, profiles, dashboards.

Each is a small model on the learner's own helpers and clients, and draws with files of this
package alone: no network, no build. Beside the live widget every console gives a static
picture, so that a stored notebook shows what there was.
"""

from labkit.widgets.catalog import CatalogBrowser
from labkit.widgets.crawlers import CrawlerConsole
from labkit.widgets.dashboard import DashboardBuilder
from labkit.widgets.editor import QueryEditor
from labkit.widgets.graph import ExecutionGraph, execution_graph
from labkit.widgets.profile import ProfileView
from labkit.widgets.question import QuestionBar
from labkit.widgets.recipe import RecipeEditor
from labkit.widgets.storage import S3Browser
from labkit.widgets.warehouse_editor import WarehouseEditor

__all__ = [
    "CatalogBrowser", "CrawlerConsole", "DashboardBuilder", "ExecutionGraph", "ProfileView",
    "QueryEditor", "QuestionBar", "RecipeEditor", "S3Browser", "WarehouseEditor", "execution_graph",
]  # fmt: skip
