"""The kinds of events of sales. What sales earn is an event of points."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.events import EventKind, EventSpec
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey

_PARKED: Final = frozenset({WorkQueueKey.PARKED_SALES})
EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        # One event for all sales of a transaction, about the system that sent them.
        EventKind.SALES_PARKED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.SALE_REPAIR,
            queues=_PARKED,
            description="Sales that a connected system reported were parked, because they name what does not exist.",
        ),
        EventKind.PARKED_SALES_RECORDED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.SALE_REPAIR,
            queues=_PARKED,
            description="Parked sales of a connected system were recorded or replaced.",
        ),
        EventKind.PARKED_SALES_DISCARDED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.SALE_REPAIR,
            queues=_PARKED,
            description="An account discarded parked sales.",
        ),
        EventKind.ALIAS_ADDED: EventSpec(
            object=NodeKind.ALIAS,
            permission=Permission.SALE_REPAIR,
            description="An alias of an ECP or a variant was added.",
        ),
        EventKind.ALIAS_REMOVED: EventSpec(
            object=NodeKind.ALIAS,
            permission=Permission.SALE_REPAIR,
            description="An alias of an ECP or a variant was removed.",
        ),
        EventKind.SALE_SOURCE_SAVED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.SALE_SOURCE_MANAGE,
            description="An administrator chose the accounts that may report for a source of sales.",
        ),
    }
)
