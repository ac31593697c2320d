"""Properties of every evaluation: a naive reference agrees, limits hold, order is irrelevant, all is explained."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from fractions import Fraction
from random import Random
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import UTC_CALENDAR
from domain.rules.evaluation import Evaluation, RuleOutcome, RuleVerdict, compile_rules
from domain.rules.explanations import clause_sentence, collect_fact_references, fact_sentence, rule_sentence
from domain.rules.facts import EarnerFacts, LineFacts, Usage, deciding_fact, needed_activities, needed_volumes
from domain.rules.model import BonusRule
from domain.rules.rewards import round_half_even
from domain.rules.sentences import qualifying_sentence
from domain.rules.traversal import walk_clauses as clauses_of
from tests.support.rules.naive_evaluation import NaiveEvaluation
from tests.support.rules.strategies import NAMES, TIER_RANKS, ecps, lines, rule_lists, with_usage

pytestmark = pytest.mark.long

UsedRules = tuple[list[BonusRule], dict[UUID, Usage]]

MANY = settings(max_examples=200)


def evaluated(rules: Sequence[BonusRule], line: LineFacts, ecp: EarnerFacts, used: Mapping[UUID, Usage]) -> Evaluation:
    return compile_rules(rules, TIER_RANKS, UTC_CALENDAR).evaluate(line, ecp, used)


@MANY
@given(with_usage(), lines, ecps)
def test_the_naive_reference_agrees(drawn: UsedRules, line: LineFacts, ecp: EarnerFacts) -> None:
    rules, used = drawn
    evaluation = evaluated(rules, line, ecp, used)
    expected = NaiveEvaluation(line, ecp, TIER_RANKS).outcomes(rules, used)
    assert evaluation.base_points == line.base_points * line.quantity
    assert evaluation.bonus_points == sum(outcome.points for outcome in expected)
    for rule, outcome, naive in zip(rules, evaluation.outcomes, expected, strict=True):
        assert outcome.rule is rule
        assert (outcome.met, outcome.earned, outcome.points) == (naive.met, naive.earned, naive.points)
        reduction = outcome.reduction and (outcome.reduction.reason.value, outcome.reduction.won_by)
        assert reduction == (naive.reason and (naive.reason, naive.won_by))
        assert [(one.clause, one.negated, one.holds) for one in outcome.clauses] == naive.clauses


@given(rule_lists, lines, ecps)
def test_every_clause_is_reported_once_in_reading_order_with_its_fact(
    rules: list[BonusRule], line: LineFacts, ecp: EarnerFacts
) -> None:
    for rule, outcome in zip(rules, evaluated(rules, line, ecp, {}).outcomes, strict=True):
        assert [verdict.clause for verdict in outcome.clauses] == list(clauses_of(rule.condition))
        for verdict in outcome.clauses:
            assert verdict.fact == deciding_fact(verdict.clause, line, ecp, UTC_CALENDAR)


@given(with_usage(), st.lists(lines, min_size=1, max_size=5), ecps)
def test_no_rule_ever_pays_more_than_its_limits(drawn: UsedRules, sold: list[LineFacts], ecp: EarnerFacts) -> None:
    rules, used = drawn
    for line in sold:
        for outcome in evaluated(rules, line, ecp, used).outcomes:
            before = used.get(outcome.rule.id, Usage())
            after = before.plus(outcome.points)
            limits = outcome.rule.limits
            for limit, was, now in (
                (limits.points_per_ecp, before.points_to_ecp, after.points_to_ecp),
                (limits.points_per_ecp_per_month, before.points_to_ecp_this_month, after.points_to_ecp_this_month),
                (limits.points_in_total, before.points_in_total, after.points_in_total),
                (limits.times_per_ecp, before.times_to_ecp, after.times_to_ecp),
            ):
                assert limit is None or now <= max(limit, was)
            assert 0 <= outcome.points <= outcome.earned
            used[outcome.rule.id] = after


def decisions(outcomes: Sequence[RuleOutcome]) -> dict[UUID, RuleVerdict]:
    return {outcome.rule.id: outcome.verdict for outcome in outcomes}


@given(with_usage(), lines, ecps, st.randoms(use_true_random=False))
def test_the_order_of_rules_only_breaks_ties(drawn: UsedRules, line: LineFacts, ecp: EarnerFacts, dice: Random) -> None:
    rules, used = drawn
    shuffled = dice.sample(rules, len(rules))
    one, other = evaluated(rules, line, ecp, used), evaluated(shuffled, line, ecp, used)
    assert one.bonus_points == other.bonus_points
    alone = {rule.id: evaluated((rule,), line, ecp, used).outcomes[0].verdict for rule in rules}
    ranks = Counter((rule.exclusive_group, alone[rule.id].points, rule.priority) for rule in rules)
    tied = {
        rule.exclusive_group for rule in rules if ranks[rule.exclusive_group, alone[rule.id].points, rule.priority] > 1
    }
    before, after = decisions(one.outcomes), decisions(other.outcomes)
    for rule in rules:
        if rule.exclusive_group is None:
            assert before[rule.id] == after[rule.id] == alone[rule.id]
        elif rule.exclusive_group not in tied:
            assert before[rule.id] == after[rule.id]


@given(with_usage(), lines, ecps)
def test_evaluation_is_repeatable_and_integral(drawn: UsedRules, line: LineFacts, ecp: EarnerFacts) -> None:
    rules, used = drawn
    compiled = compile_rules(rules, TIER_RANKS, UTC_CALENDAR)
    evaluation = compiled.evaluate(line, ecp, used)
    assert compiled.evaluate(line, ecp, used) == evaluation
    assert decisions(evaluated(rules, line, ecp, used).outcomes) == decisions(evaluation.outcomes)
    amounts = [evaluation.base_points, evaluation.bonus_points]
    for outcome in evaluation.outcomes:
        amounts += [outcome.earned, outcome.points]
        assert type(outcome.met) is bool
        assert {type(verdict.met) for verdict in outcome.clauses} == {bool}
    assert {type(amount) for amount in amounts} == {int}


@given(rule_lists, lines, ecps)
def test_only_the_facts_declared_as_needed_are_read(rules: list[BonusRule], line: LineFacts, ecp: EarnerFacts) -> None:
    wanted, kinds = needed_volumes(rules), needed_activities(rules)
    volumes = {key: amount for key, amount in ecp.volumes.items() if key in wanted}
    activities = {
        kind: [moment for moment in ecp.activities.get(kind, ()) if days is None or line.at - moment <= timedelta(days)]
        for kind, days in kinds.items()
    }
    least = msgspec.structs.replace(ecp, volumes=volumes, activities=activities)
    assert decisions(evaluated(rules, line, least, {}).outcomes) == decisions(evaluated(rules, line, ecp, {}).outcomes)


@given(rule_lists, lines, ecps)
def test_the_offset_of_a_time_does_not_matter(rules: list[BonusRule], line: LineFacts, ecp: EarnerFacts) -> None:
    utc = msgspec.structs.replace(line, at=line.at.astimezone(UTC))
    assert decisions(evaluated(rules, utc, ecp, {}).outcomes) == decisions(evaluated(rules, line, ecp, {}).outcomes)


@given(with_usage(), lines, ecps)
def test_everything_is_explained_in_one_line(drawn: UsedRules, line: LineFacts, ecp: EarnerFacts) -> None:
    rules, used = drawn
    rule_names = {rule.id: rule.name for rule in rules}
    for rule, outcome in zip(rules, evaluated(rules, line, ecp, used).outcomes, strict=True):
        verdict = outcome.verdict
        sentences = [
            rule_sentence(rule, verdict, NAMES, UTC_CALENDAR, rule_names=rule_names),
            rule_sentence(rule, verdict, NAMES, UTC_CALENDAR),
        ]
        assert all(sentence.startswith("Met" if outcome.met else "Not met: ") for sentence in sentences)
        for one in verdict.clauses:
            sentences.append(fact_sentence(one, NAMES, UTC_CALENDAR))
            words = clause_sentence(one.clause, NAMES, negated=one.negated)
            assert (
                words in qualifying_sentence(msgspec.structs.replace(rule, condition=one.clause), NAMES) or one.negated
            )
            sentences.append(f"{words}.")
        for sentence in sentences:
            assert sentence.endswith(".")
            assert sentence == " ".join(sentence.split())
            assert sentence.count(".") == 1
        assert collect_fact_references(verdict).geography_ids <= set(ecp.geography_path)


@given(with_usage(), lines, ecps)
def test_a_verdict_survives_json_with_all_of_its_sentences(drawn: UsedRules, line: LineFacts, ecp: EarnerFacts) -> None:
    """N1: verdicts can be stored, since their sentences need nothing but the stored form, the rule, and names."""
    rules, used = drawn
    for outcome in evaluated(rules, line, ecp, used).outcomes:
        stored = msgspec.json.decode(msgspec.json.encode(outcome.verdict), type=RuleVerdict)
        assert stored == outcome.verdict
        assert _sentences(outcome.rule, stored) == _sentences(outcome.rule, outcome.verdict)


def _sentences(rule: BonusRule, verdict: RuleVerdict) -> list[str]:
    """Every sentence about a verdict."""
    facts = [fact_sentence(clause, NAMES, UTC_CALENDAR) for clause in verdict.clauses]
    asked = [clause_sentence(clause.clause, NAMES, negated=clause.negated) for clause in verdict.clauses]
    return [rule_sentence(rule, verdict, NAMES, UTC_CALENDAR), *facts, *asked]


@given(st.integers(0, 10**30), st.integers(1, 10**6))
def test_rounding_matches_that_of_fractions(numerator: int, denominator: int) -> None:
    assert round_half_even(numerator, denominator) == round(Fraction(numerator, denominator))
