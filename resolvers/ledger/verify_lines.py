"""Compare the lines of one account, valued again, with what is stored about them; nothing is read here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.ledger.verify_rows import AccountToFoldRow
from domain.points.fold import FoldLine, FreshFacts, LineValue, fold
from domain.points.lines import SalePlace
from domain.points.pools import Pool, SchemePools
from domain.points.revision_plan import SchemePlan
from domain.points.running_state import AccountState, RunningState, month_and_week
from domain.points.valuation_facts import ValuationFacts, earner_facts, read_earner
from domain.rules.model import VolumeMeasure
from domain.text import format_count
from resolvers.points.posting.accounts import TouchedAccount
from resolvers.points.posting.scene import Scene

_DUE: Final = "by its facts and the lines before it"
# The position of a redeemed coupon among net quantities, which is one line at any position.
COUPON: Final = -1
# The number and the time of a sale, and the position of a line.
LineKey = tuple[int, datetime, int]


class StoredBeside(Struct, frozen=True):
    """What is stored beside the valuations of some accounts.

    `net` are the quantities net of returns of each ECP, `posted` the points that are posted for each rule of a line of
    an ECP in a scheme, and `products` those of variants.
    """

    net: Mapping[int, Mapping[LineKey, int]]
    posted: Mapping[tuple[int, int], Mapping[LineKey, Mapping[int, int]]]
    products: Mapping[UUID, UUID]


def verify_account(row: AccountToFoldRow, account: TouchedAccount, beside: StoredBeside, scene: Scene) -> Iterator[str]:
    """Find what contradicts the facts of the lines of an account, as sentences; damaged rows raise various errors."""
    net = beside.net.get(row.ecp, {})
    # What a correction moved to another place is worth nothing here, and decides nothing.
    here = [line for line in account.lines if line.quantity or _find_quantity(line, net) is not None]
    yield from _verify_quantities(here, net)
    yield from _verify_components(here, beside.posted.get((row.ecp, row.scheme), {}))
    plan, state = account.of.plan, account.begin()
    lines = [_with_fresh_facts(line, beside.products, plan) for line in here]
    for value in fold(lines, state, _granted(plan)):
        if value.changed:
            yield _describe(value)
    yield from _verify_state(row, lines, plan, state, scene)


def _granted(plan: SchemePlan) -> SchemePools:
    """Pools with nothing left: every line keeps what it was granted, and gets no more."""
    limited = {key for revision in plan.revisions for key in revision.limits_in_total}
    return SchemePools(budget=Pool(0), by_rule={key: Pool(0) for key in limited})


def _with_fresh_facts(line: FoldLine, products: Mapping[UUID, UUID], plan: SchemePlan) -> FoldLine:
    """The line with its stored facts in place of those that a posting reads, so that every clause is decided again."""
    if line.known is None or line.known.facts.obstacles:
        return line
    facts = line.known.facts
    context = read_earner(facts, line.revision.needs, line.place.sold_at)
    nobody = UUID(int=0)
    category = facts.category_id or nobody
    fresh = FreshFacts(
        earner=context,
        product_id=products.get(line.variant_id, nobody),
        category_id=category,
        obstacles=(),
        static=earner_facts(line.revision.needs, context, category, line.place.sold_at),
    )
    return replace(line, fresh=fresh, known=replace(line.known, facts=_with_later_volumes(line, facts, plan)))


def _with_later_volumes(line: FoldLine, facts: ValuationFacts, plan: SchemePlan) -> ValuationFacts:
    """The facts with the volumes for which only a later revision asked: the valuation need not know these."""
    for number, size in plan.sizes.items():
        counts_value = any(key.measure is VolumeMeasure.VALUE for key in plan.volumes[:size])
        due = line.mask & (1 << size) - 1, line.value if counts_value else 0
        if number >= line.revision.number and (facts.mask, facts.value) == due:
            return replace(facts, mask=line.mask, value=line.value)
    return facts


def _describe(value: LineValue) -> str:
    line, known = value.line, value.line.known
    name = _name(line)
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


def _name(line: FoldLine) -> str:
    """Name a line of a sale, or a redeemed coupon."""
    place = line.place
    if place.external_id and not place.source:
        return f"the redemption of serial {int(place.external_id.rpartition(':')[2])}"
    return f"sale {place.external_id} of {place.source}, line {line.position}"


def _verify_quantities(lines: Sequence[FoldLine], net: Mapping[LineKey, int]) -> Iterator[str]:
    """Compare the quantity of each valuation with what was sold, less what was returned."""
    for line in lines:
        due = _find_quantity(line, net) or 0
        if line.quantity != due:
            units = format_count(line.quantity, "unit")
            yield f"{_name(line)}: it is valued for {units}, and counts {due:,} net of returns."


def _find_quantity(line: FoldLine, net: Mapping[LineKey, int]) -> int | None:
    """What a line counts net of returns; None if it is not sold at its place."""
    place = line.number, line.place.sold_at
    found = net.get((*place, line.position))
    return net.get((*place, COUPON)) if found is None else found


def _verify_components(lines: Sequence[FoldLine], posted: Mapping[LineKey, Mapping[int, int]]) -> Iterator[str]:
    """Compare what each rule pays by the facts of a valuation with what is posted for the rule."""
    for line in lines:
        if line.known is None:
            continue
        paid = line.known.facts.points_by_rule(len(line.revision.rules))
        found = posted.get((line.number, line.place.sold_at, line.position), {})
        for rule in sorted({*found, *range(1, len(paid) + 1)}):
            due = paid[rule - 1] if rule <= len(paid) else 0
            if found.get(rule, 0) != due:
                points = format_count(due, "point")
                there = f"{found.get(rule, 0):,} are posted"
                yield f"{_name(line)}: rule {rule} pays {points} by its facts, and {there}."


def _verify_state(
    row: AccountToFoldRow, lines: Sequence[FoldLine], plan: SchemePlan, state: RunningState, scene: Scene
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
