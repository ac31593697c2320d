"""The kinds of events of enrollments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey


def _of_enrollment(description: str) -> EventSpec:
    return EventSpec(
        object=NodeKind.ENROLLMENT,
        # An ECP learns of its own enrollments by notifications.
        permission=Permission.ECP_READ,
        subjects=frozenset({SubjectKind.SCHEME, SubjectKind.ECP}),
        queues=frozenset({WorkQueueKey.ENROLLMENTS_TO_DECIDE}),
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.ENROLLMENT_REQUESTED: _of_enrollment("An ECP asked to enroll in a scheme, or was enrolled."),
        EventKind.ENROLLMENT_DECIDED: _of_enrollment("A manager accepted or rejected an enrollment."),
        EventKind.ENROLLMENT_WITHDRAWN: _of_enrollment("An enrollment was withdrawn."),
    }
)


def about_enrollment(*, scheme_id: UUID, ecp_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of an enrollment."""
    return (Subject(SubjectKind.SCHEME, scheme_id), Subject(SubjectKind.ECP, ecp_id))
