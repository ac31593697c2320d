"""Saving the same step twice: a conflict shows the other save, and exactly one of two simultaneous saves wins."""

import asyncio
from typing import Any

import pytest

from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import SAVES, basics, input_of, mutate, payload_of, place, rule, scheme, variant
from tests.support.unchanged import nothing_changes
from tests.support.world import World

VERSIONS = "query($id: ID!) { node(id: $id) { ... on Scheme { updatedAt title wizard { steps { kind version } } } } }"
STEPS = ("BASICS", "PRODUCTS", "GEOGRAPHIES", "COUPON_VALUES", "BONUS_RULES")


async def test_a_conflict_lists_the_saves_of_several_versions(
    clients: Clients, factory: SchemeFactory, clock: TestClock, database_url: str
) -> None:
    manager, second, both = (clients[name] for name in ("PROGRAM_MANAGER", "second manager", "manager and approver"))
    saved: dict[str, Any] = {"schemeId": scheme(await factory.created())}
    await _save_basics(manager, saved, 0)
    await _save_basics(manager, saved, 1, title="Monsoon Care 2026", budget=1_000)
    await _save_basics(both, saved, 2, title="Monsoon Care 2027", budget=1_000, description="For workshops.")
    clock.advance(hours=1)
    await _save_basics(second, saved, 3, title="Monsoon Care 2027", description="For workshops.")
    moment = (await _versions(manager, saved["schemeId"]))["updatedAt"]
    assert moment.startswith("2026-03-10T10:00:00")
    clock.advance(hours=1)
    async with nothing_changes(database_url):
        conflict = await _conflict(manager, "saveSchemeBasics", **basics(**saved, expectedVersion=1))
    assert conflict == {
        "__typename": "VersionConflict",
        "code": "VERSION_CONFLICT",
        "path": ["input", "expectedVersion"],
        "message": (
            "Second Manager saved “Basics” in the meantime (version 4; you had 1). Review the changes and save again."
        ),
        "expectedVersion": 1,
        "currentVersion": 4,
        "changedAt": moment,
        "changedBy": {"displayName": "Second Manager"},
        # The budget was set and removed again, so in the end it is not among the changes.
        "changes": [
            {"field": "title", "before": "Monsoon Care", "after": "Monsoon Care 2027"},
            {"field": "description", "before": None, "after": "For workshops."},
        ],
    }


async def test_changes_of_a_conflict_name_things_by_their_global_ids(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = scheme(await factory.complete())
    litre, four, pune = variant(world, "AMB-1L"), variant(world, "AMB-4L"), place(world, "Pune")
    for field, values, expected in (
        ("saveSchemeGeographies", {"geographyIds": [pune]}, {"geographyIds": ([place(world, "Maharashtra")], [pune])}),
        (
            "saveSchemeProducts",
            {"variantIds": [litre]},
            {
                "variantIds": (sorted([litre, four]), [litre]),
                "values": (
                    [_value(litre, 10), _value(four, 20)],
                    [_value(litre, 10)],
                ),
            },
        ),
    ):
        await mutate(clients["second manager"], field, schemeId=scheme_id, expectedVersion=1, **values)
        async with nothing_changes(database_url):
            conflict = await _conflict(clients["PROGRAM_MANAGER"], field, **input_of(field, scheme_id, 1))
        assert {
            change["field"]: (_sorted(change["before"]), _sorted(change["after"])) for change in conflict["changes"]
        } == {name: (_sorted(before), _sorted(after)) for name, (before, after) in expected.items()}


@pytest.mark.parametrize("field", SAVES)
async def test_a_version_nobody_ever_had_is_a_conflict(
    clients: Clients, factory: SchemeFactory, database_url: str, field: str
) -> None:
    manager = clients["PROGRAM_MANAGER"]
    fresh, complete = scheme(await factory.created()), scheme(await factory.complete())
    label = STEPS[SAVES.index(field)].replace("_", " ").capitalize()
    async with nothing_changes(database_url):
        for scheme_id, current, who in ((fresh, 0, None), (complete, 1, {"displayName": "Program Manager"})):
            for version in (-1, -(2**31), current + 1, 2**31 - 1):
                conflict = await _conflict(manager, field, **input_of(field, scheme_id, version))
                assert (conflict["expectedVersion"], conflict["currentVersion"]) == (version, current)
                assert conflict["changedBy"] == who
                if version > current:
                    assert conflict["changes"] == []
                    message = f"The step “{label}” is at version {current}, not {version}. Reload it and save again."
                    assert conflict["message"] == message


@pytest.mark.parametrize("field", SAVES)
async def test_exactly_one_of_two_simultaneous_saves_of_a_step_wins(
    clients: Clients, factory: SchemeFactory, world: World, field: str
) -> None:
    names = ("PROGRAM_MANAGER", "second manager")
    scheme_id = scheme(await factory.complete())
    changes: dict[str, tuple[Any, Any]] = {
        "saveSchemeBasics": (basics(title="One way"), basics(title="Another way")),
        "saveSchemeProducts": ({"variantIds": [variant(world, "AMB-1L")]}, {"variantIds": []}),
        "saveSchemeGeographies": ({"geographyIds": [place(world, "Pune")]}, {"geographyIds": []}),
        "saveSchemeCouponValues": ({"values": []}, {"values": [_value(variant(world, "AMB-1L"), 99)]}),
        "saveSchemeBonusRules": ({"rules": []}, {"rules": [rule()]}),
    }
    saves = [
        payload_of(clients[name], field, schemeId=scheme_id, expectedVersion=1, **given)
        for name, given in zip(names, changes[field], strict=True)
    ]
    payloads = await asyncio.gather(*saves)
    outcomes = [[error["code"] for error in payload["errors"]] for payload in payloads]
    assert sorted(outcomes) == [[], ["VERSION_CONFLICT"]]
    winner = names[outcomes.index([])]
    (conflict,) = payloads[outcomes.index(["VERSION_CONFLICT"])]["errors"]
    assert conflict["changedBy"] == {"displayName": winner.replace("_", " ").title()}
    assert (conflict["expectedVersion"], conflict["currentVersion"]) == (1, 2)
    assert conflict["changes"]
    step = STEPS[SAVES.index(field)]
    assert (await _steps(clients["PROGRAM_MANAGER"], scheme_id)) == {**dict.fromkeys(STEPS, 1), step: 2}


async def test_simultaneous_saves_of_different_steps_all_succeed(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    scheme_id = scheme(await factory.complete())
    named = {"schemeId": scheme_id, "expectedVersion": 1}
    manager, second = clients["PROGRAM_MANAGER"], clients["second manager"]
    await asyncio.gather(
        mutate(manager, "saveSchemeBasics", **basics(**named, title="Monsoon Care 2026")),
        mutate(second, "saveSchemeProducts", **named, variantIds=[variant(world, "AMB-1L")]),
        mutate(manager, "saveSchemeGeographies", **named, geographyIds=[place(world, "Pune")]),
        mutate(second, "saveSchemeCouponValues", **named, values=[_value(variant(world, "AMB-1L"), 7)]),
        mutate(manager, "saveSchemeBonusRules", **named, rules=[]),
    )
    assert await _steps(manager, scheme_id) == dict.fromkeys(STEPS, 2)
    review = (await manager.run("SchemeReview", id=scheme_id))["node"]
    assert review["title"] == "Monsoon Care 2026"
    assert [(item["variant"]["sku"], item["basePoints"]) for item in review["variants"]] == [("AMB-1L", 7)]
    assert [item["name"] for item in review["geographies"]] == ["Pune"]
    assert review["rules"] == []


async def test_a_save_without_a_change_keeps_the_version(
    clients: Clients, factory: SchemeFactory, world: World, clock: TestClock, database_url: str
) -> None:
    scheme_id = scheme(await factory.complete())
    again: dict[str, dict[str, Any]] = {
        "saveSchemeBasics": basics(
            description="For workshops.", earningChannels=["SALE", "COUPON"], title=" Monsoon Care "
        ),
        "saveSchemeProducts": {"variantIds": [variant(world, "AMB-4L"), variant(world, "AMB-1L")]},
        "saveSchemeGeographies": {"geographyIds": [place(world, "Maharashtra")]},
        "saveSchemeCouponValues": {
            "values": [_value(variant(world, "AMB-4L"), 20), _value(variant(world, "AMB-1L"), 10)]
        },
    }
    clock.advance(days=1)
    async with nothing_changes(database_url):
        for field, given in again.items():
            payload = await mutate(clients["second manager"], field, schemeId=scheme_id, expectedVersion=1, **given)
            assert payload["step"]["version"] == 1, field
    empty = scheme(await factory.created())
    first = await mutate(
        clients["PROGRAM_MANAGER"], "saveSchemeBonusRules", schemeId=empty, expectedVersion=0, rules=[]
    )
    assert first["step"] == {"kind": "BONUS_RULES", "state": "COMPLETE", "version": 1}


async def _save_basics(client: Client, named: dict[str, Any], version: int, **changes: Any) -> None:
    await mutate(client, "saveSchemeBasics", **basics(**named, expectedVersion=version, **changes))


async def _conflict(client: Client, field: str, **given: Any) -> Any:
    payload = await payload_of(client, field, **given)
    assert (payload["scheme"], payload["step"], payload["notices"]) == (None, None, [])
    (error,) = payload["errors"]
    assert (error["__typename"], error["code"]) == ("VersionConflict", "VERSION_CONFLICT")
    return error


async def _versions(client: Client, scheme_id: str) -> Any:
    return (await client.send(VERSIONS, id=scheme_id)).data["node"]


async def _steps(client: Client, scheme_id: str) -> dict[str, int]:
    steps = (await _versions(client, scheme_id))["wizard"]["steps"]
    return {step["kind"]: step["version"] for step in steps}


def _value(variant_id: str, points: int) -> dict[str, Any]:
    return {"variantId": variant_id, "basePoints": points, "plannedQuantity": 1000}


def _sorted(items: Any) -> list[Any]:
    """Sort a list by its own order, since sets of IDs are stored sorted by other keys."""
    return sorted(items, key=str)
