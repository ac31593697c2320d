"""Several people change one enrollment at the same moment (R18)."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, document, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import enrollment_gid, events, payload_of, read_errors, scheme_gid

CODE = "ECP-2026-000001"


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.mark.parametrize("again", [False, True], ids=["for the first time", "after a withdrawal"])
async def test_applications_from_two_devices_create_one_enrollment(
    ecp: Client, enrollments: EnrollmentFactory, database_url: str, *, again: bool
) -> None:
    """R18: the other device learns that the application exists already."""
    scheme_id, ecp_id = await enrollments.open_scheme(), await enrollments.ecps.verified()
    if again:
        await enrollments.withdrawn(scheme_id, ecp_id)
    before = len(await events(database_url, "ENROLLMENT_REQUESTED"))
    answers = await asyncio.gather(*(_try(ecp, scheme_id) for _ in range(6)))
    assert sorted(answers, key=str) == sorted([*["PENDING"], *[ASKED] * 5], key=str)
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM enrollment") == 1
    await connection.close()
    assert len(await events(database_url, "ENROLLMENT_REQUESTED")) == before + 1


ASKED = (
    "DUPLICATE",
    "schemeId",
    "You have already applied for this scheme. A manager will decide on your application.",
)


async def _try(client: Client, scheme_id: UUID) -> object:
    document = """mutation ($input: EnrollInput!) { enroll(input: $input) {
        enrollment { status } errors { code path message } } }"""
    given = {"schemeId": scheme_gid(scheme_id), "termsVersion": 1}
    payload = (await client.send(document, input=given)).data["enroll"]
    if payload["enrollment"]:
        return payload["enrollment"]["status"]
    ((code, path, message),) = [(error["code"], error["path"][1], error["message"]) for error in payload["errors"]]
    return code, path, message


async def test_an_ecp_and_a_manager_at_once(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: the first one wins, and the other one gets the current state."""
    ecp_id = await enrollments.ecps.verified()
    pairs = {
        "PENDING": f"{CODE} has already applied for this scheme. Decide on that application.",
        "ENROLLED": "You are already enrolled in this scheme.",
    }
    for number in range(4):
        scheme_id = await enrollments.open_scheme(f"Scheme {number}")
        given = {"schemeId": scheme_gid(scheme_id), "termsVersion": 1}
        document = (
            "mutation ($input: EnrollInput!) { enroll(input: $input) { enrollment { status } errors { message } } }"
        )
        named = {**given, "ecpId": gid(NodeKind.ECP, ecp_id)}
        both = await asyncio.gather(ecp.send(document, input=given), manager.send(document, input=named))
        payloads = [answer.data["enroll"] for answer in both]
        (done,) = [payload["enrollment"]["status"] for payload in payloads if payload["enrollment"]]
        (received,) = [error["message"] for payload in payloads for error in payload["errors"]]
        assert received == pairs[done]


async def test_the_ecp_withdraws_while_a_manager_accepts(
    manager: Client, ecp: Client, enrollments: EnrollmentFactory
) -> None:
    """R18: in either order, a withdrawn ECP is not enrolled."""
    ecp_id = await enrollments.ecps.verified()
    for number in range(5):
        waiting = enrollment_gid(await enrollments.pending(await enrollments.open_scheme(f"S {number}"), ecp_id))
        accepted, withdrawn = await asyncio.gather(
            payload_of(manager, "decideEnrollment", enrollmentId=waiting, accept=True),
            payload_of(ecp, "withdrawEnrollment", enrollmentId=waiting),
        )
        assert withdrawn["errors"] == []
        assert withdrawn["enrollment"]["status"] == "WITHDRAWN"
        if accepted["errors"]:
            message = "This enrollment was withdrawn, so there is nothing to decide."
            assert read_errors(accepted) == [("ILLEGAL_STATE", "enrollmentId", message)]


async def test_two_managers_decide_at_once(
    manager: Client, clients: Clients, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: the first decision stands, and there is only one."""
    ecp_id = await enrollments.ecps.verified()
    for number in range(5):
        waiting = enrollment_gid(await enrollments.pending(await enrollments.open_scheme(f"S {number}"), ecp_id))
        payloads = await asyncio.gather(
            payload_of(manager, "decideEnrollment", enrollmentId=waiting, accept=True),
            payload_of(clients["second manager"], "decideEnrollment", enrollmentId=waiting, accept=False, reason="No!"),
        )
        assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1]
    assert len(await events(database_url, "ENROLLMENT_DECIDED")) == 5


CHANGES = {
    "UPDATE ecp SET status = 'SUSPENDED', suspended_reason = 'Under review.'": (
        "You are suspended and cannot enroll.",
        f"{CODE} is suspended and cannot enroll. Verify this ECP again first.",
    ),
    "UPDATE scheme SET terms_version = 2, ends_on = '2026-03-09', enrollment_closes_on = '2026-03-09', "
    "starts_on = '2026-03-09'": (
        "This scheme ended on 9 March 2026.",
        "This scheme ended on 9 March 2026. Reject the application.",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_an_enrollment_waits_for_concurrent_changes(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str, change: str
) -> None:
    """R18: it sees the result of a concurrent suspension or scheme change."""
    ecp_id = await enrollments.ecps.verified()
    waiting = await enrollments.pending(await enrollments.open_scheme("One"), ecp_id)
    given = {"schemeId": scheme_gid(await enrollments.open_scheme("Two")), "termsVersion": 1}
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute(change)
        tasks = [
            asyncio.create_task(payload_of(ecp, "enroll", **given)),
            asyncio.create_task(
                payload_of(manager, "decideEnrollment", enrollmentId=enrollment_gid(waiting), accept=True)
            ),
        ]
        done, _ = await asyncio.wait(tasks, timeout=0.5)
        assert done == set()
    await connection.close()
    payloads = await asyncio.gather(*tasks)
    assert tuple(payload["errors"][0]["message"] for payload in payloads) == CHANGES[change]


async def test_an_ecp_is_erased_while_it_enrolls_and_a_manager_decides(
    ecp: Client, manager: Client, clients: Clients, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: in any order, nothing leads from the enrollment to the account."""
    ecp_id = await enrollments.ecps.verified()
    waiting = enrollment_gid(await enrollments.pending(await enrollments.open_scheme("One"), ecp_id))
    erasing = clients[Role.ADMIN].send(
        document("portal/EraseEcp"), input={"ecpId": gid(NodeKind.ECP, ecp_id), "reason": "A request by letter."}
    )
    erased, *_ = await asyncio.gather(
        erasing,
        ecp.send(document("mobile/Enroll"), input=await _input(enrollments, "Two")),
        manager.send(document("portal/DecideEnrollment"), input={"enrollmentId": waiting, "accept": True}),
    )
    assert erased.data["eraseEcp"]["errors"] == []
    account_id = clients.world.accounts["ECP"].id
    connection = await asyncpg.connect(database_url)
    received = "SELECT count(*) FROM notification WHERE account_id = $1"
    assert await connection.fetchval(received, account_id) == 0
    named = "SELECT count(*) FROM account WHERE id = $1 AND display_name = 'Erased ECP' AND disabled_at IS NOT NULL"
    assert await connection.fetchval(named, account_id) == 1
    await connection.close()


async def _input(enrollments: EnrollmentFactory, title: str) -> dict[str, object]:
    return {"schemeId": scheme_gid(await enrollments.open_scheme(title)), "termsVersion": 1}
