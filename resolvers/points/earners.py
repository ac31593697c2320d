"""The facts of ECPs at the time of a sale, as previews and postings use them: status, tier, place, and enrollment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.reads import EARNERS_AT, EarnerAtRow
from db.sessions import Fetching
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentAt, EnrollmentStatus

# After everything that is stored: clocks of several servers differ, so the present may lie a little ahead.
_PRESENT: Final = datetime(9999, 12, 31, tzinfo=UTC)


class EarnerMoment(Struct, frozen=True, gc=False):
    """An ECP that sold something in a scheme at a moment; None is the present."""

    ecp_id: UUID
    scheme_id: UUID
    at: datetime | None


class EarnerAt(Struct, frozen=True):
    """What was true of an ECP at a moment. `status` is None before its registration, without a tier.

    The path leads from the geography in which it worked up to the country. `erased` says whether the personal data of
    the ECP is erased now.
    """

    status: EcpStatus | None
    tier_id: UUID | None
    geography_path: tuple[UUID, ...]
    enrollment: EnrollmentAt
    erased: bool


async def earners_at(fetching: Fetching, asked: Sequence[EarnerMoment]) -> list[EarnerAt]:
    """Load what was true of ECPs that exist, each at its moment; in the order of `asked`.

    Little changes between the sales of an ECP, so one statement reads what was true at the latest of its moments, and
    another one is needed only for moments before the last change.
    """
    latest: dict[tuple[UUID, UUID], EarnerMoment] = {}
    for one in asked:
        known = latest.get((one.ecp_id, one.scheme_id))
        if known is None or (known.at or _PRESENT) < (one.at or _PRESENT):
            latest[one.ecp_id, one.scheme_id] = one
    rows = await _fetch(fetching, list(latest.values()))
    last = {key: (row.since, build_earner(row)) for key, row in zip(latest, rows, strict=True)}
    pairs = [(one.at or _PRESENT, last[one.ecp_id, one.scheme_id]) for one in asked]
    earlier = [one for one, (at, (since, _)) in zip(asked, pairs, strict=True) if at < since]
    others = iter(await _fetch(fetching, earlier) if earlier else ())
    return [earner if at >= since else build_earner(next(others)) for at, (since, earner) in pairs]


async def _fetch(fetching: Fetching, asked: Sequence[EarnerMoment]) -> list[EarnerAtRow]:
    return await fetching.fetch(
        EARNERS_AT,
        ecp_ids=[one.ecp_id for one in asked],
        scheme_ids=[one.scheme_id for one in asked],
        moments=[one.at or _PRESENT for one in asked],
    )


def build_earner(row: EarnerAtRow) -> EarnerAt:
    """What was true of an ECP, from the columns."""
    path = dict.fromkeys(key for key in (row.geography_id, row.region_id, row.country_id) if key is not None)
    return EarnerAt(
        status=None if row.status is None else EcpStatus(row.status),
        tier_id=row.tier_id,
        geography_path=tuple(path),
        enrollment=EnrollmentAt(
            status=None if row.enrollment_status is None else EnrollmentStatus(row.enrollment_status),
            terms_version=row.terms_version,
            enrolled_at=row.enrolled_at,
            withdrawn_at=row.withdrawn_at,
            returned_at=row.returned_at,
            first_enrolled_at=row.first_enrolled_at,
        ),
        erased=row.erased,
    )
