"""The kinds of events of the ledger."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, EventVisibility, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission

EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        # One event for all ECPs of a posting; its object says nothing about any of them.
        EventKind.POINTS_POSTED: EventSpec(
            object=NodeKind.PROGRAM,
            permission=Permission.LEDGER_READ,
            visibility=EventVisibility.ECP,
            subjects=frozenset({SubjectKind.ECP, SubjectKind.SCHEME}),
            description="Points were posted to ledgers of ECPs.",
        ),
        EventKind.POINTS_EXPIRING: EventSpec(
            object=NodeKind.PROGRAM,
            permission=Permission.LEDGER_READ,
            visibility=EventVisibility.ECP,
            subjects=frozenset({SubjectKind.ECP, SubjectKind.SCHEME}),
            description="Points of ECPs will expire, which were notified of it.",
        ),
    }
)


def about_posting(ecp_ids: Sequence[UUID], scheme_ids: Sequence[UUID]) -> tuple[Subject, ...]:
    """The subjects of a posting: its ECPs and its schemes."""
    ecps = tuple(Subject(SubjectKind.ECP, key) for key in ecp_ids)
    return ecps + tuple(Subject(SubjectKind.SCHEME, key) for key in scheme_ids)
