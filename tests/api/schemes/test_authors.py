"""An author of a submitted section may not approve it, unless the program lets authors approve (R5)."""

from typing import Any

import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.revisions import JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import fetch_messages
from tests.support.mutations.schemes import OLD_HASH, basics, expect_errors, mutate, scheme
from tests.support.unchanged import nothing_changes

LOOK = """query ($id: ID!) {
  node(id: $id) { ... on Scheme { viewerActions review { contentHash } wizard { steps { kind version } } } }
  workQueues { key count schemes { nodes { id } } }
}"""
BOTH = "manager and approver"
EDITED_BASICS = "You edited “Basics” of this scheme, so another person must approve it."
DECLINE = ["REQUEST_CHANGES", "REJECT"]
DECIDE = ["APPROVE", *DECLINE]
ALLOW = "mutation ($allow: Boolean) { updateProgram(input: {authorsMayApprove: $allow}) { errors { message } } }"


@pytest.fixture
def both(clients: Clients) -> Client:
    """A person who defines schemes and approves them."""
    return clients[BOTH]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """A person who defines schemes."""
    return clients[Role.PROGRAM_MANAGER]


async def let_authors_approve(clients: Clients, *, allow: bool) -> None:
    """Change the setting of the program."""
    answer = await clients[Role.ADMIN].send(ALLOW, allow=allow)
    assert answer.data == {"updateProgram": {"errors": []}}


async def look(client: Client, scheme_id: str) -> tuple[list[str], bool]:
    """The decisions that the viewer is offered, and whether the queue of approvals has the scheme."""
    found = (await client.send(LOOK, id=scheme_id)).data
    (queue,) = [queue for queue in found["workQueues"] if queue["key"] == "APPROVAL_PENDING"]
    listed = [node["id"] for node in queue["schemes"]["nodes"]]
    assert len(listed) == queue["count"]
    return [action for action in found["node"]["viewerActions"] if action in DECIDE], scheme_id in listed


async def hash_of(client: Client, scheme_id: str) -> str:
    """The hash of the content."""
    found: str = (await client.send(LOOK, id=scheme_id)).data["node"]["review"]["contentHash"]
    return found


async def save_basics(client: Client, scheme_id: str, **changes: Any) -> None:
    """Save the first step at its version."""
    steps = (await client.send(LOOK, id=scheme_id)).data["node"]["wizard"]["steps"]
    versions = {step["kind"]: step["version"] for step in steps}
    given = basics(schemeId=scheme_id, expectedVersion=versions["BASICS"], **changes)
    await mutate(client, "saveSchemeBasics", **given)


async def submit(client: Client, scheme_id: str) -> str:
    """Submit the scheme, and return its hash."""
    content_hash = await hash_of(client, scheme_id)
    await mutate(client, "submitScheme", schemeId=scheme_id, contentHash=content_hash, acknowledgeWarnings=True)
    return content_hash


async def test_the_first_of_two_editors_of_a_step_is_an_author_too(
    clients: Clients, factory: SchemeFactory, both: Client, manager: Client, database_url: str
) -> None:
    """The second one only mends a typo; the table of sections names them alone."""
    scheme_id = scheme(await factory.complete())
    await save_basics(both, scheme_id, description="For workshops in ciites.")
    await save_basics(manager, scheme_id, description="For workshops in cities.")
    content_hash = await submit(manager, scheme_id)
    async with nothing_changes(database_url):
        # An old hash is none of their business: first of all, they may not approve.
        for named in (content_hash, OLD_HASH):
            found = await expect_errors(both, "approveScheme", schemeId=scheme_id, contentHash=named)
            assert found == [("SELF_APPROVAL", "input.schemeId", EDITED_BASICS)]
        assert await look(both, scheme_id) == (DECLINE, False)
        assert await look(clients[Role.APPROVER], scheme_id) == (DECIDE, True)
    await mutate(clients[Role.APPROVER], "approveScheme", schemeId=scheme_id, contentHash=content_hash)


async def test_every_step_that_an_author_edited_is_named(
    factory: SchemeFactory, both: Client, manager: Client, database_url: str
) -> None:
    scheme_id = scheme(await factory.complete(by=BOTH))
    content_hash = await submit(manager, scheme_id)
    async with nothing_changes(database_url):
        found = await expect_errors(both, "approveScheme", schemeId=scheme_id, contentHash=content_hash)
        steps = "“Basics”, “Products”, “Geographies”, “Coupon values” and “Bonus rules”"
        message = f"You edited {steps} of this scheme, so another person must approve it."
        assert found == [("SELF_APPROVAL", "input.schemeId", message)]


async def test_the_creator_of_a_scheme_is_an_author_of_its_basics(
    factory: SchemeFactory, both: Client, manager: Client, database_url: str
) -> None:
    """The title and the channels of a new scheme are basics."""
    scheme_id = await factory.created(by=BOTH)
    await save_basics(manager, scheme(scheme_id))
    await factory.finished(scheme_id)
    content_hash = await submit(manager, scheme(scheme_id))
    async with nothing_changes(database_url):
        found = await expect_errors(both, "approveScheme", schemeId=scheme(scheme_id), contentHash=content_hash)
        assert found == [("SELF_APPROVAL", "input.schemeId", EDITED_BASICS)]


async def test_saving_a_step_without_a_change_makes_no_author(
    factory: SchemeFactory, both: Client, manager: Client
) -> None:
    scheme_id = scheme(await factory.complete())
    await save_basics(manager, scheme_id)
    await save_basics(both, scheme_id)
    await mutate(both, "approveScheme", schemeId=scheme_id, contentHash=await submit(manager, scheme_id))


async def test_an_author_may_ask_for_changes_and_stays_an_author(
    factory: SchemeFactory, both: Client, manager: Client, database_url: str
) -> None:
    scheme_id = scheme(await factory.complete())
    await save_basics(both, scheme_id, budget=5_000)
    await submit(manager, scheme_id)
    await mutate(both, "requestSchemeChanges", schemeId=scheme_id, reason="Please name the workshops.")
    await save_basics(manager, scheme_id, budget=5_000, description="For all workshops.")
    content_hash = await submit(manager, scheme_id)
    async with nothing_changes(database_url):
        found = await expect_errors(both, "approveScheme", schemeId=scheme_id, contentHash=content_hash)
        assert found == [("SELF_APPROVAL", "input.schemeId", EDITED_BASICS)]
    await mutate(both, "rejectScheme", schemeId=scheme_id, reason="Not this year.")


async def test_authors_of_a_revision_are_those_of_its_changes(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, both: Client, database_url: str
) -> None:
    """Not those of the live scheme, nor the person who opened it; and those of the revision until it is applied."""
    live = await factory.approved(await factory.complete(by=BOTH))
    opened = await revisions.opened(live, JUNE, BOTH)
    await revisions.changed(opened, "second manager", budget=7_000)
    first = scheme(opened)
    content_hash = await submit(clients[Role.PROGRAM_MANAGER], first)
    assert await look(both, first) == (DECIDE, True)
    await mutate(both, "requestSchemeChanges", schemeId=first, reason="Please spend less.")
    await revisions.changed(opened, BOTH, budget=6_000)
    content_hash = await submit(clients[Role.PROGRAM_MANAGER], first)
    async with nothing_changes(database_url):
        found = await expect_errors(both, "approveScheme", schemeId=first, contentHash=content_hash)
        message = "You edited “Basics” of this revision, so another person must approve it."
        assert found == [("SELF_APPROVAL", "input.schemeId", message)]
        assert await look(both, first) == (DECLINE, False)


async def test_an_applied_revision_makes_no_authors_of_the_next_one(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, both: Client, clock: TestClock
) -> None:
    live = await factory.approved()
    changed = await revisions.opened(live, JUNE, BOTH, budget=7_000)
    await factory.approved(changed)
    clock.now = JUNE
    assert await revisions.apply_due() == 1
    following = await revisions.opened(live, JUNE.replace(day=20), budget=8_000)
    content_hash = await submit(clients[Role.PROGRAM_MANAGER], scheme(following))
    await mutate(both, "approveScheme", schemeId=scheme(following), contentHash=content_hash)


async def test_the_program_may_let_authors_approve(
    clients: Clients, factory: SchemeFactory, both: Client, manager: Client, database_url: str
) -> None:
    """But never the submitter; and turned off again, the setting holds for what still waits."""
    waiting, own = scheme(await factory.complete(by=BOTH)), scheme(await factory.complete(by=BOTH))
    content_hash = await submit(manager, waiting)
    assert await look(both, waiting) == (DECLINE, False)
    await let_authors_approve(clients, allow=True)
    assert await look(both, waiting) == (DECIDE, True)
    own_hash = await submit(both, own)
    async with nothing_changes(database_url):
        assert await look(both, own) == ([], False)
        found = await expect_errors(both, "approveScheme", schemeId=own, contentHash=own_hash)
        message = "You submitted this scheme, so another person must decide on it."
        assert found == [("SELF_APPROVAL", "input.schemeId", message)]
    await let_authors_approve(clients, allow=False)
    assert await look(both, waiting) == (DECLINE, False)
    await let_authors_approve(clients, allow=True)
    await mutate(both, "approveScheme", schemeId=waiting, contentHash=content_hash)


async def test_authors_get_no_task_that_they_may_not_do(
    clients: Clients, factory: SchemeFactory, both: Client, manager: Client
) -> None:
    """They are notified like every other participant."""
    scheme_id = scheme(await factory.complete(by=BOTH))
    await submit(manager, scheme_id)
    submitted = "Program Manager submitted “Monsoon Care”"
    assert (await fetch_messages(both))[0] == f"{submitted} for approval."
    assert (await fetch_messages(clients[Role.APPROVER]))[0] == f"{submitted}, which is waiting for your approval."
    await let_authors_approve(clients, allow=True)
    second = scheme(await factory.complete(by=BOTH))
    await submit(manager, second)
    assert (await fetch_messages(both))[0] == f"{submitted}, which is waiting for your approval."
