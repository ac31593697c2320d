"""The kinds of events of the program."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.events import EventKind, EventSpec
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey

EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.PROGRAM_UPDATED: EventSpec(
            object=NodeKind.PROGRAM,
            permission=Permission.VIEWER_READ,
            # A new time zone moves the beginnings of stages, and with them the content of every queue.
            queues=frozenset(WorkQueueKey),
            description="A setting of the program was changed, such as its time zone.",
        )
    }
)
