"""What connected systems report that ECPs did: what such a report may say, and what became of each entry."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.checks import text_problems
from domain.codes import ACTIVITY_KIND
from domain.ecps.facts import EcpStatus
from domain.failures import Path, Problem, UserErrorCode

ACTIVITIES_LIMIT: Final = 1_000
SOURCE_LENGTH: Final = (1, 60)
EXTERNAL_ID_LENGTH: Final = (1, 120)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
# Clocks of other systems go wrong by seconds, not by hours.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)


class ActivityOutcome(StrEnum):
    """What became of one reported activity."""

    RECORDED = "RECORDED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"


class Activity(Struct, frozen=True):
    """Something that an ECP did; `external_id` is what the system that reports it calls it."""

    external_id: str
    ecp_code: str
    kind: str
    occurred_at: datetime


def report_problems(source: str, activities: Sequence[Activity]) -> Iterator[Problem]:
    """Problems for which a report is refused as a whole: who reports it, and how many there are."""
    yield from text_problems(source, ("source",), "The source", SOURCE_LENGTH)
    if not activities:
        yield Problem(UserErrorCode.REQUIRED, "Report at least one activity.", ("activities",))
    elif len(activities) > ACTIVITIES_LIMIT:
        message = f"{len(activities):,} activities are too many; report at most {ACTIVITIES_LIMIT:,} at once."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("activities",))


def activity_problems(activity: Activity, now: datetime) -> Iterator[Problem]:
    """Problems of one activity by itself, with paths from the activity on."""
    yield from text_problems(activity.external_id, ("externalId",), "The external id", EXTERNAL_ID_LENGTH)
    if not ACTIVITY_KIND.fullmatch(activity.kind):
        message = "A kind takes 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
        yield Problem(UserErrorCode.INVALID, message, ("kind",))
    if activity.occurred_at > now + CLOCK_TOLERANCE:
        yield Problem(UserErrorCode.INVALID, "This lies in the future.", ("occurredAt",))
    elif activity.occurred_at < EARLIEST:
        message = f"This lies before {EARLIEST.year}: check the date."
        yield Problem(UserErrorCode.INVALID, message, ("occurredAt",))


def ecp_problem(status: EcpStatus | None) -> Problem | None:
    """The problem of the ECP that is named: None as a status is no ECP at all."""
    path: Path = ("ecpCode",)
    if status is None:
        return Problem(UserErrorCode.NOT_FOUND, "There is no ECP with this code.", path)
    if status is EcpStatus.CLOSED:
        return Problem(UserErrorCode.ILLEGAL_STATE, "This ECP is closed: nothing is recorded for it any more.", path)
    return None


def mismatch_problem() -> Problem:
    """The problem of an external id that stands for something else already."""
    message = "Another activity was recorded under this external id: the same id with other content."
    return Problem(UserErrorCode.CONFLICT, message, ("externalId",))
