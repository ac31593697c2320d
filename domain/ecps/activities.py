"""Reports of ECP activities by connected systems: which entries are valid, and the outcome of each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.checks import text_problems
from domain.codes import ACTIVITY_KIND
from domain.ecps.facts import EcpStatus
from domain.failures import Path, Problem, UserErrorCode
from domain.timestamps import Malformed

ACTIVITIES_LIMIT: Final = 1_000
SOURCE_LENGTH: Final = (1, 60)
EXTERNAL_ID_LENGTH: Final = (1, 120)
EARLIEST_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
# Clocks of other systems are off by seconds, not by hours.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)


class ActivityOutcome(StrEnum):
    """The outcome of one reported activity."""

    RECORDED = "RECORDED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"


class Activity(Struct, frozen=True):
    """Something that an ECP did, as reported; `external_id` is its id in the system that reports it."""

    external_id: str
    ecp_code: str
    kind: str
    occurred_at: datetime | Malformed


def report_problems(source: str, activities: Sequence[Activity]) -> Iterator[Problem]:
    """Problems that reject a report as a whole: its source, and the number of activities."""
    yield from text_problems(source, ("source",), "The source", SOURCE_LENGTH)
    if not activities:
        yield Problem(UserErrorCode.REQUIRED, "Report at least one activity.", ("activities",))
    elif len(activities) > ACTIVITIES_LIMIT:
        message = f"{len(activities):,} activities are too many; report at most {ACTIVITIES_LIMIT:,} at once."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("activities",))


def activity_problems(activity: Activity, now: datetime) -> Iterator[Problem]:
    """Problems of one activity on its own, with paths that start at the activity."""
    yield from text_problems(activity.external_id, ("externalId",), "The external id", EXTERNAL_ID_LENGTH)
    if not ACTIVITY_KIND.fullmatch(activity.kind):
        message = "A kind has 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
        yield Problem(UserErrorCode.INVALID, message, ("kind",))
    if isinstance(activity.occurred_at, Malformed):
        yield Problem(UserErrorCode.INVALID, activity.occurred_at.message, ("occurredAt",))
    elif activity.occurred_at > now + CLOCK_TOLERANCE:
        yield Problem(UserErrorCode.INVALID, "This time is in the future.", ("occurredAt",))
    elif activity.occurred_at < EARLIEST_TIME:
        message = f"This time is before {EARLIEST_TIME.year}: check the date."
        yield Problem(UserErrorCode.INVALID, message, ("occurredAt",))


def ecp_problem(status: EcpStatus | None) -> Problem | None:
    """The problem of an activity's ECP, if any. A `status` of None means that no such ECP exists."""
    path: Path = ("ecpCode",)
    if status is None:
        return Problem(UserErrorCode.NOT_FOUND, "There is no ECP with this code.", path)
    if status is EcpStatus.CLOSED:
        return Problem(
            UserErrorCode.ILLEGAL_STATE, "This ECP is closed, so no more activities are recorded for it.", path
        )
    return None


def mismatch_problem() -> Problem:
    """The problem of an external id that was used for a different activity before."""
    message = "Another activity was already recorded under this external id: give each activity its own."
    return Problem(UserErrorCode.CONFLICT, message, ("externalId",))
