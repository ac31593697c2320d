"""Notifications: each other participant once, the next role with a task, and never the actor (R5, R6)."""

from typing import Any

import pytest

from domain.channels import EarningChannel
from tests.support.client import Client, Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import (
    add,
    change_account,
    fetch_messages,
    mark_all_read,
    notifications,
    remove,
    unread_by_account,
)
from tests.support.mutations.schemes import SAVES, basics, input_of, mutate, payload_of, place, scheme
from tests.support.world import World

HASH = "query ($id: ID!) { node(id: $id) { ... on Scheme { review { contentHash } } } }"
WAITS = "Program Manager submitted “Monsoon Care”, which is waiting for your approval."
SUBMITTED = "Program Manager submitted “Monsoon Care” for approval."


@pytest.mark.parametrize("field", SAVES)
async def test_each_save_notifies_every_other_participant_once(
    clients: Clients, factory: SchemeFactory, world: World, field: str
) -> None:
    scheme_id = scheme(await factory.complete())
    for name in ("second manager", "ANALYST", "ADMIN"):
        await add(clients["PROGRAM_MANAGER"], world, scheme_id, name)
    await mark_all_read(clients)
    given = {**input_of(field, scheme_id, 1), **({"title": "Another"} if field == "saveSchemeBasics" else {})}
    payload = await mutate(clients["second manager"], field, **given)
    assert payload["step"]["version"] == 2
    found = await unread_by_account(clients)
    assert found.keys() == {"PROGRAM_MANAGER", "ANALYST", "ADMIN"}
    (sentence,) = {message for messages in found.values() for message in messages}
    assert [len(messages) for messages in found.values()] == [1, 1, 1]
    assert sentence.startswith("Second Manager ")
    node = (await notifications(clients["ANALYST"]))[0]
    assert (node["kind"], node["readAt"], node["actor"]["displayName"]) == ("SCHEME_STEP_SAVED", None, "Second Manager")
    assert node["scheme"]["id"] == scheme_id
    assert node["activity"]["changes"]


async def test_a_notification_shows_values_before_and_after(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    scheme_id = scheme(await factory.complete())
    named = {"schemeId": scheme_id, "expectedVersion": 1}
    pune = place(world, "Pune")
    await mutate(clients["second manager"], "saveSchemeGeographies", **named, geographyIds=[pune])
    (node,) = await notifications(clients["PROGRAM_MANAGER"])
    assert node["message"] == (
        "Second Manager added Pune to the geographies and removed Maharashtra from them in “Monsoon Care”."
    )
    assert node["activity"]["changes"] == [
        {"field": "geographyIds", "before": [place(world, "Maharashtra")], "after": [pune]}
    ]
    assert await fetch_messages(clients["second manager"]) == []


async def test_a_submission_notifies_approvers_of_a_task_and_participants_of_news(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    """A participant who is an approver is notified once, as an approver."""
    scheme_id = await factory.complete()
    for name in ("second manager", "ANALYST", "manager and approver"):
        await add(clients["PROGRAM_MANAGER"], world, scheme(scheme_id), name)
    await mark_all_read(clients)
    await factory.submitted(scheme_id)
    assert await unread_by_account(clients) == {
        "APPROVER": [WAITS],
        "ANALYST": [SUBMITTED],
        "second manager": [SUBMITTED],
        "manager and approver": [WAITS],
    }


async def test_the_submitter_is_not_notified_even_as_an_approver(clients: Clients, factory: SchemeFactory) -> None:
    await factory.submitted(by="manager and approver")
    waits = WAITS.replace("Program Manager", "Manager And Approver")
    assert await unread_by_account(clients) == {"APPROVER": [waits]}


@pytest.mark.parametrize(
    ("channels", "tasks"),
    [
        (
            (EarningChannel.COUPON, EarningChannel.SALE),
            {"OPERATIONS": "coupons not generated", "DESIGNER": "artwork not uploaded"},
        ),
        ((EarningChannel.SALE,), {}),
    ],
)
async def test_an_approval_notifies_participants_and_the_next_role(
    clients: Clients,
    factory: SchemeFactory,
    world: World,
    channels: tuple[EarningChannel, ...],
    tasks: dict[str, str],
) -> None:
    """With the comment. A participant with the next role is notified once."""
    scheme_id = await factory.submitted(await factory.complete(channels=channels))
    for name in ("second manager", "APPROVER"):
        await add(clients["PROGRAM_MANAGER"], world, scheme(scheme_id), name)
    await mark_all_read(clients)
    await _decide(clients["APPROVER"], "approveScheme", scheme(scheme_id), comment="  Well\n done. ")
    approved = "Approver approved “Monsoon Care”: Well done."
    turns = {name: [f"“Monsoon Care” was approved and is waiting for you: {what}."] for name, what in tasks.items()}
    assert await unread_by_account(clients) == {"PROGRAM_MANAGER": [approved], "second manager": [approved], **turns}


async def test_tasks_follow_the_roles_at_the_time_of_the_event(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    """A participant who joined operations is notified of the task. Accounts that left it or are disabled are not."""
    scheme_id = await factory.submitted()
    await add(clients["PROGRAM_MANAGER"], world, scheme(scheme_id), "second manager")
    await mark_all_read(clients)
    await change_account(clients, "second manager", roles=["OPERATIONS"])
    await change_account(clients, "OPERATIONS", roles=["ANALYST"])
    await change_account(clients, "DESIGNER", roles=["OPERATIONS"], disabled=True)
    await _decide(clients["APPROVER"], "approveScheme", scheme(scheme_id))
    await change_account(clients, "DESIGNER")
    waits = "“Monsoon Care” was approved and is waiting for you: coupons not generated."
    assert await unread_by_account(clients) == {
        "PROGRAM_MANAGER": ["Approver approved “Monsoon Care”."],
        "second manager": [waits],
    }


@pytest.mark.parametrize(
    ("field", "kind", "sentence"),
    [
        ("requestSchemeChanges", "SCHEME_CHANGES_REQUESTED", "Approver requested changes to “Monsoon Care”: {}"),
        ("rejectScheme", "SCHEME_REJECTED", "Approver rejected “Monsoon Care”: {}"),
    ],
)
async def test_a_rejection_notifies_participants_of_its_reason(
    clients: Clients, factory: SchemeFactory, field: str, kind: str, sentence: str
) -> None:
    """The submission has it in full. A notification ends after 300 characters."""
    manager, reason = clients["PROGRAM_MANAGER"], "Too expensive. " * 30
    scheme_id = scheme(await factory.submitted())
    await add(manager, clients.world, scheme_id, "second manager")
    await mark_all_read(clients)
    await mutate(clients["APPROVER"], field, schemeId=scheme_id, reason=reason)
    found = await unread_by_account(clients)
    short = sentence.format(f"{reason[:299].rstrip()}…")
    assert found == {"PROGRAM_MANAGER": [short], "second manager": [short]}
    node = (await notifications(manager))[0]
    assert (node["kind"], node["actor"]["displayName"]) == (kind, "Approver")
    review = (await manager.run("SchemeReview", id=scheme_id))["node"]
    assert review["submission"]["reason"] == reason.strip()


async def test_a_rejected_mutation_notifies_nobody(clients: Clients, factory: SchemeFactory, world: World) -> None:
    scheme_id = scheme(await factory.submitted())
    await add(clients["PROGRAM_MANAGER"], world, scheme_id, "second manager")
    await mark_all_read(clients)
    stale = input_of("approveScheme", scheme_id)
    for client, field, given in (
        (clients["APPROVER"], "approveScheme", stale),
        (clients["APPROVER"], "rejectScheme", {"schemeId": scheme_id, "reason": ""}),
        (clients["second manager"], "saveSchemeBasics", basics(schemeId=scheme_id, expectedVersion=7, title="New")),
        (clients["second manager"], "submitScheme", stale),
    ):
        assert (await payload_of(client, field, **given))["errors"]
    assert await unread_by_account(clients) == {}


async def test_participants_are_notified_about_their_own_schemes_only(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    mine, theirs = scheme(await factory.created("Mine")), scheme(await factory.created("Theirs", by="second manager"))
    await add(clients["PROGRAM_MANAGER"], world, mine, "ANALYST")
    await add(clients["second manager"], world, theirs, "ADMIN")
    await mark_all_read(clients)
    await mutate(clients["PROGRAM_MANAGER"], "saveSchemeProducts", **input_of("saveSchemeProducts", mine))
    assert await unread_by_account(clients) == {"ANALYST": ["Program Manager saved “Mine” without changes."]}
    await remove(clients["second manager"], world, theirs, "ADMIN")
    assert (await unread_by_account(clients)).keys() == {"ANALYST", "ADMIN"}


async def _decide(client: Client, field: str, scheme_id: str, **given: Any) -> None:
    content_hash = (await client.send(HASH, id=scheme_id)).data["node"]["review"]["contentHash"]
    await mutate(client, field, schemeId=scheme_id, contentHash=content_hash, **given)
