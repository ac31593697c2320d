"""A download that ends early says so in the audit log, and never more than was sent (R11)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.types import Message

from db.audit.pages import AuditFilters, entry_page
from db.database import Database
from domain.audit.facts import Origin
from domain.audit.stored_facts import AUDIT_DECODER, AuditFact, CodesDownloadInterrupted
from domain.links import Link, LinkKind
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.downloads.stream import CodeStream
from resolvers.downloads.open_codes import open_codes
from tests.support.downloads import traces_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.outbox import fetch

BEGUN, FINISHED, INTERRUPTED = "CODES_DOWNLOAD_BEGUN", "CODES_DOWNLOAD_FINISHED", "CODES_DOWNLOAD_INTERRUPTED"


class Connection:
    """A client that takes some messages, and then leaves, breaks the connection, or takes nothing more."""

    def __init__(self, takes: int | None = None, then: str = "leaves") -> None:
        self.sent: list[Message] = []
        self.full = asyncio.Event()
        self._left = asyncio.Event()
        self._takes = takes
        self._then = then

    async def receive(self) -> Message:
        """Wait until the client leaves."""
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a message, or nothing more once the client has left."""
        if len(self.sent) == self._takes:
            self.full.set()
            if self._then == "breaks":
                raise OSError
            if self._then == "leaves":
                self._left.set()
            await asyncio.Event().wait()
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        """Everything that the client received."""
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def is_complete(self) -> bool:
        """Whether the response ended."""
        return bool(self.sent) and self.sent[-1].get("more_body") is False


@pytest.fixture
async def stream(
    environment: Environment, consignments: ConsignmentFactory
) -> Callable[[], Awaitable[tuple[UUID, CodeStream]]]:
    """Opens the codes of a consignment of two variants with 1,000 coupons each."""

    async def opened() -> tuple[UUID, CodeStream]:
        made = await consignments.created(quantities={"AMB-1L": 1000, "AMB-4L": 1000})
        operation = consignments.operations()
        link = Link(
            kind=LinkKind.COUPON_CODES,
            id=UUID(int=1),
            subject_id=made,
            account_id=consignments.world.accounts[Role.OPERATIONS].id,
            expires_at=operation.now + timedelta(minutes=1),
        )
        return made, CodeStream(environment, await open_codes(operation, link), Origin("10.0.0.1", "test"))

    return opened


async def newest_fact(database: Database) -> AuditFact:
    """The fact of the newest entry, which has the origin of the download."""
    (row, *_) = await fetch(database, entry_page(AuditFilters(), backward=False, resumed=False), limit=10)
    assert (row.client_address, row.user_agent) == ("10.0.0.1", "test")
    return AUDIT_DECODER.decode_known(row.stored.fact_json)  # type: ignore[return-value] # none is as written


async def test_a_whole_file_is_recorded_before_its_end(stream: Any, database: Database) -> None:
    """R11: a client that has the end of the response finds it in the audit log."""
    made, response = await stream()
    connection = Connection()
    await response({"type": "http"}, connection.receive, connection.send)
    assert connection.is_complete
    assert connection.body.endswith(b"\r\n")
    assert await traces_of(database, made) == ([BEGUN, FINISHED], True, 1)


# The start of the response, the header, two batches of codes, the last line, the end.
@pytest.mark.parametrize(("messages", "codes"), [(0, 0), (1, 0), (2, 1000), (3, 2000), (4, 2000)])
@pytest.mark.parametrize("then", ["leaves", "breaks"])
async def test_an_interrupted_file_is_recorded_as_such(
    stream: Any, database: Database, messages: int, codes: int, then: str
) -> None:
    """R11: with the most codes that can have left, and without an end that looks whole."""
    made, response = await stream()
    connection = Connection(messages, then)
    await response({"type": "http"}, connection.receive, connection.send)
    assert not connection.is_complete
    assert b"# codes" not in connection.body
    assert await traces_of(database, made) == ([BEGUN, INTERRUPTED], True, 1)
    fact = await newest_fact(database)
    assert fact == CodesDownloadInterrupted(
        link_id=UUID(int=1), consignment="CON-2026-000001", sku=None, quantity=2000, sent=codes
    )


async def test_a_server_that_stops_records_the_interruption(stream: Any, database: Database) -> None:
    """The server cancels what is still being sent."""
    made, response = await stream()
    connection = Connection(3, "stays")
    task = asyncio.create_task(response({"type": "http"}, connection.receive, connection.send))
    await connection.full.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await traces_of(database, made) == ([BEGUN, INTERRUPTED], True, 1)


async def test_a_file_that_cannot_be_recorded_has_no_end(
    stream: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R11: no complete file without its entry in the audit log."""

    async def fail(*_arguments: Any) -> None:
        raise OSError

    made, response = await stream()
    monkeypatch.setattr("graphql_api.downloads.stream.record_finished", fail)
    connection = Connection()
    await response({"type": "http"}, connection.receive, connection.send)
    assert not connection.is_complete
    assert await traces_of(database, made) == ([BEGUN, INTERRUPTED], True, 1)
