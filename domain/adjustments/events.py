"""The kinds of events of adjustments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey


def _of_adjustment(description: str) -> EventSpec:
    return EventSpec(
        object=NodeKind.ADJUSTMENT,
        permission=Permission.ECP_READ,
        subjects=frozenset({SubjectKind.SCHEME, SubjectKind.ECP}),
        queues=frozenset({WorkQueueKey.ADJUSTMENTS_TO_DECIDE}),
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.ADJUSTMENT_MADE: _of_adjustment(
            "Points of an ECP were adjusted, or an adjustment waits for the decision of a second person."
        ),
        EventKind.ADJUSTMENT_DECIDED: _of_adjustment("A second person approved or rejected an adjustment of points."),
        EventKind.ADJUSTMENT_WITHDRAWN: _of_adjustment("The maker of a pending adjustment of points withdrew it."),
    }
)


def about_adjustment(*, scheme_id: UUID, ecp_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of an adjustment."""
    return (Subject(SubjectKind.SCHEME, scheme_id), Subject(SubjectKind.ECP, ecp_id))
