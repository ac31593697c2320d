"""Every list rejects the cursors of other lists, with a message that says what to do (R19)."""

from itertools import permutations

import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.factories.enrollments import EnrollmentFactory

# Each reads one row behind a cursor.
LISTS = {
    "newest ECPs": "ecps(first: 1, after: $after, orderBy: REGISTERED_AT_DESC) { pageInfo { endCursor } }",
    "ECPs by name": "ecps(first: 1, after: $after, orderBy: NAME_ASC) { pageInfo { endCursor } }",
    "ECPs by code": "ecps(first: 1, after: $after, orderBy: CODE_ASC) { pageInfo { endCursor } }",
    "open schemes": "openSchemes(first: 1, after: $after) { pageInfo { endCursor } }",
    "schemes": "schemes(first: 1, after: $after, orderBy: TITLE_ASC) { pageInfo { endCursor } }",
    "enrollments": """ecp(code: "ECP-2026-000001") { enrollments(first: 1, after: $after) {
        pageInfo { endCursor } } }""",
}
FOREIGN = {
    "This cursor belongs to another list or order; start from the beginning.",
    "This cursor was not made by this list; start from the beginning.",
}


@pytest.fixture
async def manager(clients: Clients, enrollments: EnrollmentFactory) -> Client:
    """A manager who sees an ECP in a scheme."""
    await enrollments.enrolled(await enrollments.open_scheme(), await enrollments.ecps.verified())
    return clients[Role.PROGRAM_MANAGER]


async def test_a_list_rejects_the_cursor_of_another_list(manager: Client) -> None:
    """R19: in every sort order."""
    cursors = {}
    for name, field in LISTS.items():
        found = (await manager.send(f"query ($after: String) {{ {field} }}")).data
        while "pageInfo" not in found:
            (found,) = found.values()
        cursors[name] = found["pageInfo"]["endCursor"]
    assert all(cursors.values())
    for name, other in permutations(LISTS, 2):
        answer = await manager.send(f"query ($after: String) {{ {LISTS[name]} }}", after=cursors[other])
        (error,) = answer.errors
        assert error["message"] in FOREIGN, (name, other)
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"}
