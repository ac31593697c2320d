"""Submitting and deciding: outdated hashes, repeated decisions, wrong stages, and separation of duties."""

import asyncio
from datetime import date
from typing import Any

import pytest

from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import (
    DECISIONS,
    OLD_HASH,
    SAVES,
    basics,
    expect_errors,
    input_of,
    mutate,
    payload_of,
    scheme,
)
from tests.support.unchanged import nothing_changes

STATE = """query($id: ID!) { node(id: $id) { ... on Scheme {
  status statusLabel stage { kind state status } review { contentHash } viewerActions
} } }"""
REASON = "Please lower the budget."
REVIEW_AGAIN = "The scheme changed after you reviewed it. Review it again."
BUDGET_CHANGED = "The scheme changed after you reviewed it. Changed since the submission: budget. Review it again."
FACTORY_BASICS = {"description": "For workshops."}


async def test_an_old_hash_cannot_be_submitted(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.complete())
    manager = clients["PROGRAM_MANAGER"]
    current = await _hash(manager, scheme_id)
    async with nothing_changes(database_url):
        for named in (OLD_HASH, "", "garbage", current.upper(), f"{current}\x00"):
            payload = await payload_of(manager, "submitScheme", schemeId=scheme_id, contentHash=named)
            assert payload == {
                "scheme": None,
                "errors": [_content_changed(REVIEW_AGAIN, named, current, [])],
            }


async def test_an_edit_after_submission_takes_the_scheme_back_until_it_is_undone(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """The approver sees the changes. After they are undone, the scheme can be approved."""
    scheme_id = scheme(await factory.submitted())
    manager, approver = clients["PROGRAM_MANAGER"], clients["APPROVER"]
    submitted = await _hash(approver, scheme_id)
    await _save(manager, scheme_id, 1, budget=5_000)
    edited = await _hash(approver, scheme_id)
    assert edited != submitted
    async with nothing_changes(database_url):
        for named in (submitted, edited, OLD_HASH):
            payload = await payload_of(approver, "approveScheme", schemeId=scheme_id, contentHash=named)
            change = {"field": "budget", "before": None, "after": 5_000}
            assert payload == {"scheme": None, "errors": [_content_changed(BUDGET_CHANGED, named, edited, [change])]}
        state = await _state(approver, scheme_id)
        assert state["stage"] == {"kind": "DEFINITION", "state": "PENDING", "status": "REVIEW_PENDING"}
        assert (state["statusLabel"], state["viewerActions"]) == ("Review pending", [])
        for field in DECISIONS[1:]:
            found = await expect_errors(approver, field, schemeId=scheme_id, reason=REASON)
            assert found == [_illegal("The scheme was edited after it was submitted.")]
    await _save(manager, scheme_id, 2)
    state = await _state(approver, scheme_id)
    assert state["review"]["contentHash"] == submitted
    assert state["stage"] == {"kind": "APPROVAL", "state": "PENDING", "status": "APPROVAL_PENDING"}
    await mutate(approver, "approveScheme", schemeId=scheme_id, contentHash=submitted)


async def test_an_approval_names_the_hash_that_was_reviewed(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.submitted())
    current = await _hash(clients["APPROVER"], scheme_id)
    async with nothing_changes(database_url):
        payload = await payload_of(clients["APPROVER"], "approveScheme", schemeId=scheme_id, contentHash=OLD_HASH)
        assert payload == {"scheme": None, "errors": [_content_changed(REVIEW_AGAIN, OLD_HASH, current, [])]}


async def test_a_second_submission_is_rejected(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    waiting = scheme(await factory.submitted())
    approved, rejected = scheme(await factory.approved()), scheme(await factory.rejected())
    async with nothing_changes(database_url):
        for scheme_id, message in (
            (waiting, "The scheme is already waiting for approval."),
            (approved, "The scheme is approved and cannot be submitted again."),
            (rejected, "The scheme is rejected and cannot be submitted again."),
        ):
            for manager in (clients["PROGRAM_MANAGER"], clients["second manager"]):
                given = {"schemeId": scheme_id, "contentHash": await _hash(manager, scheme_id)}
                assert await expect_errors(manager, "submitScheme", **given) == [_illegal(message)]


async def test_a_decision_is_final(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    approver = clients["APPROVER"]
    states = (
        (scheme(await factory.approved()), "The scheme is already approved."),
        (scheme(await factory.rejected()), "The scheme was rejected."),
        (
            scheme(await factory.given_back()),
            "Changes were requested; the scheme has not been submitted again yet.",
        ),
    )
    async with nothing_changes(database_url):
        for scheme_id, message in states:
            for field in DECISIONS:
                given = await _decision(field, approver, scheme_id)
                assert await expect_errors(approver, field, **given) == [_illegal(message)]
                assert await expect_errors(clients["manager and approver"], field, **given) == [_illegal(message)]


async def test_a_draft_cannot_be_decided(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.complete())
    both = clients["manager and approver"]
    async with nothing_changes(database_url):
        for field in DECISIONS:
            found = await expect_errors(both, field, **await _decision(field, both, scheme_id))
            assert found == [_illegal("The scheme has not been submitted for approval.")]


@pytest.mark.parametrize("field", DECISIONS)
async def test_nobody_decides_their_own_submission(
    clients: Clients, factory: SchemeFactory, database_url: str, field: str
) -> None:
    """But the same person may decide on a colleague's submission."""
    both = clients["manager and approver"]
    scheme_id = await factory.submitted(await factory.complete(), by="manager and approver")
    given = await _decision(field, both, scheme(scheme_id))
    async with nothing_changes(database_url):
        message = "You submitted this scheme, so another person must decide on it."
        assert await expect_errors(both, field, **given) == [("SELF_APPROVAL", "input.schemeId", message)]
    await mutate(clients["APPROVER"], field, **given)
    theirs = scheme(await factory.submitted(await factory.complete("Another")))
    await mutate(both, field, **await _decision(field, both, theirs))


async def test_an_approved_or_rejected_scheme_cannot_be_edited(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    approved, rejected = scheme(await factory.approved()), scheme(await factory.rejected())
    async with nothing_changes(database_url):
        for scheme_id, state in ((approved, "An approved"), (rejected, "A rejected")):
            for field in SAVES:
                # With the right version and a wrong one: the closed scheme is reported first.
                for version in (1, 7):
                    found = await expect_errors(
                        clients["PROGRAM_MANAGER"], field, **input_of(field, scheme_id, version)
                    )
                    assert found == [_illegal(f"{state} scheme cannot be edited.")]


async def test_an_incomplete_scheme_cannot_be_submitted(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    manager = clients["PROGRAM_MANAGER"]
    empty, emptied = scheme(await factory.created()), scheme(await factory.complete())
    await mutate(manager, "saveSchemeGeographies", schemeId=emptied, expectedVersion=1, geographyIds=[])
    async with nothing_changes(database_url):
        for scheme_id in (empty, emptied):
            given = {"schemeId": scheme_id, "contentHash": await _hash(manager, scheme_id)}
            message = "The scheme is not complete. Finish every step of the wizard first."
            assert await expect_errors(manager, "submitScheme", **given) == [_illegal(message)]


async def test_warnings_must_be_acknowledged(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    past = (date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 1), date(2026, 2, 28))
    scheme_id = scheme(await factory.complete(dates=past, budget=10))
    manager = clients["PROGRAM_MANAGER"]
    given = {"schemeId": scheme_id, "contentHash": await _hash(manager, scheme_id)}
    message = (
        "Acknowledge the warnings of the review first: "
        "Enrollment closed on 31 January 2026, so nobody can enroll. "
        "The scheme ended on 28 February 2026, before it was approved. "
        "Base points alone can reach 30,000 points, more than the budget of 10. "
        "No active ECP works in the geographies of the scheme, so nobody can earn in it. "
        "Rule “Gold bonus” pays at least 50 points at once, more than the whole budget of 10 points."
    )
    async with nothing_changes(database_url):
        for acknowledged in ({}, {"acknowledgeWarnings": False}, {"acknowledgeWarnings": None}):
            found = await expect_errors(manager, "submitScheme", **given, **acknowledged)
            assert found == [("REQUIRED", "input.acknowledgeWarnings", message)]
    await mutate(manager, "submitScheme", **given, acknowledgeWarnings=True)


@pytest.mark.parametrize("field", DECISIONS[1:])
async def test_a_reason_is_a_sentence_that_can_be_shown(
    clients: Clients, factory: SchemeFactory, database_url: str, field: str
) -> None:
    scheme_id = scheme(await factory.submitted())
    cases = (
        ("", "REQUIRED", "The reason is missing."),
        (" \n\t ", "REQUIRED", "The reason is missing."),
        ("no", "INVALID", "The reason needs at least 3 characters."),
        ("x" * 1_001, "INVALID", "The reason has 1,001 characters; at most 1,000 are allowed."),
        ("No\x00pe", "INVALID", "The reason contains characters that cannot be shown."),
    )
    async with nothing_changes(database_url):
        for reason, code, message in cases:
            found = await expect_errors(clients["APPROVER"], field, schemeId=scheme_id, reason=reason)
            assert found == [(code, "input.reason", message)]
    await mutate(clients["APPROVER"], field, schemeId=scheme_id, reason="x" * 1_000)


async def test_a_comment_is_short_and_can_be_shown(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.submitted())
    given = await _decision("approveScheme", clients["APPROVER"], scheme_id)
    async with nothing_changes(database_url):
        for comment, message in (
            ("x" * 1_001, "The comment has 1,001 characters; at most 1,000 are allowed."),
            ("Fine\x07", "The comment contains characters that cannot be shown."),
        ):
            found = await expect_errors(clients["APPROVER"], "approveScheme", **given, comment=comment)
            assert found == [("INVALID", "input.comment", message)]


@pytest.mark.parametrize(
    "fields", [("approveScheme", "approveScheme"), ("approveScheme", "rejectScheme"), DECISIONS[1:]]
)
async def test_one_of_two_simultaneous_decisions_counts(
    clients: Clients, factory: SchemeFactory, fields: tuple[str, str]
) -> None:
    scheme_id = scheme(await factory.submitted())
    approvers = (clients["APPROVER"], clients["manager and approver"])
    inputs = [await _decision(field, approvers[0], scheme_id) for field in fields]
    payloads = await asyncio.gather(
        *(payload_of(who, field, **given) for who, field, given in zip(approvers, fields, inputs, strict=True))
    )
    outcomes = [[error["code"] for error in payload["errors"]] for payload in payloads]
    assert sorted(outcomes) == [[], ["ILLEGAL_STATE"]]
    decided = {"approveScheme": "COUPONS_NOT_GENERATED", "requestSchemeChanges": "CHANGES_REQUESTED"}
    won = fields[outcomes.index([])]
    assert (await _state(approvers[0], scheme_id))["status"] == decided.get(won, "REJECTED")


async def test_one_of_two_simultaneous_submissions_counts(clients: Clients, factory: SchemeFactory) -> None:
    scheme_id = scheme(await factory.complete())
    managers = (clients["PROGRAM_MANAGER"], clients["second manager"])
    content_hash = await _hash(managers[0], scheme_id)
    given = {"schemeId": scheme_id, "contentHash": content_hash, "acknowledgeWarnings": True}
    payloads = await asyncio.gather(*(payload_of(manager, "submitScheme", **given) for manager in managers))
    outcomes = [[error["code"] for error in payload["errors"]] for payload in payloads]
    assert sorted(outcomes) == [[], ["ILLEGAL_STATE"]]


async def test_a_simultaneous_edit_and_approval_exclude_each_other(clients: Clients, factory: SchemeFactory) -> None:
    """The second one is rejected, so no unreviewed content is approved."""
    scheme_id = scheme(await factory.submitted())
    manager, approver = clients["PROGRAM_MANAGER"], clients["APPROVER"]
    given = await _decision("approveScheme", approver, scheme_id)
    edit = basics(schemeId=scheme_id, expectedVersion=1, **FACTORY_BASICS, budget=5_000)
    saved, approved = await asyncio.gather(
        payload_of(manager, "saveSchemeBasics", **edit), payload_of(approver, "approveScheme", **given)
    )
    outcome = ([error["code"] for error in saved["errors"]], [error["code"] for error in approved["errors"]])
    assert outcome in ((["ILLEGAL_STATE"], []), ([], ["CONTENT_CHANGED"]))


async def _decision(field: str, client: Client, scheme_id: str) -> dict[str, Any]:
    """The input of a decision that names the hash of the scheme as it is."""
    given = input_of(field, scheme_id)
    return {**given, "contentHash": await _hash(client, scheme_id)} if "contentHash" in given else given


async def _save(client: Client, scheme_id: str, version: int, **changes: Any) -> None:
    given = basics(schemeId=scheme_id, expectedVersion=version, **FACTORY_BASICS, **changes)
    await mutate(client, "saveSchemeBasics", **given)


async def _state(client: Client, scheme_id: str) -> Any:
    return (await client.send(STATE, id=scheme_id)).data["node"]


async def _hash(client: Client, scheme_id: str) -> str:
    found: str = (await _state(client, scheme_id))["review"]["contentHash"]
    return found


def _illegal(message: str) -> tuple[str, str, str]:
    return ("ILLEGAL_STATE", "input.schemeId", message)


def _content_changed(message: str, named: str, current: str, changes: list[Any]) -> dict[str, Any]:
    return {
        "__typename": "ContentChanged",
        "code": "CONTENT_CHANGED",
        "path": ["input", "contentHash"],
        "message": message,
        "namedHash": named,
        "currentHash": current,
        "changes": changes,
    }
