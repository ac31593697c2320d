"""Previewing a sale of the past: it is valued by what was true then, whatever happened since (R21, N6)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import (
    AllOf,
    BonusRule,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    PercentOfBase,
    QuantityClause,
    Slab,
    Slabs,
    TierClause,
)
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import enroll, enrollment_gid, mutate
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

CODE = "ECP-2026-000001"
# Enrollment is open as long as the scheme runs.
DATES = (date(2026, 3, 1), date(2026, 7, 31), date(2026, 3, 1), date(2026, 7, 31))


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def ecp_id(enrollments: EnrollmentFactory) -> UUID:
    """An ECP in Pune, verified as Silver on 10 March."""
    return await enrollments.ecps.verified(tier="Silver")


@pytest.fixture
async def scheme_id(enrollments: EnrollmentFactory, ecp_id: UUID, world: World) -> UUID:
    """A scheme that pays 1,000 points to newcomers, 100 to Gold and 10 in Pune."""
    del ecp_id
    conditions: dict[str, tuple[Condition, int]] = {
        "New": (EnrolledWithinClause(30), 1_000),
        "Gold": (TierClause((world.tiers["Gold"].id,)), 100),
        "Pune": (GeographyClause((world.geographies["Pune"].id,)), 10),
    }
    rules = [
        BonusRule(id=key(f"rule {name}"), name=name, condition=condition, reward=FlatPoints(points))
        for name, (condition, points) in conditions.items()
    ]
    made = await enrollments.schemes.complete(places=("Maharashtra",), dates=DATES, rules=rules)
    return await enrollments.schemes.approved(made)


async def preview(client: Client, scheme_id: UUID, ecp_id: UUID, at: datetime, **given: Any) -> Any:
    """Preview a sale of one unit of AMB-1L, which has 10 base points."""
    sale = {
        "schemeId": gid(NodeKind.SCHEME, scheme_id),
        "ecpId": gid(NodeKind.ECP, ecp_id),
        "variantId": gid(NodeKind.VARIANT, key("variant AMB-1L")),
        "channel": "SALE",
        "quantity": 1,
        "at": at.isoformat(),
    }
    answer = await client.send(document("portal/PreviewPoints"), input={**sale, **given})
    return answer.data["previewPoints"]


def day(month: int, number: int) -> datetime:
    """Noon in UTC."""
    return datetime(2026, month, number, 12, tzinfo=UTC)


async def move(client: Client, ecp_id: UUID, place: UUID) -> None:
    """Correct where an ECP works."""
    given = {"ecpId": gid(NodeKind.ECP, ecp_id), "geographyId": gid(NodeKind.GEOGRAPHY, place)}
    assert (await client.send(document("portal/UpdateEcp"), input=given)).data["updateEcp"]["errors"] == []


async def verify(client: Client, ecp_id: UUID, tier: UUID) -> None:
    """Verify an ECP with a tier."""
    given = {"ecpId": gid(NodeKind.ECP, ecp_id), "tierId": gid(NodeKind.TIER, tier)}
    assert (await client.send(document("portal/VerifyEcp"), input=given)).data["verifyEcp"]["errors"] == []


async def test_tier_place_and_status_are_those_of_the_time_of_the_sale(  # noqa: PLR0913, PLR0917 - fixtures
    manager: Client,
    enrollments: EnrollmentFactory,
    ecp_id: UUID,
    scheme_id: UUID,
    clock: TestClock,
    world: World,
) -> None:
    """R21: becoming Gold, moving, and being suspended later change nothing about it."""
    await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = day(4, 20)
    assert (await preview(manager, scheme_id, ecp_id, day(4, 15)))["points"] == 20
    await verify(manager, ecp_id, world.tiers["Gold"].id)
    clock.now = day(5, 1)
    await move(manager, ecp_id, world.geographies["Mumbai"].id)
    clock.now = day(5, 10)
    await move(manager, ecp_id, world.geographies["Mysuru"].id)
    clock.now = day(5, 20)
    await enrollments.suspend(ecp_id)
    clock.now = day(6, 1)
    expected = {day(4, 15): 20, day(4, 21): 120, day(5, 2): 110}
    assert {at: (await preview(manager, scheme_id, ecp_id, at))["points"] for at in expected} == expected
    moved = await preview(manager, scheme_id, ecp_id, day(5, 11))
    message = f"At the time of the sale, {CODE} worked in Mysuru, which is not in the scheme."
    assert ([error["message"] for error in moved["errors"]], moved["points"]) == ([message], 0)
    suspended = await preview(manager, scheme_id, ecp_id, day(5, 21))
    assert suspended["errors"][0]["message"] == (
        f"{CODE} was suspended at the time of the sale; such sales earn nothing."
    )
    now = await preview(manager, scheme_id, ecp_id, day(6, 2))
    assert [error["message"] for error in now["errors"]] == [
        f"{CODE} is suspended and earns nothing.",
        f"{CODE} works in Mysuru, which is not in the scheme.",
    ]
    early = await preview(manager, scheme_id, ecp_id, day(3, 9))
    assert f"{CODE} registered on 10 March 2026; sales before that earn nothing." in [
        error["message"] for error in early["errors"]
    ]


async def test_leaving_and_coming_back_changes_nothing_that_was_earned(  # noqa: PLR0913, PLR0917 - fixtures
    ecp: Client,
    manager: Client,
    enrollments: EnrollmentFactory,
    ecp_id: UUID,
    scheme_id: UUID,
    clock: TestClock,
    database_url: str,
) -> None:
    """R21: sales while the ECP was away earn nothing, and the bonus for newcomers counts from the first enrollment."""
    clock.now = day(4, 1)
    own = enrollment_gid(await enrollments.enrolled(scheme_id, ecp_id))
    clock.now = day(5, 1)
    before = await preview(manager, scheme_id, ecp_id, day(4, 2))
    assert before["points"] == 1_020
    await mutate(ecp, "withdrawEnrollment", enrollmentId=own)
    clock.now = day(5, 10)
    away = await preview(manager, scheme_id, ecp_id, day(5, 5))
    ended = f"The enrollment of {CODE} ended on 1 May 2026; sales after that earn nothing."
    assert ([error["message"] for error in away["errors"]], away["points"]) == ([ended], 0)
    assert await preview(manager, scheme_id, ecp_id, day(4, 2)) == before
    assert (await enroll(ecp, scheme_id))["status"] == "ENROLLED"
    clock.now = day(5, 12)
    async with nothing_changes(database_url):
        assert await preview(manager, scheme_id, ecp_id, day(4, 2)) == before
        between = await preview(manager, scheme_id, ecp_id, day(5, 5))
        message = (
            f"The enrollment of {CODE} ended on 1 May 2026, and {CODE} enrolled again on 10 May 2026; "
            "sales in between earn nothing."
        )
        assert [error["message"] for error in between["errors"]] == [message]
        again = await preview(manager, scheme_id, ecp_id, day(5, 11))
        assert (again["points"], again["errors"]) == (20, [])
        fact = again["verdicts"][0]["verdict"]["clauses"][0]["fact"]
        assert fact == "The ECP first enrolled on 1 April 2026, 40 days before the sale; at most 30 days are allowed."
        early = await preview(manager, scheme_id, ecp_id, day(3, 20))
        assert [error["message"] for error in early["errors"]] == [
            f"{CODE} enrolled on 1 April 2026; sales before that earn nothing."
        ]


async def test_an_undecided_application_says_so(ecp: Client, manager: Client, ecp_id: UUID, scheme_id: UUID) -> None:
    await enroll(ecp, scheme_id)
    found = await preview(manager, scheme_id, ecp_id, day(3, 11))
    assert [error["message"] for error in found["errors"]] == [
        f"{CODE} is not enrolled in the scheme: no manager has decided on the application yet."
    ]


async def test_a_preview_of_a_draft_never_contradicts_itself(
    manager: Client, enrollments: EnrollmentFactory, ecp_id: UUID
) -> None:
    """R21: what it assumes is called an assumption wherever it appears; it says what it does not know."""
    rule = BonusRule(id=key("rule"), name="New", condition=EnrolledWithinClause(30), reward=FlatPoints(5))
    draft = await enrollments.schemes.complete(rules=[rule], dates=DATES, budget=1_000)
    found = await preview(manager, draft, ecp_id, day(3, 12))
    assert found["points"] == 15
    assert found["assumptions"] == [
        f"{CODE} is not enrolled, so the preview assumes enrollment on 12 March 2026.",
        f"The preview assumes that {CODE} keeps the present status, tier and place until the sale.",
        "The budget of the scheme is not applied: the preview does not know how much of it is used.",
    ]
    fact = found["verdicts"][0]["verdict"]["clauses"][0]["fact"]
    assert fact == "The ECP would enroll on 12 March 2026, on the day of the sale; at most 30 days are allowed."


async def test_a_met_rule_that_pays_nothing_says_why(
    manager: Client, enrollments: EnrollmentFactory, ecp_id: UUID
) -> None:
    """R22: too few units for its first slab, or a share that rounds to nothing."""
    few = AllOf((QuantityClause(1),))
    rules = [
        BonusRule(id=key("rule 1"), name="Case", condition=few, reward=Slabs((Slab(10, 2),))),
        BonusRule(id=key("rule 2"), name="Crumbs", condition=few, reward=PercentOfBase(Decimal(5))),
    ]
    found = await preview(manager, await enrollments.schemes.complete(rules=rules, dates=DATES), ecp_id, day(3, 12))
    assert [verdict["verdict"]["sentence"] for verdict in found["verdicts"]] == [
        "Met, but the reward begins at 10 units on one line: 0 points.",
        "Met, but its share of the base points is half a point or less on this line: 0 points.",
    ]
