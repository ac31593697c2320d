"""Pages of enrollments: of a scheme, of several schemes and ECPs at once, and of the queue (R10, R19)."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients, document
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import enrollment_gid, scheme_gid

DOCUMENT = document("portal/SchemeEnrollments")
SEVERAL = """query ($first: Int, $filter: EnrollmentFilter, $orderBy: EnrollmentOrder, $after: String) {
    schemes(orderBy: TITLE_ASC) { nodes { title
        enrollments(first: $first, filter: $filter, orderBy: $orderBy, after: $after) {
            totalCount pageInfo { hasNextPage endCursor } nodes { ecp { displayName } } } } } }"""
OF_ECPS = """query ($first: Int, $after: String, $statuses: [EnrollmentStatus!]) {
    ecps(orderBy: NAME_ASC) { nodes { displayName
        enrollments(first: $first, after: $after, statuses: $statuses) {
            totalCount pageInfo { hasNextPage endCursor } nodes { status scheme { title } } } } } }"""
QUEUE = """query ($first: Int, $after: String) { workQueues { key enrollments(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id } } schemes { totalCount } ecps { totalCount } } }"""
NAMES = ("Asha Rao", "Binod Thapa", "Chitra Iyer", "Dev Nair", "Esha Patil")


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def scheme_ids(enrollments: EnrollmentFactory, clock: TestClock) -> list[UUID]:
    """Three schemes. Five ECPs apply to the first, two of them at the same time; the second has two enrollments."""
    ecp_ids = [await enrollments.ecps.verified(name) for name in NAMES]
    first, second, third = [await enrollments.open_scheme(title) for title in ("One", "Two", "Void")]
    for number, ecp_id in enumerate(ecp_ids):
        moment = clock.now
        await enrollments.pending(first, ecp_id)
        if number == 2:
            clock.now = moment
        if number < 2:
            await enrollments.enrolled(second, ecp_id)
    return [first, second, third]


async def test_pages_meet_in_every_order(manager: Client, scheme_ids: list[UUID]) -> None:
    """R19: in every order, with and without filters, reading on reaches every enrollment once; all count the same."""
    filters: list[dict[str, Any]] = [{}, {"statuses": ["PENDING"]}, {"search": "garage", "statuses": ["PENDING"]}]
    for order, chosen in product(("REQUESTED_AT_DESC", "REQUESTED_AT_ASC"), filters):
        found: list[str] = []
        after = None
        while not found or after:
            given = {"id": scheme_gid(scheme_ids[0]), "first": 2, "orderBy": order, "filter": chosen, "after": after}
            page = (await manager.send(DOCUMENT, **given)).data["node"]["enrollments"]
            assert page["totalCount"] == 5
            found += [node["ecp"]["displayName"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        assert sorted(found) == list(NAMES)
        # Two of them were requested at the same moment.
        assert order != "REQUESTED_AT_ASC" or found[:2] == list(NAMES[:2])


async def test_invalid_arguments_are_rejected(clients: Clients, scheme_ids: list[UUID]) -> None:
    """For every role, even if the list is empty. So is the cursor of another sort order."""
    manager = clients[Role.PROGRAM_MANAGER]
    page = (await manager.send(DOCUMENT, id=scheme_gid(scheme_ids[0]), first=2)).data["node"]["enrollments"]
    cases: dict[str, dict[str, Any]] = {
        "A page has 1 to 200 rows, not 0.": {"first": 0},
        "A page has 1 to 200 rows, not 201.": {"first": 201},
        "This cursor was not made by this list; start from the beginning.": {"after": "x"},
        "This cursor belongs to another list or order; start from the beginning.": {
            "after": page["pageInfo"]["endCursor"],
            "orderBy": "REQUESTED_AT_ASC",
        },
        "This tier does not exist.": {"filter": {"tierIds": ["x"]}},
        "This geography does not exist.": {"filter": {"geographyIds": ["x"]}},
    }
    for message, given in cases.items():
        for role in (Role.PROGRAM_MANAGER, Role.DESIGNER):
            answer = await clients[role].send(DOCUMENT, id=scheme_gid(scheme_ids[0]), **given)
            (error,) = answer.errors
            assert error["message"] == message
            assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_pages_of_several_schemes_are_read_together(manager: Client, scheme_ids: list[UUID]) -> None:
    """R19: each has its own page and its own count, with the same filter."""
    assert len(scheme_ids) == 3

    async def lists(**given: Any) -> list[tuple[str, list[str], int, bool]]:
        nodes = (await manager.send(SEVERAL, **given)).data["schemes"]["nodes"]
        return [
            (
                node["title"],
                [found["ecp"]["displayName"] for found in node["enrollments"]["nodes"]],
                node["enrollments"]["totalCount"],
                node["enrollments"]["pageInfo"]["hasNextPage"],
            )
            for node in nodes
        ]

    assert await lists(first=2, orderBy="REQUESTED_AT_ASC") == [
        ("One", ["Asha Rao", "Binod Thapa"], 5, True),
        ("Two", ["Asha Rao", "Binod Thapa"], 2, False),
        ("Void", [], 0, False),
    ]
    assert await lists(first=1, orderBy="REQUESTED_AT_ASC", filter={"statuses": ["ENROLLED"]}) == [
        ("One", [], 0, False),
        ("Two", ["Asha Rao"], 2, True),
        ("Void", [], 0, False),
    ]
    assert await lists(orderBy="REQUESTED_AT_DESC", filter={"search": "binod"}) == [
        ("One", ["Binod Thapa"], 1, False),
        ("Two", ["Binod Thapa"], 1, False),
        ("Void", [], 0, False),
    ]


async def test_the_enrollments_of_ecps(manager: Client, clients: Clients, scheme_ids: list[UUID]) -> None:
    """R18: newest first, by status, a page at a time; an ECP sees its own."""
    assert len(scheme_ids) == 3

    async def lists(**given: Any) -> list[tuple[list[str], int]]:
        nodes = (await manager.send(OF_ECPS, **given)).data["ecps"]["nodes"]
        found = [node["enrollments"] for node in nodes]
        return [([node["scheme"]["title"] for node in page["nodes"]], page["totalCount"]) for page in found]

    assert await lists() == [(["Two", "One"], 2)] * 2 + [(["One"], 1)] * 3
    assert await lists(first=1) == [(["Two"], 2)] * 2 + [(["One"], 1)] * 3
    assert await lists(statuses=["ENROLLED"]) == [(["Two"], 1)] * 2 + [([], 0)] * 3
    assert await lists(statuses=["ENROLLED", "PENDING"]) == await lists()
    own = clients.of(next(iter(clients.world.ecps)))
    document_ = document("mobile/MyEnrollments")
    page = (await own.send(document_, first=1)).data["viewer"]["ecp"]["enrollments"]
    assert ([node["scheme"]["title"] for node in page["nodes"]], page["totalCount"]) == (["Two"], 2)
    after = page["pageInfo"]["endCursor"]
    page = (await own.send(document_, first=1, after=after)).data["viewer"]["ecp"]["enrollments"]
    assert ([node["scheme"]["title"] for node in page["nodes"]], page["pageInfo"]["hasNextPage"]) == (["One"], False)


async def test_the_queue_begins_with_the_oldest_application(
    manager: Client, clients: Clients, enrollments: EnrollmentFactory, scheme_ids: list[UUID]
) -> None:
    """R10: managers only; other queues have no enrollments, and this one nothing else."""
    third = [await enrollments.pending(scheme_ids[2], ecp_id) for ecp_id in clients.world.ecps.values()]
    found, after = [], None
    while True:
        queues = (await manager.send(QUEUE, first=4, after=after)).data["workQueues"]
        pages = {queue["key"]: queue for queue in queues}
        page = pages.pop("ENROLLMENTS_TO_DECIDE")
        assert (page["schemes"]["totalCount"], page["ecps"]["totalCount"]) == (0, 0)
        assert all(queue["enrollments"]["totalCount"] == 0 for queue in pages.values())
        assert page["enrollments"]["totalCount"] == 10
        found += [node["id"] for node in page["enrollments"]["nodes"]]
        after = page["enrollments"]["pageInfo"]["endCursor"]
        if not page["enrollments"]["pageInfo"]["hasNextPage"]:
            break
    assert len(set(found)) == 10
    assert found[5:] == [enrollment_gid(key) for key in third]
    for role in set(Role) - {Role.PROGRAM_MANAGER}:
        keys = [queue["key"] for queue in (await clients[role].send(QUEUE)).data["workQueues"]]
        assert "ENROLLMENTS_TO_DECIDE" not in keys
