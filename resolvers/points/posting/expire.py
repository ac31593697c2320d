"""The job that lets points expire that were not paid out in time, and announces those that will (R22).

It may be stopped at any moment and run at any time: a piece is posted together with the checkpoint behind it, and what
has expired is not found again.
"""

from typing import Final

from msgspec import Struct

from db.points.expiry_reads import (
    DUE_ECPS,
    EXPIRING_SCHEMES,
    EXPIRY,
    OPEN_SETTLEMENT,
    SHARE_SCHEME,
    ExpiringSchemeRow,
    set_expiry,
)
from db.points.moves import Move
from db.sessions import Fetching, Writing
from domain.calendar import Calendar
from domain.jobs.facts import JobKind
from domain.points.expiry import ExpiryMoments, expiry_moments
from domain.points.ledger import LedgerAccount, PointsEntryKind
from resolvers.context import Operation
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob
from resolvers.points.posting.moves import Moving, lock_moving, move_points
from resolvers.points.posting.notify_expiry import notify_of_expiry

# ECPs whose points expire in one transaction.
PIECE: Final = 500


class Expiry(Struct, frozen=True):
    """Points expire that are due when the job runs."""


class ExpiryPlace(Struct, frozen=True):
    """Where the next attempt continues: behind this ECP of this scheme, in the order of their numbers."""

    scheme: int = 0
    ecp: int = 0


async def expire_due_points(job: RunningJob[Expiry]) -> None:
    """Let the points of every scheme expire that are due today, and announce those that will expire."""
    done = job.progress.done
    place = job.checkpoint or ExpiryPlace()
    while True:
        async with job.operation() as operation, operation.writing() as session:
            found = await expire_piece(operation, session, place)
            if found is None:
                return
            place, looked_at = found
            done += looked_at
            await job.save_checkpoint(session, place, done=done)


async def expire_piece(operation: Operation, session: Writing, place: ExpiryPlace) -> tuple[ExpiryPlace, int] | None:
    """Let points of the next ECPs expire; return the place behind them and how many they were, or None at the end."""
    calendar = await operation.calendar()
    for scheme in await expiring_schemes(operation, session, calendar):
        if scheme.number < place.scheme:
            continue
        after = place.ecp if scheme.number == place.scheme else 0
        moments = _moments(operation, scheme, calendar)
        ecps = await _due_ecps(session, scheme, moments, after=after, limit=PIECE)
        if ecps:
            await _expire(operation, session, scheme, moments, ecps)
            return ExpiryPlace(scheme.number, ecps[-1]), len(ecps)
    return None


async def is_expiry_due(operation: Operation) -> bool:
    """Whether points of any ECP may have to expire, or to be announced, outside of open settlements."""
    calendar = await operation.calendar()
    for scheme in await expiring_schemes(operation, operation, calendar):
        if await operation.fetch(OPEN_SETTLEMENT, scheme_id=scheme.id):
            continue
        if await _due_ecps(operation, scheme, _moments(operation, scheme, calendar), after=0, limit=1):
            return True
    return False


async def expiring_schemes(operation: Operation, fetching: Fetching, calendar: Calendar) -> list[ExpiringSchemeRow]:
    """The schemes whose points expire by the revision that is in force when this day begins."""
    begins_at = calendar.start_of_day(calendar.day_of(operation.now))
    return list(await fetching.fetch(EXPIRING_SCHEMES, at=begins_at))


def _moments(operation: Operation, scheme: ExpiringSchemeRow, calendar: Calendar) -> ExpiryMoments:
    return expiry_moments(calendar.day_of(operation.now), scheme.days, calendar)


async def _due_ecps(
    fetching: Fetching, scheme: ExpiringSchemeRow, moments: ExpiryMoments, *, after: int, limit: int
) -> list[int]:
    given = {"cutoff": moments.cutoff, "warned": moments.warned}
    return list(await fetching.fetch(DUE_ECPS, scheme=scheme.number, after=after, limit=limit, **given))


async def _expire(
    operation: Operation, session: Writing, scheme: ExpiringSchemeRow, moments: ExpiryMoments, ecps: list[int]
) -> None:
    """Post what expires of these ECPs. While a settlement is open, its frozen points stay, and all others with them.

    The ledgers are locked before the scheme, as payouts lock them.
    """
    await lock_moving(session, ecps)
    await session.fetch(SHARE_SCHEME, id=scheme.id)
    if await session.fetch(OPEN_SETTLEMENT, scheme_id=scheme.id):
        return
    rows = await session.fetch(
        EXPIRY,
        scheme=scheme.number,
        ecps=ecps,
        cutoff=moments.cutoff,
        warned=moments.warned,
        announced=moments.announced,
    )
    moving = Moving(
        scheme_id=scheme.id,
        scheme=scheme.number,
        kind=PointsEntryKind.EXPIRY,
        debit=LedgerAccount.AVAILABLE,
        credit=LedgerAccount.EXPIRED,
    )
    await move_points(operation, session, moving, [Move(row.ecp, row.expired) for row in rows if row.expired])
    await set_expiry(session, scheme.number, rows)
    await notify_of_expiry(operation, session, scheme, rows)


JOBS: Final = (JobHandler(kind=JobKind.EXPIRY, parameters=Expiry, checkpoint=ExpiryPlace, run=expire_due_points),)
