"""Work queues of Operations and of vendors: each card and the rows behind it agree after every step (R10)."""

from typing import Any

import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Answer, Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.vendors import vendor_client

BOTH = {"AMB-1L": 1000, "AMB-4L": 1000}
QUEUES = """{ workQueues { key holds stage count oldestSince
  schemes { totalCount nodes { id viewerStage { kind since } } }
  consignments { totalCount nodes { id waitingSince } }
  batches { totalCount nodes { id dispatchedAt } }
  artworks { totalCount nodes { id currentVersion { uploadedAt } } }
  discrepancies { totalCount nodes { id since } }
} }"""
CONNECTIONS = {
    "SCHEMES": "schemes",
    "CONSIGNMENTS": "consignments",
    "BATCHES": "batches",
    "ARTWORKS": "artworks",
    "DISCREPANCIES": "discrepancies",
}
FILTERED = """query ($queue: WorkQueueKey) { schemes(filter: {queue: $queue}) { nodes { id viewerStage { kind } } } }"""


async def work_of(client: Client) -> dict[str, list[str]]:
    """The ids in every queue that is not empty. Every card agrees with the rows behind it."""
    answer: Answer = await client.send(QUEUES)
    found: dict[str, list[str]] = {}
    for queue in answer.data["workQueues"]:
        rows = _rows(queue)
        assert all(
            queue[name]["totalCount"] == 0 for name in CONNECTIONS.values() if name != CONNECTIONS[queue["holds"]]
        )
        assert queue["count"] == queue[CONNECTIONS[queue["holds"]]]["totalCount"] == len(rows)
        assert queue["oldestSince"] == min((since for _, since in rows), default=None)
        if rows:
            found[queue["key"]] = [key for key, _ in rows]
    return found


def _rows(queue: Any) -> list[tuple[str, str]]:
    nodes = queue[CONNECTIONS[queue["holds"]]]["nodes"]
    if queue["holds"] == "SCHEMES":
        assert all(node["viewerStage"]["kind"] == queue["stage"] for node in nodes)
        return [(node["id"], node["viewerStage"]["since"]) for node in nodes]
    if queue["holds"] == "ARTWORKS":
        assert queue["stage"] == "ARTWORK"
        return [(node["id"], node["currentVersion"]["uploadedAt"]) for node in nodes]
    assert queue["stage"] == "PRODUCTION"
    since = {"CONSIGNMENTS": "waitingSince", "BATCHES": "dispatchedAt", "DISCREPANCIES": "since"}[queue["holds"]]
    return [(node["id"], node[since]) for node in nodes]


@pytest.fixture
async def vendors(clients: Clients, database: Database) -> dict[str, Client]:
    """A client for each vendor of the world."""
    others = {code: await vendor_client(clients, database, code) for code in ("PCK-1", "FAC-1")}
    return {"PRN-1": clients[Role.VENDOR], **others}


async def test_queues_follow_the_coupons(
    clients: Clients, vendors: dict[str, Client], consignments: ConsignmentFactory, clock: TestClock
) -> None:
    """R10, R13, R14: everybody sees the work that is theirs, until a discrepancy is left to Operations."""
    operations = clients[Role.OPERATIONS]
    scheme_id = await consignments.schemes.approved()
    scheme = [gid(NodeKind.SCHEME, scheme_id)]
    assert await work_of(operations) == {"COUPONS_TO_GENERATE": scheme}
    await consignments.generated(scheme_id)
    assert await work_of(operations) == {"VENDOR_NOT_ASSIGNED": scheme}
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 1000})
    mine = [gid(NodeKind.CONSIGNMENT, made)]
    assert await work_of(operations) == {"PARTLY_ALLOCATED": scheme}
    assert await _work(vendors) == {"PRN-1": {"PRODUCTION_TO_START": mine}}
    clock.advance(days=1)
    await consignments.produce(made, quantity=600)
    assert await _work(vendors) == {"PRN-1": {"BATCHES_TO_DISPATCH": mine}}
    clock.advance(days=1)
    first = await consignments.dispatch(made, quantity=600)
    # What is left to produce is work of the printer.
    assert await _work(vendors) == {
        "PRN-1": {"BATCHES_TO_DISPATCH": mine},
        "PCK-1": {"BATCHES_TO_RECEIVE": [gid(NodeKind.BATCH, first)]},
    }
    await consignments.produce(made, quantity=400)
    clock.advance(days=1)
    second = await consignments.dispatch(made, quantity=400)
    both = [gid(NodeKind.BATCH, each) for each in (first, second)]
    assert await _work(vendors) == {"PCK-1": {"BATCHES_TO_RECEIVE": both}}
    await consignments.receive(first, accepted=600)
    await consignments.receive(second, accepted_serials=(Span(600, 997),))
    assert await _work(vendors) == {"PCK-1": {"BATCHES_TO_DISPATCH": mine}}
    assert set(await work_of(operations)) == {"PARTLY_ALLOCATED", "DISCREPANCIES"}
    last = await consignments.dispatch(made, by="PCK-1", quantity=998)
    await consignments.receive(last, by="FAC-1", accepted=998)
    assert await _work(vendors) == {"FAC-1": {"BATCHES_TO_DISPATCH": mine}}
    await consignments.commission(made, batch_id=last)
    assert await _work(vendors) == {}
    assert set(await work_of(operations)) == {"PARTLY_ALLOCATED", "DISCREPANCIES"}


async def test_a_scheme_in_two_queues_of_a_viewer_is_shown_for_each_of_them(
    clients: Clients, consignments: ConsignmentFactory
) -> None:
    """R9, R10: coupons to generate and to allocate; outside of queues the first of the two stages waits."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH)
    await consignments.produce(made, quantity=999, spoiled_serials=(Span(7, 7),))
    operations, scheme = clients[Role.OPERATIONS], [gid(NodeKind.SCHEME, scheme_id)]
    assert await work_of(operations) == {"COUPONS_TO_GENERATE": scheme, "PARTLY_ALLOCATED": scheme}
    stages = {}
    for queue in ("COUPONS_TO_GENERATE", "PARTLY_ALLOCATED", None):
        (node,) = (await operations.send(FILTERED, queue=queue)).data["schemes"]["nodes"]
        stages[queue] = node["viewerStage"]["kind"]
    assert stages == {
        "COUPONS_TO_GENERATE": "COUPON_GENERATION",
        "PARTLY_ALLOCATED": "VENDOR_ALLOCATION",
        None: "COUPON_GENERATION",
    }


async def test_a_stage_waits_for_some_viewers_only(clients: Clients, factory: SchemeFactory) -> None:
    """R9: a designer's card holds the artwork and not what waits for Operations; a submission waits for no author."""
    await factory.submitted(by="manager and approver")
    expected = {"APPROVER": "APPROVAL", "manager and approver": None, "PROGRAM_MANAGER": None, "ANALYST": None}
    assert {name: await _viewer_stage(clients[name]) for name in expected} == expected
    await factory.approved(await factory.complete())
    expected = {"OPERATIONS": "COUPON_GENERATION", "DESIGNER": "ARTWORK", "ECP": None}
    assert {name: await _viewer_stage(clients[name]) for name in expected} == expected


async def test_a_vendor_counts_nothing_of_other_chains(
    vendors: dict[str, Client], consignments: ConsignmentFactory
) -> None:
    """R25: neither consignments nor batches of others."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=1000)
    await consignments.dispatch(made, quantity=500)
    found = await _work(vendors)
    assert found.keys() == {"PRN-1", "FAC-1"}


async def test_a_production_waits_for_the_vendors_that_must_act(
    clients: Clients, vendors: dict[str, Client], consignments: ConsignmentFactory
) -> None:
    """R9, R25: each reads its own name, and no quantities."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 1000})
    await consignments.produce(made, quantity=600)
    await consignments.dispatch(made, quantity=400)
    document = "{ schemes { nodes { viewerStage { kind statusLabel waitingOn done total } } } }"
    seen = {
        code: (await client.send(document)).data["schemes"]["nodes"][0]["viewerStage"]
        for code, client in vendors.items()
    }
    mine = {"kind": "PRODUCTION", "statusLabel": "In production", "done": 0, "total": 1}
    assert seen == {
        "PRN-1": {**mine, "waitingOn": "First Print"},
        "PCK-1": {**mine, "waitingOn": "Second Pack"},
        "FAC-1": None,
    }
    assert await _viewer_stage(clients[Role.PROGRAM_MANAGER]) is None


async def _work(vendors: dict[str, Client]) -> dict[str, dict[str, list[str]]]:
    """The work of every vendor that has some."""
    found = {code: await work_of(client) for code, client in vendors.items()}
    return {code: work for code, work in found.items() if work}


async def _viewer_stage(client: Client) -> str | None:
    """The stage of the scheme that changed last that waits for the viewer."""
    nodes = (await client.send(FILTERED)).data["schemes"]["nodes"]
    return nodes[0]["viewerStage"] and str(nodes[0]["viewerStage"]["kind"])
