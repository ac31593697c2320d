"""Changes of the catalog that approved schemes depend on: acknowledged, for sales from then on only (N1, R5, R21)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import BonusRule, Condition, FlatPoints, GeographyClause, ProductClause, TierClause
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import OPEN, EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes
from tests.support.world import World

CHANGED = datetime(2026, 5, 20, 12, tzinfo=UTC)
PAST, NEW = "2026-05-10T12:00:00Z", "2026-05-25T12:00:00Z"
IMPACT = """errors { __typename code message path ... on ImpactNotAcknowledged {
    schemeCount ecpCount schemes { schemeId code revision title state enrolledEcps } } }"""


class Case(Struct, frozen=True):
    """A change: the condition that it affects, what is sent, and the points of the rule for a Gold ECP in Pune."""

    condition: Callable[[World], Condition]
    send: Callable[[World], tuple[str, dict[str, Any]]]
    before: int
    after: int
    ecps: int = 1


def _tier(world: World, name: str, rank: int) -> tuple[str, dict[str, Any]]:
    tier = world.tiers[name]
    return "upsertTier", {"id": gid(NodeKind.TIER, tier.id), "code": tier.code, "name": tier.name, "rank": rank}


def _city(world: World, name: str, parent: str) -> tuple[str, dict[str, Any]]:
    city, above = world.geographies[name], world.geographies[parent]
    given = {"id": gid(NodeKind.GEOGRAPHY, city.id), "code": city.code, "name": city.name, "level": city.level}
    return "upsertGeography", {**given, "parentId": gid(NodeKind.GEOGRAPHY, above.id)}


def _product(world: World, name: str, category: str) -> tuple[str, dict[str, Any]]:
    product = world.products[name]
    given = {"id": gid(NodeKind.PRODUCT, product.id), "name": name, "brand": product.brand, "variants": []}
    return "upsertProduct", {**given, "category": category}


def _merge(_world: World) -> tuple[str, dict[str, Any]]:
    return "mergeCategories", {"category": "engine  OIL", "into": "Car care"}


CASES = {
    "the rank of a tier rises above another": Case(
        condition=lambda world: TierClause(at_least=world.tiers["Platinum"].id),
        send=lambda world: _tier(world, "Gold", 9),
        before=0,
        after=50,
    ),
    "the rank of a tier falls below another": Case(
        condition=lambda world: TierClause(at_least=world.tiers["Gold"].id),
        send=lambda world: _tier(world, "Silver", 9),
        before=50,
        after=50,
        ecps=0,
    ),
    "a city moves out of the place of a rule": Case(
        condition=lambda world: GeographyClause((world.geographies["Maharashtra"].id,)),
        send=lambda world: _city(world, "Pune", "Karnataka"),
        before=50,
        after=0,
    ),
    "a region moves into the place of a rule": Case(
        condition=lambda world: GeographyClause((world.geographies["Nepal"].id, world.geographies["Mysuru"].id)),
        send=lambda world: _city(world, "Maharashtra", "Nepal"),
        before=0,
        after=50,
    ),
    "a product leaves a category": Case(
        condition=lambda world: ProductClause(category_ids=(world.categories["Engine oil"].id,)),
        send=lambda world: _product(world, "Amber Oil", "Car care"),
        before=50,
        after=0,
    ),
    "a product enters a category": Case(
        condition=lambda world: ProductClause(category_ids=(world.categories["Eye care"].id,)),
        send=lambda world: _product(world, "Amber Oil", "EYE  care"),
        before=0,
        after=50,
    ),
    "two categories become one": Case(
        condition=lambda world: ProductClause(category_ids=(world.categories["Car care"].id,)),
        send=_merge,
        before=0,
        after=50,
    ),
}


@pytest.fixture
def admin(clients: Clients) -> Client:
    """The administrator."""
    return clients[Role.ADMIN]


async def send(client: Client, name: str, given: dict[str, Any], *, acknowledge: bool | None = None) -> list[Any]:
    """Send a mutation of the catalog and return its errors."""
    sent = f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {IMPACT} }} }}"
    answer = await client.send(sent, input={**given, "acknowledgeImpact": acknowledge})
    errors: list[Any] = answer.data[name]["errors"]
    return errors


async def bonus(clients: Clients, scheme_id: UUID, ecp_id: UUID, at: str) -> int:
    """The bonus points of a sale at a moment."""
    sale = {
        "schemeId": gid(NodeKind.SCHEME, scheme_id),
        "ecpId": gid(NodeKind.ECP, ecp_id),
        "variantId": gid(NodeKind.VARIANT, clients.world.variants["AMB-1L"].id),
        "channel": "SALE",
        "quantity": 5,
        "at": at,
    }
    found = (await clients[Role.PROGRAM_MANAGER].send(document("portal/PreviewPoints"), input=sale)).data
    assert found["previewPoints"]["errors"] == []
    points: int = found["previewPoints"]["bonusPoints"]
    return points


async def live(factory: SchemeFactory, *rules: BonusRule, places: tuple[str, ...] = ("India", "Nepal")) -> UUID:
    """An approved scheme in which enrollment is open."""
    return await factory.approved(await factory.complete(rules=rules, places=places, dates=OPEN))


@pytest.mark.parametrize("name", CASES)
async def test_an_acknowledged_change_is_for_new_sales_only(  # noqa: PLR0913, PLR0917 - fixtures
    name: str,
    admin: Client,
    clients: Clients,
    factory: SchemeFactory,
    enrollments: EnrollmentFactory,
    world: World,
    clock: TestClock,
    database_url: str,
) -> None:
    """Without an acknowledgment nothing changes, and the error names the scheme and counts the ECPs."""
    case = CASES[name]
    scheme_id = await live(factory, factory.rule("Rule", case.condition(world), FlatPoints(50)))
    ecp_id = await factory.ecps.verified()
    await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = CHANGED
    assert await bonus(clients, scheme_id, ecp_id, PAST) == await bonus(clients, scheme_id, ecp_id, NEW) == case.before
    mutation, given = case.send(world)
    async with nothing_changes(database_url):
        (error,) = await send(admin, mutation, given)
        assert await send(admin, mutation, given, acknowledge=False) == [error]
    assert {key: error[key] for key in ("__typename", "code", "path", "schemeCount", "ecpCount")} == {
        "__typename": "ImpactNotAcknowledged",
        "code": "REQUIRED",
        "path": ["input", "acknowledgeImpact"],
        "schemeCount": 1,
        "ecpCount": case.ecps,
    }
    assert error["schemes"] == [
        {
            "schemeId": gid(NodeKind.SCHEME, scheme_id),
            "code": "SCH-2026-000001",
            "revision": 1,
            "title": "Monsoon Care",
            "state": "IN_FORCE",
            "enrolledEcps": case.ecps,
        }
    ]
    ecps = f"{case.ecps} active ECP{'' if case.ecps == 1 else 's'}"
    assert error["message"] == (
        "This changes what “Monsoon Care” (SCH-2026-000001) will pay or whom it will include, "
        f"and concerns {ecps}. Read the list of schemes, and set acknowledgeImpact to make the change."
    )
    assert await send(admin, mutation, given, acknowledge=True) == []
    assert await bonus(clients, scheme_id, ecp_id, PAST) == case.before
    assert await bonus(clients, scheme_id, ecp_id, NEW) == case.after


async def test_a_scheme_may_lose_a_city(admin: Client, factory: SchemeFactory, world: World, database_url: str) -> None:
    """Whom the scheme itself includes counts, and not only its rules. A scheme of the whole country does not care."""
    await live(factory, places=("India",))
    assert await send(admin, *_city(world, "Pune", "Karnataka")) == []
    scheme_id = await live(factory, places=("Karnataka",))
    async with nothing_changes(database_url):
        (error,) = await send(admin, *_city(world, "Pune", "Maharashtra"))
    assert [scheme["schemeId"] for scheme in error["schemes"]] == [gid(NodeKind.SCHEME, scheme_id)]


async def test_a_tier_between_two_others_is_acknowledged(
    admin: Client, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """“Silver or above” includes the new tier, which its approver has not seen. A tier below Silver is not included."""
    for name, rank in (("Silver", 20), ("Gold", 30), ("Platinum", 40)):
        assert await send(admin, *_tier(world, name, rank)) == []
    await live(factory, factory.rule("Rule", TierClause(at_least=world.tiers["Silver"].id)))
    assert await send(admin, "upsertTier", {"code": "IRON", "name": "Iron", "rank": 2}) == []
    between = {"code": "TITAN", "name": "Titan", "rank": 25}
    async with nothing_changes(database_url):
        (error,) = await send(admin, "upsertTier", between)
    assert (error["schemeCount"], error["ecpCount"]) == (1, 0)
    assert await send(admin, "upsertTier", between, acknowledge=True) == []


async def test_a_rank_that_another_tier_has_is_rejected_before_an_acknowledgment(
    admin: Client, factory: SchemeFactory, world: World
) -> None:
    """An administrator who swaps two tiers learns which one stands in the way."""
    await live(factory, factory.rule("Rule", TierClause(at_least=world.tiers["Gold"].id)))
    (error,) = await send(admin, *_tier(world, "Silver", world.tiers["Gold"].rank))
    assert (error["code"], error["path"]) == ("DUPLICATE", ["input", "rank"])
    assert error["message"] == "The tier Gold has this rank. Give that tier an unused rank first."


async def test_what_no_live_scheme_depends_on_needs_no_acknowledgment(
    admin: Client, factory: SchemeFactory, revisions: RevisionFactory, world: World, clock: TestClock
) -> None:
    """Drafts, rejected and ended schemes, contents that were replaced, and changes that leave the order as it is."""
    rule = factory.rule("Rule", TierClause(at_least=world.tiers["Gold"].id))
    await factory.complete(rules=[rule])
    await factory.rejected()
    ended = (date(2026, 2, 1), date(2026, 2, 10), date(2026, 3, 1), date(2026, 3, 20))
    await factory.approved(await factory.complete(rules=[rule], dates=ended))
    listed = factory.rule("Rule", TierClause((world.tiers["Gold"].id,)))
    await factory.approved(await factory.complete(rules=[listed]))
    assert await send(admin, *_tier(world, "Platinum", 9)) == []
    clock.now = datetime(2026, 3, 21, 1, tzinfo=UTC)
    assert await send(admin, *_tier(world, "Gold", 1_0)) == []
    assert await send(admin, *_tier(world, "Gold", 8)) == []


async def test_revisions_and_submissions_count(
    admin: Client, factory: SchemeFactory, revisions: RevisionFactory, world: World, database_url: str
) -> None:
    """What takes effect later and what an approver reads now is affected, too; a submission that lapsed is not."""
    gold = factory.rule("Rule", TierClause(at_least=world.tiers["Gold"].id))
    first = await live(factory, gold)
    await revisions.approved(first)
    waiting = await factory.submitted(await factory.complete("Waiting", rules=[gold]))
    lapsed = await factory.submitted(await factory.complete("Lapsed", rules=[gold]))
    await revisions.changed(lapsed, title="Changed")
    async with nothing_changes(database_url):
        (error,) = await send(admin, *_tier(world, "Silver", 9))
    assert [(scheme["code"], scheme["revision"], scheme["state"]) for scheme in error["schemes"]] == [
        ("SCH-2026-000001", 1, "IN_FORCE"),
        ("SCH-2026-000001", 2, "SCHEDULED"),
        ("SCH-2026-000002", 1, "SUBMITTED"),
    ]
    assert error["schemes"][2]["schemeId"] == gid(NodeKind.SCHEME, waiting)
    assert error["message"].startswith("This changes what “Monsoon Care” (SCH-2026-000001) and 2 more schemes will pay")


async def test_a_product_outside_the_scheme_does_not_matter(
    admin: Client, factory: SchemeFactory, world: World
) -> None:
    """A rule about a category applies to the variants of its scheme only."""
    oil = ProductClause(category_ids=(world.categories["Engine oil"].id, world.categories["Car care"].id))
    await live(factory, factory.rule("Rule", oil))
    assert await send(admin, *_product(world, "Cedar Wax", "Engine oil")) == []


async def test_merging_is_validated(admin: Client, database_url: str) -> None:
    async with nothing_changes(database_url):
        for given, path, message in (
            (("Engine oil", "ENGINE oil"), "into", "A category cannot be merged into itself; choose another one."),
            (("Toys", "Car care"), "category", "No category has the name “Toys”; choose one of the catalog."),
            (("Car care", "Toys"), "into", "No category has the name “Toys”; choose one of the catalog."),
        ):
            (error,) = await send(admin, "mergeCategories", dict(zip(("category", "into"), given, strict=True)))
            assert (error["path"], error["message"]) == (["input", path], message)


async def test_a_merged_category_is_no_longer_listed(admin: Client, database_url: str) -> None:
    """Merging it again changes nothing."""
    assert await send(admin, "mergeCategories", {"category": "Eye care", "into": "Car care"}) == []
    assert (await admin.send("{ categories }")).data["categories"] == ["Car care", "Engine oil"]
    async with nothing_changes(database_url):
        assert await send(admin, "mergeCategories", {"category": "Eye care", "into": "Car care"}) == []
