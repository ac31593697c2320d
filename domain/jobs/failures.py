"""Declared failures of jobs; each carries its data and builds its sentence."""

from typing import Final

from domain.failures import Failure, IllegalState, NotFound, Path, UserErrorCode
from domain.jobs.facts import OPEN_JOBS_LIMIT, JobStatus

JOB_PATH: Final[Path] = ("input", "jobId")


class JobNotFound(NotFound):
    """The job does not exist, or the viewer may not see it."""

    def __init__(self) -> None:
        super().__init__("job", JOB_PATH)


def nothing_to_cancel(noun: str, status: JobStatus) -> str:
    """Say that a job, or what it is about, has ended."""
    ended = {
        JobStatus.SUCCEEDED: "has already finished",
        JobStatus.FAILED: "has already failed",
        JobStatus.CANCELED: "was already canceled",
    }
    return f"This {noun} {ended[status]}. There is nothing to cancel."


class JobEnded(IllegalState):
    """The job has ended, so it cannot be canceled."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(nothing_to_cancel("job", status), JOB_PATH)
        self.status = status


class JobNotRetryable(IllegalState):
    """Only a job that failed or was canceled can be retried."""

    def __init__(self, status: JobStatus) -> None:
        reasons = {
            JobStatus.QUEUED: "This job is already waiting to run.",
            JobStatus.RUNNING: "This job is running.",
            JobStatus.SUCCEEDED: "This job has finished, so there is nothing to retry.",
        }
        super().__init__(reasons[status], JOB_PATH)
        self.status = status


class TooManyJobs(Failure):
    """The account has as many open jobs as it may have."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, path: Path = ("input",)) -> None:
        super().__init__(
            f"This account already has {OPEN_JOBS_LIMIT:,} jobs that wait or run. Wait until some of them have ended, "
            "or cancel some.",
            path,
        )


class OwnerDisabled(Failure):
    """The owner of a job can no longer sign in, so nothing can be done in their name."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("The account that started this job is disabled.")
