"""Rejected revisions: each message says what to do, and nothing changes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.revisions import JULY, JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import UNKNOWN_SCHEME, expect_errors, mutate, payload_of, scheme
from tests.support.unchanged import nothing_changes

AT = "2026-06-01T00:00:00Z"
FUTURE = "A revision takes effect in the future: choose a time that has not passed."
ENDS = "The scheme ends on 31 July 2026: choose a time before it is over."
TAKEN = "Revision 2 already takes effect on 1 June 2026 at 00:00 UTC: choose another time."
NEVER = {
    "2026-03-11T08:59:59.999999Z": FUTURE,
    "2026-03-11T14:30:00+05:30": FUTURE,
    "1970-01-01T00:00:00Z": FUTURE,
    "2026-08-01T00:00:00Z": ENDS,
    "9999-12-30T23:59:59.999999Z": ENDS,
}
LAST = ("2026-08-01T05:29:59+05:30", "2026-07-31T23:59:59.999999Z", "2026-03-11T09:00:01Z")
MISSED = "The revision was scheduled to take effect on 1 June 2026 at 00:00 UTC, which has passed"


async def test_only_an_approved_scheme_that_is_not_over_is_revised(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, database_url: str
) -> None:
    live = await factory.approved()
    states = {
        "The scheme is not approved yet. Edit it instead of revising it.": [
            await factory.created(),
            await factory.complete(),
            await factory.submitted(),
            await factory.given_back(),
        ],
        "A rejected scheme cannot be revised.": [await factory.rejected()],
        "This is already a revision. Revise the scheme that it belongs to.": [
            await revisions.opened(live),
            await revisions.approved(await factory.approved()),
        ],
    }
    manager = clients[Role.PROGRAM_MANAGER]
    async with nothing_changes(database_url):
        for message, ids in states.items():
            for scheme_id in ids:
                assert await _revise(manager, scheme(scheme_id)) == [("ILLEGAL_STATE", "input.schemeId", message)]
        missing = ("NOT_FOUND", "input.schemeId", "This scheme does not exist.")
        assert await _revise(manager, UNKNOWN_SCHEME) == [missing]
        clock.now = datetime(2026, 8, 1, tzinfo=UTC)
        over = "The scheme ended on 31 July 2026, so a revision can no longer take effect."
        assert await _revise(manager, scheme(live), "2026-09-01T00:00:00Z") == [
            ("ILLEGAL_STATE", "input.schemeId", over)
        ]


async def test_the_time_lies_between_now_and_the_end_of_the_scheme(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, database_url: str
) -> None:
    """Opening and moving a revision take the same times, in any time zone."""
    manager, live = clients[Role.PROGRAM_MANAGER], scheme(await factory.approved())
    opened = scheme(await revisions.opened(await factory.approved()))
    clock.now = datetime(2026, 3, 11, 9, tzinfo=UTC)
    for field, scheme_id in (("reviseScheme", live), ("rescheduleSchemeRevision", opened)):
        async with nothing_changes(database_url):
            for at, message in NEVER.items():
                found = await expect_errors(manager, field, schemeId=scheme_id, effectiveAt=at)
                assert found == [("OUT_OF_WINDOW", "input.effectiveAt", message)], at
        for last in LAST if field == "rescheduleSchemeRevision" else LAST[:1]:
            await mutate(manager, field, schemeId=scheme_id, effectiveAt=last)


async def test_an_open_revision_must_be_continued(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, database_url: str
) -> None:
    """One is open at a time, until it is approved or rejected. The message names its author."""
    live = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    clock.now = datetime(2026, 3, 11, 14, 5, tzinfo=UTC)
    opened = await revisions.opened(live, by="second manager")
    stamp = "11 March 2026 at 14:05 UTC"
    message = f"Second Manager opened revision 2 on {stamp}, and it is still undecided. Continue with that revision."
    for then in (None, revisions.schemes.submitted):
        if then is not None:
            await then(opened)
        async with nothing_changes(database_url):
            for at in (AT, "2026-07-01T00:00:00Z", "2020-01-01T00:00:00Z"):
                assert await _revise(manager, scheme(live), at) == [("CONFLICT", "input.schemeId", message)]
    await _reject(clients[Role.APPROVER], scheme(opened))
    again = (await mutate(manager, "reviseScheme", schemeId=scheme(live), effectiveAt=AT))["scheme"]
    assert again["revision"] == 3


async def test_one_of_two_simultaneous_revisions_is_opened(clients: Clients, factory: SchemeFactory) -> None:
    live = scheme(await factory.approved())
    names = (Role.PROGRAM_MANAGER, "second manager")
    times = (AT, "2026-07-01T00:00:00Z")
    payloads = await asyncio.gather(
        *(
            payload_of(clients[name], "reviseScheme", schemeId=live, effectiveAt=at)
            for name, at in zip(names, times, strict=True)
        )
    )
    outcomes = [[error["code"] for error in payload["errors"]] for payload in payloads]
    assert sorted(outcomes) == [[], ["CONFLICT"]]
    won = outcomes.index([])
    (conflict,) = payloads[1 - won]["errors"]
    assert conflict["message"].startswith(f"{('Program Manager', 'Second Manager')[won]} opened revision 2 on ")


async def test_two_revisions_do_not_take_effect_at_the_same_time(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, database_url: str
) -> None:
    live = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    await revisions.approved(live, JUNE, budget=900_000)
    async with nothing_changes(database_url):
        for at in (AT, "2026-06-01T05:30:00+05:30"):
            assert await _revise(manager, scheme(live), at) == [("CONFLICT", "input.effectiveAt", TAKEN)]
    third = await revisions.opened(live, JULY)
    async with nothing_changes(database_url):
        given = {"schemeId": scheme(third), "effectiveAt": AT}
        assert await expect_errors(manager, "rescheduleSchemeRevision", **given) == [
            ("CONFLICT", "input.effectiveAt", TAKEN)
        ]


async def test_a_revision_is_not_approved_after_its_time(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, database_url: str
) -> None:
    """It can be given back or rejected; its managers choose a later time and submit it again."""
    revision = scheme(await factory.submitted(await revisions.opened(await factory.approved(), budget=900_000)))
    manager, approver = clients[Role.PROGRAM_MANAGER], clients[Role.APPROVER]
    look = await _look(approver, revision)
    assert look["viewerActions"] == ["APPROVE", "REQUEST_CHANGES", "REJECT"]
    content_hash = look["review"]["contentHash"]
    clock.now = JUNE
    async with nothing_changes(database_url):
        message = f"{MISSED}. Request changes, so that its managers choose a later time."
        found = await expect_errors(approver, "approveScheme", schemeId=revision, contentHash=content_hash)
        assert found == [("OUT_OF_WINDOW", "input.schemeId", message)]
        assert (await _look(approver, revision))["viewerActions"] == ["REQUEST_CHANGES", "REJECT"]
    await mutate(approver, "requestSchemeChanges", schemeId=revision, reason="Too late, choose July.")
    async with nothing_changes(database_url):
        found = await expect_errors(manager, "submitScheme", schemeId=revision, contentHash=content_hash)
        assert found == [("OUT_OF_WINDOW", "input.schemeId", f"{MISSED}. Choose a later time first.")]
        assert (await _look(manager, revision))["viewerActions"] == ["EDIT", "RESCHEDULE"]
    await mutate(manager, "rescheduleSchemeRevision", schemeId=revision, effectiveAt="2026-07-01T00:00:00Z")
    again = {"schemeId": revision, "contentHash": content_hash, "acknowledgeWarnings": True}
    await mutate(manager, "submitScheme", **again)
    await mutate(approver, "approveScheme", schemeId=revision, contentHash=content_hash)


async def test_an_approval_needs_the_time_that_was_submitted_and_reviewed(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, database_url: str
) -> None:
    """Moving a submitted revision withdraws it like an edit, until it is moved back."""
    revision = scheme(await factory.submitted(await revisions.opened(await factory.approved(), budget=900_000)))
    manager, approver = clients[Role.PROGRAM_MANAGER], clients[Role.APPROVER]
    content_hash = (await _look(approver, revision))["review"]["contentHash"]
    approval = {"schemeId": revision, "contentHash": content_hash}
    other = "2026-07-01T00:00:00Z"
    async with nothing_changes(database_url):
        (error,) = (await payload_of(approver, "approveScheme", **approval, effectiveAt=other))["errors"]
        assert (error["code"], error["changes"]) == ("CONTENT_CHANGED", [_moved(other, AT)])
    moved = await mutate(manager, "rescheduleSchemeRevision", schemeId=revision, effectiveAt=other)
    assert (moved["scheme"]["status"], moved["scheme"]["effectiveAt"]) == ("REVIEW_PENDING", other)
    async with nothing_changes(database_url):
        for named in ({}, {"effectiveAt": AT}, {"effectiveAt": other}):
            (error,) = (await payload_of(approver, "approveScheme", **approval, **named))["errors"]
            assert (error["code"], error["changes"]) == ("CONTENT_CHANGED", [_moved(AT, other)])
            assert error["message"] == (
                "The scheme changed after you reviewed it. "
                "Changed since the submission: time of taking effect. Review it again."
            )
    back = await mutate(manager, "rescheduleSchemeRevision", schemeId=revision, effectiveAt=AT)
    assert back["scheme"]["status"] == "APPROVAL_PENDING"
    await mutate(approver, "approveScheme", **approval, effectiveAt=AT)


async def test_only_a_revision_that_is_not_decided_is_moved(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock, database_url: str
) -> None:
    manager, live = clients[Role.PROGRAM_MANAGER], await factory.approved()
    rejected = await factory.submitted(await revisions.opened(live))
    await _reject(clients[Role.APPROVER], scheme(rejected))
    states = {
        "Only a revision can be rescheduled, and this scheme is not a revision.": [
            await factory.created(),
            live,
            await factory.submitted(),
        ],
        "The revision is already approved, so its time can no longer change.": [await revisions.approved(live)],
        "The revision was rejected, so its time can no longer change.": [rejected],
    }
    async with nothing_changes(database_url):
        for message, ids in states.items():
            for scheme_id in ids:
                given = {"schemeId": scheme(scheme_id), "effectiveAt": "2026-07-01T00:00:00Z"}
                found = await expect_errors(manager, "rescheduleSchemeRevision", **given)
                assert found == [("ILLEGAL_STATE", "input.schemeId", message)]
    clock.now = JUNE + timedelta(days=1)
    await revisions.apply_due()
    (approved,) = states["The revision is already approved, so its time can no longer change."]
    given = {"schemeId": scheme(approved), "effectiveAt": "2026-07-01T00:00:00Z"}
    missing = [("NOT_FOUND", "input.schemeId", "This scheme does not exist.")]
    assert await expect_errors(manager, "rescheduleSchemeRevision", **given) == missing


async def test_a_revision_that_is_approved_is_edited_no_more(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, database_url: str
) -> None:
    revision = scheme(await revisions.approved(await factory.approved()))
    async with nothing_changes(database_url):
        given = {"schemeId": revision, "expectedVersion": 1, "geographyIds": []}
        found = await expect_errors(clients[Role.PROGRAM_MANAGER], "saveSchemeGeographies", **given)
        assert found == [("ILLEGAL_STATE", "input.schemeId", "An approved scheme cannot be edited.")]
        assert (await _look(clients[Role.PROGRAM_MANAGER], revision))["viewerActions"] == []


async def _revise(manager: Client, scheme_id: str, at: str = AT) -> list[Any]:
    return await expect_errors(manager, "reviseScheme", schemeId=scheme_id, effectiveAt=at)


async def _reject(approver: Client, scheme_id: str) -> None:
    await mutate(approver, "rejectScheme", schemeId=scheme_id, reason="Not this year.")


async def _look(client: Client, scheme_id: str) -> Any:
    query = "query ($id: ID!) { node(id: $id) { ... on Scheme { viewerActions review { contentHash } } } }"
    return (await client.send(query, id=scheme_id)).data["node"]


def _moved(before: str, after: str) -> dict[str, str]:
    return {"field": "effectiveAt", "before": before, "after": after}
