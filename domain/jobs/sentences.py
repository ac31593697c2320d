"""Sentences about jobs: their status, and what their owners are notified of."""

from datetime import datetime
from typing import assert_never

from domain.calendar import Calendar
from domain.jobs.facts import JOBS, JobStatus
from domain.jobs.stored_facts import JobCanceled, JobFailed, JobFinished, StoredJobFact
from domain.text import format_number


def job_sentence(fact: StoredJobFact) -> str:
    """Write how a job ended, to its owner."""
    match fact:
        case JobFinished(job_kind=kind):
            return f"{JOBS[kind].label}: finished."
        case JobFailed(job_kind=kind, error=error):
            return f"{JOBS[kind].label}: failed. {error}"
        case JobCanceled(job_kind=kind):
            return f"{JOBS[kind].label}: canceled. What it has done stays, and a retry continues it."
        case _:
            assert_never(fact)


def status_label(status: JobStatus, failures: int, due_at: datetime | None, calendar: Calendar) -> str:
    """Describe the status of a job; `due_at` is when a queued one may start."""
    match status:
        case JobStatus.QUEUED if failures and due_at is not None:
            return f"An attempt failed. The next one starts on {calendar.format_moment(due_at)}."
        case JobStatus.QUEUED:
            return "Waiting to start"
        case JobStatus.RUNNING:
            return "Running"
        case JobStatus.SUCCEEDED:
            return "Finished"
        case JobStatus.FAILED:
            return "Failed"
        case JobStatus.CANCELED:
            return "Canceled"
        case _:
            assert_never(status)


def lost_sentence(attempts: int) -> str:
    """Write why a job failed whose workers always ended before it did."""
    return f"The server stopped working on this job {format_number(attempts)} times in a row without any progress."


def percent_of(status: JobStatus, done: int, total: int | None) -> int | None:
    """The progress of a job from 0 to 100, rounded down; None while the total is unknown."""
    if status is JobStatus.SUCCEEDED:
        return 100
    if total is None:
        return None
    return 0 if total == 0 else min(100, done * 100 // total)
