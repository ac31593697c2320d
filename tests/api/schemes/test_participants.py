"""Participants of a scheme: accounts that work on it, and accounts that they invite (R6)."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import (
    add,
    change_account,
    fetch_messages,
    mark_all_read,
    participants,
    participation,
    remove,
    unread_by_account,
)
from tests.support.mutations.schemes import (
    UNKNOWN_SCHEME,
    InputError,
    basics,
    expect_errors,
    mutate,
    payload_of,
    scheme,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

MUTATIONS = ("addSchemeParticipant", "removeSchemeParticipant")


async def test_creating_saving_or_submitting_makes_a_participant(clients: Clients, factory: SchemeFactory) -> None:
    """In the order of joining. Deciding does not make a participant."""
    scheme_id = await factory.complete()
    manager, gone = clients["PROGRAM_MANAGER"], scheme(scheme_id)
    assert await participants(manager, gone) == ["Program Manager"]
    given = basics(schemeId=gone, expectedVersion=1, description="For workshops.", budget=1_000_000)
    await mutate(clients["second manager"], "saveSchemeBasics", **given)
    assert await participants(manager, gone) == ["Program Manager", "Second Manager"]
    await factory.submitted(scheme_id, by="manager and approver")
    content_hash = (await factory.definition(scheme_id)).content_hash
    await mutate(clients["APPROVER"], "approveScheme", schemeId=gone, contentHash=content_hash)
    assert await participants(manager, gone) == ["Program Manager", "Second Manager", "Manager And Approver"]


async def test_a_save_that_changes_nothing_adds_no_participant(clients: Clients, factory: SchemeFactory) -> None:
    scheme_id = scheme(await factory.complete())
    given = basics(schemeId=scheme_id, expectedVersion=1, description="For workshops.")
    await mutate(clients["second manager"], "saveSchemeBasics", **given)
    assert await participants(clients["PROGRAM_MANAGER"], scheme_id) == ["Program Manager"]


async def test_an_invited_participant_is_notified(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    """The others are notified too. Inviting again changes nothing."""
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.created())
    await add(clients["second manager"], world, scheme_id, "second manager")
    await mark_all_read(clients)
    payload = await add(manager, world, scheme_id, "ANALYST")
    names = [account["displayName"] for account in payload["scheme"]["participants"]]
    assert names == ["Program Manager", "Second Manager", "Analyst"]
    assert await unread_by_account(clients) == {
        "ANALYST": ["Program Manager asked you to take part in “Monsoon Care”."],
        "second manager": ["Program Manager added Analyst to the participants of “Monsoon Care”."],
    }
    async with nothing_changes(database_url):
        for client in (manager, clients["second manager"]):
            again = await add(client, world, scheme_id, "ANALYST")
            assert [account["displayName"] for account in again["scheme"]["participants"]] == names


async def test_a_removed_participant_is_no_longer_notified(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.created())
    for name in ("second manager", "ANALYST"):
        await add(manager, world, scheme_id, name)
    await mark_all_read(clients)
    payload = await remove(manager, world, scheme_id, "ANALYST")
    names = [account["displayName"] for account in payload["scheme"]["participants"]]
    assert names == ["Program Manager", "Second Manager"]
    expected = {
        "ANALYST": ["Program Manager removed you from the participants of “Monsoon Care”."],
        "second manager": ["Program Manager removed Analyst from the participants of “Monsoon Care”."],
    }
    assert await unread_by_account(clients) == expected
    async with nothing_changes(database_url):
        await remove(manager, world, scheme_id, "ANALYST")
    await mutate(manager, "saveSchemeBasics", **basics(schemeId=scheme_id, expectedVersion=0, title="Next"))
    found = await unread_by_account(clients)
    assert found["ANALYST"] == expected["ANALYST"]
    assert len(found["second manager"]) == 2


async def test_a_participant_who_left_is_not_notified_until_they_return(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    second, scheme_id = clients["second manager"], scheme(await factory.created())
    await add(second, world, scheme_id, "second manager")
    assert await fetch_messages(clients["PROGRAM_MANAGER"]) == ["Second Manager takes part in “Monsoon Care”."]
    await remove(second, world, scheme_id, "second manager")
    assert await participants(second, scheme_id) == ["Program Manager"]
    assert (await fetch_messages(clients["PROGRAM_MANAGER"]))[
        0
    ] == "Second Manager no longer takes part in “Monsoon Care”."
    assert await fetch_messages(second) == []
    saved = basics(schemeId=scheme_id, expectedVersion=0, title="Next")
    await mutate(clients["PROGRAM_MANAGER"], "saveSchemeBasics", **saved)
    assert await fetch_messages(second) == []
    await mutate(second, "saveSchemeBasics", **{**saved, "expectedVersion": 1, "title": "Another"})
    assert await participants(second, scheme_id) == ["Program Manager", "Second Manager"]


async def test_the_last_participant_may_leave(clients: Clients, factory: SchemeFactory, world: World) -> None:
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.created())
    payload = await remove(manager, world, scheme_id, "PROGRAM_MANAGER")
    assert payload["scheme"]["participants"] == []
    await mark_all_read(clients)
    await mutate(clients["second manager"], "saveSchemeBasics", **basics(schemeId=scheme_id, expectedVersion=0))
    assert await unread_by_account(clients) == {}


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("complete", {"ADMIN", "PROGRAM_MANAGER", "ANALYST", "second manager", "manager and approver"}),
        ("submitted", {"ADMIN", "PROGRAM_MANAGER", "ANALYST", "second manager", "manager and approver", "APPROVER"}),
        ("approved", {"ADMIN", "APPROVER", "OPERATIONS", "DESIGNER", "PROGRAM_MANAGER", "ANALYST"}),
    ],
)
async def test_participants_must_see_the_scheme(
    clients: Clients, factory: SchemeFactory, world: World, state: str, names: set[str]
) -> None:
    """R25: other accounts are rejected: neither added nor notified."""
    scheme_id = scheme(await getattr(factory, state)())
    manager, before = clients["second manager"], await unread_by_account(clients)
    both = {"second manager", "manager and approver"}
    for name, account in world.accounts.items():
        if name in names | both:
            await add(manager, world, scheme_id, name)
            continue
        message = f"The roles of {account.display_name} do not show this scheme as it is now."
        expected = [("OUT_OF_SCOPE", "input.accountId", message)]
        assert await expect_errors(manager, MUTATIONS[0], **participation(world, scheme_id, name)) == expected
        assert await fetch_messages(clients[name]) == before.get(name, [])
    shown = {world.accounts[name].display_name for name in names | both}
    assert set(await participants(manager, scheme_id)) == shown


async def test_a_disabled_account_cannot_be_invited_but_can_be_removed(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.created())
    await add(manager, world, scheme_id, "second manager")
    for name in ("second manager", "ANALYST"):
        await change_account(clients, name, disabled=True)
    async with nothing_changes(database_url):
        given = participation(world, scheme_id, "ANALYST")
        message = "The account of Analyst is disabled."
        assert await expect_errors(manager, MUTATIONS[0], **given) == [("INVALID", "input.accountId", message)]
    assert await participants(manager, scheme_id) == ["Program Manager", "Second Manager"]
    await remove(manager, world, scheme_id, "second manager")
    assert await participants(manager, scheme_id) == ["Program Manager"]
    await change_account(clients, "second manager")
    # A disabled account is not notified, since nobody could read it.
    assert await fetch_messages(clients["second manager"]) == [
        "Program Manager asked you to take part in “Monsoon Care”."
    ]


async def test_a_participant_who_lost_access_is_no_longer_notified(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    """R25: they remain a participant, so notifications resume when they see the scheme again."""
    manager, scheme_id = clients["PROGRAM_MANAGER"], await factory.complete()
    second, shown = clients["second manager"], scheme(scheme_id)
    await add(manager, world, shown, "second manager")
    await change_account(clients, "second manager", roles=["OPERATIONS"])
    await mark_all_read(clients)
    saved = basics(schemeId=shown, expectedVersion=1, description="For workshops.", budget=1_000_000)
    await mutate(manager, "saveSchemeBasics", **saved)
    await factory.submitted(scheme_id)
    assert await fetch_messages(second, unreadOnly=True) == []
    content_hash = (await factory.definition(scheme_id)).content_hash
    await mutate(clients["APPROVER"], "approveScheme", schemeId=shown, contentHash=content_hash)
    # As an approver, for whom it is a task now.
    waits = "“Monsoon Care” was approved and is waiting for you: coupons not generated."
    assert await fetch_messages(second, unreadOnly=True) == [waits]


@pytest.mark.parametrize("field", MUTATIONS)
async def test_unknown_objects_are_rejected(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str, field: str
) -> None:
    """R25: also for a manager who is an approver too. The message for an ID of another kind names that kind."""
    scheme_id, account_id = scheme(await factory.created()), gid(NodeKind.ACCOUNT, world.accounts["ANALYST"].id)
    no_scheme = ("NOT_FOUND", "input.schemeId", "This scheme does not exist.")
    no_account = ("NOT_FOUND", "input.accountId", "This account does not exist.")
    unknown = gid(NodeKind.ACCOUNT, key("no such account"))
    cases: list[tuple[str, str, list[InputError]]] = [
        (UNKNOWN_SCHEME, account_id, [no_scheme]),
        (scheme_id, unknown, [no_account]),
        # The scheme is checked first: a viewer who does not see it learns nothing else.
        (UNKNOWN_SCHEME, unknown, [no_scheme]),
        ("x", "", [no_scheme, no_account]),
        (
            account_id,
            scheme_id,
            [
                ("INVALID", "input.schemeId", "This is the ID of an account, not of a scheme."),
                ("INVALID", "input.accountId", "This is the ID of a scheme, not of an account."),
            ],
        ),
    ]
    async with nothing_changes(database_url):
        for client in (clients["PROGRAM_MANAGER"], clients["manager and approver"]):
            for given_scheme, given_account, expected in cases:
                found = await expect_errors(client, field, schemeId=given_scheme, accountId=given_account)
                assert found == expected


@pytest.mark.parametrize("field", MUTATIONS)
async def test_only_those_who_define_schemes_manage_participants(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str, field: str
) -> None:
    """R25: neither approvers, who see the scheme, nor anonymous clients."""
    scheme_id = scheme(await factory.submitted())
    await add(clients["PROGRAM_MANAGER"], world, scheme_id, "APPROVER")
    given: dict[str, Any] = participation(world, scheme_id, "APPROVER")
    document = f"mutation ($input: SchemeParticipantInput!) {{ {field}(input: $input) {{ errors {{ code }} }} }}"
    async with nothing_changes(database_url):
        for role in set(Role) - {Role.PROGRAM_MANAGER}:
            assert (await clients[role].send(document, input=given)).codes == ["FORBIDDEN"], role
        assert (await clients.anonymous.send(document, input=given)).codes == ["UNAUTHENTICATED"]
    assert (await payload_of(clients["second manager"], field, **given))["errors"] == []


async def test_participating_grants_no_permissions(clients: Clients, factory: SchemeFactory, world: World) -> None:
    """R25: an approver who was invited to a submitted scheme still cannot edit it."""
    scheme_id = scheme(await factory.submitted())
    await add(clients["PROGRAM_MANAGER"], world, scheme_id, "APPROVER")
    document = "query ($id: ID!) { node(id: $id) { ... on Scheme { viewerActions } } }"
    found = (await clients["APPROVER"].send(document, id=scheme_id)).data["node"]["viewerActions"]
    assert found == ["APPROVE", "REQUEST_CHANGES", "REJECT"]
