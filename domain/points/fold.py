"""Folds the lines of an account in canonical order: what each is worth, given those before it (R21).

It is pure: the same lines, state, and pools always give the same points.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.channels import EarningChannel
from domain.points.clause_bits import pack_holds, unpack_holds
from domain.points.grants import grant, pay
from domain.points.lines import SalePlace
from domain.points.pools import Pool, SchemePools
from domain.points.revision_plan import RevisionPlan
from domain.points.running_state import RunningState
from domain.points.valuation_facts import (
    FORM,
    EarnerContext,
    ValuationFacts,
    pack_cuts,
)
from domain.rules.evaluation import CompiledRules
from domain.rules.facts import EarnerFacts, LineFacts
from domain.rules.rewards import Reduction


class KnownValue(Struct, frozen=True, gc=False):
    """The newest stored valuation of a line. Its facts name rules by their positions in `revision`."""

    version: int
    revision: int
    base: int
    facts: ValuationFacts


class FreshFacts(Struct, frozen=True, gc=False):
    """What is true of a line that was not valued before, or is of another variant now; `obstacles` are numbers.

    `static` are the facts that do not change when the line is valued again.
    """

    earner: EarnerContext
    product_id: UUID
    category_id: UUID
    obstacles: tuple[int, ...]
    static: ValuationFacts


# Many exist at once, and none can be in a reference cycle, so the garbage collector need not track them.
class FoldLine(Struct, frozen=True, gc=False):
    """A line in its scheme: as it counts now, with what was known of it and what is new.

    A line with neither `known` nor `fresh` facts does not exist. `mask` says
    in which volumes it counts, and `value` is scaled. The `month` and `week` are its
    own. A line with `counts_only` lies before the first change: it only adds to the state. A line that was corrected
    away from its place has a quantity of 0.
    """

    place: SalePlace
    number: int
    position: int
    channel: EarningChannel
    variant_id: UUID
    quantity: int
    mask: int
    value: int
    month: int
    week: int
    revision: RevisionPlan
    compiled: CompiledRules
    known: KnownValue | None = None
    fresh: FreshFacts | None = None
    counts_only: bool = False


class LineValue(Struct, frozen=True, gc=False):
    """What a line is worth now. `changed` says whether a new version of its valuation is due."""

    line: FoldLine
    base: int
    points: Sequence[int]
    facts: ValuationFacts
    changed: bool

    @property
    def bonus(self) -> int:
        """The points of all rules."""
        return sum(self.facts.paid[1::2])


_NOTHING: Final[tuple[int, ...]] = ()


def fold(lines: Iterable[FoldLine], state: RunningState, pools: SchemePools) -> list[LineValue]:
    """Value lines of one account in canonical order; changes the state and what is taken from the pools."""
    values: list[LineValue] = []
    pooled: dict[int, dict[int, Pool]] = {}
    for line in lines:
        state.enter(line.month, line.week)
        if line.counts_only:
            count_known(line, state)
            continue
        number = line.revision.number
        if number not in pooled:
            pooled[number] = pools.at_positions(line.revision.positions)
        value = _value_line(line, state, pools.budget, pooled[number])
        values.append(value)
        if not value.facts.obstacles:
            _count(line, value.points, state)
    return values


def count_known(line: FoldLine, state: RunningState) -> None:
    """Add a line to a state as it was valued before."""
    if line.known is not None and not line.known.facts.obstacles:
        _count(line, line.known.facts.points_by_rule(len(line.revision.rules)), state)


def _count(line: FoldLine, points: Sequence[int], state: RunningState) -> None:
    if line.quantity and line.mask:
        state.add(line.mask, line.quantity, line.value)
    pay(line.revision, points, state)


def _value_line(line: FoldLine, state: RunningState, budget: Pool | None, pools: Mapping[int, Pool]) -> LineValue:
    obstacles = line.fresh.obstacles if line.fresh is not None else _known_facts(line).obstacles
    if obstacles:
        _give_back(line, budget, pools)
        return _worthless(line, obstacles)
    compiled = line.compiled
    units = line.quantity
    base = line.revision.base_points.get(line.variant_id, 0) * units
    holds, earned, static = _decide(line, compiled, state, base)
    kept = None
    if line.known is not None:
        kept = line.known.base, line.known.facts.points_by_rule(len(earned))
    wanted = base, earned if units else [0] * len(earned)
    base, points, reductions = grant(
        line.revision, compiled.reducer, wanted, kept, state=state, budget=budget, pools=pools
    )
    return _build_value(line, base, points, reductions, holds=holds, static=static, state=state)


def _decide(
    line: FoldLine, compiled: CompiledRules, state: RunningState, base: int
) -> tuple[tuple[bool, ...], Sequence[int], ValuationFacts]:
    """Decide the clauses: all of them for a fresh line, and else those that depend on volumes and units."""
    fresh = line.fresh
    if fresh is None:
        static = _known_facts(line)
        known = unpack_holds(static.holds, len(compiled.clauses))
        holds, _, earned = compiled.decide_again(known, state.amounts, line.quantity, base)
        return holds, earned, static
    earner = fresh.earner
    sold = LineFacts(
        channel=line.channel,
        variant_id=line.variant_id,
        product_id=fresh.product_id,
        category_id=fresh.category_id,
        quantity=line.quantity,
        base_points=0,
        at=line.place.sold_at,
    )
    ecp = state.earner
    # Lines of one sale share what is true of the ECP.
    if ecp is None or state.earner_of is not earner:
        ecp = state.earner = EarnerFacts(
            tier_id=earner.tier_id,
            geography_path=earner.geography_path,
            enrolled_at=earner.enrolled_at,
            volumes=state.amounts,
            activities=earner.activities,
        )
        state.earner_of = earner
    holds, _, earned = compiled.decide(sold, ecp, line.quantity, base)
    return holds, earned, fresh.static


def _give_back(line: FoldLine, budget: Pool | None, pools: Mapping[int, Pool]) -> None:
    """Return everything that the line was granted before."""
    if line.known is None:
        return
    points = line.known.facts.points_by_rule(len(line.revision.rules))
    if budget is not None:
        budget.taken -= line.known.base + sum(points)
    for position, pool in pools.items():
        pool.taken -= points[position]


def _build_value(  # noqa: PLR0913 - the parts of a value
    line: FoldLine,
    base: int,
    points: Sequence[int],
    reductions: Sequence[Reduction | None],
    *,
    holds: tuple[bool, ...],
    static: ValuationFacts,
    state: RunningState,
) -> LineValue:
    paid: list[int] = []
    for position, amount in enumerate(points):
        if amount:
            paid += (position, amount)
    amounts = state.amounts
    facts = ValuationFacts(
        form=FORM,
        quantity=line.quantity,
        holds=pack_holds(holds),
        volumes=tuple([amounts[key] for key in line.revision.volumes]),
        activities=static.activities,
        enrolled=static.enrolled,
        tier=static.tier,
        places=static.places,
        category=static.category,
        paid=tuple(paid),
        cuts=pack_cuts(reductions, line.revision.rule_ids) if any(reductions) else _NOTHING,
        mask=line.mask,
        value=line.value,
    )
    return LineValue(line=line, base=base, points=points, facts=facts, changed=_differs(line, base, facts))


def _worthless(line: FoldLine, obstacles: tuple[int, ...]) -> LineValue:
    facts = ValuationFacts(form=FORM, quantity=line.quantity, obstacles=obstacles)
    points = [0] * len(line.revision.rules)
    return LineValue(line=line, base=0, points=points, facts=facts, changed=_differs(line, 0, facts))


def _differs(line: FoldLine, base: int, facts: ValuationFacts) -> bool:
    """Whether points, the quantity, or the outcome of a clause changed, or what the line adds to volumes."""
    known = line.known
    if known is None:
        return True
    before = known.facts
    if line.fresh is not None and (before.mask, before.value) != (facts.mask, facts.value):
        return True
    return (known.base, before.paid, before.quantity, before.holds, before.obstacles) != (
        base,
        facts.paid,
        facts.quantity,
        facts.holds,
        facts.obstacles,
    )


def _known_facts(line: FoldLine) -> ValuationFacts:
    if line.known is None:
        raise ValueError(f"line {line.position} of sale {line.number} has no facts")
    return line.known.facts
