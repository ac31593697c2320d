"""What a change of the catalog means for rules and schemes that refer to it."""

from collections.abc import Collection, Mapping
from uuid import UUID


def rank_differences(before: Mapping[UUID, int], after: Mapping[UUID, int]) -> dict[UUID, frozenset[UUID]]:
    """The tiers of which “or above” means others than before, each with the tiers that it gains or loses.

    A tier that is added is only in `after`.
    """
    found = {tier: _at_least(before, tier) ^ _at_least(after, tier) for tier in before}
    return {tier: moved for tier, moved in found.items() if moved}


def moved_between(before: Collection[UUID], after: Collection[UUID]) -> frozenset[UUID]:
    """The geographies that contain a geography before a change and not after it, or the reverse."""
    return frozenset(before) ^ frozenset(after)


def _at_least(ranks: Mapping[UUID, int], lowest: UUID) -> frozenset[UUID]:
    return frozenset(tier for tier, rank in ranks.items() if rank >= ranks[lowest])
