"""Posts sales and redemptions: values their lines, and writes the differences to the ledgers of ECPs (R21, R22)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from db.points.posting_reads import ACCOUNTS, EARNING_ECPS, EarningEcpRow
from db.sessions import Writing
from domain.failures import Problem, UserErrorCode
from domain.points.fold import LineValue
from domain.points.lines import SaleChange
from domain.points.obstacles import EarningObstacle
from resolvers.context import Operation
from resolvers.points.posting.accounts import TouchedAccount, find_accounts
from resolvers.points.posting.ledgers import lock_ledgers
from resolvers.points.posting.lines import Scene, add_lines
from resolvers.points.posting.plans import RankHistory, load_plans
from resolvers.points.posting.posted import PostedLine, PostedSale, Posting
from resolvers.points.posting.settle import settle_accounts
from resolvers.points.posting.waiting import split_waiting
from resolvers.points.posting.writing import Valued


async def post_points(operation: Operation, session: Writing, changes: Sequence[SaleChange]) -> Posting:
    """Value new and changed sales and redemptions, and post the differences.

    Call it behind the locks of sale keys or of the coupon, once in a transaction. It locks the ledgers of the ECPs, and
    pools after them, and appends one event.
    """
    ecps = {row.id: row for row in await session.fetch(EARNING_ECPS, ids=list({one.ecp_id for one in changes}))}
    ledgers = await lock_ledgers(operation, session, ecps.values())
    touched = await _find_touched(operation, session, changes, ecps)
    accounts = await split_waiting(operation, session, touched)
    if accounts:
        program = await operation.program()
        scene = Scene(program.calendar, program.currency, await RankHistory.load(session))
        await add_lines(session, scene, accounts)
    valued, points = await settle_accounts(session, ledgers, accounts)
    kept = {one.of.key for one in accounts}
    waiting = {change.number for one in touched if one.of.key not in kept for change in one.changes}
    return Posting(ledgers.times, _posted_sales(changes, valued, points, waiting))


async def _find_touched(
    operation: Operation, session: Writing, changes: Sequence[SaleChange], ecps: Mapping[UUID, EarningEcpRow]
) -> list[TouchedAccount]:
    """The accounts that the changes touch, without their lines."""
    rows = await session.fetch(ACCOUNTS, ecps=[row.number for row in ecps.values()])
    scheme_ids = list({key for row in ecps.values() for key in row.scheme_ids})
    plans = await load_plans(session, scheme_ids, await operation.calendar())
    return find_accounts(changes, ecps, {(row.ecp, row.scheme): row for row in rows}, plans)


def _posted_sales(
    changes: Sequence[SaleChange], valued: Sequence[Valued], points: Mapping[int, int], waiting: set[int]
) -> dict[int, PostedSale]:
    lines: dict[int, list[PostedLine]] = defaultdict(list)
    changed = {(change.number, change.place): {line.position for line in change.lines} for change in changes}
    for account, values, _ in valued:
        for value in values:
            if value.line.position in changed.get((value.line.number, value.line.place), ()):
                lines[value.line.number].append(_posted_line(account, value))
    return {
        change.number: PostedSale(
            points=points.get(change.number, 0),
            lines=tuple(lines[change.number]),
            waits=change.number in waiting,
        )
        for change in changes
    }


def _posted_line(account: TouchedAccount, value: LineValue) -> PostedLine:
    return PostedLine(
        position=value.line.position,
        scheme_id=account.of.scheme_id,
        base=value.base,
        bonus=value.bonus,
        problems=tuple([_problem(number) for number in value.facts.obstacles]),
    )


def _problem(number: int) -> Problem:
    return Problem(UserErrorCode.OUT_OF_SCOPE, EarningObstacle(number).sentence, ())
