"""For any content, a revision takes effect exactly as approved, and stages follow the facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.schemes import changes
from domain.channels import EarningChannel
from domain.rules.model import (
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    QuantityClause,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
)
from domain.schemes.content import (
    Basics,
    CouponValue,
    Material,
    SchemeContent,
    canonical,
    content_hash,
    differences,
)
from domain.schemes.lifecycle import timeline
from graphql_api.context import Environment
from resolvers.schemes.rederive import rederive
from resolvers.schemes.revisions import content_in_force
from tests.support.clock import TestClock
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import key

SKUS = ("AMB-1L", "AMB-4L", "CED-250", "LENS-1")
PLACES = ("India", "Maharashtra", "Pune", "Kathmandu")
LAST = date(2099, 12, 31)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
DAYS = st.dates(date(2026, 1, 1), LAST)
PAIRS = st.tuples(DAYS, DAYS).map(sorted)
CLAUSES = st.one_of(
    st.just(TierClause(at_least=key("tier Gold"))),
    st.just(GeographyClause((key("geography Pune"),))),
    st.builds(ChannelClause, st.sampled_from(EarningChannel)),
    st.builds(QuantityClause, st.integers(1, 10**6)),
    st.builds(PeriodClause, DAYS),
)
CONDITIONS = st.recursive(
    CLAUSES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(AllOf),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(AnyOf),
        inner.map(Not),
    ),
    max_leaves=4,
)
NUMBERS = st.decimals(Decimal("0.01"), 1000, places=2)
REWARDS = st.one_of(
    st.builds(FlatPoints, st.integers(1, 10**6)),
    st.builds(PercentOfBase, NUMBERS),
    st.builds(MultiplyBase, NUMBERS),
    st.lists(st.builds(Slab, st.integers(1, 99), st.integers(1, 99)), min_size=1, max_size=3).map(tuple).map(Slabs),
)
RULES = st.builds(
    BonusRule,
    st.uuids(version=4),
    TEXTS,
    CONDITIONS,
    REWARDS,
    st.builds(RuleLimits, st.none() | st.integers(1, 10**6)),
    st.integers(0, 9),
    st.none() | TEXTS,
)


@st.composite
def contents(draw: st.DrawFn) -> SchemeContent:
    """A complete definition."""
    opens_on, closes_on = draw(PAIRS)
    basics = Basics(
        title=draw(TEXTS),
        channels=tuple(draw(st.lists(st.sampled_from(EarningChannel), min_size=1, unique=True))),
        description=draw(st.none() | TEXTS),
        enrollment_opens_on=opens_on,
        enrollment_closes_on=closes_on,
        starts_on=draw(DAYS),
        ends_on=LAST,
        terms_markdown=draw(TEXTS),
        budget=draw(st.none() | st.integers(1, 10**12)),
        materials=tuple(draw(st.lists(st.builds(Material, TEXTS, TEXTS), max_size=2))),
    )
    variants = tuple(key(f"variant {sku}") for sku in draw(st.sets(st.sampled_from(SKUS), min_size=1)))
    values = tuple(CouponValue(one, draw(st.integers(0, 10**6)), draw(st.integers(1, 10**8))) for one in variants)
    places = tuple(key(f"geography {name}") for name in draw(st.sets(st.sampled_from(PLACES), min_size=1)))
    rules = tuple(draw(st.lists(RULES, max_size=3, unique_by=lambda rule: rule.id)))
    return SchemeContent(basics=basics, variant_ids=variants, geography_ids=places, coupon_values=values, rules=rules)


@given(row=st.lists(contents(), min_size=4, max_size=4))
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
async def test_a_revision_takes_effect_as_approved(  # noqa: PLR0913, PLR0917 - fixtures and an example
    row: list[SchemeContent],
    factory: SchemeFactory,
    revisions: RevisionFactory,
    environment: Environment,
    clock: TestClock,
    database_url: str,
) -> None:
    """R5: after each of four revisions in a row, in the scheme, for valuation and in every derived row."""
    clock.now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    live = await factory.complete(dates=(date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1), LAST))
    await factory.approved(live)
    for content in row:
        before = (await factory.definition(live)).content
        effective_at = clock.now + timedelta(days=1)
        revision = await revisions.opened(live, effective_at)
        assert (await factory.definition(revision)).content == before
        await _store(environment, factory, revision, content)
        opened = await factory.definition(revision)
        assert opened.changes == differences(before, content)
        await factory.approved(revision)
        clock.now = effective_at
        assert await revisions.apply_due() == 1
        found = await factory.definition(live)
        assert found.content_hash == found.scheme.content_hash == opened.content_hash == content_hash(content)
        assert (canonical(found.content), found.standing.current) == (canonical(content), True)
        assert await _in_force(environment, live, clock.now) == canonical(content)
        assert await _spans(database_url, live) == len(timeline(found.facts))


async def _store(environment: Environment, factory: SchemeFactory, revision: UUID, content: SchemeContent) -> None:
    """Save all five steps of a revision at once, without the checks of their mutations."""
    operation, scheme = factory.operation(), (await factory.definition(revision)).scheme
    async with environment.database.writing() as session:
        await changes.set_basics(session, scheme, content.basics, 2, None)
        await changes.set_sections(session, revision, content)
        await rederive(operation, session, revision)
    # It has read the program.
    await operation.close()


async def _in_force(environment: Environment, scheme_id: UUID, at: datetime) -> SchemeContent | None:
    operation = environment.operation(None)
    try:
        return await content_in_force(operation, scheme_id, at)
    finally:
        await operation.close()


async def _spans(url: str, scheme_id: UUID) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT count(*) FROM scheme_stage WHERE scheme_id = $1", scheme_id)
    finally:
        await connection.close()
