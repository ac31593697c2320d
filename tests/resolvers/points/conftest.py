"""Schemes with rules, ECPs in them, and a desk that records their sales."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.rules.model import BonusRule
from graphql_api.context import Environment
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.expiry_desk import ExpiryDesk
from tests.support.factories.enrollments import OPEN, EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.ledger_desk import LedgerDesk
from tests.support.ledger_rows import LedgerRows
from tests.support.world import World

MakeScheme = Callable[..., Awaitable[UUID]]


@pytest.fixture
def desk(environment: Environment, world: World) -> LedgerDesk:
    """Records sales."""
    return LedgerDesk(environment, world)


@pytest.fixture
async def ecp_id(enrollments: EnrollmentFactory) -> UUID:
    """A Gold ECP in Pune."""
    return await enrollments.ecps.verified()


@pytest.fixture
def make_scheme(enrollments: EnrollmentFactory) -> MakeScheme:
    """Makes an approved scheme with rules, in which ECPs are enrolled; AMB-1L has 10 base points and AMB-4L has 20."""

    async def make(*rules: BonusRule, ecp_ids: tuple[UUID, ...] = (), budget: int | None = None) -> UUID:
        schemes = enrollments.schemes
        scheme_id = await schemes.approved(await schemes.complete(rules=rules, dates=OPEN, budget=budget))
        for ecp_id in ecp_ids:
            await enrollments.enrolled(scheme_id, ecp_id)
        return scheme_id

    return make


@pytest.fixture
def rows(cleaner: Cleaner) -> LedgerRows:
    """Reads the rows of the ledger."""
    return LedgerRows(cleaner)


@pytest.fixture
async def expiry(  # noqa: PLR0913, PLR0917 - what a scheme and its ledger are made of
    desk: LedgerDesk,
    cleaner: Cleaner,
    make_scheme: MakeScheme,
    revisions: RevisionFactory,
    ecp_id: UUID,
    clock: TestClock,
) -> ExpiryDesk:
    """A scheme whose points expire after 100 days, with one ECP."""
    scheme_id = await make_scheme(ecp_ids=(ecp_id,))
    await revisions.approved(scheme_id, clock.now + timedelta(hours=1), points_expire_after_days=100)
    clock.now += timedelta(hours=2)
    assert await revisions.apply_due() == 1
    clock.now = datetime(2026, 5, 11, 12, tzinfo=UTC)
    return ExpiryDesk(desk, cleaner, scheme_id)
