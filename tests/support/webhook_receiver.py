"""A receiver of webhooks, and an administrator who manages endpoints."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook

from domain.node_kinds import NodeKind
from tests.support.client import Client, Clients, document, gid
from tests.support.endpoint import OK, Endpoint, endpoint

WAIT_TIMEOUT_S = 90
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
SAVE_TIER = "mutation ($input: UpsertTierInput!) { upsertTier(input: $input) { tier { id } errors { message } } }"
ENDPOINT = """query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { id url description kinds cursor state
    stateLabel failures throttles nextAttemptAt disabledAt disabledReason createdAt updatedAt account { displayName }
    createdBy { displayName } deliveries { totalCount nodes { id kind attempt attemptedAt milliseconds status error
    delivered } } } } }"""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Received:
    """A delivery as it came over the wire."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body, read."""
        return json.loads(self.raw)

    @property
    def id(self) -> str:
        """The ID by which receivers recognize a repetition."""
        return self.headers["webhook-id"]

    @property
    def sent_at(self) -> datetime:
        """When this attempt was made, by the server's clock."""
        return datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)

    def signed_with(self, secret: str) -> bool:
        """Whether one of the signatures equals that of the receivers' library with this secret."""
        expected = Webhook(secret).sign(self.id, self.sent_at, self.raw.decode())
        return expected in self.headers["webhook-signature"].split(" ")


class Receiver:
    """A server on this machine that receives deliveries and answers as a test chooses."""

    def __init__(self, served: Endpoint) -> None:
        self._served = served
        self.url = f"http://127.0.0.1:{served.port}/hooks"

    def answer(self, answer: Any = OK) -> None:
        """Use this answer from now on."""
        self._served.answer = answer

    @property
    def received(self) -> list[Received]:
        """Deliveries so far, in order."""
        return [_read(request) for request in self._served.requests]

    @property
    def objects(self) -> list[str]:
        """The one id in the data of each delivery."""
        return [next(iter(delivery.body["data"].values())) for delivery in self.received]

    async def deliveries(self, count: int) -> list[Received]:
        """Wait for exactly this many deliveries, and return them."""
        await until(lambda: len(self._served.requests) >= count)
        assert len(self._served.requests) == count
        return self.received


class WebhookAdmin:
    """An administrator who manages endpoints of the integration or of another account."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.admin = clients["ADMIN"]

    async def create(self, url: str, *kinds: str, name: str = "INTEGRATION", **given: Any) -> Any:
        """The payload of createWebhookEndpoint."""
        account_id = gid(NodeKind.ACCOUNT, self.clients.world.accounts[name].id)
        values = {"accountId": account_id, "url": url, "kinds": kinds or ["TIER_SAVED"], **given}
        return await payload(self.admin, "CreateWebhookEndpoint", **values)

    async def created(self, url: str, *kinds: str, name: str = "INTEGRATION", **given: Any) -> tuple[str, str]:
        """The id and the secret of a new endpoint."""
        made = await self.create(url, *kinds, name=name, **given)
        assert made["errors"] == []
        return made["webhookEndpoint"]["id"], made["secret"]

    async def update(self, endpoint_id: str, **given: Any) -> Any:
        """The payload of updateWebhookEndpoint."""
        return await payload(self.admin, "UpdateWebhookEndpoint", id=endpoint_id, **given)

    async def updated(self, endpoint_id: str, **given: Any) -> Any:
        """The endpoint as it was changed to."""
        changed = await self.update(endpoint_id, **given)
        assert changed["errors"] == []
        return changed["webhookEndpoint"]

    async def disabled(self, endpoint_id: str) -> Any:
        """Disable the endpoint, and wait for an attempt in preparation."""
        changed = await self.updated(endpoint_id, enabled=False)
        await asyncio.sleep(0.1)
        return changed

    async def endpoint(self, endpoint_id: str) -> Any:
        """An endpoint as it is."""
        return (await self.admin.send(ENDPOINT, id=endpoint_id)).data["node"]

    async def reached(self, endpoint_id: str, condition: Callable[[Any], bool]) -> Any:
        """Wait until an endpoint has the given values."""
        async with asyncio.timeout(WAIT_TIMEOUT_S):
            while True:
                found = await self.endpoint(endpoint_id)
                if condition(found):
                    return found
                await asyncio.sleep(0.02)

    async def tried(self, endpoint_id: str, count: int) -> Any:
        """Wait until an endpoint has exactly this many attempts."""
        await self.reached(endpoint_id, lambda node: len(node["deliveries"]["nodes"]) >= count)
        # Once more: an operation reads the endpoint before its attempts.
        found = await self.endpoint(endpoint_id)
        assert len(found["deliveries"]["nodes"]) == count
        return found

    async def save_tier(self) -> str:
        """Publish a TIER_SAVED event; return the ID of the tier."""
        number = next(_NUMBERS)
        rank = 10 + number % 80
        given = {"code": f"T{number}", "name": f"Tier {number}", "rank": rank, "acknowledgeImpact": True}
        saved = (await self.admin.send(SAVE_TIER, input=given)).data["upsertTier"]
        assert saved["errors"] == []
        tier_id: str = saved["tier"]["id"]
        return tier_id


async def payload(client: Client, name: str, **given: Any) -> Any:
    """Send a mutation of the portal and return its payload."""
    (found,) = (await client.send(document(f"portal/{name}"), input=given)).data.values()
    return found


def read_errors(found: Any) -> list[tuple[str, str, str]]:
    """Return the errors of a payload as (code, field, message)."""
    assert all(error["path"][0] == "input" for error in found["errors"])
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in found["errors"]]


def unknown(kind: NodeKind) -> str:
    """The id of nothing."""
    return gid(kind, UUID(int=7))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while not condition():  # noqa: ASYNC110 - the server is watched from outside
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def receiving(answer: Any = OK) -> AsyncIterator[Receiver]:
    """Take deliveries for the length of the block."""
    async with endpoint(answer) as served:
        yield Receiver(served)


def _read(request: bytes) -> Received:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return Received({name.lower(): value for name, value in lines}, body)
