"""Enrolling: an ECP asks and a manager decides, or a manager enrolls; under the terms, in time and place (R18)."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.mutations.enrollments import (
    NO_SUCH_ECP,
    NO_SUCH_SCHEME,
    InputError,
    enroll,
    enrollment_gid,
    events,
    expect_error,
    expect_errors,
    messages,
    mutate,
    scheme_gid,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

CODE = "ECP-2026-000001"
NOT_APPROVED = ("ILLEGAL_STATE", "schemeId", "This scheme is not approved yet, so nobody can enroll.")
ASKS = f"{CODE} asks to enroll in “Monsoon Care” and is waiting for your decision."
DETAIL = """query ($id: ID!) { node(id: $id) { ... on Enrollment { status statusLabel termsVersion requestedAt
    enrolledAt decidedAt decidedBy { displayName } reason withdrawnAt viewerActions
    ecp { code } scheme { title } } } }"""


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


async def detail(client: Client, enrollment_id: str) -> dict[str, object]:
    """Fetch all fields of an enrollment."""
    found: dict[str, object] = (await client.send(DETAIL, id=enrollment_id)).data["node"]
    return found


async def test_an_ecp_asks_and_a_manager_decides(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: from the application to the acceptance, with every notification and event."""
    scheme_id = await enrollments.open_scheme()
    await enrollments.ecps.verified()
    asked = await enroll(ecp, scheme_id)
    assert (asked["status"], asked["statusLabel"]) == ("PENDING", "Decision pending")
    assert (asked["termsVersion"], asked["viewerActions"]) == (1, ["WITHDRAW"])
    assert asked["scheme"] == {"id": scheme_gid(scheme_id), "viewerEnrollment": {"id": asked["id"]}}
    assert await messages(manager, scheme_id) == [("ENROLLMENT_REQUESTED", ASKS)]

    waiting = await detail(manager, asked["id"])
    assert waiting["viewerActions"] == ["ACCEPT", "REJECT", "WITHDRAW"]
    accepted = await mutate(manager, "decideEnrollment", enrollmentId=asked["id"], accept=True)
    assert (accepted["status"], accepted["viewerActions"]) == ("ENROLLED", ["WITHDRAW"])
    assert accepted["decidedBy"] == {"displayName": "Program Manager"}
    assert accepted["enrolledAt"] == accepted["decidedAt"]
    assert await messages(ecp, scheme_id) == [("ENROLLMENT_DECIDED", "You are enrolled in “Monsoon Care”.")]

    own = await detail(ecp, asked["id"])
    assert own == {
        **waiting,
        "status": "ENROLLED",
        "statusLabel": "Enrolled",
        "enrolledAt": accepted["enrolledAt"],
        "decidedAt": accepted["decidedAt"],
        "decidedBy": None,
        "viewerActions": ["WITHDRAW"],
    }
    received = await events(database_url, "ENROLLMENT_")
    assert [(kind, scheme, account) for kind, _, scheme, account in received] == [
        ("ENROLLMENT_REQUESTED", scheme_id, None),
        ("ENROLLMENT_DECIDED", scheme_id, None),
    ]
    assert {gid(NodeKind.ENROLLMENT, found) for _, found, _, _ in received} == {asked["id"]}


async def test_a_manager_enrolls_at_once(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: there is nothing left to decide, and the ECP is notified."""
    scheme_id, ecp_id = await enrollments.open_scheme(), await enrollments.ecps.verified()
    enrolled = await enroll(manager, scheme_id, ecp_id=ecp_id)
    found = await detail(manager, enrolled["id"])
    assert (found["status"], found["ecp"], found["scheme"]) == ("ENROLLED", {"code": CODE}, {"title": "Monsoon Care"})
    assert found["requestedAt"] == found["enrolledAt"] == found["decidedAt"]
    assert found["decidedBy"] == {"displayName": "Program Manager"}
    assert await messages(ecp, scheme_id) == [("ENROLLMENT_REQUESTED", "You were enrolled in “Monsoon Care”.")]
    assert await messages(manager, scheme_id) == []
    assert [kind for kind, *_ in await events(database_url, "ENROLLMENT_")] == ["ENROLLMENT_REQUESTED"]


async def test_the_managers_of_the_scheme_are_notified(
    clients: Clients, enrollments: EnrollmentFactory, world: World
) -> None:
    """R18: managers who participate in the scheme, or all managers when none does."""
    scheme_id = await enrollments.open_scheme()
    await enrollments.ecps.verified()
    asked = await enroll(clients[Role.ECP], scheme_id)
    others = ("second manager", "manager and approver")
    for name in others:
        assert await messages(clients[name], scheme_id) == []
    await mutate(clients[Role.ECP], "withdrawEnrollment", enrollmentId=asked["id"])
    remove = "mutation ($input: SchemeParticipantInput!) { removeSchemeParticipant(input: $input) { errors { code } } }"
    given = {
        "schemeId": scheme_gid(scheme_id),
        "accountId": gid(NodeKind.ACCOUNT, world.accounts["PROGRAM_MANAGER"].id),
    }
    assert (await clients["second manager"].send(remove, input=given)).data["removeSchemeParticipant"]["errors"] == []
    await enroll(clients[Role.ECP], scheme_id)
    for name in others:
        assert await messages(clients[name], scheme_id) == [("ENROLLMENT_REQUESTED", ASKS)]
    assert await messages(clients[Role.PROGRAM_MANAGER], scheme_id) == [("ENROLLMENT_REQUESTED", ASKS)] * 2


async def test_an_ecp_enrolls_again_after_it_withdrew(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, clock: TestClock
) -> None:
    """R18: the same enrollment begins anew, inside the window only; nobody had accepted the application before."""
    scheme_id = await enrollments.open_scheme()
    await enrollments.ecps.verified()
    first = await enroll(ecp, scheme_id)
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first["id"])
    again = await enroll(ecp, scheme_id)
    found = await detail(manager, again["id"])
    assert (again["id"], found["status"]) == (first["id"], "PENDING")
    assert [found[name] for name in ("enrolledAt", "decidedAt", "decidedBy", "reason", "withdrawnAt")] == [None] * 5
    assert found["requestedAt"] > first["requestedAt"]
    await mutate(ecp, "withdrawEnrollment", enrollmentId=first["id"])
    clock.advance(days=60)
    assert await expect_error(ecp, scheme_id) == ("OUT_OF_WINDOW", "schemeId", "Enrollment closed on 30 April 2026.")


async def test_after_a_rejection_only_a_manager_enrolls(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R18: the message includes the reason."""
    scheme_id, ecp_id = await enrollments.open_scheme(), await enrollments.ecps.verified()
    rejected = await enrollments.rejected(scheme_id, ecp_id, "Too far\naway.")
    received = ("ENROLLMENT_DECIDED", "Your enrollment in “Monsoon Care” was rejected: Too far away.")
    assert await messages(ecp, scheme_id) == [received]
    async with nothing_changes(database_url):
        message = "Your application was rejected. Only a manager can enroll you now."
        assert await expect_error(ecp, scheme_id) == ("ILLEGAL_STATE", "schemeId", message)
    enrolled = await enroll(manager, scheme_id, ecp_id=ecp_id)
    assert (enrolled["id"], enrolled["status"]) == (enrollment_gid(rejected), "ENROLLED")
    assert (await detail(ecp, enrolled["id"]))["reason"] is None


async def test_the_guards_use_stored_facts(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str, clock: TestClock
) -> None:
    """R18: time, place, terms, and state of the scheme: each has its message, and nothing changes."""
    ecp_id = await enrollments.ecps.verified()
    open_id = await enrollments.open_scheme()
    april = (date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 7, 31))
    elsewhere = await enrollments.open_scheme("Hills", places=("Nepal", "Karnataka"))
    cases: dict[UUID, InputError] = {
        await enrollments.open_scheme("Later", dates=april): (
            "OUT_OF_WINDOW",
            "schemeId",
            "Enrollment opens on 1 April 2026.",
        ),
        elsewhere: ("OUT_OF_SCOPE", "schemeId", f"This scheme does not run where {CODE} works."),
        await enrollments.schemes.complete(): NOT_APPROVED,
        await enrollments.schemes.submitted(): NOT_APPROVED,
        await enrollments.schemes.rejected(): (
            "ILLEGAL_STATE",
            "schemeId",
            "This scheme was rejected, so nobody can enroll.",
        ),
        key("no such scheme"): NO_SUCH_SCHEME,
    }
    hidden = {"ILLEGAL_STATE": NO_SUCH_SCHEME}
    own = {elsewhere: ("OUT_OF_SCOPE", "schemeId", "This scheme does not run where you work.")}
    async with nothing_changes(database_url):
        for scheme_id, expected in cases.items():
            assert await expect_error(manager, scheme_id, ecp_id=ecp_id) == expected
            assert await expect_error(ecp, scheme_id) == own.get(scheme_id, hidden.get(expected[0], expected))
        for version in (0, 2):
            message = "Version 1 of the terms is in force. Read and accept that version."
            assert await expect_error(ecp, open_id, version) == ("CONFLICT", "termsVersion", message)
        assert await expect_error(manager, open_id, ecp_id=key("no such ECP")) == NO_SUCH_ECP
        clock.advance(days=150)
        assert await expect_error(ecp, open_id) == ("ILLEGAL_STATE", "schemeId", "This scheme ended on 31 July 2026.")


async def test_a_place_includes_the_places_currently_below_it(
    ecp: Client, clients: Clients, enrollments: EnrollmentFactory, world: World
) -> None:
    """R18: a scheme of a region or a country includes its cities, and no city that moved away."""
    await enrollments.ecps.verified()
    named = {place: await enrollments.open_scheme(place, places=(place,)) for place in ("Pune", "Maharashtra", "India")}
    moving = {
        "id": gid(NodeKind.GEOGRAPHY, world.geographies["Pune"].id),
        "code": "PUNE",
        "name": "Pune",
        "level": "CITY",
        "parentId": gid(NodeKind.GEOGRAPHY, world.geographies["Karnataka"].id),
        "acknowledgeImpact": True,
    }
    document = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { message } } }"
    moved = await clients[Role.ADMIN].send(document, input=moving)
    assert moved.data["upsertGeography"]["errors"] == []
    outside = ("OUT_OF_SCOPE", "schemeId", "This scheme does not run where you work.")
    assert await expect_error(ecp, named["Maharashtra"]) == outside
    for place in ("Pune", "India"):
        assert (await enroll(ecp, named[place]))["status"] == "PENDING"
    karnataka = await enrollments.open_scheme("Karnataka", places=("Karnataka", "Nepal"))
    assert (await enroll(ecp, karnataka))["status"] == "PENDING"


async def test_only_an_active_ecp_enrolls(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, database_url: str, world: World
) -> None:
    """R18: not before it registers, is verified, while it is suspended, or once it is closed."""
    scheme_id = await enrollments.open_scheme()
    async with nothing_changes(database_url):
        assert await expect_error(ecp, scheme_id) == (
            "ILLEGAL_STATE",
            "",
            "You are not registered as an ECP. Register before you enroll.",
        )
        assert await expect_error(manager, scheme_id) == ("REQUIRED", "ecpId", "Choose the ECP to enroll.")
    registered = await enrollments.ecps.registered()
    async with nothing_changes(database_url):
        message = "Your registration is not verified yet. You can enroll as soon as it is."
        assert await expect_error(ecp, scheme_id) == ("ILLEGAL_STATE", "", message)
        message = f"{CODE} is not verified yet. Verify this ECP first."
        assert await expect_error(manager, scheme_id, ecp_id=registered) == ("ILLEGAL_STATE", "ecpId", message)
    suspended = await enrollments.ecps.suspended("Binod Thapa")
    erased = await enrollments.ecps.erased("Chitra Iyer")
    async with nothing_changes(database_url):
        message = "ECP-2026-000002 is suspended and cannot enroll."
        assert await expect_error(manager, scheme_id, ecp_id=suspended) == ("ILLEGAL_STATE", "ecpId", message)
        message = "ECP-2026-000003 is closed, so this ECP can no longer enroll."
        assert await expect_error(manager, scheme_id, ecp_id=erased) == ("ILLEGAL_STATE", "ecpId", message)


async def test_a_revision_changes_the_terms_of_its_scheme(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """R18: nobody enrolls in a revision itself; once it takes effect, its terms are those to accept."""
    ecp_id = await enrollments.ecps.verified()
    scheme_id = await enrollments.open_scheme()
    at = clock.now + timedelta(days=1)
    revision_id = await revisions.approved(scheme_id, at, terms_markdown="Be very fair.")
    assert await expect_error(ecp, revision_id, 2) == NO_SUCH_SCHEME
    assert await expect_error(manager, revision_id, 2, ecp_id=ecp_id) == NO_SUCH_SCHEME
    assert await expect_error(ecp, scheme_id, 2) == (
        "CONFLICT",
        "termsVersion",
        "Version 1 of the terms is in force. Read and accept that version.",
    )
    clock.advance(days=2)
    assert await revisions.apply_due() == 1
    message = "Version 2 of the terms is in force. Read and accept that version."
    assert await expect_error(ecp, scheme_id) == ("CONFLICT", "termsVersion", message)
    asked = await enroll(ecp, scheme_id, 2)
    assert (asked["termsVersion"], asked["scheme"]["viewerEnrollment"]) == (2, {"id": asked["id"]})
    assert await expect_error(ecp, revision_id, 2) == NO_SUCH_SCHEME


async def test_all_problems_of_ids_are_reported_together(ecp: Client, database_url: str) -> None:
    """R26: together, each with its path."""
    async with nothing_changes(database_url):
        given = {"schemeId": gid(NodeKind.TIER, key("x")), "termsVersion": 1, "ecpId": "x"}
        assert await expect_errors(ecp, "enroll", **given) == [
            ("INVALID", "schemeId", "This is the ID of a tier, not of a scheme."),
            ("NOT_FOUND", "ecpId", "This ECP does not exist."),
        ]
