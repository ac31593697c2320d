"""The kinds of events of settlements."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey

_SETTLING: Final = frozenset({WorkQueueKey.SETTLEMENT_PENDING})
_DECIDING: Final = frozenset({WorkQueueKey.SETTLEMENT_PENDING, WorkQueueKey.SETTLEMENTS_TO_APPROVE})


def _of_settlement(description: str, queues: frozenset[WorkQueueKey] = frozenset()) -> EventSpec:
    return EventSpec(
        object=NodeKind.SETTLEMENT,
        permission=Permission.SETTLEMENT_READ,
        subjects=frozenset({SubjectKind.SCHEME}),
        queues=queues,
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.SETTLEMENT_STARTED: _of_settlement(
            "A program manager began to settle a scheme. The lines of the settlement are being prepared.", _SETTLING
        ),
        EventKind.SETTLEMENT_PROPOSED: _of_settlement(
            "The lines of a settlement are complete, and a second person must approve it.", _DECIDING
        ),
        EventKind.SETTLEMENT_APPROVED: _of_settlement(
            "A second person approved a settlement. Its points are being posted.", _DECIDING
        ),
        EventKind.SETTLEMENT_REJECTED: _of_settlement(
            "A second person rejected a settlement. Nothing was posted.", _DECIDING
        ),
        EventKind.SETTLEMENT_WITHDRAWN: _of_settlement(
            "The maker of a settlement withdrew it. Nothing was posted.", _DECIDING
        ),
        EventKind.SETTLEMENT_POSTED: _of_settlement(
            "All points of a settlement are posted. Its payable lines can be paid, and payouts can be reported."
        ),
        EventKind.PAYOUTS_RECORDED: _of_settlement("Payouts of a settlement were reported: paid, failed, or returned."),
        EventKind.SETTLEMENT_SETTLED: _of_settlement(
            "Every payable line of a settlement is reported, or it had none.", _SETTLING
        ),
    }
)


def about_settlement(scheme_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of a settlement: its scheme."""
    return (Subject(SubjectKind.SCHEME, scheme_id),)
