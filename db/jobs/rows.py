"""Rows of jobs."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.jobs.facts import JobFacts, JobKind, JobStatus


class JobRow(Struct, frozen=True):
    """A job as its owner sees it."""

    id: UUID
    kind: str
    owner_id: UUID | None
    status: str
    done: int
    total: int | None
    attempts: int
    failures: int
    due_at: datetime | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def labeled(self) -> "JobRow":
        """The job itself, for the loader of its label."""
        return self

    @property
    def facts(self) -> JobFacts:
        """What decides about actions on the job."""
        return JobFacts(JobStatus(self.status), self.owner_id)


class DueJobRow(Struct, frozen=True):
    """A job to start or to take over, with what its handler needs."""

    id: UUID
    kind: str
    owner_id: UUID | None
    status: str
    parameters_json: str
    checkpoint_json: str | None
    done: int
    total: int | None
    attempts: int
    failures: int


class NewJob(Struct, frozen=True):
    """A job to queue; the parameters are builtin values for JSON."""

    id: UUID
    kind: JobKind
    owner_id: UUID | None
    parameters: object
    total: int | None
    created_at: datetime


class Progress(Struct, frozen=True):
    """How much of a job is done, of how much in total if that is known."""

    done: int
    total: int | None


class JobCount(NamedTuple):
    """How many jobs of a kind have a status; `oldest_due_at` is None for jobs that have ended."""

    kind: str
    status: str
    total: int
    oldest_due_at: datetime | None
