"""Enrollments that are rejected, for an ECP and for its manager: each with a message, and nothing changes."""

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
    InputError,
    ecp_gid,
    enrollment_gid,
    expect_error,
    expect_errors,
    mutate,
    scheme_gid,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World

CODE = "ECP-2026-000001"
MOVE = "mutation ($input: UpsertGeographyInput!) { upsertGeography(input: $input) { errors { message } } }"
OPEN = "query ($ecpId: ID) { openSchemes(ecpId: $ecpId) { totalCount nodes { title } } }"


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def ecp_id(enrollments: EnrollmentFactory) -> UUID:
    """The world's ECP, verified, in Pune."""
    return await enrollments.ecps.verified()


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (("2026-03-11", "2026-04-30"), "Enrollment opens on 11 March 2026."),
        (("2026-03-01", "2026-03-09"), "Enrollment closed on 9 March 2026."),
    ],
)
async def test_an_ecp_cannot_enroll_outside_the_window(  # noqa: PLR0913, PLR0917 - fixtures, and a row of the table
    ecp: Client,
    manager: Client,
    enrollments: EnrollmentFactory,
    ecp_id: UUID,
    database_url: str,
    dates: tuple[str, str],
    message: str,
) -> None:
    """R18, R26: a day too early and a day too late. The window binds managers too."""
    opens, closes = (date.fromisoformat(day) for day in dates)
    scheme_id = await enrollments.open_scheme(dates=(opens, closes, date(2026, 5, 1), date(2026, 7, 31)))
    expected = ("OUT_OF_WINDOW", "schemeId", message)
    async with nothing_changes(database_url):
        assert await expect_error(ecp, scheme_id) == expected
        assert await expect_error(manager, scheme_id, ecp_id=ecp_id) == expected


async def test_an_old_version_of_the_terms_is_rejected(  # noqa: PLR0913, PLR0917 - fixtures
    ecp: Client,
    manager: Client,
    enrollments: EnrollmentFactory,
    revisions: RevisionFactory,
    ecp_id: UUID,
    clock: TestClock,
    database_url: str,
) -> None:
    """R18, R26: neither for oneself nor for an ECP."""
    scheme_id = await enrollments.open_scheme()
    await revisions.approved(scheme_id, clock.now + timedelta(days=1), terms_markdown="Be very fair.")
    clock.advance(days=2)
    assert await revisions.apply_due() == 1
    expected = ("CONFLICT", "termsVersion", "Version 2 of the terms is in force. Read and accept that version.")
    async with nothing_changes(database_url):
        assert await expect_error(ecp, scheme_id, 1) == expected
        assert await expect_error(manager, scheme_id, 1, ecp_id=ecp_id) == expected


async def test_a_suspended_ecp_cannot_enroll(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, ecp_id: UUID, database_url: str
) -> None:
    """R18, R26: neither by itself nor by a manager."""
    scheme_id = await enrollments.open_scheme()
    await enrollments.suspend(ecp_id)
    async with nothing_changes(database_url):
        assert await expect_error(ecp, scheme_id) == ("ILLEGAL_STATE", "", "You are suspended and cannot enroll.")
        expected = ("ILLEGAL_STATE", "ecpId", f"{CODE} is suspended and cannot enroll.")
        assert await expect_error(manager, scheme_id, ecp_id=ecp_id) == expected


async def test_an_ecp_cannot_enroll_twice(
    ecp: Client, manager: Client, enrollments: EnrollmentFactory, ecp_id: UUID, database_url: str
) -> None:
    """R18, R26: while it waits, and once it is enrolled."""
    waiting, enrolled = await enrollments.open_scheme("One"), await enrollments.open_scheme("Two")
    await enrollments.pending(waiting, ecp_id)
    await enrollments.enrolled(enrolled, ecp_id)
    sentences = {
        (ecp, waiting): "You have already applied for this scheme. A manager will decide on your application.",
        (manager, waiting): f"{CODE} has already applied for this scheme. Decide on that application.",
        (ecp, enrolled): "You are already enrolled in this scheme.",
        (manager, enrolled): f"{CODE} is already enrolled in this scheme.",
    }
    async with nothing_changes(database_url):
        for (client, scheme_id), message in sentences.items():
            named = ecp_id if client is manager else None
            assert await expect_error(client, scheme_id, ecp_id=named) == ("DUPLICATE", "schemeId", message)


async def move(clients: Clients, world: World, name: str, parent: str) -> None:
    """Put a city into another region."""
    row, above = world.geographies[name], world.geographies[parent]
    given = {"id": gid(NodeKind.GEOGRAPHY, row.id), "code": row.code, "name": row.name, "level": "CITY"}
    parent_id = gid(NodeKind.GEOGRAPHY, above.id)
    answer = await clients[Role.ADMIN].send(MOVE, input={**given, "parentId": parent_id, "acknowledgeImpact": True})
    assert answer.data["upsertGeography"]["errors"] == []


async def test_a_city_that_left_the_region_of_a_scheme(  # noqa: PLR0913, PLR0917 - fixtures
    clients: Clients,
    ecp: Client,
    manager: Client,
    enrollments: EnrollmentFactory,
    ecp_id: UUID,
    world: World,
    database_url: str,
) -> None:
    """R18, R26: the scheme runs in the rest of the region. Earlier applications can no longer be accepted."""
    scheme_id, other = await enrollments.open_scheme(), await enrollments.ecps.verified("Binod Thapa")
    asked = await enrollments.pending(scheme_id, other)
    assert await _open(ecp) == await _open(manager, ecp_id) == ["Monsoon Care"]
    for city in ("Pune", "Mumbai"):
        await move(clients, world, city, "Karnataka")
    async with nothing_changes(database_url):
        here = ("OUT_OF_SCOPE", "schemeId", "This scheme does not run where you work.")
        assert await expect_error(ecp, scheme_id) == here
        there = ("OUT_OF_SCOPE", "schemeId", f"This scheme does not run where {CODE} works.")
        assert await expect_error(manager, scheme_id, ecp_id=ecp_id) == there
        assert await _open(ecp) == await _open(manager, ecp_id) == []
        gone = "This scheme does not run where ECP-2026-000002 works. "
        gone += "Reject the application, or correct the place of this ECP."
        given = {"enrollmentId": enrollment_gid(asked), "accept": True}
        errors = await expect_errors(manager, "decideEnrollment", **given)
        assert errors == [("OUT_OF_SCOPE", "enrollmentId", gone)]
    for city in ("Pune", "Mumbai"):
        await move(clients, world, city, "Maharashtra")
    assert (await mutate(manager, "decideEnrollment", **given))["status"] == "ENROLLED"
    statewide = await enrollments.ecps.verified("Chitra Iyer", place="Maharashtra")
    await enrollments.enrolled(scheme_id, statewide)


async def _open(client: Client, ecp_id: UUID | None = None) -> list[str]:
    """Return the titles of the schemes that are open to a viewer."""
    page = (await client.send(OPEN, ecpId=None if ecp_id is None else ecp_gid(ecp_id))).data["openSchemes"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["title"] for node in page["nodes"]]


UNREADABLE: tuple[tuple[dict[str, object], InputError], ...] = (
    ({"schemeId": ""}, ("NOT_FOUND", "schemeId", "This scheme does not exist.")),
    ({"ecpId": ""}, ("NOT_FOUND", "ecpId", "This ECP does not exist.")),
    (
        {"termsVersion": -1},
        ("CONFLICT", "termsVersion", "Version 1 of the terms is in force. Read and accept that version."),
    ),
)


async def test_invalid_ids_and_numbers_are_rejected(
    ecp: Client, enrollments: EnrollmentFactory, ecp_id: UUID, database_url: str
) -> None:
    """R26: each is answered at its field."""
    good = {"schemeId": scheme_gid(await enrollments.open_scheme()), "ecpId": ecp_gid(ecp_id), "termsVersion": 1}
    async with nothing_changes(database_url):
        for changed, expected in UNREADABLE:
            assert await expect_errors(ecp, "enroll", **{**good, **changed}) == [expected]
