"""Lists of ECPs: filters alone and in pairs, orders, pages and counts, and the work queue (R10, R19)."""

from itertools import combinations
from typing import Any

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, key

LIST = """query ($filter: EcpFilter, $orderBy: EcpOrder, $first: Int, $after: String, $last: Int, $before: String) {
    ecps(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { displayName } edges { cursor }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
QUEUES = """{ workQueues { key label count oldestSince ecps { totalCount nodes { displayName registeredAt } }
    schemes { totalCount nodes { id } } } }"""
ALL = {"Asha Rao", "binod thapa", "Chitra Iyer", "Dev Patil", "Esha Nair", "Farid Khan"}
# In the order of their registration, a day apart, the first one on March 10.
REGISTERED = ["Esha Nair", "Asha Rao", "binod thapa", "Farid Khan", "Dev Patil", "Chitra Iyer"]
ENROLL = """
INSERT INTO enrollment (id, scheme_id, ecp_id, status, terms_version, requested_at, requested_by, enrolled_at)
SELECT gen_random_uuid(), $1, ecp.id, CASE ecp.display_name WHEN 'Dev Patil' THEN 'WITHDRAWN' ELSE 'ENROLLED' END, 1,
    now(), account.id, now()
FROM ecp, account WHERE ecp.display_name = ANY($2) AND account.display_name = 'Ecp'
"""


@pytest.fixture
def manager(clients: Clients) -> Client:
    """The program manager."""
    return clients[Role.PROGRAM_MANAGER]


@pytest.fixture
async def scheme(ecps: EcpFactory, factory: SchemeFactory, clock: TestClock, database_url: str) -> str:
    """A scheme, and six ECPs: two are enrolled in it and one withdrew."""
    await ecps.suspended("Esha Nair", place="Kathmandu", tier="Silver", practice="Eye Care")
    clock.advance(days=1)
    await ecps.verified(place="Pune", tier="Gold")
    clock.advance(days=1)
    await ecps.verified("binod thapa", place="Mumbai", tier="Silver", practice="Thapa Garage")
    clock.advance(days=1)
    await ecps.registered("Farid Khan", place="Pune", practice=None)
    clock.advance(days=1)
    await ecps.verified("Dev Patil", place="Karnataka", tier="Bronze", practice="O'Neil & Søn")
    clock.advance(days=1)
    await ecps.registered("Chitra Iyer", place="India", practice=None)
    scheme_id = await factory.approved()
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(ENROLL, scheme_id, ["Asha Rao", "binod thapa", "Dev Patil"])
    finally:
        await connection.close()
    return gid(NodeKind.SCHEME, scheme_id)


async def names(client: Client, chosen: dict[str, Any], **more: Any) -> list[str]:
    """The names that a filter finds, each once and counted right."""
    page = (await client.send(LIST, filter=chosen, **more)).data["ecps"]
    found = [node["displayName"] for node in page["nodes"]]
    assert len(set(found)) == len(found)
    if not more.keys() & {"first", "last"}:
        assert page["totalCount"] == len(found), chosen
    return found


def places(world: World, *wanted: str) -> dict[str, list[str]]:
    """A filter by geographies."""
    return {"geographyIds": [gid(NodeKind.GEOGRAPHY, world.geographies[name].id) for name in wanted]}


def tiers(world: World, *wanted: str) -> dict[str, list[str]]:
    """A filter by tiers."""
    return {"tierIds": [gid(NodeKind.TIER, world.tiers[name].id) for name in wanted]}


async def test_filters_hold_alone_and_in_pairs(manager: Client, scheme: str, world: World) -> None:
    """R19: everything given must hold together, and the count is that of the list."""
    pune = gid(NodeKind.GEOGRAPHY, world.geographies["Pune"].id)
    filters: list[tuple[dict[str, Any], set[str]]] = [
        ({}, ALL),
        ({"search": "rao"}, {"Asha Rao"}),
        ({"search": "GARAGE th"}, {"binod thapa"}),
        ({"search": "ecp-2026-00000"}, ALL),
        ({"search": "ecp 2026 000004"}, {"Farid Khan"}),
        ({"search": "o'neil SØN"}, {"Dev Patil"}),
        ({"search": "asha.rao@example.org"}, {"Asha Rao"}),
        ({"search": " "}, ALL),
        ({"search": "nobody"}, set()),
        (places(world, "Pune"), {"Asha Rao", "Farid Khan"}),
        (places(world, "Maharashtra"), {"Asha Rao", "Farid Khan", "binod thapa"}),
        (places(world, "India"), ALL - {"Esha Nair"}),
        (places(world, "Pune", "Kathmandu"), {"Asha Rao", "Farid Khan", "Esha Nair"}),
        (places(world, "Karnataka", "Nepal", "Mumbai"), {"Dev Patil", "Esha Nair", "binod thapa"}),
        ({"geographyIds": [pune, pune]}, {"Asha Rao", "Farid Khan"}),
        ({"geographyIds": [gid(NodeKind.GEOGRAPHY, key("nowhere"))]}, set()),
        ({"geographyIds": []}, set()),
        (tiers(world, "Silver"), {"binod thapa", "Esha Nair"}),
        (tiers(world, "Gold", "Bronze"), {"Asha Rao", "Dev Patil"}),
        (tiers(world, "Platinum"), set()),
        ({"tierIds": []}, set()),
        ({"statuses": ["PENDING"]}, {"Farid Khan", "Chitra Iyer"}),
        ({"statuses": ["SUSPENDED", "ACTIVE"]}, ALL - {"Farid Khan", "Chitra Iyer"}),
        ({"statuses": ["CLOSED"]}, set()),
        ({"statuses": []}, set()),
        ({"enrolledIn": scheme}, {"Asha Rao", "binod thapa"}),
        ({"enrolledIn": gid(NodeKind.SCHEME, key("no such scheme"))}, set()),
        ({"registeredFrom": "2026-03-12"}, {"binod thapa", "Farid Khan", "Dev Patil", "Chitra Iyer"}),
        ({"registeredTo": "2026-03-12"}, {"Esha Nair", "Asha Rao", "binod thapa"}),
        ({"registeredFrom": "2026-03-11", "registeredTo": "2026-03-11"}, {"Asha Rao"}),
        ({"registeredFrom": "2026-03-12", "registeredTo": "2026-03-11"}, set()),
        ({"registeredFrom": "0001-01-01", "registeredTo": "9999-12-31"}, ALL),
    ]
    for chosen, expected in filters:
        assert set(await names(manager, chosen)) == expected, chosen
    kinds = [(chosen, expected) for chosen, expected in filters if 0 < len(expected) < len(ALL)]
    for (one, some), (other, others) in combinations(kinds, 2):
        if not one.keys() & other.keys():
            assert set(await names(manager, {**one, **other})) == some & others, (one, other)


@pytest.mark.usefixtures("scheme")
async def test_each_order_is_the_same_in_both_directions(manager: Client) -> None:
    """R19: by name ignoring case, by code, and by registration. Pages meet without gap or overlap."""
    by_name = ["Asha Rao", "binod thapa", "Chitra Iyer", "Dev Patil", "Esha Nair", "Farid Khan"]
    orders = {
        None: by_name,
        "NAME_ASC": by_name,
        "CODE_ASC": REGISTERED,
        "REGISTERED_AT_ASC": REGISTERED,
        "REGISTERED_AT_DESC": REGISTERED[::-1],
    }
    for order, expected in orders.items():
        assert await names(manager, {}, orderBy=order) == expected
        for size in (1, 2, 4):
            assert await _walked(manager, order, size, backward=False) == expected
            assert await _walked(manager, order, size, backward=True) == expected


async def _walked(client: Client, order: str | None, size: int, *, backward: bool) -> list[str]:
    """All names, a page at a time."""
    found: list[str] = []
    place: dict[str, Any] = {}
    count, cursor = ("last", "before") if backward else ("first", "after")
    while True:
        answer = await client.send(LIST, orderBy=order, **{count: size}, **place)
        page, info = answer.data["ecps"], answer.data["ecps"]["pageInfo"]
        assert page["totalCount"] == len(ALL)
        of_page = [node["displayName"] for node in page["nodes"]]
        found = [*of_page, *found] if backward else [*found, *of_page]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        place = {cursor: info["startCursor" if backward else "endCursor"]}


@pytest.mark.parametrize(
    ("given", "argument", "message"),
    [
        ({"first": 0}, "first", "A page has 1 to 200 rows, not 0."),
        ({"first": 201}, "first", "A page has 1 to 200 rows, not 201."),
        ({"after": "x"}, "after", "This cursor was not made by this list; start from the beginning."),
        ({"filter": {"geographyIds": ["x"]}}, "geographyIds", "This geography does not exist."),
        (
            {"filter": {"tierIds": [gid(NodeKind.ECP, key("x"))]}},
            "tierIds",
            "This is the ID of an ECP, not of a tier.",
        ),
        ({"filter": {"enrolledIn": "x"}}, "enrolledIn", "This scheme does not exist."),
    ],
)
async def test_invalid_arguments_are_rejected(
    manager: Client, given: dict[str, Any], argument: str, message: str
) -> None:
    """R26: the error names the argument."""
    (error,) = (await manager.send(LIST, **given)).errors
    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT", "argument": argument})


@pytest.mark.usefixtures("scheme")
async def test_a_cursor_of_another_order_is_rejected(manager: Client) -> None:
    """R26: instead of returning arbitrary rows."""
    cursor = (await manager.send(LIST, first=1)).data["ecps"]["pageInfo"]["endCursor"]
    (error,) = (await manager.send(LIST, after=cursor, orderBy="CODE_ASC")).errors
    assert error["message"] == "This cursor belongs to another list or order; start from the beginning."


@pytest.mark.usefixtures("scheme")
async def test_the_queue_of_registrations_matches_its_count(clients: Clients, manager: Client) -> None:
    """R10: the longest registered first; it holds no schemes, and the other queues no ECPs."""
    queues = {queue["key"]: queue for queue in (await manager.send(QUEUES)).data["workQueues"]}
    nothing = {"totalCount": 0, "nodes": []}
    queue = queues.pop("ECPS_TO_VERIFY")
    assert (queue["label"], queue["count"], queue["schemes"]) == ("ECPs to verify", 2, nothing)
    assert queue["ecps"]["totalCount"] == 2
    assert [node["displayName"] for node in queue["ecps"]["nodes"]] == ["Farid Khan", "Chitra Iyer"]
    assert queue["oldestSince"] == queue["ecps"]["nodes"][0]["registeredAt"]
    assert all(other["ecps"] == nothing for other in queues.values())
    # As a filter of schemes it holds none, either.
    document = "{ schemes(filter: {queue: ECPS_TO_VERIFY}) { totalCount nodes { id } } }"
    assert (await manager.send(document)).data["schemes"] == nothing
    for role in set(Role) - {Role.PROGRAM_MANAGER}:
        keys = [queue["key"] for queue in (await clients[role].send(QUEUES)).data["workQueues"]]
        assert not {"ECPS_TO_VERIFY", "ENROLLMENTS_TO_DECIDE"} & set(keys)


async def test_the_queues_count_enrollments_that_wait(
    manager: Client, scheme: str, ecps: EcpFactory, database_url: str
) -> None:
    """R10: pending applications, and the time of the oldest."""
    del scheme, ecps
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "UPDATE enrollment SET status = 'PENDING', enrolled_at = NULL, "
            "requested_at = ('2026-03-0' || n || 'T10:00Z')::timestamptz FROM "
            "(SELECT id, row_number() OVER (ORDER BY id) AS n FROM enrollment WHERE status = 'ENROLLED') AS found "
            "WHERE found.id = enrollment.id"
        )
    finally:
        await connection.close()
    queues = {queue["key"]: queue for queue in (await manager.send(QUEUES)).data["workQueues"]}
    queue = queues["ENROLLMENTS_TO_DECIDE"]
    assert (queue["label"], queue["count"]) == ("Enrollments to decide", 2)
    assert queue["oldestSince"] == "2026-03-01T10:00:00Z"


@pytest.mark.parametrize("given", ["ecps(first: 0)", 'ecps(after: "x")', "schemes(first: 201)"])
async def test_a_queue_rejects_invalid_page_arguments(manager: Client, given: str) -> None:
    """R26: also when the queue is empty."""
    answer = await manager.send(f"{{ workQueues {{ {given} {{ totalCount }} }} }}")
    assert answer.codes
    assert set(answer.codes) == {"BAD_USER_INPUT"}
