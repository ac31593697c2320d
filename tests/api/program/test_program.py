"""The program and its settings: who reads and changes them, and what a change leaves behind (N1, R25)."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from domain.permissions import Role
from domain.schemes.lifecycle import timeline
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes

PROGRAM = "{ program { id name timeZone timeZoneIsFixed today currency locale authorsMayApprove } }"
UPDATE = """mutation ($input: UpdateProgramInput!) { updateProgram(input: $input) {
    program { name timeZone timeZoneIsFixed today currency locale authorsMayApprove }
    errors { __typename code message path } } }"""
NEW = {
    "name": "Program",
    "timeZone": "UTC",
    "timeZoneIsFixed": False,
    "today": "2026-03-10",
    "currency": "USD",
    "locale": "en",
    "authorsMayApprove": False,
}


async def update(clients: Clients, **given: Any) -> Any:
    """Change settings as the administrator."""
    return (await clients[Role.ADMIN].send(UPDATE, input=given)).data["updateProgram"]


@pytest.mark.parametrize("role", Role)
async def test_everybody_reads_the_program(clients: Clients, role: Role) -> None:
    program = (await clients[role].send(PROGRAM)).data["program"]
    assert program.pop("id").startswith("prg_")
    assert program == NEW


async def test_the_program_is_a_node(clients: Clients) -> None:
    admin = clients[Role.ADMIN]
    key = (await admin.send(PROGRAM)).data["program"]["id"]
    document = "query ($id: ID!) { node(id: $id) { ... on Program { name } } }"
    assert (await admin.send(document, id=key)).data == {"node": {"name": "Program"}}
    unknown = "prg_00000000-0000-0000-0000-000000000002"
    assert (await admin.send(document, id=unknown)).body["data"] == {"node": None}


async def test_a_change_keeps_other_settings_and_is_logged(clients: Clients, clock: TestClock) -> None:
    """In India it is already tomorrow."""
    clock.now = datetime(2026, 3, 10, 20, tzinfo=UTC)
    assert await update(clients, timeZone=" Asia/Kolkata ", name="Amberlane Rewards") == {
        "program": {**NEW, "name": "Amberlane Rewards", "timeZone": "Asia/Kolkata", "today": "2026-03-11"},
        "errors": [],
    }
    await update(clients, currency="INR", locale="en-IN", authorsMayApprove=True)
    found = (await clients[Role.ADMIN].run("Program", first=10))["programActivity"]
    assert found["totalCount"] == 2
    assert [(entry["message"], entry["actor"]["displayName"]) for entry in found["nodes"]] == [
        (
            (
                "Admin changed the currency from USD to INR, the locale from en to en-IN and whether authors may "
                "approve from no to yes."
            ),
            "Admin",
        ),
        (
            (
                "Admin changed the name from “Program” to “Amberlane Rewards” and the time zone from UTC to "
                "Asia/Kolkata."
            ),
            "Admin",
        ),
    ]
    assert found["nodes"][1]["changes"][1] == {"setting": "timeZone", "before": "UTC", "after": "Asia/Kolkata"}


async def test_the_same_settings_change_nothing(clients: Clients, database_url: str) -> None:
    async with nothing_changes(database_url):
        assert (await update(clients))["errors"] == []
        assert (await update(clients, name="Program", timeZone="UTC", currency="USD"))["errors"] == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_only_administrators_change_the_program(clients: Clients, database_url: str, role: Role) -> None:
    async with nothing_changes(database_url):
        denied = await clients[role].send(UPDATE, input={"timeZone": "Asia/Kolkata"})
        assert denied.codes == ["FORBIDDEN"]
        assert (await clients[role].send("{ programActivity { totalCount } }")).codes == ["FORBIDDEN"]


async def test_every_problem_is_named_and_nothing_changes(clients: Clients, database_url: str) -> None:
    async with nothing_changes(database_url):
        found = await update(clients, name=" ", timeZone="Mars/Phobos", currency="rupee", locale="xx")
    assert found["program"] is None
    assert [(error["path"], error["message"]) for error in found["errors"]] == [
        (["input", "name"], "The name of the program is missing."),
        (
            ["input", "timeZone"],
            "“Mars/Phobos” is not a time zone of the IANA database. Write it like Asia/Kolkata.",
        ),
        (["input", "currency"], "“rupee” is not a currency of ISO 4217. Write it like EUR or INR."),
        (["input", "locale"], "“xx” is not a known locale. Write it like en-IN or de-DE."),
    ]


async def test_the_time_zone_is_fixed_once_points_are_posted(clients: Clients, database_url: str) -> None:
    """Other settings still change. The database rejects a change of the zone from every client, too."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("UPDATE program SET first_posting_at = now()")
        async with nothing_changes(database_url):
            found = await update(clients, timeZone="Asia/Kolkata", name="Amberlane")
            for change in ("time_zone = 'Asia/Kolkata'", "first_posting_at = NULL"):
                with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                    await connection.execute(f"UPDATE program SET {change}")
    finally:
        await connection.close()
    assert found == {
        "program": None,
        "errors": [
            {
                "__typename": "ActionRefused",
                "code": "ILLEGAL_STATE",
                "message": "Points have been posted, so the time zone stays UTC: another one would change the days on "
                "which they were earned.",
                "path": ["input", "timeZone"],
            }
        ],
    }
    renamed = await update(clients, timeZone="UTC", name="Amberlane")
    assert (renamed["program"]["name"], renamed["program"]["timeZoneIsFixed"]) == ("Amberlane", True)


async def test_a_new_time_zone_moves_the_stages_of_all_schemes(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, database_url: str
) -> None:
    """R8: in the same transaction, also of drafts and revisions; nothing else about a scheme changes."""
    approved = await factory.approved()
    kept = "SELECT array_agg((id, updated_at, content_hash) ORDER BY id) FROM scheme"
    ids = [approved, await factory.complete("Draft"), await revisions.opened(approved)]
    connection = await asyncpg.connect(database_url)
    try:
        before = await connection.fetchval(kept)
        for name, begins in (
            ("Asia/Kolkata", datetime(2026, 4, 30, 18, 30, tzinfo=UTC)),
            ("America/New_York", datetime(2026, 5, 1, 4, tzinfo=UTC)),
        ):
            await update(clients, timeZone=name)
            starts = "SELECT since FROM scheme_stage WHERE scheme_id = $1 AND status = 'RUNNING'"
            assert await connection.fetchval(starts, approved) == begins
            for scheme_id in ids:
                spans = timeline((await factory.definition(scheme_id)).facts)
                stored = await connection.fetch(
                    "SELECT kind, valid_from, valid_until, since FROM scheme_stage WHERE scheme_id = $1 "
                    "ORDER BY position, valid_from",
                    scheme_id,
                )
                assert [tuple(row) for row in stored] == [
                    (span.stage.kind.value, span.valid_from, span.valid_until, span.stage.since) for span in spans
                ]
        assert await connection.fetchval(kept) == before
    finally:
        await connection.close()
