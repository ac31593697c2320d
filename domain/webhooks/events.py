"""The kinds of events of webhook endpoints."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.events import EventKind, EventSpec
from domain.node_kinds import NodeKind
from domain.permissions import Permission

EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.WEBHOOK_ENDPOINT_SAVED: EventSpec(
            object=NodeKind.WEBHOOK_ENDPOINT,
            permission=Permission.WEBHOOK_MANAGE,
            description="A webhook endpoint was added or changed.",
        ),
        EventKind.WEBHOOK_ENDPOINT_DELETED: EventSpec(
            object=NodeKind.WEBHOOK_ENDPOINT,
            permission=Permission.WEBHOOK_MANAGE,
            description="A webhook endpoint was deleted.",
        ),
        EventKind.WEBHOOK_ENDPOINT_DISABLED: EventSpec(
            object=NodeKind.WEBHOOK_ENDPOINT,
            permission=Permission.WEBHOOK_MANAGE,
            description="A webhook endpoint was disabled because events could not be delivered to it.",
        ),
    }
)
