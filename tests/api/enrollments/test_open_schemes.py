"""Browsing the schemes that are open for enrollment today (R18)."""

from datetime import date
from typing import Any

import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.mutations.enrollments import UNKNOWN_ECP, ecp_gid

DOCUMENT = """query ($search: String, $ecpId: ID, $first: Int, $after: String) {
    openSchemes(search: $search, ecpId: $ecpId, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor } nodes { title } } }"""


async def listed(client: Client, **given: Any) -> list[str]:
    """The titles of a page that is the whole list."""
    page = (await client.send(DOCUMENT, **given)).data["openSchemes"]
    titles = [node["title"] for node in page["nodes"]]
    assert page["totalCount"] == len(titles)
    assert page["pageInfo"]["hasNextPage"] is False
    return titles


def window(opens: date, closes: date) -> tuple[date, date, date, date]:
    """The dates of a scheme that runs until the end of July."""
    return opens, closes, date(2026, 5, 1), date(2026, 7, 31)


@pytest.fixture
async def many(enrollments: EnrollmentFactory) -> None:
    """Schemes that open and close around the tenth of March, here and elsewhere."""
    march = date(2026, 3, 1)
    for title, places, dates in (
        ("Spring", ("Maharashtra",), window(march, date(2026, 5, 31))),
        ("Last day", ("Pune",), window(march, date(2026, 3, 10))),
        ("First day", ("India",), window(date(2026, 3, 10), date(2026, 4, 30))),
        ("Too late", ("India",), window(march, date(2026, 3, 9))),
        ("Too early", ("India",), window(date(2026, 3, 11), date(2026, 4, 30))),
        ("South", ("Karnataka",), window(march, date(2026, 4, 1))),
        ("Mumbai only", ("Mumbai",), window(march, date(2026, 4, 2))),
        ("Two places", ("Nepal", "Pune", "Maharashtra"), window(march, date(2026, 4, 3))),
    ):
        await enrollments.open_scheme(title, places=places, dates=dates)
    await enrollments.schemes.complete("Draft", dates=window(march, date(2026, 4, 30)))
    await enrollments.schemes.submitted(
        await enrollments.schemes.complete("Submitted", dates=window(march, date(2026, 4, 30)))
    )


IN_PUNE = ["Last day", "Two places", "First day", "Spring"]
EVERYWHERE = ["Last day", "South", "Mumbai only", "Two places", "First day", "Spring"]


async def test_an_ecp_sees_the_open_schemes_of_its_place(
    clients: Clients, enrollments: EnrollmentFactory, many: None, clock: TestClock
) -> None:
    """R18: schemes that close first come first, each once, whichever of its places they name."""
    ecp = clients[Role.ECP]
    assert await listed(ecp) == EVERYWHERE
    await enrollments.ecps.registered()
    assert await listed(ecp) == IN_PUNE
    assert await listed(ecp, search="spr") == ["Spring"]
    assert await listed(ecp, search="south") == []
    assert await listed(ecp, search=" - ") == []
    clock.now = clock.now.replace(day=10, hour=23, minute=59)
    assert await listed(ecp) == IN_PUNE
    clock.advance(minutes=2)
    assert await listed(ecp) == ["Two places", "First day", "Too early", "Spring"]


async def test_other_roles_see_every_open_scheme(clients: Clients, enrollments: EnrollmentFactory, many: None) -> None:
    """R18, R25: or those open to one ECP that they may see. Roles that see no schemes see none."""
    ecp_id = await enrollments.ecps.verified()
    kathmandu = ecp_gid(await enrollments.ecps.verified("Binod Thapa", place="Kathmandu"))
    for role in set(Role) - {Role.ECP}:
        none = role in {Role.VENDOR, Role.INTEGRATION}
        assert await listed(clients[role]) == ([] if none else EVERYWHERE)
        for named, expected in ((ecp_gid(ecp_id), IN_PUNE), (kathmandu, ["Two places"])):
            if role in {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST}:
                assert await listed(clients[role], ecpId=named) == expected
            else:
                await expect_not_found(clients[role], ecpId=named)
    ecp = clients[Role.ECP]
    assert await listed(ecp, ecpId=ecp_gid(ecp_id)) == IN_PUNE
    await expect_not_found(ecp, ecpId=kathmandu)
    await expect_not_found(clients[Role.PROGRAM_MANAGER], ecpId=UNKNOWN_ECP)


async def expect_not_found(client: Client, **given: Any) -> None:
    """Check that an ECP which the viewer does not see is rejected as not found."""
    answer = await client.send(DOCUMENT, **given)
    (error,) = answer.errors
    assert error["message"] == "This ECP does not exist."
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "ecpId"}


async def test_pages_continue_after_a_cursor(clients: Clients, enrollments: EnrollmentFactory) -> None:
    """IDs order schemes that close on the same day: none is missing and none comes twice."""
    await enrollments.ecps.verified()
    titles = [f"Scheme {number}" for number in range(5)]
    for number, title in enumerate(titles):
        await enrollments.open_scheme(title, dates=window(date(2026, 3, 1), date(2026, 4, 1 + number // 3)))
    ecp, found, after = clients[Role.ECP], [], None
    while True:
        page = (await ecp.send(DOCUMENT, first=2, after=after)).data["openSchemes"]
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == titles
    for given in ({"after": "x"}, {"first": 0}, {"first": 201}):
        assert (await ecp.send(DOCUMENT, **given)).codes == ["BAD_USER_INPUT"]


async def test_revisions_are_not_schemes_to_enroll_in(
    clients: Clients, enrollments: EnrollmentFactory, revisions: RevisionFactory
) -> None:
    """R18: an approved revision is part of its scheme, before it takes effect and afterwards."""
    scheme_id = await enrollments.open_scheme()
    await enrollments.ecps.verified()
    await revisions.approved(scheme_id, title="Monsoon Care 2")
    for role in (Role.ECP, Role.PROGRAM_MANAGER):
        assert await listed(clients[role]) == ["Monsoon Care"]
