"""The cast of a story over HTTP: Operations and three vendors, and a dashboard that follows their movements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from db.database import Database
from domain.node_kinds import NodeKind
from schema.ids import input_id
from tests.fixtures import LiveServer
from tests.support.client import Client, document, gid
from tests.support.factories.artwork import approve_artwork
from tests.support.sockets import SseStream, Stream, connected, following
from tests.support.world import key

SCHEME = """query ($id: ID!) { node(id: $id) { ... on Scheme {
    stages { kind state status statusLabel owner waitingOn done total blockedBy }
    allocation { plannedQuantity generatedQuantity shortfallQuantity allocatedQuantity pendingQuantity } } } }"""
CONSIGNMENT = """query ($id: ID!) { node(id: $id) { ... on Consignment {
    status hasDiscrepancy discrepancies { id openQuantity }
    progress { planned produced commissioned damaged lost unresolved void percent }
    legs { custody { held dispatched } }
    movements(first: 200) { totalCount nodes { id } } } } }"""
BOARD = """query ($id: ID!) { trackingBoard(filter: { schemeIds: [$id] }) {
    consignments { code status waitingOn } movedLast { id } waitingOn { vendor { name } quantity } } }"""
CHAIN = ("PRN-1", "PCK-1", "FAC-1")


def serials(first: int, last: int) -> dict[str, int]:
    """A range of serials as an input."""
    return {"first": first, "last": last}


class Story:
    """The clients of the story, who send the documents of the portal and of vendors."""

    def __init__(self, clients: dict[str, Client], scheme_id: str, database: Database) -> None:
        self.clients = clients
        self._database = database
        self.scheme_id = scheme_id
        self.variant_id = gid(NodeKind.VARIANT, key("variant AMB-1L"))
        self._keys = 0

    async def act(self, who: str, name: str, **given: Any) -> Any:
        """Send a mutation that must succeed, and return its payload."""
        self._keys += 1
        folder = "portal" if who == "OPERATIONS" else "vendor"
        values = {**given, "idempotencyKey": f"story {self._keys}"}
        answer = await self.clients[who].send(document(f"{folder}/{name}"), input=values)
        (payload,) = answer.data.values()
        assert payload["errors"] == []
        return payload

    async def allocate(self, quantity: int, *, approved: bool = True) -> str:
        """Create a consignment through all three vendors; return its id. They have approved its artwork before."""
        if approved:
            await approve_artwork(
                self._database,
                scheme_id=input_id(NodeKind.SCHEME, self.scheme_id),
                variant_ids=[input_id(NodeKind.VARIANT, self.variant_id)],
                vendor_ids=[key(f"vendor {code}") for code in CHAIN],
                by=key("account OPERATIONS"),
                at=datetime(2026, 3, 10, 9, tzinfo=UTC),
            )
        payload = await self.act(
            "OPERATIONS",
            "CreateConsignment",
            schemeId=self.scheme_id,
            vendorIds=[gid(NodeKind.VENDOR, key(f"vendor {code}")) for code in CHAIN],
            lines=[{"variantId": self.variant_id, "quantity": quantity}],
        )
        return str(payload["consignment"]["id"])

    async def produce(self, consignment_id: str, **given: Any) -> None:
        """Record production."""
        await self.act("PRN-1", "RecordProduction", consignmentId=consignment_id, lines=[self.line(**given)])

    async def dispatch(self, who: str, consignment_id: str, **given: Any) -> Any:
        """Dispatch a batch and return it."""
        payload = await self.act(who, "DispatchBatch", consignmentId=consignment_id, lines=[self.line(**given)])
        return payload["batch"]

    async def receive(self, who: str, batch: Any, **given: Any) -> Any:
        """Receive a batch and return it."""
        payload = await self.act(who, "ReceiveBatch", batchId=batch["id"], lines=[self.line(**given)])
        return payload["batch"]

    def line(self, **given: Any) -> dict[str, Any]:
        """A line of an input."""
        return {"variantId": self.variant_id, **given}

    async def read(self, text: str, id_: str) -> Any:
        """What staff read about a node."""
        return (await self.clients["ANALYST"].send(text, id=id_)).data["node"]

    async def board(self) -> Any:
        """The tracking board of the scheme."""
        return (await self.clients["ANALYST"].send(BOARD, id=self.scheme_id)).data["trackingBoard"]

    async def stages(self) -> dict[str, Any]:
        """The stages of the scheme by kind."""
        return {stage["kind"]: stage for stage in (await self.read(SCHEME, self.scheme_id))["stages"]}


class Dashboard:
    """A dashboard that follows the movements of a scheme, and is cut off and comes back."""

    def __init__(self, server: LiveServer, client: Client, scheme_id: str) -> None:
        self._server = server
        self._client = client
        self._filter = {"schemeId": scheme_id}
        self.movements: list[str] = []
        self.cursor: str | None = None

    async def load(self) -> list[str]:
        """All movements by polls from the beginning; remembers the cursor if it had none."""
        found: list[str] = []
        after = None
        while True:
            variables = {"filter": self._filter, "after": after, "first": 3}
            page = (await self._client.send(document("dashboard/PollBatchMovements"), **variables)).data
            found += [node["id"] for node in page["batchMovements"]["nodes"]]
            after = page["batchMovements"]["resumeAt"]
            if not page["batchMovements"]["pageInfo"]["hasNextPage"]:
                self.cursor = self.cursor or after
                return found

    @asynccontextmanager
    async def by_socket(self) -> AsyncIterator[Stream]:
        """Follow over a WebSocket from the last cursor on."""
        async with connected(self._server.address, self._client) as socket:
            variables: dict[str, Any] = {"filter": self._filter, "after": self.cursor}
            yield await socket.subscribe(document("dashboard/BatchMovements"), **variables)

    @asynccontextmanager
    async def by_events(self) -> AsyncIterator[SseStream]:
        """Follow server-sent events, as an EventSource that reconnects."""
        headers = {"Last-Event-ID": str(self.cursor)}
        text = document("dashboard/BatchMovements")
        async with following(self._client, text, headers, filter=self._filter) as stream:
            yield stream

    async def take(self, stream: Stream | SseStream, *kinds: str) -> None:
        """Receive movements of exactly these kinds."""
        for kind in kinds:
            event = await stream.next()
            received = event.data["batchMovements"]
            assert received["movement"]["kind"] == kind
            self.movements.append(received["movement"]["id"])
            self.cursor = event.cursor
