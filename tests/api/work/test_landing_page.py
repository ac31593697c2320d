"""The landing page takes a fixed number of SQL statements, counted on the wire to PostgreSQL (R8, R10)."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import make_url

from db.database import Database
from domain.channels import EarningChannel
from domain.node_kinds import NodeKind
from graphql_api.app import build_app
from graphql_api.context import Environment
from graphql_api.settings import Settings
from tests.support.application import application_url
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, key

ALLOWED = 9
GOLD = key("Gold")
SSL_REQUEST = 80877103
COPIED = {
    "scheme": ("id", "code"),
    "scheme_section": ("scheme_id",),
    "scheme_variant": ("scheme_id",),
    "scheme_geography": ("scheme_id",),
    "scheme_stage": ("scheme_id",),
    "bonus_rule": ("id", "scheme_id"),
    "scheme_submission": ("scheme_id",),
    "scheme_participant": ("scheme_id",),
    "scheme_activity": ("id", "scheme_id"),
}
HISTORY = """query ($first: Int) { schemes(first: $first) { nodes { id participants { displayName }
  activity(first: 3) { totalCount nodes { message changes { field } actor { displayName } } pageInfo { endCursor } }
} } }"""
MORE = "query ($first: Int) { schemes(first: $first) { nodes { id review { ready } viewerActions } } }"
CREATE = 'mutation { createScheme(input: {title: "One more", earningChannels: [SALE]}) { scheme { code } } }'


class Wire:
    """Between the server and PostgreSQL: passes every byte on and notes each statement that is executed.

    It reads the frontend messages Query, Parse, Bind and Execute; see "Message Formats" in PostgreSQL's manual.
    """

    def __init__(self, url: str) -> None:
        upstream = make_url(url)
        assert upstream.host is not None
        assert upstream.port is not None
        self._upstream = (upstream.host, upstream.port)
        self._url = upstream
        self._tasks: set[asyncio.Task[None]] = set()
        self.statements: list[str] = []

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The address of a database that is reached through here."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield self._url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        server.close()
        await asyncio.gather(*self._tasks)

    @contextlib.contextmanager
    def counting(self) -> Any:
        """A list that fills with the statements of the block."""
        self.statements = []
        yield self.statements

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(*self._upstream)
        self._tasks |= {
            asyncio.create_task(self._pass_on(back, writer)),
            asyncio.create_task(self._read(reader, forth)),
        }

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Messages of one connection: those before and with the startup have no type."""
        prepared: dict[bytes, str] = {}
        bound: dict[bytes, str] = {}
        code = SSL_REQUEST
        with contextlib.suppress(asyncio.IncompleteReadError):
            while code == SSL_REQUEST:
                head = await reader.readexactly(8)
                length, code = struct.unpack("!ii", head)
                writer.write(head + await reader.readexactly(length - 8))
            while True:
                head = await reader.readexactly(5)
                body = await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)
                self._note(head[:1], body, prepared, bound)
                writer.write(head + body)
        writer.close()

    def _note(self, kind: bytes, body: bytes, prepared: dict[bytes, str], bound: dict[bytes, str]) -> None:
        first, _, rest = body.partition(b"\0")
        second = rest.partition(b"\0")[0]
        if kind == b"P":
            prepared[first] = second.decode()
        elif kind == b"B":
            bound[first] = prepared[second]
        elif kind == b"E":
            self.statements.append(bound[first])
        elif kind == b"Q":
            self.statements.append(first.decode())


@pytest.fixture
async def wire(database_url: str) -> Wire:
    """The proxy in front of PostgreSQL."""
    return Wire(application_url(database_url))


@pytest.fixture
async def manager(
    wire: Wire, world: World, settings: Settings, clock: TestClock, shared_database: Database
) -> AsyncIterator[Client]:
    """A program manager whose server reaches its database over the wire."""
    async with wire.listening() as url:
        database = await Database.connect(url, pool_size=2)
        app = build_app(settings, Environment(database=database, clock=clock))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tessera") as http:
            client = Clients(http, world, settings)["PROGRAM_MANAGER"]
            # A new connection asks once for the types it does not know, such as arrays of ids.
            await client.run("LandingPage")
            await client.send("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[gid(NodeKind.TIER, GOLD)])
            yield client
        await database.close()


@pytest.mark.parametrize("first", [50, 200])
async def test_the_landing_page_takes_nine_statements_for_1_scheme_and_for_200(
    manager: Client, wire: Wire, factory: SchemeFactory, database_url: str, first: int
) -> None:
    """R8, R10: the cost does not grow with what is on the page; signing in is counted too."""
    await factory.complete("Only one")
    with wire.counting() as few:
        page = await manager.run("LandingPage", first=first)
    assert page["schemes"]["totalCount"] == len(page["schemes"]["nodes"]) == 1

    await _fill(factory, database_url, 200)
    with wire.counting() as many:
        page = await manager.run("LandingPage", first=first)
    assert page["schemes"]["totalCount"] == 200
    assert len(page["schemes"]["nodes"]) == first
    assert all(len(node["stages"]) == 8 for node in page["schemes"]["nodes"])
    assert {len(node["variants"]) for node in page["schemes"]["nodes"]} >= {2}
    assert len(many) == len(few), _difference(few, many)
    assert len(many) <= ALLOWED, "\n\n".join(many)


async def test_the_next_page_costs_as_much_as_the_first(
    manager: Client, wire: Wire, factory: SchemeFactory, database_url: str
) -> None:
    """R8: a list is read on at the same price."""
    await factory.complete("First of many")
    await _fill(factory, database_url, 120)
    with wire.counting() as first:
        page = await manager.run("LandingPage", first=50)
    with wire.counting() as second:
        after = page["schemes"]["pageInfo"]["endCursor"]
        following = await manager.run("LandingPage", first=50, after=after)
    assert len(following["schemes"]["nodes"]) == 50
    assert len(second) == len(first) <= ALLOWED, _difference(first, second)


async def test_the_history_of_50_schemes_takes_as_many_statements_as_that_of_one(
    manager: Client, wire: Wire, factory: SchemeFactory, database_url: str
) -> None:
    """R6: participants, a page of activity, and its count, for each scheme on the page."""
    await factory.approved()
    with wire.counting() as few:
        (only,) = (await manager.send(HISTORY, first=50)).data["schemes"]["nodes"]
    assert (len(only["participants"]), only["activity"]["totalCount"], len(only["activity"]["nodes"])) == (1, 8, 3)
    await _fill(factory, database_url, 60)
    with wire.counting() as many:
        nodes = (await manager.send(HISTORY, first=50)).data["schemes"]["nodes"]
    assert len(nodes) == 50
    assert {node["activity"]["totalCount"] for node in nodes} >= {1, 6, 7, 8}
    assert all(len(node["activity"]["nodes"]) == min(3, node["activity"]["totalCount"]) for node in nodes)
    # Sign-in, the schemes, participants and their accounts, the activity, its counts, and the actors.
    assert len(many) == len(few) == 7, _difference(few, many)


async def test_the_count_detects_additional_statements(manager: Client, wire: Wire, factory: SchemeFactory) -> None:
    """The detector can fail: the review needs more statements, and a mutation its transaction."""
    await factory.complete("Reviewed")
    with wire.counting() as read:
        assert len((await manager.send(MORE, first=50)).data["schemes"]["nodes"]) == 1
    assert len(read) > ALLOWED
    await manager.send(CREATE)
    with wire.counting() as written:
        await manager.send(CREATE)
    kinds = [statement.split()[0].rstrip(";") for statement in written]
    assert kinds.count("BEGIN") == kinds.count("COMMIT") == 1
    assert kinds.count("INSERT") >= 4
    assert len(written) > ALLOWED


async def test_the_count_sees_a_statement_per_row(manager: Client, wire: Wire) -> None:
    """The detector can fail: each queue is read on its own, which shows as one page and one count more a queue."""
    document = "{ workQueues { key schemes(first: 5) { totalCount nodes { id } } } }"
    with wire.counting() as statements:
        queues = (await manager.send(document)).data["workQueues"]
    # That the queues of ECPs and enrollments hold no schemes is known without asking.
    assert len(queues) == 8
    assert len(statements) == 2 + 2 * 4


async def _fill(factory: SchemeFactory, database_url: str, total: int) -> None:
    """Bring the number of schemes to `total`: some in other states, the rest copied from what there is."""
    sale = await factory.complete("Sale only", (EarningChannel.SALE,), places=("Karnataka", "Bagmati"))
    made = [await factory.created("Just begun"), await factory.approved(), sale, await factory.submitted()]
    connection = await asyncpg.connect(database_url)
    try:
        there = await connection.fetchval("SELECT count(*) FROM scheme")
        numbers = range(total - there)
        await connection.execute("CREATE TEMPORARY TABLE copy (old uuid, new uuid, number int)")
        pairs = [(made[number % len(made)], number) for number in numbers]
        await connection.executemany("INSERT INTO copy VALUES ($1, gen_random_uuid(), $2)", pairs)
        for table, keys in COPIED.items():
            await connection.execute(await _copying(connection, table, keys))
    finally:
        await connection.close()


async def _copying(connection: "asyncpg.Connection[Any]", table: str, keys: Iterable[str]) -> str:
    """An INSERT of every copy's rows of a table, with new keys."""
    found = await connection.fetch(
        "SELECT column_name::text AS name FROM information_schema.columns "
        "WHERE table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO'",
        table,
    )
    columns = [row["name"] for row in found]
    of_scheme = "id" if table == "scheme" else "scheme_id"
    changed = {
        "id": "gen_random_uuid()",
        "code": "format('SCH-2027-%s', lpad(copy.number::text, 6, '0'))",
        of_scheme: "new",
    }
    assert changed.keys() >= set(keys)
    values = ", ".join(changed[name] if name in keys else f't."{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t JOIN copy ON copy.old = t.{of_scheme}'


def _difference(one: list[str], other: list[str]) -> str:
    return "\n\n".join(sorted(set(one) ^ set(other)))
