"""The kinds of events of imports. What the sales of a file earn are events of points."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.events import EventKind, EventSpec, EventVisibility
from domain.node_kinds import NodeKind
from domain.permissions import Permission


def _of_import(description: str) -> EventSpec:
    return EventSpec(
        object=NodeKind.SALES_IMPORT,
        permission=Permission.SALE_READ,
        visibility=EventVisibility.SALES_IMPORT,
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.SALES_IMPORT_STARTED: _of_import("An account began to import a file of sales."),
        EventKind.SALES_IMPORT_FINISHED: _of_import(
            "The import of a file of sales ended: it was finished, it failed, or somebody canceled it. The import says "
            "what became of the file. A retry of one that failed or was canceled ends with this event again."
        ),
    }
)
