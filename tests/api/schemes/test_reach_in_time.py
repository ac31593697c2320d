"""Reach only looks ahead: sales before a scheme or revision is in force do not count (R4)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.permissions import Role
from domain.rules.model import BonusRule, FlatPoints, PeriodClause
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.revisions import JULY, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import scheme
from tests.support.world import key

REVIEW = """query ($id: ID!) { node(id: $id) { ... on Scheme { review {
  ruleReach { verdict sentence } warnings { code message } } } } }"""
REACHED = [{"verdict": "OK", "sentence": "10 of 10 ECPs could qualify."}]
NO_SALE = "No sale of this scheme can come from ECPs who earn points from 1 May 2026 to 31 May 2026."


@pytest.fixture
async def in_may(factory: SchemeFactory) -> UUID:
    """A draft for May to July whose only rule is for May."""
    await factory.ecps.crowd(10)
    rule = BonusRule(
        id=key("rule may"),
        name="may",
        condition=PeriodClause(date(2026, 5, 1), date(2026, 5, 31)),
        reward=FlatPoints(5),
    )
    return await factory.complete(rules=[rule])


async def _reviewed(client: Client, scheme_id: UUID) -> tuple[Any, dict[str, str]]:
    review = (await client.send(REVIEW, id=scheme(scheme_id))).data["node"]["review"]
    return review["ruleReach"], {found["code"]: found["message"] for found in review["warnings"]}


async def test_a_revision_reaches_nobody_before_its_time(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, in_may: UUID
) -> None:
    manager = clients[Role.PROGRAM_MANAGER]
    revision = await revisions.opened(await factory.approved(in_may), JULY, budget=300_000)
    reach, warnings = await _reviewed(manager, revision)
    assert reach == [{"verdict": "NOBODY", "sentence": NO_SALE}]
    assert warnings["REACHES_NOBODY"] == f"Rule “may” reaches nobody: {NO_SALE}"
    assert warnings["OUTSIDE_SCHEME"] == (
        "Rule “may” names dates outside the time in which it can pay, from 1 July 2026 to 31 July 2026."
    )
    assert await _reviewed(manager, in_may) == (REACHED, {})


async def test_a_draft_reaches_nobody_on_days_that_have_passed(
    clients: Clients, clock: TestClock, in_may: UUID
) -> None:
    """On its last day, the rule still reaches everybody; on the next day, nobody."""
    manager = clients[Role.PROGRAM_MANAGER]
    clock.now = datetime(2026, 5, 31, 12, tzinfo=UTC)
    reach, warnings = await _reviewed(manager, in_may)
    assert (reach, "OUTSIDE_SCHEME" in warnings) == (REACHED, False)
    clock.now = datetime(2026, 6, 1, tzinfo=UTC)
    reach, warnings = await _reviewed(manager, in_may)
    assert reach == [{"verdict": "NOBODY", "sentence": NO_SALE}]
    assert warnings["OUTSIDE_SCHEME"] == (
        "Rule “may” names dates outside the time in which it can pay, from 1 June 2026 to 31 July 2026."
    )


async def test_a_past_scheme_is_reported_once_instead_of_per_rule(
    clients: Clients, clock: TestClock, in_may: UUID
) -> None:
    clock.now = datetime(2026, 8, 1, tzinfo=UTC)
    reach, warnings = await _reviewed(clients[Role.PROGRAM_MANAGER], in_may)
    assert (reach, set(warnings)) == (REACHED, {"ENROLLMENT_CLOSED", "SCHEME_ENDED"})
