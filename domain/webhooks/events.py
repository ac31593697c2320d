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
        EventKind.WEBHOOK_DELIVERY_RETRIED: EventSpec(
            object=NodeKind.WEBHOOK_DELIVERY,
            permission=Permission.WEBHOOK_MANAGE,
            description="An account had an event sent again at once that a webhook endpoint had not accepted.",
        ),
        EventKind.WEBHOOK_DELIVERY_SKIPPED: EventSpec(
            object=NodeKind.WEBHOOK_DELIVERY,
            permission=Permission.WEBHOOK_MANAGE,
            description="An account skipped an event that a webhook endpoint had not accepted.",
        ),
    }
)
