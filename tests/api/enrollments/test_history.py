"""ECPs that come back, and the past of enrollments: each application with its terms, decision and withdrawal (R18)."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.mutations.enrollments import (
    enroll,
    events,
    expect_error,
    expect_errors,
    messages,
    mutate,
    payload_of,
    scheme_gid,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World

CODE = "ECP-2026-000001"
BACK = f"{CODE} left “Monsoon Care” and is enrolled again."
ASKS = f"{CODE} asks to enroll in “Monsoon Care” and is waiting for your decision."
HISTORY = """query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Enrollment {
    status termsVersion requestedAt enrolledAt withdrawnAt firstEnrolledAt
    history(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
        status statusLabel termsVersion requestedAt enrolledAt decidedAt decidedBy { displayName } reason withdrawnAt
        withdrawnBy { displayName } } } } } }"""


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def scheme_id(enrollments: EnrollmentFactory) -> UUID:
    """A scheme that is open, and the world's ECP, who is active."""
    await enrollments.ecps.verified()
    return await enrollments.open_scheme()


async def accepted(ecp: Client, manager: Client, scheme_id: UUID, reason: str | None = None) -> str:
    """The id of an enrollment that the ECP applied for and a manager accepted."""
    asked = (await enroll(ecp, scheme_id))["id"]
    await mutate(manager, "decideEnrollment", enrollmentId=asked, accept=True, reason=reason)
    return str(asked)


async def change_terms(revisions: RevisionFactory, scheme_id: UUID, clock: TestClock) -> None:
    """Let version 2 of the terms come into force on 20 March."""
    moment = clock.now.replace(day=20)
    await revisions.approved(scheme_id, moment, terms_markdown="Be kind.")
    clock.now = moment
    assert await revisions.apply_due() == 1


async def read(client: Client, enrollment_id: str, **page: Any) -> Any:
    """Read an enrollment with a page of its history."""
    return (await client.send(HISTORY, id=enrollment_id, **page)).data["node"]


async def test_an_ecp_that_left_comes_back_without_a_manager(
    ecp: Client, manager: Client, scheme_id: UUID, database_url: str
) -> None:
    """R18: while the window is open. Managers are notified, and the time of the first enrollment stays."""
    first = await accepted(ecp, manager, scheme_id, "Welcome!")
    began = await read(manager, first)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    again = await enroll(ecp, scheme_id)
    assert (again["id"], again["status"], again["viewerActions"]) == (first, "ENROLLED", ["WITHDRAW"])
    found = await read(manager, first)
    assert found["requestedAt"] == found["enrolledAt"] > began["enrolledAt"]
    assert (found["firstEnrolledAt"], found["withdrawnAt"]) == (began["enrolledAt"], None)
    assert await messages(manager, scheme_id) == [("ENROLLMENT_REQUESTED", BACK), ("ENROLLMENT_REQUESTED", ASKS)]
    assert [kind for kind, *_ in await events(database_url, "ENROLLMENT_")] == [
        "ENROLLMENT_REQUESTED",
        "ENROLLMENT_DECIDED",
        "ENROLLMENT_WITHDRAWN",
        "ENROLLMENT_REQUESTED",
    ]


async def test_an_ecp_comes_back_under_the_conditions_of_today(  # noqa: PLR0913, PLR0917 - fixtures
    ecp: Client,
    manager: Client,
    scheme_id: UUID,
    revisions: RevisionFactory,
    clock: TestClock,
    database_url: str,
) -> None:
    """R18: the terms in force, the status, and the window; nothing changes otherwise."""
    first = await accepted(ecp, manager, scheme_id)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    await change_terms(revisions, scheme_id, clock)
    async with nothing_changes(database_url):
        message = "Version 2 of the terms is in force. Read and accept that version."
        assert await expect_error(ecp, scheme_id) == ("CONFLICT", "termsVersion", message)
    again = await enroll(ecp, scheme_id, 2)
    assert (again["status"], again["termsVersion"]) == ("ENROLLED", 2)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    clock.now = clock.now.replace(month=5)
    async with nothing_changes(database_url):
        closed = ("OUT_OF_WINDOW", "schemeId", "Enrollment closed on 30 April 2026.")
        assert await expect_error(ecp, scheme_id, 2) == closed
    terms = [span["termsVersion"] for span in (await read(ecp, first))["history"]["nodes"]]
    assert terms == [2, 1]


async def test_terms_that_changed_are_accepted_again_before_a_decision(  # noqa: PLR0913, PLR0917 - fixtures
    ecp: Client,
    manager: Client,
    scheme_id: UUID,
    revisions: RevisionFactory,
    clock: TestClock,
    database_url: str,
) -> None:
    """R18: a manager cannot accept an application under terms that are out of force, and is not offered to."""
    asked = (await enroll(ecp, scheme_id))["id"]
    await change_terms(revisions, scheme_id, clock)
    message = (
        f"{CODE} accepted version 1 of the terms, but version 2 is in force. Ask the ECP to withdraw this application "
        "and apply again."
    )
    actions = "query ($id: ID!) { node(id: $id) { ... on Enrollment { viewerActions } } }"
    async with nothing_changes(database_url):
        given = {"enrollmentId": asked, "accept": True}
        found = await expect_errors(manager, "decideEnrollment", **given)
        assert found == [("CONFLICT", "enrollmentId", message)]
        offered = (await manager.send(actions, id=asked)).data["node"]["viewerActions"]
        assert offered == ["REJECT", "WITHDRAW"]
    await mutate(ecp, "withdrawEnrollment", enrollmentId=asked)
    await enroll(ecp, scheme_id, 2)
    assert (await manager.send(actions, id=asked)).data["node"]["viewerActions"] == ["ACCEPT", "REJECT", "WITHDRAW"]
    assert (await mutate(manager, "decideEnrollment", **given))["status"] == "ENROLLED"


async def test_an_ecp_that_a_manager_withdrew_applies_again(ecp: Client, manager: Client, scheme_id: UUID) -> None:
    """R18: applying and withdrawing in between changes nothing about that: a manager decides."""
    first = await accepted(ecp, manager, scheme_id)
    await mutate(manager, "withdrawEnrollment", enrollmentId=first)
    for _ in range(2):
        assert (await enroll(ecp, scheme_id))["status"] == "PENDING"
        await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    assert (await enroll(ecp, scheme_id))["status"] == "PENDING"
    assert (await read(manager, first))["firstEnrolledAt"] is not None


async def test_every_application_stays_known(
    clients: Clients, ecp: Client, manager: Client, scheme_id: UUID, clock: TestClock
) -> None:
    """R18: newest first, page by page, with its decision and withdrawal; ECPs do not see who decided."""
    asked = (await enroll(ecp, scheme_id))["id"]
    clock.advance(days=1)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=asked)
    clock.advance(days=1)
    assert await accepted(ecp, manager, scheme_id, "Welcome!") == asked
    clock.advance(days=1)
    await mutate(manager, "withdrawEnrollment", enrollmentId=asked)
    clock.advance(days=1)
    await enroll(ecp, scheme_id)
    await mutate(manager, "decideEnrollment", enrollmentId=asked, accept=False, reason="Not again.")
    found = await read(manager, asked)
    nodes = found["history"]["nodes"]
    person, owner = {"displayName": "Program Manager"}, {"displayName": "Ecp"}
    assert [
        (span["status"], span["decidedBy"], span["reason"], span["withdrawnBy"], span["enrolledAt"] is not None)
        for span in nodes
    ] == [
        ("REJECTED", person, "Not again.", None, False),
        ("WITHDRAWN", person, "Welcome!", person, True),
        ("WITHDRAWN", None, None, owner, False),
    ]
    for span in nodes[1:]:
        assert span["requestedAt"] <= (span["enrolledAt"] or span["requestedAt"]) < span["withdrawnAt"]
    assert [span["requestedAt"] for span in nodes] == sorted((span["requestedAt"] for span in nodes), reverse=True)
    assert found["requestedAt"] == nodes[0]["requestedAt"]
    assert (found["history"]["totalCount"], found["firstEnrolledAt"]) == (3, nodes[1]["enrolledAt"])
    page = (await read(manager, asked, first=2))["history"]
    assert (page["nodes"], page["pageInfo"]["hasNextPage"], page["totalCount"]) == (nodes[:2], True, 3)
    rest = (await read(manager, asked, first=2, after=page["pageInfo"]["endCursor"]))["history"]
    assert (rest["nodes"], rest["pageInfo"]["hasNextPage"]) == (nodes[2:], False)
    own = (await read(ecp, asked))["history"]
    assert [(span["decidedBy"], span["withdrawnBy"]) for span in own["nodes"]] == [
        (None, None),
        (None, None),
        (None, owner),
    ]
    assert (own["totalCount"], own["nodes"][1]["reason"]) == (3, "Welcome!")
    analyst = (await read(clients[Role.ANALYST], asked))["history"]["nodes"]
    assert [span["withdrawnBy"] for span in analyst] == [None, None, None]
    for role in (Role.DESIGNER, Role.APPROVER, Role.OPERATIONS):
        assert await read(clients[role], asked) is None


async def test_a_history_belongs_to_its_enrollment(
    clients: Clients, ecp: Client, manager: Client, scheme_id: UUID, enrollments: EnrollmentFactory
) -> None:
    """R25: another ECP sees none of it, and schemes do not mix."""
    first = await accepted(ecp, manager, scheme_id)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    await enroll(ecp, scheme_id)
    other = await accepted(ecp, manager, await enrollments.open_scheme("Other"))
    assert [(await read(manager, one))["history"]["totalCount"] for one in (first, other)] == [2, 1]
    account = await enrollments.ecps.account("Binod Thapa")
    await enrollments.verified_of(account)
    assert await read(clients.of(account), first) is None


async def test_two_returns_at_once_are_one(ecp: Client, manager: Client, scheme_id: UUID, database_url: str) -> None:
    """R18: the second one learns that the ECP is enrolled already."""
    first = await accepted(ecp, manager, scheme_id)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    given = {"schemeId": scheme_gid(scheme_id), "termsVersion": 1}
    payloads = await asyncio.gather(*(payload_of(ecp, "enroll", **given) for _ in range(5)))
    assert [payload["enrollment"]["status"] for payload in payloads if payload["enrollment"]] == ["ENROLLED"]
    messages = [error["message"] for payload in payloads for error in payload["errors"]]
    assert messages == ["You are already enrolled in this scheme."] * 4
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM past_enrollment") == 1
    await connection.close()


async def test_clocks_that_differ_make_no_overlap(
    ecp: Client, manager: Client, scheme_id: UUID, clock: TestClock
) -> None:
    """R18: a server whose clock is behind ends no enrollment before it began, and begins none before that end."""
    first = await accepted(ecp, manager, scheme_id)
    clock.advance(minutes=-5)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first)
    clock.advance(minutes=-5)
    await enroll(ecp, scheme_id)
    latest, past = (await read(manager, first))["history"]["nodes"]
    assert past["requestedAt"] < past["enrolledAt"] == past["withdrawnAt"] < latest["requestedAt"]
    assert latest["requestedAt"] == latest["enrolledAt"]


async def test_an_erased_ecp_is_not_named_by_the_past(
    ecp: Client, manager: Client, scheme_id: UUID, enrollments: EnrollmentFactory, world: World
) -> None:
    """R18: reasons of past decisions lose the name; the history itself stays."""
    first = await accepted(ecp, manager, scheme_id, "Asha Rao is welcome.")
    await mutate(manager, "withdrawEnrollment", enrollmentId=first)
    await enroll(ecp, scheme_id)
    await mutate(manager, "decideEnrollment", enrollmentId=first, accept=False, reason="Too far away.")
    await enrollments.erase(world.ecps[world.accounts[Role.ECP].id])
    nodes = (await read(manager, first))["history"]["nodes"]
    assert [span["reason"] for span in nodes] == ["Too far away.", "Erased because it named the person."]
    assert [span["status"] for span in nodes] == ["REJECTED", "WITHDRAWN"]
