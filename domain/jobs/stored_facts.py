"""Stored facts about jobs: how a job of one's own ended."""

from domain.jobs.facts import JobKind
from domain.stored_facts import StoredFact


class JobFinished(StoredFact, frozen=True, tag="jobFinished"):
    """A job has finished."""

    job_kind: JobKind


class JobFailed(StoredFact, frozen=True, tag="jobFailed"):
    """A job has failed; `error` says why, as a sentence."""

    job_kind: JobKind
    error: str


class JobCanceled(StoredFact, frozen=True, tag="jobCanceled"):
    """Another account canceled a job."""

    job_kind: JobKind


StoredJobFact = JobFinished | JobFailed | JobCanceled
