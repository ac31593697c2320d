"""The kinds of events of jobs, which the owner of a job and administrators see."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, EventVisibility, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission


def _of_job(description: str) -> EventSpec:
    return EventSpec(
        object=NodeKind.JOB,
        permission=Permission.JOB_READ,
        visibility=EventVisibility.JOB,
        subjects=frozenset({SubjectKind.JOB}),
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.JOB_PROGRESSED: _of_job("A job was queued, started, or made progress."),
        EventKind.JOB_FINISHED: _of_job("A job finished."),
        EventKind.JOB_FAILED: _of_job("A job failed, and the server will not try again by itself."),
        EventKind.JOB_CANCELED: _of_job("An account canceled a job."),
    }
)
JOB_KINDS: Final = frozenset(EVENTS)


def about_job(job_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of a job."""
    return (Subject(SubjectKind.JOB, job_id),)
