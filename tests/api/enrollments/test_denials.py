"""Denials: roles that may not enroll, decide, withdraw, or see, and the enrollments of others (R25)."""

from typing import Any
from uuid import UUID

import pytest

from domain.permissions import Permission, Role, roles_with
from domain.requests import Forbidden
from tests.support.client import Client, Clients, document
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import (
    DOCUMENTS,
    NO_SUCH_ECP,
    NO_SUCH_ENROLLMENT,
    UNKNOWN_ENROLLMENT,
    ecp_gid,
    enrollment_gid,
    expect_error,
    expect_errors,
    mutate,
    scheme_gid,
)
from tests.support.unchanged import nothing_changes

ALLOWED = {
    "enroll": (Permission.ENROLLMENT_REQUEST, {Role.PROGRAM_MANAGER, Role.ECP}),
    "decideEnrollment": (Permission.ENROLLMENT_MANAGE, {Role.PROGRAM_MANAGER}),
    "withdrawEnrollment": (Permission.ENROLLMENT_REQUEST, {Role.PROGRAM_MANAGER, Role.ECP}),
}
ENROLLMENT_QUERY = """query ($scheme: ID!, $enrollment: ID!, $ecp: ID!) {
    enrollment: node(id: $enrollment) { id }
    ecp: node(id: $ecp) { ... on Ecp { enrollments { totalCount nodes { id } } } }
    scheme: node(id: $scheme) { ... on Scheme { viewerEnrollment { id }
        enrollments { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } } }"""
ALL_READERS = {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST}


@pytest.fixture
async def waiting(enrollments: EnrollmentFactory) -> tuple[UUID, UUID, UUID]:
    """A scheme, an ECP that is not the world's, and its enrollment, which waits for a decision."""
    scheme_id, ecp_id = await enrollments.open_scheme(), await enrollments.ecps.verified("Binod Thapa")
    return scheme_id, ecp_id, await enrollments.pending(scheme_id, ecp_id)


def given_of(field: str, waiting: tuple[UUID, UUID, UUID]) -> dict[str, Any]:
    """A good input of a mutation."""
    scheme_id, ecp_id, enrollment_id = waiting
    if field == "enroll":
        return {"schemeId": scheme_gid(scheme_id), "termsVersion": 1, "ecpId": ecp_gid(ecp_id)}
    decision = {"accept": False, "reason": "Too far."} if field == "decideEnrollment" else {}
    return {"enrollmentId": enrollment_gid(enrollment_id), **decision}


@pytest.mark.parametrize("field", ALLOWED)
async def test_other_roles_are_denied(
    clients: Clients, waiting: tuple[UUID, UUID, UUID], database_url: str, field: str
) -> None:
    """R25: the request is denied for every document, and nothing changes."""
    permission, allowed = ALLOWED[field]
    assert set(roles_with(permission)) == allowed
    async with nothing_changes(database_url):
        for role in set(Role) - allowed:
            answer = await clients[role].send(document(DOCUMENTS[field]), input=given_of(field, waiting))
            (error,) = answer.errors
            assert (error["message"], error["extensions"]["permission"]) == (str(Forbidden(permission)), permission)
        anonymous = await clients.anonymous.send(document(DOCUMENTS[field]), input=given_of(field, waiting))
        assert anonymous.codes == ["UNAUTHENTICATED"]


async def test_an_ecp_cannot_act_on_the_enrollments_of_others(
    clients: Clients, enrollments: EnrollmentFactory, waiting: tuple[UUID, UUID, UUID], database_url: str
) -> None:
    """R25: enrollments of others do not exist for it, in any status. It cannot enroll others."""
    scheme_id, other_id, enrollment_id = waiting
    await enrollments.ecps.verified()
    analyst = await enrollments.ecps.account("Both Ways", (Role.ANALYST, Role.ECP))
    await enrollments.verified_of(analyst)
    withdrawn = await enrollments.withdrawn(await enrollments.open_scheme("Other"), other_id)
    async with nothing_changes(database_url):
        # An analyst who is an ECP sees all enrollments, but may act only on their own.
        for client in (clients[Role.ECP], clients.of(analyst)):
            assert await expect_error(client, scheme_id, ecp_id=other_id) == NO_SUCH_ECP
            for found in (enrollment_gid(enrollment_id), enrollment_gid(withdrawn), UNKNOWN_ENROLLMENT):
                assert await expect_errors(client, "withdrawEnrollment", enrollmentId=found) == [NO_SUCH_ENROLLMENT]
            answer = await client.send(document("portal/DecideEnrollment"), input=given_of("decideEnrollment", waiting))
            assert answer.codes == ["FORBIDDEN"]
        manager = clients[Role.PROGRAM_MANAGER]
        for field, more in (("decideEnrollment", {"accept": True}), ("withdrawEnrollment", {})):
            assert await expect_errors(manager, field, enrollmentId=UNKNOWN_ENROLLMENT, **more) == [NO_SUCH_ENROLLMENT]


async def seen(client: Client, waiting: tuple[UUID, UUID, UUID]) -> Any:
    """Fetch an enrollment in every possible way."""
    scheme_id, ecp_id, enrollment_id = waiting
    variables = {"scheme": scheme_gid(scheme_id), "ecp": ecp_gid(ecp_id), "enrollment": enrollment_gid(enrollment_id)}
    return (await client.send(ENROLLMENT_QUERY, **variables)).data


async def test_each_role_sees_the_enrollments_of_its_scope(
    clients: Clients, enrollments: EnrollmentFactory, waiting: tuple[UUID, UUID, UUID]
) -> None:
    """R19, R25: by id, from the scheme and from the ECP alike; an ECP sees its own."""
    scheme_id, _, other = waiting
    own = await enrollments.pending(scheme_id, await enrollments.ecps.verified())
    for role in Role:
        found = await seen(clients[role], waiting)
        ids = {Role.ECP: [enrollment_gid(own)]}.get(role, [])
        if role in ALL_READERS:
            ids = [enrollment_gid(own), enrollment_gid(other)]
            assert found["enrollment"] == {"id": enrollment_gid(other)}
            assert found["ecp"]["enrollments"] == {"totalCount": 1, "nodes": [{"id": enrollment_gid(other)}]}
        else:
            assert found["enrollment"] is None
            assert found["ecp"] is None
        if role in {Role.VENDOR, Role.INTEGRATION}:
            assert found["scheme"] is None
            continue
        listed = found["scheme"]["enrollments"]
        assert [node["id"] for node in listed["nodes"]] == ids, role
        assert listed["totalCount"] == len(ids)
        assert listed["pageInfo"]["hasNextPage"] is False
        assert found["scheme"]["viewerEnrollment"] == ({"id": enrollment_gid(own)} if role is Role.ECP else None)


async def test_an_account_that_lost_the_ecp_role_sees_no_enrollments(
    clients: Clients, enrollments: EnrollmentFactory, waiting: tuple[UUID, UUID, UUID], database_url: str
) -> None:
    """R25: its role is gone, and with it what it saw and did; so it is for one that is erased."""
    _, ecp_id, enrollment_id = waiting
    account = await enrollments.ecps.account("Binod Thapa")
    client = clients.of(account)
    assert (await seen(client, waiting))["scheme"]["viewerEnrollment"] == {"id": enrollment_gid(enrollment_id)}
    await enrollments.ecps.account("Binod Thapa", (Role.DESIGNER,))
    found = await seen(client, waiting)
    assert (found["enrollment"], found["ecp"], found["scheme"]["viewerEnrollment"]) == (None, None, None)
    assert found["scheme"]["enrollments"]["totalCount"] == 0
    async with nothing_changes(database_url):
        given = {"enrollmentId": enrollment_gid(enrollment_id)}
        answer = await client.send(document("mobile/WithdrawEnrollment"), input=given)
        assert answer.codes == ["FORBIDDEN"]
    await enrollments.ecps.account("Binod Thapa")
    await enrollments.erase(ecp_id)
    assert (await client.send("{ viewer { roles } }")).codes == ["UNAUTHENTICATED"]
    manager = clients[Role.PROGRAM_MANAGER]
    assert (await seen(manager, waiting))["scheme"]["enrollments"]["totalCount"] == 1
    kept = await mutate(manager, "withdrawEnrollment", enrollmentId=enrollment_gid(enrollment_id))
    assert kept["status"] == "WITHDRAWN"
