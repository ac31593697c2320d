"""The kinds of events of the catalog."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.events import EventKind, EventSpec
from domain.node_kinds import NodeKind
from domain.permissions import Permission

EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.PRODUCT_SAVED: EventSpec(
            object=NodeKind.PRODUCT, permission=Permission.CATALOG_READ, description="A product was added or replaced."
        ),
        EventKind.CATEGORY_SAVED: EventSpec(
            object=NodeKind.CATEGORY,
            permission=Permission.CATALOG_READ,
            description="A category of products was renamed, or got the products of another one.",
        ),
        EventKind.GEOGRAPHY_SAVED: EventSpec(
            object=NodeKind.GEOGRAPHY,
            permission=Permission.CATALOG_READ,
            description="A geography was added or replaced.",
        ),
        EventKind.TIER_SAVED: EventSpec(
            object=NodeKind.TIER, permission=Permission.CATALOG_READ, description="A tier was added or replaced."
        ),
        EventKind.VENDOR_SAVED: EventSpec(
            object=NodeKind.VENDOR, permission=Permission.VENDOR_READ, description="A vendor was added or replaced."
        ),
    }
)
