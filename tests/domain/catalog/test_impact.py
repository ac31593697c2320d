"""Which tiers “or above” includes before and after a change, and which geographies contain a moved one (N1)."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.impact import moved_between, rank_differences

BRONZE, SILVER, GOLD, TITAN, PLACE, OLD, NEW, COUNTRY = (UUID(int=number) for number in range(1, 9))
RANKS = {BRONZE: 1, SILVER: 2, GOLD: 3}
TIERS = [UUID(int=number) for number in range(1, 7)]


def test_a_swap_changes_what_both_tiers_include() -> None:
    """“Silver or above” loses Gold, which now ranks below, and “Gold or above” gains Silver."""
    assert rank_differences(RANKS, {**RANKS, SILVER: 9}) == {SILVER: {GOLD}, GOLD: {SILVER}}


def test_the_same_order_changes_nothing() -> None:
    assert rank_differences(RANKS, {BRONZE: 10, SILVER: 20, GOLD: 90}) == {}


def test_a_new_tier_is_above_those_that_rank_below_it() -> None:
    assert rank_differences(RANKS, {**RANKS, TITAN: 2}) == {BRONZE: {TITAN}, SILVER: {TITAN}}


def test_only_geographies_on_one_of_the_paths_count() -> None:
    assert moved_between((PLACE, OLD, COUNTRY), (PLACE, NEW, COUNTRY)) == {OLD, NEW}
    assert moved_between((PLACE, OLD, COUNTRY), (PLACE, OLD, COUNTRY)) == frozenset()


ranks = st.permutations(range(1, len(TIERS) + 1)).map(lambda order: dict(zip(TIERS, order, strict=True)))


@given(before=ranks, after=ranks)
def test_a_tier_is_named_exactly_if_it_includes_others(before: dict[UUID, int], after: dict[UUID, int]) -> None:
    found = rank_differences(before, after)
    for lowest in TIERS:
        one = {tier for tier in TIERS if before[tier] >= before[lowest]}
        other = {tier for tier in TIERS if after[tier] >= after[lowest]}
        assert found.get(lowest, frozenset()) == one ^ other
