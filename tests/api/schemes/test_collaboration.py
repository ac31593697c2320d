"""Several people work on one scheme at once: no work is lost, and all others are notified (R6)."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg

from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import (
    add,
    entries,
    fetch_messages,
    mark,
    notifications,
    participants,
    remove,
    unread,
    unread_by_account,
)
from tests.support.mutations.schemes import basics, mutate, payload_of, place, rule, scheme
from tests.support.world import World

EDITORS = ("PROGRAM_MANAGER", "second manager", "manager and approver")
NAMES = {name: name.replace("_", " ").title() for name in EDITORS}
ROUNDS = 6


async def test_different_steps_are_saved_at_once_and_each_save_notifies_all_others(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    """In any order, every save counts and notifies a bystander exactly once."""
    scheme_id = scheme(await factory.complete())
    for name in (*EDITORS, "ANALYST"):
        await add(clients["PROGRAM_MANAGER"], world, scheme_id, name)
    for name in (*EDITORS, "ANALYST"):
        await mark(clients[name], all=True)
    saved: Counter[str] = Counter()
    for version in range(1, ROUNDS + 1):
        named = {"schemeId": scheme_id, "expectedVersion": version}
        who = [EDITORS[(version + turn) % len(EDITORS)] for turn in range(len(EDITORS))]
        payloads = await asyncio.gather(
            *(
                mutate(clients[name], field, **named, **given)
                for name, (field, given) in zip(who, _work(world, version).items(), strict=True)
            )
        )
        assert [payload["step"]["version"] for payload in payloads] == [version + 1] * len(EDITORS)
        saved.update(who)
    found = await unread_by_account(clients)
    total = ROUNDS * len(EDITORS)
    assert {name: len(messages) for name, messages in found.items()} == {
        "ANALYST": total,
        **{name: total - saved[name] for name in EDITORS},
    }
    for name in EDITORS:
        assert [message for message in found[name] if message.startswith(f"{NAMES[name]} ")] == []
    made = await entries(clients["ANALYST"], scheme_id, first=total)
    assert Counter(entry["message"] for entry in made) == Counter(found["ANALYST"])
    assert Counter(entry["actor"]["displayName"] for entry in made) == {NAMES[name]: saved[name] for name in EDITORS}
    for step in ("BASICS", "GEOGRAPHIES", "BONUS_RULES"):
        versions = [entry["version"] for entry in made if entry["step"] == step]
        assert versions == list(range(ROUNDS + 1, 1, -1))


async def test_one_of_several_saves_of_a_step_wins_and_the_others_see_its_changes(
    clients: Clients, factory: SchemeFactory
) -> None:
    """They are notified as well. They save again from the new version, so no change is overwritten unseen."""
    scheme_id = scheme(await factory.complete())
    title = "Monsoon Care"
    for turn in range(ROUNDS):
        version = 1 + turn * len(EDITORS)
        payloads = dict(zip(EDITORS, await _race(clients, scheme_id, version), strict=True))
        (winner,) = [name for name, payload in payloads.items() if not payload["errors"]]
        change = {"field": "title", "before": title, "after": f"{NAMES[winner]} {version}"}
        for name, payload in payloads.items():
            if name != winner:
                (conflict,) = payload["errors"]
                assert conflict["__typename"] == "VersionConflict"
                assert (conflict["expectedVersion"], conflict["currentVersion"]) == (version, version + 1)
                assert conflict["changedBy"] == {"displayName": NAMES[winner]}
                assert conflict["changes"] == [change]
        title = change["after"]
        for behind, name in enumerate(name for name in EDITORS if name != winner):
            title = f"{NAMES[name]} {version + 1 + behind}"
            await _retitle(clients[name], scheme_id, version + 1 + behind, title)
    made = [entry for entry in await entries(clients["ANALYST"], scheme_id, first=200) if entry["step"] == "BASICS"]
    assert [entry["version"] for entry in made] == list(range(1 + ROUNDS * len(EDITORS), 0, -1))
    titles = [change for entry in reversed(made[:-1]) for change in entry["changes"]]
    assert [change["field"] for change in titles] == ["title"] * ROUNDS * len(EDITORS)
    # Each save began with what the one before it left behind.
    assert [change["before"] for change in titles[1:]] == [change["after"] for change in titles[:-1]]
    assert titles[-1]["after"] == title
    manager = [entry["message"] for entry in made[:-1] if entry["actor"]["displayName"] != "Program Manager"]
    assert await fetch_messages(clients["PROGRAM_MANAGER"]) == manager


async def test_an_account_added_or_removed_during_a_save_is_notified_if_it_participated(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """The events show which transaction came first."""
    manager, second, analyst = (clients[name] for name in ("PROGRAM_MANAGER", "second manager", "ANALYST"))
    scheme_id = scheme(await factory.complete())
    for version in range(1, 2 * ROUNDS + 1):
        change = remove if version % 2 == 0 else add
        await asyncio.gather(
            _retitle(second, scheme_id, version, f"Title {version}"), change(manager, world, scheme_id, "ANALYST")
        )
        order = await _last_two(database_url)
        took_part = order[0] == "SCHEME_PARTICIPANT_ADDED" or order[1] == "SCHEME_PARTICIPANT_REMOVED"
        seen = await fetch_messages(analyst)
        assert sum(message.endswith(f" to “Title {version}”.") for message in seen) == took_part, order
        assert sum(message.startswith("Program Manager ") for message in seen) == version
    assert NAMES["PROGRAM_MANAGER"] in await participants(manager, scheme_id)
    assert "Analyst" not in await participants(manager, scheme_id)


async def test_simultaneous_invitations_notify_an_account_once(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    scheme_id = scheme(await factory.created())
    for turn in range(ROUNDS):
        await asyncio.gather(*(add(clients[name], world, scheme_id, "ANALYST") for name in EDITORS))
        assert len(await fetch_messages(clients["ANALYST"])) == 2 * turn + 1
        await asyncio.gather(*(remove(clients[name], world, scheme_id, "ANALYST") for name in EDITORS))
        assert len(await fetch_messages(clients["ANALYST"])) == 2 * turn + 2
    kinds = Counter(entry["kind"] for entry in await entries(clients["ADMIN"], scheme_id))
    assert kinds == {
        "SCHEME_CREATED": 1,
        "SCHEME_PARTICIPANT_ADDED": ROUNDS,
        "SCHEME_PARTICIPANT_REMOVED": ROUNDS,
    }


async def test_marking_at_once_on_two_devices_marks_each_notification_once(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    manager, analyst = clients["PROGRAM_MANAGER"], clients["ANALYST"]
    scheme_id = scheme(await factory.complete())
    await add(manager, world, scheme_id, "ANALYST")
    marked: list[str] = []
    for version in range(1, ROUNDS + 1):
        one, other, _ = await asyncio.gather(
            mark(analyst, all=True), mark(analyst, all=True), _retitle(manager, scheme_id, version, f"Title {version}")
        )
        marked += [node["id"] for payload in (one, other) for node in payload["notifications"]]
        assert len(marked) + await unread(analyst) == version + 1
    marked += [node["id"] for node in (await mark(analyst, all=True))["notifications"]]
    assert sorted(marked) == sorted(node["id"] for node in await notifications(analyst))


def _work(world: World, version: int) -> dict[str, dict[str, Any]]:
    """A change of three steps that do not depend on each other, another one in every round."""
    return {
        "saveSchemeBasics": basics(title=f"Title {version}", description="For workshops."),
        "saveSchemeGeographies": {"geographyIds": [place(world, "Pune" if version % 2 else "Mumbai")]},
        "saveSchemeBonusRules": {"rules": [rule(name=f"Rule {version}")]},
    }


async def _race(clients: Clients, scheme_id: str, version: int) -> list[Any]:
    named = {"schemeId": scheme_id, "expectedVersion": version}
    given = {name: basics(**named, title=f"{NAMES[name]} {version}", description="For workshops.") for name in EDITORS}
    saves = (payload_of(clients[name], "saveSchemeBasics", **given[name]) for name in EDITORS)
    return list(await asyncio.gather(*saves))


async def _retitle(client: Client, scheme_id: str, version: int, title: str) -> None:
    given = basics(schemeId=scheme_id, expectedVersion=version, title=title, description="For workshops.")
    await mutate(client, "saveSchemeBasics", **given)


async def _last_two(url: str) -> tuple[str, str]:
    """Return the last two entries, oldest first."""
    connection = await asyncpg.connect(url)
    try:
        last, before = await connection.fetch(
            "SELECT kind FROM event WHERE 'SCHEME' = ANY (subject_kinds) ORDER BY xid DESC, id DESC LIMIT 2"
        )
    finally:
        await connection.close()
    return before[0], last[0]
