"""Previewing a sale: the points it would earn and why, also in drafts, without posting anything (R21, R22)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import (
    ActivityClause,
    AllOf,
    BonusRule,
    FlatPoints,
    GeographyClause,
    PercentOfBase,
    QuantityClause,
    RuleLimits,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from tests.support.client import Clients, document, gid
from tests.support.factories.enrollments import OPEN, EnrollmentFactory
from tests.support.factories.revisions import JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import expect_errors
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

PROBLEMS = "query ($id: ID!) { node(id: $id) { ... on Scheme { review { contentHash problems { message path } } } } }"
MAY = "2026-05-10T12:00:00Z"
KEEPS = "The preview assumes that ECP-2026-000001 keeps"
BUDGET = "The budget of the scheme is not applied: the preview does not know how much of it is used."


@pytest.fixture
async def ecp_id(factory: SchemeFactory) -> UUID:
    """A Gold ECP in Pune, whose code is ECP-2026-000001."""
    return await factory.ecps.verified()


@pytest.fixture
def rules(world: World) -> list[BonusRule]:
    """A rule that a Gold ECP in Pune meets, one of the same group, and one that it does not meet."""
    gold = AllOf((TierClause((world.tiers["Gold"].id,)), GeographyClause((world.geographies["Maharashtra"].id,))))
    return [
        BonusRule(
            id=key("rule 1"), name="Gold", condition=gold, reward=PercentOfBase(Decimal("12.5")), exclusive_group="best"
        ),
        BonusRule(
            id=key("rule 2"), name="Bulk", condition=QuantityClause(3), reward=FlatPoints(2), exclusive_group="best"
        ),
        BonusRule(
            id=key("rule 3"), name="Trained", condition=ActivityClause("TRAINING_COMPLETED", 1), reward=FlatPoints(100)
        ),
    ]


async def preview(clients: Clients, scheme_id: UUID, ecp_id: UUID, **given: Any) -> Any:
    """Preview a sale of 5 units of AMB-1L in May, with changes."""
    sale = {
        "schemeId": gid(NodeKind.SCHEME, scheme_id),
        "ecpId": gid(NodeKind.ECP, ecp_id),
        "variantId": gid(NodeKind.VARIANT, clients.world.variants["AMB-1L"].id),
        "channel": "SALE",
        "quantity": 5,
        "at": MAY,
    }
    answer = await clients[Role.PROGRAM_MANAGER].send(document("portal/PreviewPoints"), input={**sale, **given})
    return answer.data["previewPoints"]


def errors(found: Any) -> list[tuple[str, str, str]]:
    """Codes, paths and messages."""
    return [(error["code"], ".".join(error["path"]), error["message"]) for error in found["errors"]]


async def test_a_sale_in_a_draft_is_explained_rule_by_rule(
    clients: Clients, factory: SchemeFactory, ecp_id: UUID, rules: list[BonusRule], database_url: str
) -> None:
    """5 units at 10 base points are 50; 12.5 % of them are 6.25, rounded to 6."""
    scheme_id = await factory.complete(rules=rules)
    async with nothing_changes(database_url):
        found = await preview(clients, scheme_id, ecp_id)
    assert (found["basePoints"], found["bonusPoints"], found["points"], found["errors"]) == (50, 6, 56, [])
    assert found["assumptions"] == [
        "ECP-2026-000001 is not enrolled, so the preview assumes enrollment on 30 April 2026.",
        f"{KEEPS} the present status, tier and place until the sale, and that it does no more activities.",
    ]
    gold, bulk, trained = found["verdicts"]
    assert [(verdict["rule"]["name"], verdict["points"]) for verdict in found["verdicts"]] == [
        ("Gold", 6),
        ("Bulk", 0),
        ("Trained", 0),
    ]
    assert gold["verdict"] == {
        "met": True,
        "sentence": "Met: 6 points.",
        "clauses": [
            {"clause": "are Gold", "met": True, "fact": "The ECP is Gold."},
            {"clause": "work in Maharashtra", "met": True, "fact": "The ECP works in Pune, Maharashtra, India."},
        ],
    }
    lost = "Met, but only the best rule of the group “best” pays, which is “Gold”: 0 points."
    assert bulk["verdict"]["sentence"] == lost

    assert trained["verdict"]["met"] is False
    assert trained["verdict"]["sentence"].startswith("Not met: ")


async def test_earlier_activities_of_the_ecp_count(
    clients: Clients, factory: SchemeFactory, ecp_id: UUID, rules: list[BonusRule]
) -> None:
    scheme_id = await factory.complete(rules=rules)
    done = {"externalId": "a-1", "ecpCode": "ECP-2026-000001", "kind": "TRAINING_COMPLETED"}
    activities = [{**done, "occurredAt": "2026-03-01T09:00:00Z"}]
    sent = {"source": "academy", "activities": activities}
    answer = await clients[Role.INTEGRATION].send(document("integration/RecordActivities"), input=sent)
    assert answer.data["recordActivities"]["errors"] == []
    assert (await preview(clients, scheme_id, ecp_id))["bonusPoints"] == 106
    early = await preview(clients, scheme_id, ecp_id, at="2026-02-28T09:00:00Z")
    assert early["verdicts"][2]["points"] == 0


async def test_volumes_can_be_tried(clients: Clients, factory: SchemeFactory, ecp_id: UUID) -> None:
    """The volume is zero unless the manager enters one."""
    rule = BonusRule(
        id=key("rule"),
        name="Many",
        condition=VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 100),
        reward=FlatPoints(30),
        limits=RuleLimits(times_per_ecp=1),
    )
    scheme_id = await factory.complete(rules=[rule])
    found = await preview(clients, scheme_id, ecp_id)
    assert found["bonusPoints"] == 0
    assert found["assumptions"][1:] == [
        f"{KEEPS} the present status, tier and place until the sale.",
        "Where a rule asks for a volume, 0 is assumed to be sold or redeemed before.",
        "The limits of rules are assumed to be unused.",
    ]
    found = await preview(clients, scheme_id, ecp_id, volumeSoFar=1_000)
    assert found["bonusPoints"] == 30
    assert found["assumptions"][2] == "Where a rule asks for a volume, 1,000 is assumed to be sold or redeemed before."


async def test_an_approved_scheme_pays_by_the_revision_in_force(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, ecp_id: UUID, world: World
) -> None:
    """And only enrolled ECPs, from their enrollment on. A draft revision can be previewed too."""
    enrollments = EnrollmentFactory(factory)
    live = await factory.approved(await factory.complete(dates=OPEN))
    assert errors(await preview(clients, live, ecp_id)) == [
        ("ILLEGAL_STATE", "input.ecpId", "ECP-2026-000001 is not enrolled in the scheme.")
    ]
    await enrollments.enrolled(live, ecp_id)
    found = await preview(clients, live, ecp_id)
    assert (found["points"], found["errors"]) == (100, [])
    assert found["assumptions"] == [f"{KEEPS} the present status, tier, place and enrollment until the sale."]
    opened = await revisions.opened(live, JUNE, ends_on=JUNE.date())
    late = {"at": "2026-06-02T00:00:00Z"}
    assert (await preview(clients, live, ecp_id, **late))["points"] == 100
    message = "The scheme ends on 1 June 2026; nobody can earn in it on 2 June 2026."
    assert errors(await preview(clients, opened, ecp_id, **late)) == [("OUT_OF_WINDOW", "input.at", message)]
    assert (await preview(clients, opened, ecp_id))["points"] == 100
    await factory.approved(opened)
    assert errors(await preview(clients, live, ecp_id, **late)) == [("OUT_OF_WINDOW", "input.at", message)]
    assert (await preview(clients, live, ecp_id))["points"] == 100
    early = await preview(clients, live, ecp_id, at="2026-03-09T00:00:00Z")
    assert [message for _, _, message in errors(early)] == [
        "The scheme was approved on 10 March 2026; sales before that earn nothing.",
        "ECP-2026-000001 registered on 10 March 2026; sales before that earn nothing.",
        "The scheme starts on 1 May 2026; nobody can earn in it on 9 March 2026.",
    ]
    assert early["points"] == 0


async def test_nobody_counts_as_enrolled_before_enrollment_opens(
    clients: Clients, factory: SchemeFactory, ecp_id: UUID
) -> None:
    """As in reach: a scheme may start before anybody can enroll in it."""
    late = (date(2026, 5, 11), date(2026, 6, 30), date(2026, 5, 1), date(2026, 7, 31))
    scheme_id = await factory.complete(dates=late)
    found = await preview(clients, scheme_id, ecp_id)
    message = "Enrollment opens on 11 May 2026; sales before that earn nothing."
    assert (found["points"], errors(found)) == (0, [("OUT_OF_WINDOW", "input.at", message)])
    assert found["assumptions"][0] == (
        "ECP-2026-000001 is not enrolled, so the preview assumes enrollment on 11 May 2026."
    )
    found = await preview(clients, scheme_id, ecp_id, at="2026-05-11T00:00:00Z")
    assert (found["basePoints"], errors(found)) == (50, [])


async def test_a_sale_that_cannot_earn_has_reasons_and_still_shows_the_rules(
    clients: Clients, factory: SchemeFactory, ecp_id: UUID, rules: list[BonusRule], world: World
) -> None:
    scheme_id = await factory.complete(rules=rules, places=("Karnataka",))
    other = gid(NodeKind.VARIANT, world.variants["LENS-1"].id)
    found = await preview(clients, scheme_id, ecp_id, variantId=other, at="2026-09-01T00:00:00Z")
    assert errors(found) == [
        ("OUT_OF_SCOPE", "input.ecpId", "ECP-2026-000001 works in Pune, which is not in the scheme."),
        ("OUT_OF_SCOPE", "input.variantId", "LENS-1 is not in the scheme."),
        ("OUT_OF_WINDOW", "input.at", "The scheme ends on 31 July 2026; nobody can earn in it on 1 September 2026."),
    ]
    assert (found["basePoints"], found["bonusPoints"], found["points"]) == (0, 0, 0)
    assert [verdict["verdict"]["met"] for verdict in found["verdicts"]] == [True, True, False]


async def test_a_draft_without_anything_can_be_tried(clients: Clients, factory: SchemeFactory, ecp_id: UUID) -> None:
    found = await preview(clients, await factory.created(), ecp_id)
    assert [code for code, _, _ in errors(found)] == ["OUT_OF_SCOPE", "OUT_OF_SCOPE"]
    assert found["verdicts"] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"quantity": 0}, ("INVALID", "input.quantity", "The quantity is zero; a line has at least one unit.")),
        (
            {"quantity": -1},
            (
                "INVALID",
                "input.quantity",
                "The quantity is negative; a return takes back the points of its sale and earns nothing itself.",
            ),
        ),
        (
            {"channel": "COUPON"},
            ("INVALID", "input.quantity", "A coupon is for one unit, so its quantity is 1."),
        ),
        (
            {"volumeSoFar": -1},
            (
                "INVALID",
                "input.volumeSoFar",
                "The volume so far is out of range; enter a whole number from 0 to 9,007,199,254,740,991.",
            ),
        ),
        ({"schemeId": "x"}, ("NOT_FOUND", "input.schemeId", "This scheme does not exist.")),
        (
            {"schemeId": gid(NodeKind.SCHEME, key("none"))},
            ("NOT_FOUND", "input.schemeId", "This scheme does not exist."),
        ),
        ({"ecpId": gid(NodeKind.ECP, key("none"))}, ("NOT_FOUND", "input.ecpId", "This ECP does not exist.")),
        (
            {"variantId": gid(NodeKind.VARIANT, key("none"))},
            ("NOT_FOUND", "input.variantId", "This variant does not exist."),
        ),
    ],
)
async def test_bad_input_is_an_error(
    clients: Clients,
    factory: SchemeFactory,
    ecp_id: UUID,
    given: dict[str, Any],
    expected: tuple[str, str, str],
) -> None:
    found = await preview(clients, await factory.complete(), ecp_id, **given)
    assert errors(found) == [expected]
    assert (found["points"], found["verdicts"], found["assumptions"]) == (0, [], [])


async def test_a_deleted_tier_matches_nobody(
    clients: Clients, factory: SchemeFactory, ecp_id: UUID, world: World, database_url: str
) -> None:
    """No ECP meets a rule about it, and a scheme with such a rule cannot be submitted."""
    platinum = world.tiers["Platinum"].id
    rule = BonusRule(id=key("rule"), name="Gone", condition=TierClause((platinum,)), reward=FlatPoints(5))
    scheme_id = await factory.complete(rules=[rule])
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM tier WHERE id = $1", platinum)
    await connection.close()
    found = await preview(clients, scheme_id, ecp_id)
    assert (found["bonusPoints"], found["verdicts"][0]["verdict"]["met"]) == (0, False)
    manager = clients[Role.PROGRAM_MANAGER]
    review = (await manager.send(PROBLEMS, id=gid(NodeKind.SCHEME, scheme_id))).data["node"]["review"]
    message = "Rule “Gone” asks for a tier that no longer exists; choose another tier."
    assert review["problems"] == [{"message": message, "path": ["BONUS_RULES", "rules", "0", "condition"]}]
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": review["contentHash"]}
    async with nothing_changes(database_url):
        found = await expect_errors(manager, "submitScheme", **given, acknowledgeWarnings=True)
    message = "The scheme is not complete. Finish every step of the wizard first."
    assert found == [("ILLEGAL_STATE", "input.schemeId", message)]
