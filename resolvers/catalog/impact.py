"""Check what a change of the catalog does to schemes that are approved or wait for approval."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Self
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import GEOGRAPHIES_BENEATH, GEOGRAPHIES_BY_ID
from db.catalog.rows import GeographyRow
from db.ecps.impact_reads import active_ecps
from db.enrollments.impact_reads import enrolled_by_scheme
from db.rules.reads import RULES_BY_SCHEME
from db.schemes.impact_reads import (
    AFFECTED_BY_PLACES,
    AFFECTED_BY_PRODUCTS,
    AFFECTED_BY_RULES,
    AffectedSchemeRow,
    mentions,
)
from db.schemes.reads import GEOGRAPHIES_BY_SCHEME
from db.sessions import Writing
from db.statement import Statement
from domain.catalog.facts import LISTED_SCHEMES, AffectedScheme, AffectedState
from domain.catalog.failures import ImpactNotAcknowledged
from domain.catalog.impact import moved_between
from domain.rules.references import lowest_tiers
from resolvers.context import Operation

_NOWHERE: Final[tuple[UUID, ...]] = ()


class CatalogChange(Struct, frozen=True):
    """What a change can affect: schemes by the rows of a statement, and ECPs by their places or tiers.

    `tiers` has, for each lowest tier of a clause, those that it gains or loses. Without `places` and `tiers`, the
    change concerns the ECPs in the geographies of the schemes.
    """

    statement: Statement[AffectedSchemeRow]
    parameters: dict[str, Any]
    places: Collection[UUID] = _NOWHERE
    tiers: Mapping[UUID, Collection[UUID]] = {}

    @classmethod
    def of_ranks(cls, differences: Mapping[UUID, Collection[UUID]]) -> Self:
        """A change of the ranks of tiers."""
        parameters = {"mentions": mentions("at_least", differences)}
        return cls(AFFECTED_BY_RULES, parameters, tiers=differences)

    @classmethod
    def of_place(cls, before: Sequence[UUID], after: Sequence[UUID], beneath: Collection[UUID]) -> Self:
        """A move of a geography, from one path to another, with everything beneath it."""
        changed = moved_between(before, after)
        parameters = {
            "before": list(before),
            "after": list(after),
            "changed": list(changed),
            "mentions": mentions("geography_ids[*]", changed),
        }
        return cls(AFFECTED_BY_PLACES, parameters, places=beneath)

    @classmethod
    def of_category(cls, products: Collection[UUID], categories: Collection[UUID]) -> Self:
        """A move of products between two categories."""
        parameters = {"products": list(products), "mentions": mentions("category_ids[*]", categories)}
        return cls(AFFECTED_BY_PRODUCTS, parameters)


async def require_acknowledgment(
    operation: Operation, session: Writing, change: CatalogChange, *, acknowledged: bool
) -> Sequence[AffectedSchemeRow]:
    """Find the schemes that the change affects. Raises ImpactNotAcknowledged if there are any, unless acknowledged."""
    calendar = (await operation.share_program(session)).calendar
    rows = await session.fetch(change.statement, today=calendar.day_of(operation.now), **change.parameters)
    if rows and not acknowledged:
        raise await _failure(session, change, rows)
    return rows


async def path_of(session: Writing, geography: GeographyRow) -> tuple[UUID, ...]:
    """The path from a geography up to its country, as the transaction sees it."""
    path, above = [geography.id], geography.parent_id
    while above is not None:
        path.append(above)
        (parent,) = await session.fetch(GEOGRAPHIES_BY_ID, ids=[above])
        above = parent.parent_id
    return tuple(path)


async def _failure(session: Writing, change: CatalogChange, rows: Sequence[AffectedSchemeRow]) -> ImpactNotAcknowledged:
    listed = rows[:LISTED_SCHEMES]
    places, tiers = change.places, frozenset[UUID]()
    if change.tiers:
        rules = await session.fetch(RULES_BY_SCHEME, ids=[row.id for row in rows])
        tiers = tiers.union(*(change.tiers.get(lowest, ()) for lowest in lowest_tiers(row.rule for row in rules)))
    enrolled = await session.fetch(
        enrolled_by_scheme(in_places=bool(places), of_tiers=bool(tiers)),
        ids=list({row.live_id for row in listed}),
        **_given(places, tiers),
    )
    counts = {count.owner_id: count.total for count in enrolled}
    if not places and not tiers:
        chosen = await session.fetch(GEOGRAPHIES_BY_SCHEME, ids=[row.id for row in rows])
        places = await session.fetch(GEOGRAPHIES_BENEATH, ids=[row.geography.id for row in chosen])
    (ecps,) = await session.fetch(active_ecps(in_places=bool(places), of_tiers=bool(tiers)), **_given(places, tiers))
    schemes = [
        AffectedScheme(
            id=row.id,
            code=row.code,
            revision=row.revision,
            title=row.title,
            state=AffectedState(row.state),
            enrolled_ecps=counts.get(row.live_id, 0),
        )
        for row in listed
    ]
    return ImpactNotAcknowledged(schemes, scheme_count=len(rows), ecp_count=ecps)


def _given(places: Collection[UUID], tiers: Collection[UUID]) -> dict[str, list[UUID]]:
    return {name: list(ids) for name, ids in (("places", places), ("tiers", tiers)) if ids}
