"""Movements live and for clients that poll: filters, cursors, and what each viewer sees (R17)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from graphql_api.context import Environment
from tests.fixtures import LiveServer
from tests.graphql_api.subscriptions.conftest import wait_for_tailer
from tests.support.client import Client, Clients, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.sockets import Event, connected, following
from tests.support.vendor_accounts import hire, vendor_account
from tests.support.world import key

LIVE = """subscription ($filter: BatchMovementFilter, $after: EventCursor) {
    batchMovements(filter: $filter, after: $after) {
        cursor movement { kind quantity vendor { code } consignment { code } } } }"""
POLL = """query ($filter: BatchMovementFilter, $after: EventCursor, $first: Int) {
    page: batchMovements(filter: $filter, after: $after, first: $first) {
        edges { cursor node { kind quantity vendor { code } consignment { code } } }
        totalCount resumeAt pageInfo { hasNextPage } } }"""
PROGRESS = """subscription ($id: ID!, $after: EventCursor) {
    consignmentProgress(consignmentId: $id, after: $after) { cursor consignment { status progress { percent } } } }"""
EVENTS = "query { events(first: 200) { nodes { kind data } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
LISTED = "query ($id: ID!) { node(id: $id) { ... on Consignment { movements(first: 50) { nodes { id } } } } }"
MOVED = """
SELECT movement.id, array_agg(subject.id) AS vendor_ids FROM movement
JOIN event ON object_id = movement.id CROSS JOIN unnest(subject_kinds, subject_ids) AS subject (kind, id)
WHERE subject.kind = 'VENDOR' GROUP BY 1
"""
Row = tuple[str, int, str, str]


class Chains:
    """Two consignments of a scheme: one through all three vendors, and one that Second Pack has no part in."""

    def __init__(self, scheme_id: UUID, whole: UUID, short: UUID) -> None:
        self.scheme_id = scheme_id
        self.whole = whole
        self.short = short


@pytest.fixture
async def chains(consignments: ConsignmentFactory, environment: Environment, live_server: LiveServer) -> Chains:
    """Two consignments whose vendors have worked; all of it is in the past of new subscriptions."""
    database = environment.database
    await hire(database, vendor_account("PCK-1"), vendor_account("FAC-1"))
    scheme_id = await consignments.generated()
    whole = await consignments.created(scheme_id, quantities={"AMB-1L": 600})
    short = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"), quantities={"AMB-1L": 400})
    await consignments.produce(whole, quantity=590, spoiled_serials=(Span(590, 599),))
    sent = await consignments.dispatch(whole, quantity=500)
    await consignments.receive(sent, accepted_serials=(Span(0, 497),), damaged_serials=(Span(498, 498),))
    onward = await consignments.dispatch(whole, by="PCK-1", quantity=100)
    await consignments.receive(onward, by="FAC-1", accepted=100)
    await consignments.commission(whole, batch_id=onward)
    await consignments.produce(short, quantity=400)
    await wait_for_tailer(live_server.hub, environment)
    return Chains(scheme_id, whole, short)


WHOLE: list[Row] = [
    ("SPOILED", 10, "PRN-1", "CON-2026-000001"),
    ("PRODUCED", 590, "PRN-1", "CON-2026-000001"),
    ("DISPATCHED", 500, "PRN-1", "CON-2026-000001"),
    ("RECEIVED", 498, "PCK-1", "CON-2026-000001"),
    ("DAMAGED", 1, "PCK-1", "CON-2026-000001"),
    ("SHORT", 1, "PCK-1", "CON-2026-000001"),
    ("DISPATCHED", 100, "PCK-1", "CON-2026-000001"),
    ("RECEIVED", 100, "FAC-1", "CON-2026-000001"),
    ("COMMISSIONED", 100, "FAC-1", "CON-2026-000001"),
]
SHORT: list[Row] = [("PRODUCED", 400, "PRN-1", "CON-2026-000002")]


def row_of(movement: Any) -> Row:
    """A movement as a row."""
    return movement["kind"], movement["quantity"], movement["vendor"]["code"], movement["consignment"]["code"]


async def poll(client: Client, after: str | None = None, first: int = 200, **filter_: Any) -> tuple[list[Row], str]:
    """The movements behind a cursor, page by page, and the cursor to read on from."""
    rows: list[Row] = []
    while True:
        page = (await client.send(POLL, filter=filter_ or None, after=after, first=first)).data["page"]
        rows += [row_of(edge["node"]) for edge in page["edges"]]
        after = str(page["resumeAt"])
        if not page["pageInfo"]["hasNextPage"]:
            return rows, after


def movement_of(event: Event) -> Row:
    """The movement of a live event."""
    return row_of(event.data["batchMovements"]["movement"])


def filters(chains: Chains) -> list[tuple[dict[str, Any], list[Row]]]:
    """Filters with the movements that they select."""
    whole, short = gid(NodeKind.CONSIGNMENT, chains.whole), gid(NodeKind.CONSIGNMENT, chains.short)
    scheme = gid(NodeKind.SCHEME, chains.scheme_id)
    packer = gid(NodeKind.VENDOR, key("vendor PCK-1"))
    printer = gid(NodeKind.VENDOR, key("vendor PRN-1"))
    return [
        ({}, WHOLE + SHORT),
        ({"schemeId": scheme}, WHOLE + SHORT),
        ({"consignmentId": short}, SHORT),
        ({"vendorId": packer}, WHOLE[2:8]),
        ({"vendorId": packer, "consignmentId": whole, "schemeId": scheme}, WHOLE[2:8]),
        ({"vendorId": packer, "consignmentId": short}, []),
        ({"vendorId": printer, "kinds": ["PRODUCED"]}, [WHOLE[1], *SHORT]),
        ({"consignmentId": whole, "kinds": ["SHORT", "DAMAGED"]}, WHOLE[4:6]),
        ({"kinds": []}, []),
    ]


async def test_filters_select_the_same_in_a_poll_and_in_a_replay(
    live_server: LiveServer, clients: Clients, chains: Chains
) -> None:
    """R17: also by several objects, and page by page."""
    analyst = clients[Role.ANALYST]
    async with connected(live_server.address, analyst) as socket:
        for given, expected in filters(chains):
            assert (await poll(analyst, **given))[0] == expected, given
            found, _ = await poll(analyst, first=2, **given)
            assert found == expected, given
            start = (await analyst.send(POLL, filter=given, first=1)).data["page"]
            assert start["totalCount"] == len(expected)
            if len(expected) > 1:
                after = start["edges"][0]["cursor"]
                stream = await socket.subscribe(LIVE, filter=given, after=after)
                assert [movement_of(event) for event in await stream.many(len(expected) - 1)] == expected[1:]
                await stream.complete()


async def test_filters_select_the_same_live(
    live_server: LiveServer, clients: Clients, chains: Chains, consignments: ConsignmentFactory
) -> None:
    """R17: each stream gets its movements and no other; the last movement belongs to all of them."""
    analyst = clients[Role.ANALYST]
    packer, printer = gid(NodeKind.VENDOR, key("vendor PCK-1")), gid(NodeKind.VENDOR, key("vendor PRN-1"))
    whole, scheme = gid(NodeKind.CONSIGNMENT, chains.whole), gid(NodeKind.SCHEME, chains.scheme_id)
    other = ("DISPATCHED", 7, "PRN-1", "CON-2026-000002")
    onward = ("DISPATCHED", 8, "PCK-1", "CON-2026-000001")
    sent, received = ("DISPATCHED", 9, "PRN-1", "CON-2026-000001"), ("RECEIVED", 9, "PCK-1", "CON-2026-000001")
    given: list[tuple[dict[str, Any], list[Row]]] = [
        ({}, [other, onward, sent, received]),
        ({"schemeId": scheme, "vendorId": packer}, [onward, sent, received]),
        ({"consignmentId": whole, "vendorId": printer}, [sent, received]),
        ({"consignmentId": whole, "kinds": ["RECEIVED"]}, [received]),
    ]
    async with connected(live_server.address, analyst) as socket:
        streams = []
        for filter_, _ in given:
            _, after = await poll(analyst, **filter_)
            streams.append(await socket.subscribe(LIVE, filter=filter_, after=after))
        await socket.synchronize()
        await consignments.dispatch(chains.short, quantity=7)
        await consignments.dispatch(chains.whole, by="PCK-1", quantity=8)
        batch = await consignments.dispatch(chains.whole, quantity=9)
        await consignments.receive(batch, accepted=9)
        for stream, (filter_, expected) in zip(streams, given, strict=True):
            found = [movement_of(event) for event in await stream.many(len(expected))]
            assert found == expected, filter_


async def test_a_cursor_is_valid_for_any_kinds_but_for_no_other_object(clients: Clients, chains: Chains) -> None:
    analyst = clients[Role.ANALYST]
    whole: dict[str, Any] = {"consignmentId": gid(NodeKind.CONSIGNMENT, chains.whole)}
    page = (await analyst.send(POLL, filter=whole, first=5)).data["page"]
    assert (await poll(analyst, page["resumeAt"], **whole, kinds=["DISPATCHED"]))[0] == [WHOLE[6]]
    for other in (None, {"consignmentId": gid(NodeKind.CONSIGNMENT, chains.short)}):
        (error,) = (await analyst.send(POLL, filter=other, after=page["resumeAt"])).errors
        assert error["message"] == "This cursor belongs to another stream or filter."


async def test_a_vendor_sees_its_leg_and_its_batches(
    live_server: LiveServer, clients: Clients, chains: Chains, consignments: ConsignmentFactory
) -> None:
    """R14: in polls, replays and live, with and without filters; commissioning belongs to the last vendor alone."""
    seen = {"VENDOR": WHOLE[:6] + SHORT, "PCK-1": WHOLE[2:8], "FAC-1": WHOLE[6:]}
    whole, short = gid(NodeKind.CONSIGNMENT, chains.whole), gid(NodeKind.CONSIGNMENT, chains.short)
    everybody = {name: clients.of(key(f"account {name}")) for name in seen}
    for name, expected in seen.items():
        client = everybody[name]
        assert (await poll(client))[0] == expected, name
        assert (await poll(client, consignmentId=whole))[0] == [row for row in expected if row not in SHORT]
    neighbor: dict[str, Any] = {"vendorId": gid(NodeKind.VENDOR, key("vendor FAC-1"))}
    assert (await poll(everybody["PCK-1"], **neighbor))[0] == WHOLE[6:8]
    assert (await poll(everybody["VENDOR"], **neighbor))[0] == []
    hidden = await everybody["PCK-1"].send(POLL, filter={"consignmentId": short})
    missing = await everybody["PCK-1"].send(POLL, filter={"consignmentId": gid(NodeKind.CONSIGNMENT, key("none"))})
    assert hidden.body == missing.body
    assert [error["message"] for error in hidden.errors] == ["This consignment does not exist."]
    async with connected(live_server.address, everybody["PCK-1"]) as socket:
        stream = await socket.subscribe(LIVE, after=(await poll(everybody["PCK-1"]))[1])
        await socket.synchronize()
        await consignments.dispatch(chains.short, quantity=7)
        await consignments.dispatch(chains.whole, by="PCK-1", quantity=8)
        assert movement_of(await stream.next()) == ("DISPATCHED", 8, "PCK-1", "CON-2026-000001")


async def test_events_lists_and_nodes_agree_about_each_movement(
    clients: Clients, chains: Chains, database: Database
) -> None:
    """R14, R17: a vendor sees a movement everywhere or nowhere: where it is a subject of the event."""
    async with database.engine.connect() as connection:
        rows = [(row.id, set(row.vendor_ids)) for row in await connection.execute(text(MOVED))]
    ids = [gid(NodeKind.BATCH_MOVEMENT, movement_id) for movement_id, _ in rows]
    assert len(ids) == len(WHOLE + SHORT)
    for name, code in (("VENDOR", "PRN-1"), ("PCK-1", "PCK-1"), ("FAC-1", "FAC-1")):
        client = clients.of(key(f"account {name}"))
        named = {id_ for id_, (_, vendors) in zip(ids, rows, strict=True) if key(f"vendor {code}") in vendors}
        assert {node["id"] for node in (await client.send(NODES, ids=ids)).data["nodes"] if node} == named
        listed = set()
        for consignment_id in (chains.whole, chains.short):
            node = (await client.send(LISTED, id=gid(NodeKind.CONSIGNMENT, consignment_id))).data["node"]
            listed |= {movement["id"] for movement in node["movements"]["nodes"]} if node else set()
        assert listed == named
        events = (await client.send(EVENTS)).data["events"]["nodes"]
        assert {event["data"]["movementId"] for event in events if "movementId" in event["data"]} == named


async def test_unknown_objects_and_roles_are_rejected(clients: Clients, chains: Chains) -> None:
    for name, kind, noun in (
        ("schemeId", NodeKind.SCHEME, "scheme"),
        ("consignmentId", NodeKind.CONSIGNMENT, "consignment"),
        ("vendorId", NodeKind.VENDOR, "vendor"),
    ):
        (error,) = (await clients[Role.ANALYST].send(POLL, filter={name: gid(kind, key("none"))})).errors
        assert error["message"] == f"This {noun} does not exist."
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": name}
    for role in (Role.ECP, Role.INTEGRATION):
        answer = await clients[role].send("{ viewer { roles } batchMovements { totalCount } }")
        assert answer.codes == ["FORBIDDEN"]
        assert answer.body["data"] == {"viewer": {"roles": [role]}, "batchMovements": None}


async def test_the_progress_of_a_consignment_is_streamed(
    live_server: LiveServer, clients: Clients, chains: Chains, consignments: ConsignmentFactory
) -> None:
    """R15, R17: over both transports, resumable, and for the vendors of the chain only."""
    analyst, id_ = clients[Role.ANALYST], gid(NodeKind.CONSIGNMENT, chains.short)
    async with (
        connected(live_server.address, analyst) as socket,
        following(analyst, PROGRESS, id=id_) as sse,
    ):
        stream = await socket.subscribe(PROGRESS, id=id_)
        await socket.synchronize()
        sent = await consignments.dispatch(chains.short, quantity=400)
        begun = await stream.next()
        expected = {"status": "IN_TRANSIT", "progress": {"percent": 33.0}}
        assert begun.data["consignmentProgress"]["consignment"] == expected
        assert (await sse.next()).data == begun.data
    await consignments.receive(sent, by="FAC-1", accepted=400)
    await consignments.commission(chains.short, batch_id=sent)
    done = {"status": "DELIVERED", "progress": {"percent": 100.0}}
    async with connected(live_server.address, analyst) as socket:
        stream = await socket.subscribe(PROGRESS, id=id_, after=begun.cursor)
        # Both movements were missed. One event shows what they led to.
        assert (await stream.next()).data["consignmentProgress"]["consignment"] == done
    packer = clients.of(key("account PCK-1"))
    async with connected(live_server.address, packer) as socket:
        stream = await socket.subscribe(PROGRESS, id=id_)
        assert [error["message"] for error in await stream.errors()] == ["This consignment does not exist."]
