"""Why a line earns nothing, as numbers that are stored for good, and as sentences for people who ask later."""

from collections.abc import Collection, Iterator
from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentAt


class EarningObstacle(IntEnum):
    """Why a line earns nothing in a scheme. The numbers are stored; never change them."""

    NOT_REGISTERED = 1
    NOT_VERIFIED = 2
    SUSPENDED = 3
    CLOSED = 4
    ELSEWHERE = 5
    BEFORE_START = 6
    AFTER_END = 7
    NEVER_ENROLLED = 8
    NOT_ENROLLED_YET = 9
    ENROLLMENT_ENDED = 10
    ERASED = 11

    @property
    def sentence(self) -> str:
        """The reason for people who read the ledger, where the ECP and the scheme are known."""
        sentence = self.describe("the ECP", "the scheme")
        return sentence[0].upper() + sentence[1:]

    def describe(self, ecp: str, scheme: str) -> str:
        """The reason for those who report sales, with the names of the ECP and the scheme."""
        return _SENTENCES[self].format(ecp=ecp, scheme=scheme)


_SENTENCES: Final = {
    EarningObstacle.NOT_REGISTERED: "{ecp} was not registered yet at the time of the sale.",
    EarningObstacle.NOT_VERIFIED: "{ecp} was not verified yet at the time of the sale.",
    EarningObstacle.SUSPENDED: "{ecp} was suspended at the time of the sale.",
    EarningObstacle.CLOSED: "{ecp} was closed at the time of the sale.",
    EarningObstacle.ELSEWHERE: "At the time of the sale, {ecp} worked in a place that is not in {scheme}.",
    EarningObstacle.BEFORE_START: "The sale was made before {scheme} started.",
    EarningObstacle.AFTER_END: "The sale was made after {scheme} ended.",
    EarningObstacle.NEVER_ENROLLED: "{ecp} was not enrolled in {scheme} at the time of the sale.",
    EarningObstacle.NOT_ENROLLED_YET: "{ecp} enrolled in {scheme} only after the sale.",
    EarningObstacle.ENROLLMENT_ENDED: "The enrollment of {ecp} in {scheme} had ended before the sale.",
    EarningObstacle.ERASED: "The personal data of {ecp} was erased before the sale was recorded.",
}
_STATUSES: Final = {
    EcpStatus.PENDING: EarningObstacle.NOT_VERIFIED,
    EcpStatus.SUSPENDED: EarningObstacle.SUSPENDED,
    EcpStatus.CLOSED: EarningObstacle.CLOSED,
}


def earner_obstacles(
    status: EcpStatus | None, path: Collection[UUID], enrollment: EnrollmentAt, places: frozenset[UUID], at: datetime
) -> Iterator[EarningObstacle]:
    """Yield why an ECP earns nothing at a moment in a scheme of these places, as `earning_problems` explains it.

    `path` leads from the place of the ECP to the country.
    """
    if status is None:
        yield EarningObstacle.NOT_REGISTERED
    elif status is not EcpStatus.ACTIVE:
        yield _STATUSES[status]
    if places.isdisjoint(path):
        yield EarningObstacle.ELSEWHERE
    if status is not None and not enrollment.is_enrolled(at):
        if enrollment.enrolled_at is not None and enrollment.withdrawn_at is not None:
            yield EarningObstacle.ENROLLMENT_ENDED
        elif enrollment.returned_at is not None:
            yield EarningObstacle.NOT_ENROLLED_YET
        else:
            yield EarningObstacle.NEVER_ENROLLED


def period_obstacles(at: datetime, starts_at: datetime, ends_at: datetime) -> Iterator[EarningObstacle]:
    """Yield why a line at a moment is outside of a scheme; it ends before `ends_at`."""
    if at < starts_at:
        yield EarningObstacle.BEFORE_START
    if at >= ends_at:
        yield EarningObstacle.AFTER_END
