"""The reach of a scheme's rules: at review, and as stored with its submission (R4)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from db.catalog.changes import put_rows
from db.ecps.activity_changes import add_activities
from db.ecps.activity_reads import StoredActivityRow
from domain.permissions import Role
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    Condition,
    FlatPoints,
    GeographyClause,
    QuantityClause,
    TierClause,
)
from graphql_api.context import Environment
from resolvers.schemes.definitions import definitions_by_scheme
from resolvers.schemes.reach import assessments_by_definition
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import expect_errors, mutate, scheme
from tests.support.unchanged import nothing_changes
from tests.support.world import BEGINNING, World, key

REACH = """fragment Reach on RuleReach { rule { name qualifies } verdict sentence eligible audience
  funnel { clause remaining excluded } }"""
REVIEW = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Scheme {{ review {{ contentHash ruleReach {{ ...Reach }}
  warnings {{ code message acknowledge rule {{ name }} }} }} submission {{ acknowledgedWarnings
  ruleReach {{ ...Reach }} }} }} }} }} {REACH}"""
NO_GOLD = "No Gold ECP works in Pune; 41 Silver ECPs do."


def rules(world: World, **conditions: Condition) -> list[BonusRule]:
    """A rule for each condition, in order."""
    return [
        BonusRule(id=key(f"rule {name}"), name=name, condition=condition, reward=FlatPoints(5))
        for name, condition in conditions.items()
    ]


@pytest.fixture
async def scheme_id(factory: SchemeFactory, world: World) -> UUID:
    """A scheme of Maharashtra with 41 Silver ECPs in Pune, 5 Gold ones in Mumbai, and others elsewhere."""
    for count, place, tier in ((41, "Pune", "Silver"), (5, "Mumbai", "Gold"), (60, "Mysuru", "Gold")):
        await factory.ecps.crowd(count, place=place, tier=tier)
    await factory.ecps.registered("Binod Thapa", place="Pune")
    await factory.ecps.suspended("Chitra Iyer", place="Pune", tier="Gold")
    gold, pune = TierClause((world.tiers["Gold"].id,)), GeographyClause((world.geographies["Pune"].id,))
    trained = ActivityClause("TRAINING_COMPLETED", 1)
    made = rules(world, nobody=AllOf((gold, pune)), few=gold, everybody=QuantityClause(2), trained=trained)
    return await factory.complete(rules=made)


async def _review(client: Client, scheme_id: UUID) -> Any:
    return (await client.send(REVIEW, id=scheme(scheme_id))).data["node"]


def _summarize(reaches: Sequence[Any]) -> list[tuple[str, str, str, int, int]]:
    return [
        (found["rule"]["name"], found["verdict"], found["sentence"], found["eligible"], found["audience"])
        for found in reaches
    ]


NEVER = (
    "The rule asks for ECPs who have completed the activity “Training completed” at least once; no ECP of the scheme "
    "has ever done so."
)
NOW = [
    ("nobody", "NOBODY", NO_GOLD, 0, 46),
    ("few", "FEW", "Only 5 of 46 ECPs could qualify.", 5, 46),
    ("everybody", "OK", "46 of 46 ECPs could qualify.", 46, 46),
    ("trained", "NOBODY", NEVER, 0, 46),
]


async def test_the_review_counts_the_ecps_that_each_rule_reaches(clients: Clients, scheme_id: UUID) -> None:
    """Only active ECPs of the scheme's geographies count; suspended and waiting ones do not."""
    review = (await _review(clients[Role.PROGRAM_MANAGER], scheme_id))["review"]
    assert _summarize(review["ruleReach"]) == NOW
    assert review["ruleReach"][0]["funnel"] == [
        {"clause": "ECPs who are Gold", "remaining": 5, "excluded": 41},
        {"clause": "ECPs who work in Pune", "remaining": 0, "excluded": 5},
    ]
    assert [(found["code"], found["acknowledge"], found["rule"]["name"]) for found in review["warnings"]] == [
        ("REACHES_NOBODY", True, "nobody"),
        ("REACHES_FEW", True, "few"),
        ("OVERLAP", False, "few"),
        ("OVERLAP", False, "everybody"),
        ("REACHES_NOBODY", True, "trained"),
        ("OVERLAP", False, "trained"),
    ]
    assert review["warnings"][0]["message"] == f"Rule “nobody” reaches nobody: {NO_GOLD}"


@pytest.mark.usefixtures("scheme_id")
async def test_the_reach_names_activities_that_no_ecp_ever_did(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    """Once, even if the rule reaches other ECPs or fails for another reason."""
    gold, pune = TierClause((world.tiers["Gold"].id,)), GeographyClause((world.geographies["Pune"].id,))
    trained, referring = ActivityClause("TRAINING_COMPLETED", 1), ActivityClause("REFERRAL", 2, 30)
    made = rules(world, either=AnyOf((referring, gold)), nobody=AllOf((gold, pune, trained)), trained=trained)
    review = (await _review(clients[Role.PROGRAM_MANAGER], await factory.complete(rules=made)))["review"]
    asked = "asks for ECPs who have completed the activity"
    recently = "no ECP of the scheme has done so at any time in the last 12 months."
    assert [
        (found["code"], found["acknowledge"], found["message"])
        for found in review["warnings"]
        if found["code"] in {"NEVER_DONE", "REACHES_NOBODY"}
    ] == [
        ("NEVER_DONE", False, f"Rule “either” {asked} “Referral” at least 2 times in the last 30 days; {recently}"),
        ("REACHES_NOBODY", True, f"Rule “nobody” reaches nobody: {NO_GOLD}"),
        (
            "NEVER_DONE",
            False,
            f"Rule “nobody” {asked} “Training completed” at least once; no ECP of the scheme has ever done so.",
        ),
        ("REACHES_NOBODY", True, f"Rule “trained” reaches nobody: {NEVER}"),
    ]


async def test_past_activities_count(
    clients: Clients, factory: SchemeFactory, world: World, environment: Environment
) -> None:
    """An unbounded clause counts any past activity; a bounded one, activity of the last twelve months."""
    ids = await factory.ecps.crowd(12)
    done = [
        *((ecp, "TRAINING_COMPLETED", datetime(2024, 1, 5, tzinfo=UTC)) for ecp in ids[:11]),
        *((ecp, "REFERRAL", datetime(2026, 3, day, tzinfo=UTC)) for ecp in ids[:3] for day in (1, 2)),
        *((ids[5], "REFERRAL", datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 3)),
        *((ids[6], "REFERRAL", datetime(2024, 3, day, tzinfo=UTC)) for day in (1, 2)),
    ]
    rows = [
        StoredActivityRow(external_id=f"a-{number}", ecp_id=ecp, kind=kind, occurred_at=at)
        for number, (ecp, kind, at) in enumerate(done)
    ]
    async with environment.database.writing() as session:
        await add_activities(session, "academy", rows, world.accounts[Role.INTEGRATION].id, environment.clock())
    made = rules(
        world,
        trained=ActivityClause("TRAINING_COMPLETED", 1),
        referring=AllOf((ActivityClause("REFERRAL", 2, 30), ActivityClause("TRAINING_COMPLETED", 1))),
        ever=ActivityClause("REFERRAL", 2),
    )
    review = (await _review(clients[Role.PROGRAM_MANAGER], await factory.complete(rules=made)))["review"]
    assert [(found["rule"]["name"], found["eligible"]) for found in review["ruleReach"]] == [
        ("trained", 11),
        ("referring", 3),
        ("ever", 5),
    ]


async def test_a_rule_for_nobody_or_few_is_acknowledged_or_not_submitted(
    clients: Clients, scheme_id: UUID, database_url: str
) -> None:
    """The message lists the warnings to acknowledge, and nothing is submitted."""
    manager = clients[Role.PROGRAM_MANAGER]
    review = (await _review(manager, scheme_id))["review"]
    warned = [found["message"] for found in review["warnings"] if found["acknowledge"]]
    given = {"schemeId": scheme(scheme_id), "contentHash": review["contentHash"]}
    async with nothing_changes(database_url):
        message = f"Acknowledge the warnings of the review first: {' '.join(warned)}"
        found = await expect_errors(manager, "submitScheme", **given)
        assert found == [("REQUIRED", "input.acknowledgeWarnings", message)]
    await mutate(manager, "submitScheme", **given, acknowledgeWarnings=True)
    assert (await _review(manager, scheme_id))["submission"]["acknowledgedWarnings"] == warned


async def test_notices_need_no_acknowledgment(clients: Clients, factory: SchemeFactory, world: World) -> None:
    await factory.ecps.crowd(10)
    made = rules(world, one=QuantityClause(2), other=QuantityClause(3))
    scheme_id = await factory.complete(rules=made)
    manager = clients[Role.PROGRAM_MANAGER]
    review = (await _review(manager, scheme_id))["review"]
    assert [found["code"] for found in review["warnings"]] == ["OVERLAP"]
    await mutate(manager, "submitScheme", schemeId=scheme(scheme_id), contentHash=review["contentHash"])
    assert (await _review(manager, scheme_id))["submission"]["acknowledgedWarnings"] == []


async def test_the_approver_sees_the_reach_at_submission(
    clients: Clients, environment: Environment, world: World, scheme_id: UUID
) -> None:
    """Later ECPs and names do not change it; the review beside it counts again."""
    factory = SchemeFactory(environment, world)
    await factory.submitted(scheme_id)
    await factory.ecps.crowd(20, place="Pune", tier="Gold")
    async with environment.database.writing() as session:
        await put_rows(session, [replace(world.tiers["Gold"], name="Golden")], BEGINNING)
    found = await _review(clients[Role.APPROVER], scheme_id)
    assert _summarize(found["submission"]["ruleReach"]) == NOW
    assert found["submission"]["ruleReach"][0]["funnel"][0]["clause"] == "ECPs who are Gold"
    assert _summarize(found["review"]["ruleReach"])[:2] == [
        ("nobody", "OK", "20 of 66 ECPs could qualify.", 20, 66),
        ("few", "OK", "25 of 66 ECPs could qualify.", 25, 66),
    ]


async def test_an_unfinished_scheme_has_no_reach(clients: Clients, factory: SchemeFactory) -> None:
    found = await _review(clients[Role.PROGRAM_MANAGER], await factory.created())
    assert (found["review"]["ruleReach"], found["review"]["warnings"], found["submission"]) == ([], [], None)


async def test_a_scheme_without_ecps_says_so_once(clients: Clients, factory: SchemeFactory) -> None:
    review = (await _review(clients[Role.PROGRAM_MANAGER], await factory.complete()))["review"]
    message = "No active ECP works in the geographies of the scheme, so nobody can earn in it."
    assert review["warnings"] == [{"code": "NO_AUDIENCE", "message": message, "acknowledge": True, "rule": None}]
    assert [found["verdict"] for found in review["ruleReach"]] == ["NOBODY"]


async def test_ecps_do_not_see_the_reach_of_rules(clients: Clients, factory: SchemeFactory) -> None:
    """R25: an ECP sees the rules of an approved scheme, but not its definition process."""
    await factory.ecps.crowd(10)
    scheme_id = await factory.approved()
    found = await _review(clients[Role.ECP], scheme_id)
    assert (found["review"]["ruleReach"], found["review"]["warnings"], found["submission"]) == ([], [], None)
    assert (await _review(clients[Role.OPERATIONS], scheme_id))["submission"]["ruleReach"] != []


async def test_a_geography_without_children_reaches_those_in_it(
    clients: Clients, factory: SchemeFactory, world: World, environment: Environment
) -> None:
    """Once Pune belongs to Karnataka, a scheme of Maharashtra no longer reaches its ECPs."""
    await factory.ecps.crowd(10)
    scheme_id = await factory.complete(rules=rules(world, any=QuantityClause(1)))
    manager = clients[Role.PROGRAM_MANAGER]
    assert (await _review(manager, scheme_id))["review"]["ruleReach"][0]["eligible"] == 10
    moved = [
        replace(world.geographies[name], parent_id=world.geographies["Karnataka"].id) for name in ("Pune", "Mumbai")
    ]
    async with environment.database.writing() as session:
        await put_rows(session, moved, BEGINNING)
    review = (await _review(manager, scheme_id))["review"]
    assert [warning["code"] for warning in review["warnings"]] == ["NO_AUDIENCE"]


async def test_many_schemes_take_as_many_statements_as_one(factory: SchemeFactory) -> None:
    ids = [await factory.complete(f"Number {number}") for number in range(4)]
    taken = []
    for some in (ids[:1], ids):
        operation = factory.operation()
        definitions = [found for found in await definitions_by_scheme(operation, some) if found is not None]
        before = operation.statements
        views = await assessments_by_definition(operation, definitions)
        taken.append((len(views), operation.statements - before))
        await operation.close()
    assert taken == [(1, 6), (4, 6)]
