"""The job that values the lines of an account again, in pieces, from the first that waits to the last."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.points.posting_reads import (
    ACCOUNTS,
    KNOWN_VALUATIONS,
    STORED_LINES,
    AccountRow,
    KnownValuationRow,
    StoredLineRow,
)
from db.points.posting_state import FOLLOWED
from db.points.revaluation_reads import RETURNED, TIME_OF_LINE
from db.sessions import Writing
from domain.calendar import BEGINNING, FOREVER
from domain.channels import EarningChannel
from domain.jobs.facts import JobKind
from domain.points.failures import BalanceExceeded, LinesWait
from domain.points.fold import FoldLine, fold
from domain.points.lines import COUPON_POSITION, SaleChange, SalePlace, SoldLine
from domain.points.net_lines import net_lines
from domain.points.pools import NO_POOLS
from domain.points.running_state import AccountState, RunningState
from resolvers.context import Operation
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import RunningJob
from resolvers.points.posting.accounts import SchemeOfEcp, TouchedAccount
from resolvers.points.posting.changed_lines import KnownSales, add_changed_lines
from resolvers.points.posting.ledgers import lock_to_post
from resolvers.points.posting.lines import known_line, known_sales, known_value
from resolvers.points.posting.plans import RankHistory, load_plans
from resolvers.points.posting.pool_limits import follow_revisions
from resolvers.points.posting.scene import Scene
from resolvers.points.posting.settle import settle_accounts
from resolvers.points.posting.waiting import Revaluation

# Lines that are valued in one transaction.
PIECE: Final = 1000
_MOMENT: Final = timedelta(microseconds=1)


class _Span(Struct, frozen=True):
    """Lines of an account from a moment to another, before which it ends."""

    since: datetime
    until: datetime


async def revalue(job: RunningJob[Revaluation]) -> None:
    """Value the lines of an account again until none waits."""
    done = job.progress.done
    while True:
        async with job.long_operation() as operation, operation.writing() as session:
            lines = await revalue_piece(operation, session, job.parameters)
            if lines is None:
                return
            done += lines
            await job.save_checkpoint(session, done, done=done)


async def revalue_piece(operation: Operation, session: Writing, command: Revaluation) -> int | None:
    """Value the next lines that wait; return how many, or None if no line waits. Raises LinesWait."""
    ledgers = await lock_to_post(operation, session, [command.ecp_id])
    ecp = ledgers.ecps[command.ecp_id]
    scheme = ecp.scheme_numbers[ecp.scheme_ids.index(command.scheme_id)]
    rows = {row.scheme: row for row in await session.fetch(ACCOUNTS, ecps=[ecp.number])}
    row = rows.get(scheme)
    if row is None or row.revalue_from is None:
        return None
    program = await operation.program()
    plans = await load_plans(session, ecp.scheme_ids, program.calendar)
    followed = await session.fetch(FOLLOWED, schemes=ecp.scheme_ids)
    limiting = await follow_revisions(session, ledgers, plans, followed)
    plan = plans[command.scheme_id]
    scene = Scene(program.calendar, program.currency, await RankHistory.load(session))
    of = SchemeOfEcp(ecp=ecp, scheme_id=command.scheme_id, scheme=scheme, plan=plan)
    account = TouchedAccount(of=of, row=row, changes=[], currency=program.currency, cause=command.cause, is_job=True)
    account.stored = await _state_before(session, scene, account, row)
    span = await _next_span(session, ecp.number, row.revalue_from, PIECE)
    known, account.changes = await _read_span(session, account, span)
    await add_changed_lines(session, scene, [account], {of.key: known})
    account.waits_from = None if span.until == FOREVER else span.until
    try:
        await settle_accounts(session, ledgers, [account], limiting)
    except BalanceExceeded as exceeded:
        raise LinesWait(ecp.code, exceeded) from exceeded
    return len(account.lines)


async def _state_before(session: Writing, scene: Scene, account: TouchedAccount, row: AccountRow) -> AccountState:
    """The state before the first line that waits: as the last piece left it, or from all earlier lines."""
    plan = account.of.plan
    if row.state is not None:
        state = AccountState.decode(row.state)
        if plan.fits(state, account.currency):
            return state
    running = RunningState(plan, account.currency)
    since, end = BEGINNING, row.revalue_from or FOREVER
    while since < end:
        span = await _next_span(session, row.ecp, since, 5 * PIECE)
        span = _Span(since, min(span.until, end))
        fold(await _counted_lines(session, scene, account, span), running, NO_POOLS)
        since = span.until
    return running.freeze()


async def _counted_lines(session: Writing, scene: Scene, account: TouchedAccount, span: _Span) -> list[FoldLine]:
    """The lines of a span as they were valued."""
    rows, stored = await _fetch(session, account, span)
    lines = {(one.sale, one.sold_at, one.position): one for one in stored}
    first = SalePlace(FOREVER, "", "")
    counted: list[FoldLine] = []
    for row in rows:
        line = lines.get((row.sale, row.sold_at, row.position)) or lines.get((row.sale, row.sold_at, None))
        if line is not None:
            counted.append(known_line(row, known_value(row), line, account.of.plan, scene, first=first))
    counted.sort(key=lambda one: (one.place, one.position))
    return counted


async def _next_span(session: Writing, ecp: int, since: datetime, size: int) -> _Span:
    """The next lines, about so many: all lines of a moment belong together."""
    found = await session.fetch(TIME_OF_LINE, ecp=ecp, since=since, skipped=size)
    if not found:
        return _Span(since, FOREVER)
    return _Span(since, max(found[0], since + _MOMENT))


async def _read_span(session: Writing, account: TouchedAccount, span: _Span) -> tuple[KnownSales, list[SaleChange]]:
    """What was known of the lines of a span, and their sales as they count now."""
    rows, stored = await _fetch(session, account, span)
    returned: dict[int, dict[UUID, int]] = defaultdict(dict)
    ecp = account.of.ecp.number
    for back in await session.fetch(RETURNED, ecps=[ecp], moments=[span.since], ends=[span.until]):
        returned[back.sale][back.variant_id] = back.quantity
    known = known_sales([(row, known_value(row)) for row in rows])
    positions = {(row.sale, row.sold_at): row.position for row in rows}
    sales: dict[tuple[int, SalePlace], list[StoredLineRow]] = defaultdict(list)
    for line in stored:
        sales[line.sale, SalePlace(line.sold_at, line.source, line.external_id)].append(line)
    changes = [
        SaleChange(
            number=number,
            ecp_id=account.of.ecp.id,
            place=place,
            channel=EarningChannel.COUPON if lines[0].unit_price is None else EarningChannel.SALE,
            lines=net_lines([_sold_line(one, positions) for one in lines], returned[number]),
        )
        for (number, place), lines in sales.items()
    ]
    there = {(number, place.sold_at) for number, place in sales}
    for number, at in positions.keys() - there:
        place = SalePlace(at, "", "")
        changes.append(
            SaleChange(number=number, ecp_id=account.of.ecp.id, place=place, channel=EarningChannel.SALE, lines=())
        )
    return known, sorted(changes, key=lambda one: one.place)


async def _fetch(
    session: Writing, account: TouchedAccount, span: _Span
) -> tuple[Sequence[KnownValuationRow], Sequence[StoredLineRow]]:
    ecp, scheme = account.of.key
    rows = await session.fetch(KNOWN_VALUATIONS, ecps=[ecp], schemes=[scheme], moments=[span.since], ends=[span.until])
    stored = await session.fetch(STORED_LINES, ecps=[ecp], moments=[span.since], ends=[span.until])
    return rows, sorted((line for line in stored if line.scheme in {None, scheme}), key=lambda line: line.position or 0)


def _sold_line(row: StoredLineRow, positions: Mapping[tuple[int, datetime], int]) -> SoldLine:
    """A stored line; a coupon has the position that it was valued with."""
    position = row.position if row.position is not None else positions.get((row.sale, row.sold_at), COUPON_POSITION)
    return SoldLine(
        position=position,
        variant_id=row.variant_id,
        quantity=row.quantity,
        unit_price=Decimal(0) if row.unit_price is None else row.unit_price,
        currency=row.currency or "",
    )


JOBS: Final = (JobHandler(kind=JobKind.REVALUATION, parameters=Revaluation, checkpoint=int, run=revalue),)
