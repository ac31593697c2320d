"""Decisions about jobs: retries, actions, and sentences (N9)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.calendar import UTC_CALENDAR
from domain.jobs.facts import JOBS, OPEN, JobFacts, JobKind, JobStatus
from domain.jobs.failures import JobEnded, JobNotFound, JobNotRetryable
from domain.jobs.guards import JOB_GUARDS, JobAction
from domain.jobs.retries import HEARTBEAT_S, LEASE, next_attempt
from domain.jobs.sentences import percent_of, status_label
from domain.permissions import Role
from domain.viewers import Viewer

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
OWNER = UUID(int=7)


def viewer(role: Role, account_id: UUID = OWNER) -> Viewer:
    """A viewer with one role."""
    return Viewer(account_id=account_id, display_name="Asha", email=None, roles=frozenset({role}))


def test_the_pause_grows_until_the_job_has_failed() -> None:
    pauses = [next_attempt(failures, NOW, 0) for failures in range(1, 7)]
    seconds = [None if pause is None else (pause - NOW).total_seconds() for pause in pauses]
    assert seconds == [5, 30, 120, 600, None, None]
    assert next_attempt(4, NOW, 1) == NOW + timedelta(seconds=720)


@pytest.mark.parametrize(("failures", "jitter"), [(0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1)])
def test_a_pause_needs_a_failure_and_a_jitter_in_range(failures: int, jitter: float) -> None:
    with pytest.raises(ValueError, match=f"no attempt follows {failures} failures with jitter {jitter}"):
        next_attempt(failures, NOW, jitter)


def test_several_heartbeats_may_be_missed_before_a_lease_ends() -> None:
    assert LEASE.total_seconds() / HEARTBEAT_S >= 3


@pytest.mark.parametrize("status", JobStatus)
def test_the_status_decides_about_actions(status: JobStatus) -> None:
    expected = (JobAction.CANCEL,) if status in OPEN else ()
    if status in {JobStatus.FAILED, JobStatus.CANCELED}:
        expected = (JobAction.RETRY,)
    facts = JobFacts(status, OWNER)
    assert JOB_GUARDS.allowed(facts, viewer(Role.ECP)) == expected
    assert JOB_GUARDS.allowed(facts, viewer(Role.ADMIN, UUID(int=8))) == expected
    assert JOB_GUARDS.allowed(facts, viewer(Role.PROGRAM_MANAGER, UUID(int=8))) == ()
    assert JOB_GUARDS.allowed(JobFacts(status, None), viewer(Role.PROGRAM_MANAGER)) == ()
    assert JOB_GUARDS.allowed(JobFacts(status, None), viewer(Role.ADMIN)) == expected


def test_failures_carry_the_status() -> None:
    canceled = JobFacts(JobStatus.CANCELED, OWNER)
    failure = JOB_GUARDS.find_failure(JobAction.CANCEL, canceled, viewer(Role.ECP))
    assert isinstance(failure, JobEnded)
    assert failure.status is JobStatus.CANCELED
    running = JobFacts(JobStatus.RUNNING, OWNER)
    failure = JOB_GUARDS.find_failure(JobAction.RETRY, running, viewer(Role.ECP))
    assert isinstance(failure, JobNotRetryable)
    assert str(failure) == "This job is running."
    assert isinstance(JOB_GUARDS.find_failure(JobAction.RETRY, running, viewer(Role.ECP, UUID(int=8))), JobNotFound)


@pytest.mark.parametrize(
    ("status", "done", "total", "percent"),
    [
        (JobStatus.QUEUED, 0, None, None),
        (JobStatus.RUNNING, 5, None, None),
        (JobStatus.RUNNING, 0, 0, 0),
        (JobStatus.RUNNING, 2, 3, 66),
        (JobStatus.RUNNING, 999, 1000, 99),
        (JobStatus.FAILED, 7, 3, 100),
        (JobStatus.SUCCEEDED, 0, None, 100),
    ],
)
def test_percent_is_rounded_down(status: JobStatus, done: int, total: int | None, percent: int | None) -> None:
    assert percent_of(status, done, total) == percent


def test_every_status_and_kind_has_a_label() -> None:
    labels = {status: status_label(status, 0, NOW, UTC_CALENDAR) for status in JobStatus}
    assert labels == {
        JobStatus.QUEUED: "Waiting to start",
        JobStatus.RUNNING: "Running",
        JobStatus.SUCCEEDED: "Finished",
        JobStatus.FAILED: "Failed",
        JobStatus.CANCELED: "Canceled",
    }
    again = status_label(JobStatus.QUEUED, 2, NOW, UTC_CALENDAR)
    assert again == "An attempt failed. The next one starts on 10 March 2026 at 09:00 UTC."
    assert set(JOBS) == set(JobKind)
