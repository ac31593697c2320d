"""Every mutation appends its events in the transaction that makes the change (R6, R17)."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from graphql import FieldNode, OperationDefinitionNode, OperationType, parse

from db.metadata import METADATA
from db.sessions import Writing
from db.work.reads import queue_counts
from domain.events import EventKind
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.viewers import SchemeScope
from domain.work.queues import QUEUES
from resolvers.accounts.create_api_key import CreateApiKey, create_api_key
from resolvers.context import Operation
from resolvers.events.table import EVENTS
from resolvers.schemes import edit
from resolvers.schemes.definitions import Definition
from tests.support.client import Clients, document, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import answer_to, basics, mutate, scheme
from tests.support.operations import PREPARATIONS
from tests.support.operations.documents import DOCUMENTS, Prepared, kind_of
from tests.support.printed_schema import SCHEMA
from tests.support.unchanged import nothing_changes
from tests.support.world import World

MUTATION_TYPE = SCHEMA.mutation_type
# The server keeps these, at any time and in transactions of their own.
BACKGROUND_TABLES = {"event_stream", "webhook_endpoint", "webhook_delivery"}


def field_of(name: str) -> str:
    """The mutation that a document sends."""
    definitions = parse(document(name)).definitions
    (selections,) = [
        found.selection_set.selections for found in definitions if isinstance(found, OperationDefinitionNode)
    ]
    (field,) = selections
    assert isinstance(field, FieldNode)
    return field.name.value


OF_CLIENTS = {field_of(name): name for name in DOCUMENTS if kind_of(name) is OperationType.MUTATION}


async def _account(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ADMIN", {"input": {"displayName": "Asha", "roles": ["ANALYST"]}}


async def _vendor(_factory: SchemeFactory, world: World) -> Prepared:
    vendor = world.vendors["PRN-1"]
    named = {"id": gid(NodeKind.VENDOR, vendor.id), "code": vendor.code, "name": "Renamed", "kind": vendor.kind}
    return "ADMIN", {"input": named}


async def _key(_factory: SchemeFactory, world: World) -> Prepared:
    return "ADMIN", {"input": {"accountId": gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id), "name": "Till"}}


async def _known_key(factory: SchemeFactory, world: World) -> Prepared:
    command = CreateApiKey(world.accounts["INTEGRATION"].id, "Till")
    made = await create_api_key(factory.operation("ADMIN"), command)
    return "ADMIN", {"input": {"apiKeyId": gid(NodeKind.API_KEY, made.key_id)}}


# What no document of our clients sends.
OTHERS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "upsertAccount": _account,
    "upsertVendor": _vendor,
    "createApiKey": _key,
    "revokeApiKey": _known_key,
}


def test_every_mutation_is_covered() -> None:
    assert MUTATION_TYPE is not None
    assert {*OF_CLIENTS, *OTHERS} == set(MUTATION_TYPE.fields)
    assert not OF_CLIENTS.keys() & OTHERS.keys()


# A link changes nothing that anybody follows; the audit log has it, and the download itself has an event. An upload
# concerns only the account that began it, until a mutation uses its file.
WITHOUT_EVENTS = {"createUpload", "requestCodeDownload"}


@pytest.mark.parametrize("field", sorted({*OF_CLIENTS, *OTHERS} - WITHOUT_EVENTS))
async def test_a_mutation_appends_events_in_its_own_transaction(
    field: str, clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """Every new row was written by the one transaction that appended events."""
    prepare = OTHERS[field] if field in OTHERS else PREPARATIONS[OF_CLIENTS[field]]
    account, variables = await prepare(factory, clients.world)
    connection = await asyncpg.connect(database_url)
    try:
        before = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        payload = (await clients[account].send(_document(field), **variables)).data[field]
        assert payload["errors"] == []
        (transaction,) = await connection.fetch(
            "SELECT xid::text::bigint AS xid, count(*) FROM event WHERE xid >= $1::text::xid8 GROUP BY xid", str(before)
        )
        written = {table: await _writers(connection, table, before) for table in _tables()}
    finally:
        await connection.close()
    assert transaction["count"] >= 1
    assert {xid for xids in written.values() for xid in xids} <= {transaction["xid"]}
    changed = {table for table, xids in written.items() if xids}
    assert changed or "Webhook" in field or field == "removeAlias"


@pytest.mark.parametrize("field", sorted([*OF_CLIENTS, *OTHERS]))
async def test_events_match_the_declarations_of_their_kinds(
    field: str, clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """R10, R17: they name the subjects of their kinds, and move no other queues than those."""
    prepare = OTHERS[field] if field in OTHERS else PREPARATIONS[OF_CLIENTS[field]]
    account, variables = await prepare(factory, clients.world)
    connection = await asyncpg.connect(database_url)
    try:
        before = await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        queues = await _queues(factory)
        payload = (await clients[account].send(_document(field), **variables)).data[field]
        assert payload["errors"] == []
        appended = await connection.fetch("SELECT kind, subject_kinds FROM event WHERE xid >= $1::text::xid8", before)
    finally:
        await connection.close()
    specs = [EVENTS[EventKind(event["kind"])] for event in appended]
    assert [set(event["subject_kinds"]) for event in appended] == [spec.subjects for spec in specs]
    moved = {key for key, state in (await _queues(factory)).items() if state != queues[key]}
    assert moved <= {queue for spec in specs for queue in spec.queues}


async def test_a_transaction_that_is_rolled_back_publishes_nothing(
    clients: Clients, factory: SchemeFactory, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event was written already when the transaction failed."""
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.complete())
    given = basics(schemeId=scheme_id, expectedVersion=1, title="Another")
    reached = []

    async def fail(_operation: Operation, session: Writing, _definition: Definition) -> None:
        reached.append(session.statements)
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(edit, "store_derived", fail)
        async with nothing_changes(database_url):
            assert (await answer_to(manager, "saveSchemeBasics", **given)).codes == ["INTERNAL_SERVER_ERROR"]
    assert reached
    await mutate(manager, "saveSchemeBasics", **given)


async def _queues(factory: SchemeFactory) -> dict[str, tuple[int, Any]]:
    """The count and age of each queue for an account that submitted nothing."""
    operation = factory.operation(Role.ANALYST)
    statement = queue_counts(SchemeScope.ALL, QUEUES)
    rows = await operation.fetch(statement, now=operation.now, viewer_id=operation.viewer.account_id)
    await operation.close()
    return {row.key: (row.count, row.oldest_since) for row in rows}


def _document(field: str) -> str:
    if field in OF_CLIENTS:
        return document(OF_CLIENTS[field])
    assert MUTATION_TYPE is not None
    kind = MUTATION_TYPE.fields[field].args["input"].type
    return f"mutation ($input: {kind}) {{ {field}(input: $input) {{ errors {{ code message }} }} }}"


def _tables() -> list[str]:
    return [table.name for table in METADATA.sorted_tables if table.name not in {"event", *BACKGROUND_TABLES}]


async def _writers(connection: Any, table: str, since: int) -> set[int]:
    """The transactions from `since` on that wrote rows of a table; xmin has 32 bits, which tests do not exceed."""
    rows = await connection.fetch(
        f'SELECT DISTINCT xmin::text::bigint FROM "{table}" WHERE xmin::text::bigint >= $1', since
    )
    return {row[0] for row in rows}
