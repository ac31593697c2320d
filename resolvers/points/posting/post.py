"""Posts sales and redemptions: values their lines, and writes the differences to the ledgers of ECPs (R21, R22)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from db.points.posting_state import POSTING_STATE, PostingState
from db.sessions import Writing
from domain.points.fold import FoldLine, LineValue
from domain.points.lines import SaleChange
from domain.points.obstacles import EarningObstacle
from resolvers.context import Operation
from resolvers.points.earners import EarnerMoment, build_earner
from resolvers.points.posting.accounts import TouchedAccount, find_accounts
from resolvers.points.posting.ledgers import Ledgers, lock_to_post
from resolvers.points.posting.lines import add_lines
from resolvers.points.posting.plans import RankHistory, plans_of
from resolvers.points.posting.pool_limits import follow_revisions
from resolvers.points.posting.posted import PostedLine, PostedSale, Posting
from resolvers.points.posting.scene import Scene
from resolvers.points.posting.settle import settle_accounts
from resolvers.points.posting.waiting import split_waiting
from resolvers.points.posting.writing import Valued


async def post_points(operation: Operation, session: Writing, changes: Sequence[SaleChange]) -> Posting:
    """Value new and changed sales and redemptions, and post the differences.

    Call it behind the locks of sale keys or of the coupon, once in a transaction. It locks the ledgers of the ECPs, and
    pools after them, and appends one event.
    """
    ledgers = await lock_to_post(operation, session, list({one.ecp_id for one in changes}))
    # What belongs to one scheme needs the earner in that only, so it is read with the rest.
    asked = [EarnerMoment(one.ecp_id, one.scheme_id, one.place.sold_at) for one in changes if one.scheme_id is not None]
    state = await _read_state(session, ledgers, asked)
    program = await operation.program()
    plans = await plans_of(session, _scheme_ids(ledgers), state.heads, program.calendar)
    limiting = await follow_revisions(session, ledgers, plans, state.followed)
    touched = find_accounts(changes, ledgers.ecps, {(row.ecp, row.scheme): row for row in state.accounts}, plans)
    accounts = await split_waiting(operation, session, touched)
    if accounts:
        scene = Scene(
            calendar=program.calendar,
            currency=program.currency,
            ranks=RankHistory.of(state.ranks),
            earners=dict(zip(asked, map(build_earner, state.earners), strict=True)),
        )
        await add_lines(session, scene, accounts)
    valued, points = await settle_accounts(session, ledgers, accounts, limiting)
    kept = {one.of.key for one in accounts}
    waiting = {change.number for one in touched if one.of.key not in kept for change in one.changes}
    return Posting(ledgers.times, _posted_sales(changes, valued, points, waiting))


async def _read_state(session: Writing, ledgers: Ledgers, asked: Sequence[EarnerMoment]) -> PostingState:
    """Read what a posting begins with, behind the locks of the ledgers."""
    (row,) = await session.fetch(
        POSTING_STATE,
        ecps=list(ledgers.seqs),
        schemes=_scheme_ids(ledgers),
        ecp_ids=[one.ecp_id for one in asked],
        scheme_ids=[one.scheme_id for one in asked],
        moments=[one.at for one in asked],
    )
    return PostingState.of(row)


def _scheme_ids(ledgers: Ledgers) -> list[UUID]:
    return sorted({key for row in ledgers.ecps.values() for key in row.scheme_ids})


def _posted_sales(
    changes: Sequence[SaleChange], valued: Sequence[Valued], points: Mapping[int, int], waiting: set[int]
) -> dict[int, PostedSale]:
    lines: dict[int, list[PostedLine]] = defaultdict(list)
    for account, values, _ in valued:
        # A sale that moves to another time of the same ECP changes at both.
        changed: dict[int, list[SaleChange]] = defaultdict(list)
        for change in account.changes:
            changed[change.number].append(change)
        for value in values:
            line = value.line
            if any(_has_line(change, line) for change in changed.get(line.number, ())):
                lines[line.number].append(_posted_line(account, value))
    return {
        change.number: PostedSale(
            points=points.get(change.number, 0),
            lines=tuple(lines[change.number]),
            waits=change.number in waiting,
        )
        for change in changes
    }


def _has_line(change: SaleChange, line: FoldLine) -> bool:
    return change.place == line.place and line.position in [one.position for one in change.lines]


def _posted_line(account: TouchedAccount, value: LineValue) -> PostedLine:
    return PostedLine(
        position=value.line.position,
        scheme_id=account.of.scheme_id,
        base=value.base,
        bonus=value.bonus,
        obstacles=tuple(map(EarningObstacle, value.facts.obstacles)) if value.facts.obstacles else (),
    )
