"""Value every line again from its stored facts and the lines before it, and compare points and outcomes of clauses.

What decided about a line is stored with its valuation, so no history is needed: the clauses are decided again from the
facts, the volumes and limits of the ECP from the earlier lines, and what pools granted is taken as it is.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from db.ledger.verify_fold import ACCOUNTS_TO_FOLD, POSTED_COMPONENTS, RETURNED_UNITS
from db.ledger.verify_rows import AccountToFoldRow
from db.points.posting_reads import EARNING_ECPS, PRODUCTS_OF_VARIANTS, STORED_LINES, AccountRow
from db.program.rows import ProgramRow
from db.sessions import Snapshot
from domain.calendar import BEGINNING, FOREVER
from domain.channels import EarningChannel
from domain.points.fold import FoldLine, FreshFacts, LineValue, fold
from domain.points.lines import SaleChange, SalePlace, SoldLine
from domain.points.net_lines import net_lines
from domain.points.pools import Pool, SchemePools
from domain.points.revision_plan import SchemePlan
from domain.points.running_state import AccountState, RunningState, month_and_week
from domain.points.valuation_facts import EarnerContext, ValuationFacts, earner_facts
from domain.text import format_count
from resolvers.points.posting.accounts import SchemeOfEcp, TouchedAccount
from resolvers.points.posting.lines import Scene, add_lines
from resolvers.points.posting.plans import RankHistory, load_plans

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A change before all lines, which makes the posting core read all of them.
_BEFORE_ALL: Final = SaleChange(
    number=0, ecp_id=UUID(int=0), place=SalePlace(BEGINNING, "", ""), channel=EarningChannel.SALE, lines=()
)
_DUE: Final = "by its facts and the lines before it"
# The position of a redeemed coupon among net quantities, which is one line at any position.
_COUPON: Final = -1
# What damaged rows make the posting core raise.
_DAMAGE: Final = (ValueError, KeyError, IndexError, TypeError, msgspec.MsgspecError)


async def verify_values(snapshot: Snapshot, program: ProgramRow, low: int, high: int) -> AsyncIterator[str]:
    """Find lines of ECPs in a range that are worth something else than is stored, as sentences.

    One account is in memory at a time.
    """
    ranks = await RankHistory.load(snapshot)
    scene = Scene(calendar=program.calendar, currency=program.currency, ranks=ranks)
    async for row in snapshot.stream(ACCOUNTS_TO_FOLD, low=low, high=high):
        if row.revalue_from is not None:
            # A job values its lines again, so they may be worth something else until then.
            continue
        owner = f"{row.ecp_code}, {row.scheme_code}"
        try:
            account = await _load(snapshot, scene, row)
            findings = [finding async for finding in _verify_account(snapshot, scene, row, account)]
        except _DAMAGE as error:
            yield f"{owner}: its lines cannot be valued again ({type(error).__name__}: {error})."
            continue
        for finding in findings:
            yield f"{owner}: {finding}"


async def _load(snapshot: Snapshot, scene: Scene, row: AccountToFoldRow) -> TouchedAccount:
    """The account with all of its lines, as if none had been counted yet."""
    (ecp,) = await snapshot.fetch(EARNING_ECPS, ids=[row.ecp_id])
    plan = (await load_plans(snapshot, [row.scheme_id], scene.calendar))[row.scheme_id]
    known = {name: getattr(row, name) for name in AccountRow.__struct_fields__}
    account = TouchedAccount(
        of=SchemeOfEcp(ecp=ecp, scheme_id=row.scheme_id, scheme=row.scheme, plan=plan),
        row=AccountRow(**{**known, "state": None}),
        changes=[_BEFORE_ALL],
    )
    await add_lines(snapshot, scene, [account])
    return account


async def _verify_account(
    snapshot: Snapshot, scene: Scene, row: AccountToFoldRow, account: TouchedAccount
) -> AsyncIterator[str]:
    async for finding in _verify_quantities(snapshot, row, account.lines):
        yield finding
    async for finding in _verify_components(snapshot, row, account.lines):
        yield finding
    plan, state = account.of.plan, account.begin()
    products = await _load_products(snapshot, account.lines)
    lines = [_with_fresh_facts(line, products) for line in account.lines]
    for value in fold(lines, state, _granted(plan)):
        if value.changed:
            yield _describe(value)
    for finding in _verify_state(plan, scene, row, state, lines):
        yield finding


def _granted(plan: SchemePlan) -> SchemePools:
    """Pools with nothing left: every line keeps what it was granted, and gets no more."""
    limited = {key for revision in plan.revisions for key in revision.limits_in_total}
    return SchemePools(budget=Pool(0), by_rule={key: Pool(0) for key in limited})


async def _load_products(snapshot: Snapshot, lines: Sequence[FoldLine]) -> Mapping[UUID, UUID]:
    rows = await snapshot.fetch(PRODUCTS_OF_VARIANTS, ids=list({line.variant_id for line in lines}))
    return {row.id: row.product_id for row in rows}


def _with_fresh_facts(line: FoldLine, products: Mapping[UUID, UUID]) -> FoldLine:
    """The line with its stored facts in place of those that a posting reads, so that every clause is decided again."""
    if line.known is None or line.known.facts.obstacles:
        return line
    facts = line.known.facts
    context = EarnerContext(
        tier_id=None if facts.tier is None else UUID(bytes=facts.tier),
        geography_path=tuple(UUID(bytes=facts.places[at : at + 16]) for at in range(0, len(facts.places), 16)),
        enrolled_at=None if facts.enrolled is None else _EPOCH + timedelta(microseconds=facts.enrolled),
        activities=_moments(line, facts),
    )
    nobody = UUID(int=0)
    category = nobody if facts.category is None else UUID(bytes=facts.category)
    fresh = FreshFacts(
        earner=context,
        product_id=products.get(line.variant_id, nobody),
        category_id=category,
        obstacles=(),
        static=earner_facts(line.revision.needs, context, category, line.place.sold_at),
    )
    # Nothing that came back counts in volumes.
    return replace(line, fresh=fresh, mask=line.mask if line.quantity else 0)


def _moments(line: FoldLine, facts: ValuationFacts) -> Mapping[str, Sequence[datetime]]:
    """Moments of each activity that give the stored counts, as late as the windows of the clauses allow."""
    moments: dict[str, list[datetime]] = defaultdict(list)
    for (kind, days), count in zip(line.revision.needs.activities, facts.activities, strict=True):
        at = BEGINNING if days is None else line.place.sold_at - timedelta(days=days)
        moments[kind] += [at] * (count - len(moments[kind]))
    return moments


def _describe(value: LineValue) -> str:
    line, known = value.line, value.line.known
    name = name_line(line)
    if known is None:
        return f"{name}: it has no valuation."
    stored = known.base + sum(known.facts.points_by_rule(len(value.points)))
    due = value.base + value.bonus
    if stored != due:
        points = format_count(due, "point")
        return f"{name}: it is worth {points} {_DUE}, and its valuation says {stored:,}."
    if (known.base, known.facts.paid) != (value.base, value.facts.paid):
        return f"{name}: its base or a rule pays other points {_DUE} than its valuation says."
    return f"{name}: the outcome of a clause, or what it adds to volumes, does not follow from its facts."


def name_line(line: FoldLine) -> str:
    """Name a line of a sale, or a redeemed coupon."""
    place = line.place
    if place.external_id and not place.source:
        return f"the redemption of serial {int(place.external_id.rpartition(':')[2])}"
    return f"sale {place.external_id} of {place.source}, line {line.position}"


async def _verify_quantities(
    snapshot: Snapshot, row: AccountToFoldRow, lines: Sequence[FoldLine]
) -> AsyncIterator[str]:
    """Compare the quantity of each valuation with what was sold, less what was returned."""
    net = await _net_quantities(snapshot, row.ecp)
    for line in lines:
        place = line.number, line.place.sold_at
        due = net.get((*place, line.position), net.get((*place, _COUPON), 0))
        if line.quantity != due:
            units = format_count(line.quantity, "unit")
            yield f"{name_line(line)}: it is valued for {units}, and counts {due:,} net of returns."


async def _verify_components(
    snapshot: Snapshot, row: AccountToFoldRow, lines: Sequence[FoldLine]
) -> AsyncIterator[str]:
    """Compare what each rule pays by the facts of a valuation with what is posted for the rule."""
    posted: dict[tuple[int, datetime, int], dict[int, int]] = defaultdict(dict)
    for one in await snapshot.fetch(POSTED_COMPONENTS, ecp=row.ecp, scheme=row.scheme):
        if one.rule:
            posted[one.sale, one.sold_at, one.position][one.rule] = one.points
    for line in lines:
        if line.known is None:
            continue
        paid = line.known.facts.points_by_rule(len(line.revision.rules))
        found = posted[line.number, line.place.sold_at, line.position]
        for rule in sorted({*found, *range(1, len(paid) + 1)}):
            due = paid[rule - 1] if rule <= len(paid) else 0
            if found.get(rule, 0) != due:
                points = format_count(due, "point")
                there = f"{found.get(rule, 0):,} are posted"
                yield f"{name_line(line)}: rule {rule} pays {points} by its facts, and {there}."


async def _net_quantities(snapshot: Snapshot, ecp: int) -> Mapping[tuple[int, datetime, int], int]:
    sold: dict[tuple[int, datetime], list[SoldLine]] = defaultdict(list)
    net: dict[tuple[int, datetime, int], int] = {}
    for row in await snapshot.fetch(STORED_LINES, ecps=[ecp], moments=[BEGINNING], ends=[FOREVER]):
        line = SoldLine(
            position=_COUPON if row.position is None else row.position,
            variant_id=row.variant_id,
            quantity=row.quantity,
            unit_price=row.unit_price or Decimal(0),
            currency=row.currency or "",
        )
        sold[row.sale, row.sold_at].append(line)
    returned: dict[int, dict[UUID, int]] = defaultdict(dict)
    for back in await snapshot.fetch(RETURNED_UNITS, ecp=ecp):
        returned[back.sale][back.variant_id] = back.quantity
    for (sale, at), lines in sold.items():
        lines.sort(key=lambda line: line.position)
        for line in net_lines(lines, returned.get(sale, {})):
            net[sale, at, line.position] = line.quantity
    return net


def _verify_state(
    plan: SchemePlan, scene: Scene, row: AccountToFoldRow, state: RunningState, lines: Sequence[FoldLine]
) -> Iterator[str]:
    """Compare the cached state of the account with the fold of its lines; it may be of an earlier layout."""
    if row.last_sold_at is None:
        return
    last = SalePlace(row.last_sold_at, row.last_source or "", row.last_external_id or "")
    if any(line.place > last for line in lines):
        yield "lines follow the line that the account remembers as its last one."
    if row.state is None:
        return
    stored = AccountState.decode(row.state)
    if stored.currency != scene.currency:
        return
    if plan.needs_periods:
        state.enter(*month_and_week(row.last_sold_at.astimezone(scene.calendar.zone)))
    due = state.freeze()
    if (stored.month, stored.week, stored.volumes, stored.usages) != (
        due.month,
        due.week,
        due.volumes[: len(stored.volumes)],
        due.usages[: len(stored.usages)],
    ):
        yield "the volumes and limits that the account remembers are not those of its lines."
