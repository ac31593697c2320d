"""The mutation upsertTier."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.reads import LOCK_TIER, LOCK_TIERS
from db.catalog.rows import TierRow
from db.schemes.impact_reads import AffectedSchemeRow
from domain.catalog.impact import rank_differences
from domain.catalog.inputs import TIER_RANK_LIMIT
from domain.catalog.stored_facts import TierRanked
from domain.checks import NAME_LENGTH, code_problems, number_problems, text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.text import trim_text
from resolvers.catalog.impact import CatalogChange, require_acknowledgment
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.schemes.notify import notify_affected
from resolvers.validation import lock_existing, open_upsert, reject_invalid


class UpsertTier(Struct, frozen=True):
    """Add a tier, or replace the one with this id."""

    id: UUID | None
    code: str
    name: str
    rank: int
    acknowledge_impact: bool = False


async def upsert_tier(operation: Operation, command: UpsertTier) -> UUID:
    """Store the tier and return its id; storing the same values again changes nothing.

    Raises InvalidInput, and ImpactNotAcknowledged if “or above” in a live rule includes other tiers than before.
    """
    reject_invalid(
        [
            *code_problems(command.code.strip(), ("code",), "The code"),
            *text_problems(command.name, ("name",), "The name", NAME_LENGTH),
            *number_problems(command.rank, ("rank",), "The rank", lowest=1, highest=TIER_RANK_LIMIT),
        ]
    )
    taken = {
        "uq_tier__code": ("code", "Another tier has this code."),
        "uq_tier__rank": ("rank", "Another tier has this rank."),
    }
    async with open_upsert(operation, taken) as session:
        tiers = await session.fetch(LOCK_TIERS)
        ranks = {row.id: row.rank for row in tiers}
        stored = await lock_existing(session, LOCK_TIER, command.id, "tier")
        # Before the impact: nobody should acknowledge what cannot be stored.
        reject_invalid(_rank_problems(command, tiers))
        key = operation.new_id() if stored is None else stored.id
        tier = TierRow(id=key, code=command.code.strip(), name=trim_text(command.name), rank=command.rank)
        if tier != stored:
            differences = rank_differences(ranks, {**ranks, key: tier.rank})
            affected: Sequence[AffectedSchemeRow] = ()
            if differences:
                affected = await require_acknowledgment(
                    operation, session, CatalogChange.of_ranks(differences), acknowledged=command.acknowledge_impact
                )
            await put_rows(session, [tier], operation.now)
            await notify_affected(operation, session, affected, TierRanked(tier.name, ranks.get(key), tier.rank))
            await append_event(operation, session, EventKind.TIER_SAVED, key)
    return key


def _rank_problems(command: UpsertTier, tiers: Sequence[TierRow]) -> Iterator[Problem]:
    for tier in tiers:
        if tier.rank == command.rank and tier.id != command.id:
            message = f"The tier {tier.name} has this rank. Give that tier an unused rank first."
            yield Problem(UserErrorCode.DUPLICATE, message, ("rank",))
