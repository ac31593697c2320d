"""The kinds of events of ECPs.

None names the account of an ECP: after an erasure, nothing may lead from the ECP to an account.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey

_TO_VERIFY: Final = frozenset({WorkQueueKey.ECPS_TO_VERIFY})


def _of_ecp(description: str, queues: frozenset[WorkQueueKey] = frozenset()) -> EventSpec:
    return EventSpec(
        object=NodeKind.ECP,
        permission=Permission.ECP_READ,
        subjects=frozenset({SubjectKind.ECP}),
        queues=queues,
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.ECP_REGISTERED: _of_ecp("An ECP registered.", _TO_VERIFY),
        EventKind.ECP_VERIFIED: _of_ecp("An ECP was verified or moved to another tier.", _TO_VERIFY),
        EventKind.ECP_SUSPENDED: _of_ecp("An ECP was suspended."),
        EventKind.ECP_UPDATED: _of_ecp("The data of an ECP was corrected."),
        EventKind.ECP_ERASED: _of_ecp("The personal data of an ECP was erased.", _TO_VERIFY),
        EventKind.ECP_LOCKED: _of_ecp("An ECP tried so many wrong codes that it may not redeem coupons."),
        EventKind.ECP_UNLOCKED: _of_ecp("A program manager let an ECP redeem coupons again."),
        # One event for all activities of a report, about the system that sent it.
        EventKind.ECP_ACTIVITIES_RECORDED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.ECP_READ,
            description="A connected system reported activities of ECPs.",
        ),
    }
)


def about_ecp(ecp_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of an ECP: never its account, which erasing unlinks."""
    return (Subject(SubjectKind.ECP, ecp_id),)
