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
            "A file of sales was imported to its end, or rejected as a whole. The import says what became of it."
        ),
    }
)
