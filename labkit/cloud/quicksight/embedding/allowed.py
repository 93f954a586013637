"""What a dashboard's publish options let its readers do on the embedded page.

They belong to a version, and hold from its publication on. All is allowed unless they say
DISABLED, and the controls stand collapsed unless they say EXPANDED. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardPublishOptions.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDashboard.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cloud.quicksight.words import denied

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Allowed:
    """What a reader may do.

    Args:
        filtering: choose by columns without a control, by filters of the reader's own, and by
            clicks that no action of the author's answers.
        exports: read the rows behind a visual; they are in the visual's menu, if it has one.
        hidden_fields: read the columns that a table hides, too.
        tooltips: read a mark's value under the pointer.
        open_controls: whether the controls are seen from the beginning.
    """

    filtering: bool = True
    exports: bool = True
    hidden_fields: bool = True
    tooltips: bool = True
    open_controls: bool = False

    @classmethod
    def by(cls, options: Json) -> Allowed:
        """What ``DashboardPublishOptions`` allow."""
        visual = options.get("VisualPublishOptions") or {}
        hidden = (_is_on(options, "ExportWithHiddenFieldsOption"),
                  _is_on(visual, "ExportHiddenFieldsOption"))  # fmt: skip
        controls = options.get("SheetControlsOption") or {}
        return cls(
            filtering=_is_on(options, "AdHocFilteringOption"),
            exports=_is_on(options, "ExportToCSVOption") and _is_on(options, "VisualMenuOption"),
            hidden_fields=all(hidden),
            tooltips=_is_on(options, "DataPointTooltipOption"),
            open_controls=controls.get("VisibilityState") == "EXPANDED",
        )

    def check_filtering(self) -> None:
        """Raise ``AccessDeniedException`` where readers may not filter for themselves."""
        if not self.filtering:
            raise denied("This dashboard is published without ad hoc filtering.")

    def check_exports(self) -> None:
        """Raise ``AccessDeniedException`` where readers may not read rows."""
        if not self.exports:
            raise denied("This dashboard is published without export of its rows.")


def _is_on(options: Json, name: str) -> bool:
    return (options.get(name) or {}).get("AvailabilityStatus") != "DISABLED"
