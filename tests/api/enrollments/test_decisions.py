"""Deciding about applications, and ending enrollments (R18)."""

from typing import Any
from uuid import UUID

import pytest

from domain.enrollments.guards import EnrollmentAction
from domain.permissions import Role
from resolvers.enrollments.loaders import actions_by_enrollment
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import (
    enroll,
    enrollment_gid,
    events,
    expect_errors,
    messages,
    mutate,
)
from tests.support.unchanged import nothing_changes

CODE = "ECP-2026-000001"


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


async def test_a_rejection_needs_a_reason(manager: Client, enrollments: EnrollmentFactory, database_url: str) -> None:
    """R18: the ECP can read it. An acceptance may have one."""
    waiting = await enrollments.pending(await enrollments.open_scheme(), await enrollments.ecps.verified())
    given = {"enrollmentId": enrollment_gid(waiting)}
    async with nothing_changes(database_url):
        for reason, rejection in (
            (None, ("REQUIRED", "reason", "The reason is missing.")),
            (" ", ("REQUIRED", "reason", "The reason is missing.")),
            ("no", ("INVALID", "reason", "The reason needs at least 3 characters.")),
            ("x" * 1001, ("INVALID", "reason", "The reason has 1,001 characters; at most 1,000 are allowed.")),
        ):
            assert await expect_errors(manager, "decideEnrollment", **given, accept=False, reason=reason) == [rejection]
        long = await expect_errors(manager, "decideEnrollment", **given, accept=True, reason="x" * 1001)
        assert long == [("INVALID", "reason", "The reason has 1,001 characters; at most 1,000 are allowed.")]
    rejected = await mutate(manager, "decideEnrollment", **given, accept=False, reason=" Too far away. ")
    assert (rejected["status"], rejected["statusLabel"], rejected["reason"]) == (
        "REJECTED",
        "Rejected",
        "Too far away.",
    )
    assert (rejected["enrolledAt"], rejected["viewerActions"]) == (None, [])


async def test_a_decided_enrollment_cannot_be_decided_again(
    manager: Client, ecp: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: the message depends on the status, and nothing changes."""
    ecp_id = await enrollments.ecps.verified()
    states = {
        await enrollments.enrolled(await enrollments.open_scheme("One"), ecp_id): f"{CODE} is already enrolled.",
        await enrollments.withdrawn(
            await enrollments.open_scheme("Two"), ecp_id
        ): "This enrollment was withdrawn, so there is nothing to decide.",
        await enrollments.rejected(
            await enrollments.open_scheme("Three"), ecp_id
        ): "This enrollment was already rejected.",
    }
    async with nothing_changes(database_url):
        for enrollment_id, message in states.items():
            for accept in (True, False):
                given = {"enrollmentId": enrollment_gid(enrollment_id), "accept": accept, "reason": "Because."}
                expected = [("ILLEGAL_STATE", "enrollmentId", message)]
                assert await expect_errors(manager, "decideEnrollment", **given) == expected
        rejected = enrollment_gid(list(states)[2])
        message = "This enrollment was rejected, so there is nothing to withdraw."
        for client in (ecp, manager):
            assert await expect_errors(client, "withdrawEnrollment", enrollmentId=rejected) == [
                ("ILLEGAL_STATE", "enrollmentId", message)
            ]


async def test_an_application_cannot_be_accepted_after_the_window_closed(
    manager: Client, enrollments: EnrollmentFactory, database_url: str, clock: TestClock
) -> None:
    """R18: the conditions of enrolling hold for a decision too. Rejecting works at any time."""
    scheme_id = await enrollments.open_scheme()
    first = await enrollments.pending(scheme_id, await enrollments.ecps.verified())
    second = await enrollments.pending(scheme_id, await enrollments.ecps.verified("Binod Thapa"))
    clock.now = clock.now.replace(month=4, day=30, hour=23)
    accepted = await mutate(manager, "decideEnrollment", enrollmentId=enrollment_gid(first), accept=True)
    assert accepted["status"] == "ENROLLED"
    clock.advance(hours=1)
    given = {"enrollmentId": enrollment_gid(second)}
    closed = (
        "Enrollment closed on 30 April 2026. Reject the application, or extend the enrollment window with a revision "
        "of the scheme."
    )
    async with nothing_changes(database_url):
        expected = [("OUT_OF_WINDOW", "enrollmentId", closed)]
        assert await expect_errors(manager, "decideEnrollment", **given, accept=True) == expected
        clock.now = clock.now.replace(month=8)
        ended = [("ILLEGAL_STATE", "enrollmentId", "This scheme ended on 31 July 2026. Reject the application.")]
        assert await expect_errors(manager, "decideEnrollment", **given, accept=True) == ended
    rejected = await mutate(manager, "decideEnrollment", **given, accept=False, reason="Too late.")
    assert rejected["status"] == "REJECTED"


async def test_only_an_active_ecp_is_accepted(
    manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: an ECP suspended since its application cannot be accepted, only rejected."""
    ecp_id = await enrollments.ecps.verified()
    given = {"enrollmentId": enrollment_gid(await enrollments.pending(await enrollments.open_scheme(), ecp_id))}
    await enrollments.suspend(ecp_id)
    async with nothing_changes(database_url):
        message = f"{CODE} is suspended and cannot enroll. Verify this ECP again first."
        expected = [("ILLEGAL_STATE", "enrollmentId", message)]
        assert await expect_errors(manager, "decideEnrollment", **given, accept=True) == expected
    rejected = await mutate(manager, "decideEnrollment", **given, accept=False, reason="Not active.")
    assert rejected["status"] == "REJECTED"


async def test_the_applications_of_an_erased_ecp_are_withdrawn(
    manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: they leave the queue. Accepted enrollments stay in the history."""
    ecp_id = await enrollments.ecps.verified()
    waiting = enrollment_gid(await enrollments.pending(await enrollments.open_scheme("One"), ecp_id))
    enrolled = enrollment_gid(await enrollments.enrolled(await enrollments.open_scheme("Two"), ecp_id))
    await enrollments.erase(ecp_id)
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Enrollment { status } } workQueues { key count } }"
    found = (await manager.send(query, ids=[waiting, enrolled])).data
    assert [node["status"] for node in found["nodes"]] == ["WITHDRAWN", "ENROLLED"]
    assert {queue["key"]: queue["count"] for queue in found["workQueues"]}["ENROLLMENTS_TO_DECIDE"] == 0
    kinds = [kind for kind, *_ in await events(database_url, "ENROLLMENT_")]
    assert kinds == ["ENROLLMENT_REQUESTED", "ENROLLMENT_REQUESTED", "ENROLLMENT_WITHDRAWN"]
    async with nothing_changes(database_url):
        errors = await expect_errors(manager, "decideEnrollment", enrollmentId=waiting, accept=True)
        assert [code for code, *_ in errors] == ["ILLEGAL_STATE"]


async def test_a_withdrawal_ends_an_enrollment_once(
    manager: Client, ecp: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: by the ECP or by a manager, which notifies the ECP. A second withdrawal changes nothing."""
    ecp_id = await enrollments.ecps.verified()
    for title, by, received in (("One", ecp, 0), ("Two", manager, 1)):
        scheme_id = await enrollments.open_scheme(title)
        enrolled = enrollment_gid(await enrollments.enrolled(scheme_id, ecp_id))
        before = await messages(ecp, scheme_id) if title == "One" else []
        withdrawn = await mutate(by, "withdrawEnrollment", enrollmentId=enrolled)
        assert (withdrawn["status"], withdrawn["statusLabel"], withdrawn["viewerActions"]) == (
            "WITHDRAWN",
            "Withdrawn",
            [],
        )
        assert withdrawn["withdrawnAt"] is not None
        async with nothing_changes(database_url):
            for client in (ecp, manager):
                again = await mutate(client, "withdrawEnrollment", enrollmentId=enrolled)
                assert again == withdrawn
        if not received:
            assert await messages(ecp, scheme_id) == before
    kinds = [kind for kind, *_ in await events(database_url, "ENROLLMENT_")]
    assert kinds == ["ENROLLMENT_REQUESTED", "ENROLLMENT_WITHDRAWN"] * 2
    document = "{ viewer { notifications(first: 1) { nodes { message } } } }"
    (latest,) = (await ecp.send(document)).data["viewer"]["notifications"]["nodes"]
    assert latest == {"message": "Your enrollment in “Two” was withdrawn."}


async def test_an_application_is_taken_back(manager: Client, ecp: Client, enrollments: EnrollmentFactory) -> None:
    """R10, R18: it leaves the work queue."""
    scheme_id = await enrollments.open_scheme()
    await enrollments.ecps.verified()
    document = "{ workQueues { key count oldestSince enrollments { totalCount nodes { id } } } }"

    async def queue() -> Any:
        queues = (await manager.send(document)).data["workQueues"]
        (found,) = [queue for queue in queues if queue["key"] == "ENROLLMENTS_TO_DECIDE"]
        assert found["count"] == found["enrollments"]["totalCount"] == len(found["enrollments"]["nodes"])
        return found

    assert ((await queue())["count"], (await queue())["oldestSince"]) == (0, None)
    asked = await enroll(ecp, scheme_id)
    waiting = await queue()
    assert (waiting["oldestSince"], waiting["enrollments"]["nodes"]) == (asked["requestedAt"], [{"id": asked["id"]}])
    await mutate(ecp, "withdrawEnrollment", enrollmentId=asked["id"])
    assert (await queue())["count"] == 0


async def test_managers_cannot_decide_their_own_enrollments(
    clients: Clients, manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R25: a manager who is also an ECP applies like any other ECP."""
    both = await enrollments.ecps.account("Both Ways", (Role.PROGRAM_MANAGER, Role.ECP))
    ecp_id = await enrollments.verified_of(both)
    client = clients.of(both)
    asked = await enroll(client, await enrollments.open_scheme(), ecp_id=ecp_id)
    assert (asked["status"], asked["viewerActions"]) == ("PENDING", ["WITHDRAW"])
    message = "This is your own enrollment. Another person must decide on it."
    async with nothing_changes(database_url):
        for accept in (True, False):
            given = {"enrollmentId": asked["id"], "accept": accept, "reason": "Because."}
            expected = [("SELF_APPROVAL", "enrollmentId", message)]
            assert await expect_errors(client, "decideEnrollment", **given) == expected
    accepted = await mutate(manager, "decideEnrollment", enrollmentId=asked["id"], accept=True)
    assert accepted["status"] == "ENROLLED"


async def test_actions_cost_the_same_for_one_enrollment_and_for_many(enrollments: EnrollmentFactory) -> None:
    """R10: whether a manager could accept each of them, with the facts of different schemes and places."""
    waiting: list[UUID] = []
    for number in range(3):
        scheme_id = await enrollments.open_scheme(f"Scheme {number}", places=("Maharashtra", "Karnataka"))
        for place in ("Pune", "Mysuru"):
            ecp_id = await enrollments.ecps.verified(f"Person {number} {place}", place=place)
            waiting.append(await enrollments.pending(scheme_id, ecp_id))
    taken = []
    for ids in (waiting[:1], waiting):
        operation = enrollments.manager()
        found = await actions_by_enrollment(operation, ids)
        assert found == [[*EnrollmentAction]] * len(ids)
        taken.append(operation.statements)
        await operation.close()
    assert taken[0] == taken[1]
