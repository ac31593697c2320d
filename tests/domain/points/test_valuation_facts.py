"""The stored facts of a valuation explain it as its evaluation did, clause by clause, without history (R21, N6)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.channels import EarningChannel
from domain.points.fold import FoldLine, FreshFacts, LineValue, fold
from domain.points.lines import SalePlace
from domain.points.obstacles import EarningObstacle
from domain.points.pools import Pool, SchemePools
from domain.points.revision_plan import ApprovedRevision, SchemePlan
from domain.points.running_state import RunningState
from domain.points.valuation_facts import (
    FORM,
    EarnerContext,
    SoldAs,
    ValuationFacts,
    decode_facts,
    earner_facts,
    encode_facts,
    read_valuation_facts,
)
from domain.rules.evaluation import compile_rules
from domain.rules.facts import EarnerFacts, LineFacts
from domain.rules.model import BonusRule
from domain.rules.rewards import Reduction, ReductionReason
from domain.schemes.content import Basics, CouponValue, SchemeContent
from tests.support.ledger_verification import first_form
from tests.support.rules.strategies import TIER_RANKS, ecps, lines, rule_lists

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
NUMBER = st.integers(0, 2**63 - 1)
NUMBERS = st.lists(NUMBER, max_size=3).map(tuple)
BYTES = st.binary(max_size=3)
FACTS = st.builds(
    ValuationFacts,
    form=st.just(FORM),
    quantity=NUMBER,
    holds=BYTES,
    volumes=NUMBERS,
    paid=NUMBERS,
    mask=NUMBER | st.integers(2**63, 2**70),
    value=NUMBER,
    tier=st.none() | BYTES,
    cuts=NUMBERS,
    obstacles=NUMBERS,
    places=BYTES,
    category=st.none() | BYTES,
    activities=NUMBERS,
    enrolled=st.none() | NUMBER,
)


def value_of(
    rules: list[BonusRule],
    line: LineFacts,
    ecp: EarnerFacts,
    budget: int | None = None,
    obstacles: tuple[int, ...] = (),
) -> tuple[LineValue, SoldAs]:
    """Value a line as the ledger does, with unused limits and these volumes before it."""
    values = (CouponValue(line.variant_id, line.base_points, 1),)
    basics = Basics(title="Monsoon Care", channels=tuple(EarningChannel))
    content = SchemeContent(basics=basics, variant_ids=(line.variant_id,), coupon_values=values, rules=tuple(rules))
    plan = SchemePlan([ApprovedRevision(1, BEGINNING, content)], UTC_CALENDAR)
    (revision,) = plan.revisions
    state = RunningState(plan, "INR")
    state.amounts.update({key: ecp.volumes.get(key, 0) for key in plan.volumes})
    earner = EarnerContext(ecp.tier_id, ecp.geography_path, enrolled_at=ecp.enrolled_at, activities=ecp.activities)
    fresh = FreshFacts(
        earner=earner,
        product_id=line.product_id,
        category_id=line.category_id,
        obstacles=obstacles,
        static=earner_facts(revision.needs, earner, line.category_id, line.at),
    )
    sold = FoldLine(
        place=SalePlace(line.at, "till", "1"),
        number=1,
        position=0,
        channel=line.channel,
        variant_id=line.variant_id,
        quantity=line.quantity,
        mask=0,
        value=0,
        month=0,
        week=0,
        revision=revision,
        compiled=revision.compiled(tuple(TIER_RANKS.items())),
        fresh=fresh,
    )
    pools = SchemePools(
        None if budget is None else Pool(budget), {key: Pool(limit) for key, limit in revision.limits_in_total.items()}
    )
    (value,) = fold([sold], state, pools)
    sold_as = SoldAs(
        channel=line.channel,
        variant_id=line.variant_id,
        product_id=line.product_id,
        category_id=line.category_id,
        base_points=line.base_points,
        at=line.at,
    )
    return value, sold_as


@settings(max_examples=60)
@given(rules=rule_lists, line=lines, ecp=ecps)
def test_stored_facts_give_the_same_verdicts(rules: list[BonusRule], line: LineFacts, ecp: EarnerFacts) -> None:
    compiled = compile_rules(rules, TIER_RANKS, UTC_CALENDAR)
    expected = compiled.evaluate(line, ecp)
    value, sold = value_of(rules, line, ecp)
    # Ranks are not needed: nothing is decided again.
    reader = compile_rules(rules, {}, UTC_CALENDAR)
    found = read_valuation_facts(encode_facts(value.facts), sold, base=value.base, rules=rules, compiled=reader)
    assert found.quantity == line.quantity
    assert found.obstacles == ()
    assert found.evaluation is not None
    assert found.evaluation.base_points == value.base == expected.base_points
    assert found.evaluation.bonus_points == value.bonus == expected.bonus_points
    assert [one.verdict for one in found.evaluation.outcomes] == [one.verdict for one in expected.outcomes]


@settings(max_examples=20)
@given(rules=rule_lists, line=lines, ecp=ecps)
def test_the_budget_pays_base_points_and_then_rules_in_order(
    rules: list[BonusRule], line: LineFacts, ecp: EarnerFacts
) -> None:
    full, _ = value_of(rules, line, ecp)
    worth = full.base + full.bonus
    for budget in {0, 1, worth // 2, max(worth - 1, 0), worth}:
        value, sold = value_of(rules, line, ecp, budget)
        left = budget
        for paid, wanted in zip((value.base, *value.points), (full.base, *full.points), strict=True):
            assert paid == min(wanted, left)
            left -= paid
        compiled = compile_rules(rules, {}, UTC_CALENDAR)
        found = read_valuation_facts(encode_facts(value.facts), sold, base=value.base, rules=rules, compiled=compiled)
        assert found.evaluation is not None
        cut = [paid < wanted for paid, wanted in zip(value.points, full.points, strict=True)]
        reasons = [
            outcome.reduction == Reduction(ReductionReason.LIMIT_BUDGET) for outcome in found.evaluation.outcomes
        ]
        assert reasons == cut


@given(line=lines, ecp=ecps)
@settings(max_examples=5)
def test_a_line_that_cannot_earn_has_its_reasons(line: LineFacts, ecp: EarnerFacts) -> None:
    value, sold = value_of([], line, ecp, obstacles=(3, 5))
    compiled = compile_rules([], {}, UTC_CALENDAR)
    found = read_valuation_facts(encode_facts(value.facts), sold, base=0, rules=[], compiled=compiled)
    assert found.obstacles == (EarningObstacle.SUSPENDED, EarningObstacle.ELSEWHERE)
    assert (found.evaluation, value.base, value.bonus) == (None, 0, 0)


@pytest.mark.parametrize("mask", [2**64 - 1, 2**64, 1 << 69 | 1, 2**3000 - 1], ids=int.bit_length)
def test_a_mask_has_any_size(mask: int) -> None:
    """R21: a scheme may have more volumes than an integer has bits."""
    facts = ValuationFacts(form=FORM, quantity=3, mask=mask, value=7, obstacles=())
    assert decode_facts(encode_facts(facts)) == facts
    assert encode_facts(facts)[1] == (2 if mask < 2**64 else 3)


def test_every_form_of_stored_facts_stays_readable() -> None:
    """Facts are stored for good: this is how each version wrote them."""
    first = bytes.fromhex("9e010390c401059107 90c0c0c400c0 920007 93020400 0100".replace(" ", ""))
    second = bytes.fromhex("99 02 03c40105 9107 920007 01 00 c0 93020400".replace(" ", ""))
    facts = decode_facts(first)
    assert decode_facts(second) == facts
    assert encode_facts(facts) == second
    third = bytes.fromhex("96 03 03 c40105 9107 920007 c409010000000000000001".replace(" ", ""))
    wide = replace(facts, cuts=(), mask=2**64 + 1)
    assert decode_facts(third) == wide
    assert encode_facts(wide) == third
    assert (facts.form, facts.quantity, facts.holds, facts.volumes) == (2, 3, b"\x05", (7,))
    assert facts.points_by_rule(3) == [7, 0, 0]
    assert facts.cuts == (2, 4, 0)
    assert [one.value for one in EarningObstacle] == list(range(1, 12))


@given(FACTS)
def test_facts_are_read_as_they_were_written(facts: ValuationFacts) -> None:
    """Whichever of them are missing at the end."""
    assert decode_facts(encode_facts(facts)) == facts


@given(FACTS)
def test_the_first_form_says_the_same(facts: ValuationFacts) -> None:
    """Each value in its place; it stores all of them, and no mask of more than 64 bits."""
    facts = replace(facts, mask=facts.mask % 2**64)
    assert decode_facts(first_form(facts)) == facts
