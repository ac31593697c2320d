"""The job that loads the history: every sale and redemption through the mutations that clients call.

A piece and the checkpoint behind it are stored in one transaction. So the job survives a restart, continues where it
was, and stores nothing twice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Final

import structlog
from msgspec import Struct

from db.demo.reads import KNOWN_ACCOUNTS
from db.sessions import Fetching, Writing
from domain.jobs.facts import JobKind
from domain.time_zones import find_calendar
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.demo.accounts.people import ACCOUNTS, FIRST_ADMIN, Person
from graphql_api.demo.clock import TIME_ZONE, DemoClock
from graphql_api.demo.history.coupons import CommissionedCoupons, read_coupons
from graphql_api.demo.history.desk import Desk
from graphql_api.demo.history.office import DESK_WORK
from graphql_api.demo.history.recording import Actors, record_piece
from graphql_api.demo.history.size import HistoryParameters, HistoryPlace
from graphql_api.demo.history.timeline import Piece, plan_history
from graphql_api.demo.schemes.all_schemes import SCHEMES
from graphql_api.transaction import TransactionDatabase
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob

# Seconds between two lines of the log.
_LOG_INTERVAL_S: Final = 5.0

# The account of the system that reports sales.
CONNECTOR: Final = next(plan for plan in ACCOUNTS if plan.person is Person.CONNECTOR)

_log = structlog.get_logger("tessera.demo")


class _History(Struct, frozen=True):
    """Everything that is loaded, and the people who act in it."""

    pieces: Sequence[Piece]
    coupons: CommissionedCoupons
    codes: Mapping[str, str]
    viewers: Mapping[str, Viewer]


async def run_history(job: RunningJob[HistoryParameters]) -> None:
    """Store the pieces that are not stored yet, in order of time."""
    history = await _plan(job)
    total = sum(piece.count for piece in history.pieces)
    done, stored, logged_at = 0, 0 if job.checkpoint is None else job.checkpoint.done, monotonic()
    _log.info("loading sales and redemptions of the demo data", done=stored, total=total)
    for piece in history.pieces:
        done += piece.count
        if done <= stored:
            continue
        async with job.operation() as operation, operation.writing() as session:
            await _store(piece, history, job.parameters, operation=operation, session=session)
            await job.save_checkpoint(session, HistoryPlace(done), done=done, total=total)
        if monotonic() - logged_at > _LOG_INTERVAL_S:
            logged_at = monotonic()
            _log.info("loading sales and redemptions of the demo data", done=done, total=total)
    _log.info("loaded the sales and redemptions of the demo data", total=total)


HISTORY: Final = JobHandler(
    kind=JobKind.DEMO_HISTORY, parameters=HistoryParameters, checkpoint=HistoryPlace, run=run_history, time_limit=7200.0
)
DEMO_HANDLERS: Final = {HISTORY.kind: HISTORY}


async def _plan(job: RunningJob[HistoryParameters]) -> _History:
    loaded_at, size = job.parameters.loaded_at, job.parameters.size
    async with job.operation() as operation:
        coupons = await read_coupons(operation, loaded_at)
        codes, viewers = await _people(operation)
    # The server answers meanwhile.
    clock = DemoClock(loaded_at, find_calendar(TIME_ZONE))
    pieces = await asyncio.to_thread(plan_history, SCHEMES, coupons, size, clock)
    return _History(pieces, coupons, codes=codes, viewers=viewers)


async def _people(fetching: Fetching) -> tuple[dict[str, str], dict[str, Viewer]]:
    """Read the codes of ECPs, and the viewers of all accounts, by e-mail address."""
    rows = await fetching.fetch(KNOWN_ACCOUNTS)
    found = await load_viewers(fetching, [row.id for row in rows])
    codes = {row.email: row.code for row in rows if row.code is not None}
    return codes, {row.email: found[row.id] for row in rows if row.id in found}


async def _store(
    piece: Piece, history: _History, parameters: HistoryParameters, *, operation: Operation, session: Writing
) -> None:
    """Store a piece at its moment, in the transaction of the job."""
    clock = DemoClock(parameters.loaded_at, find_calendar(TIME_ZONE))
    # Ids of different pieces must differ, also after a restart.
    clock.random.seed(f"{parameters.loaded_at.isoformat()} {piece.at.isoformat()} {len(piece.sales)}")
    environment = Environment(
        database=TransactionDatabase(session),
        clock=clock,
        new_id=clock.new_id,
        coupon_keys=operation.coupon_keys,
        links=operation.links,
        files=operation.files,
    )
    if piece.work is not None:
        people = {plan.person: history.viewers[plan.email] for plan in (FIRST_ADMIN, *ACCOUNTS) if plan.person}
        desk = Desk(environment=environment, clock=clock, at=piece.at, viewers=people, codes=history.codes)
        await DESK_WORK[piece.work](desk)
        return
    connector = history.viewers[CONNECTOR.email or ""]
    actors = Actors(
        environment=environment, clock=clock, connector=connector, viewers=history.viewers, codes=history.codes
    )
    await record_piece(piece, history.coupons, actors)
