"""The actions that the status of a job allows."""

from enum import StrEnum
from typing import Final

from domain.failures import Failure
from domain.guards import Guards, first_failure
from domain.jobs.facts import OPEN, JobFacts, JobStatus
from domain.jobs.failures import JobEnded, JobNotFound, JobNotRetryable
from domain.permissions import Permission
from domain.viewers import Viewer


class JobAction(StrEnum):
    """What a viewer can do to a job."""

    CANCEL = "CANCEL"
    RETRY = "RETRY"


def is_visible(owner_id: object, viewer: Viewer) -> bool:
    """Whether the viewer sees the jobs of an owner: their own, or all with `job:manage`."""
    return owner_id == viewer.account_id or viewer.may(Permission.JOB_MANAGE)


def _own_or_managed(facts: JobFacts, viewer: Viewer) -> Failure | None:
    return None if is_visible(facts.owner_id, viewer) else JobNotFound()


def _cancel(facts: JobFacts, _viewer: Viewer) -> Failure | None:
    return None if facts.status in OPEN else JobEnded(facts.status)


def _retry(facts: JobFacts, _viewer: Viewer) -> Failure | None:
    return None if facts.status in {JobStatus.FAILED, JobStatus.CANCELED} else JobNotRetryable(facts.status)


JOB_GUARDS: Final = Guards(
    JobAction,
    {
        JobAction.CANCEL: (Permission.JOB_READ, first_failure(_own_or_managed, _cancel)),
        JobAction.RETRY: (Permission.JOB_READ, first_failure(_own_or_managed, _retry)),
    },
)
