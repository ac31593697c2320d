"""The two ways to the database: reads that share one connection, and transactions that commit by leaving the block."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, literal, literal_column, select, text, update

from db.catalog.changes import put_rows
from db.catalog.reads import ALL_TIERS, LOCK_TIER
from db.catalog.rows import TierRow
from db.catalog.tables import TierTable
from db.codes import CodeCounterTable, next_code
from db.columns import Shape, scalar
from db.database import Database
from db.sessions import DuplicateKey, Reading, ReadingClosed, TransactionConflict
from db.statement import Statement, string
from domain.requests import UnstorableText
from resolvers.retrying import retry_conflicts
from tests.support.application import application_url
from tests.support.world import BEGINNING

BACKEND = Statement(select(func.pg_backend_pid()), scalar(int))
NAME = Statement(select(literal_column("current_database()::text")), scalar(str))
ECHO = Statement(select(string("said")), scalar(str))
SLOW = Statement(select(literal(1)).where(text("pg_sleep(0.05) IS NOT NULL")), scalar(int))
GOLD = TierRow(id=UUID(int=1), code="GOLD", name="Gold", rank=3)
SILVER = TierRow(id=UUID(int=2), code="SILVER", name="Silver", rank=2)


async def tiers(database: Database) -> list[TierRow]:
    """Return the stored tiers."""
    reading = database.reading()
    try:
        return await reading.fetch(ALL_TIERS)
    finally:
        await reading.close()


async def store(database: Database, *rows: TierRow) -> None:
    """Store rows in a transaction of their own."""
    async with database.writing() as session:
        await put_rows(session, rows, BEGINNING)


async def rename(database: Database, first: TierRow, second: TierRow, met: asyncio.Barrier) -> None:
    """Change two rows in this order, with a pause in between in which another one has changed its first."""
    async with database.writing() as session:
        await session.execute(update(TierTable).where(TierTable.id == first.id).values(name="Changed"))
        await met.wait()
        await session.execute(update(TierTable).where(TierTable.id == second.id).values(name="Changed"))


@pytest.fixture
async def single(database_url: str) -> AsyncIterator[Database]:
    """A database with one connection to read with."""
    opened = await Database.connect(application_url(database_url), pool_size=1)
    yield opened
    await opened.close()


async def test_the_reads_of_an_operation_share_one_connection(single: Database) -> None:
    """Also when loaders run at the same time: their statements take turns."""
    reading = single.reading()
    found = await asyncio.wait_for(asyncio.gather(*(reading.fetch(BACKEND) for _ in range(8))), 5)
    assert len({pid for (pid,) in found}) == 1
    await reading.close()


async def test_a_connection_is_taken_when_needed_and_given_back(single: Database) -> None:
    """An operation without reads holds no connection. After `close`, another operation may have it."""
    idle, first, second = (single.reading() for _ in range(3))
    (pid,) = await asyncio.wait_for(first.fetch(BACKEND), 5)
    waiting = asyncio.create_task(second.fetch(BACKEND))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await first.close()
    assert await asyncio.wait_for(waiting, 5) == [pid]
    await second.close()
    await second.close()
    await idle.close()
    with pytest.raises(ReadingClosed):
        await first.fetch(BACKEND)


async def test_a_connection_is_given_back_when_its_statement_is_finished(single: Database) -> None:
    """GraphQL may answer while something still reads; nobody else gets the connection before that has ended."""
    busy = single.reading()
    running = asyncio.create_task(busy.fetch(SLOW))
    await asyncio.sleep(0.02)
    closing = asyncio.create_task(busy.close())
    await asyncio.sleep(0.02)
    assert not closing.done()
    await running
    await closing
    other = single.reading()
    assert await other.fetch(ECHO, said="free") == ["free"]
    await other.close()


async def test_a_failed_or_abandoned_read_gives_its_connection_back(single: Database) -> None:
    """Neither an error nor a client that went away costs a connection."""
    broken = single.reading()
    with pytest.raises(asyncpg.PostgresError):
        await broken.fetch(Statement(select(literal_column("1 / 0")), scalar(int)))
    assert await broken.fetch(ECHO, said="still") == ["still"]
    await broken.close()
    abandoned = single.reading()
    task = asyncio.create_task(abandoned.fetch(SLOW))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await abandoned.close()
    reading = single.reading()
    assert await asyncio.wait_for(reading.fetch(ECHO, said="free"), 5) == ["free"]
    await reading.close()


async def test_a_text_with_nul_is_rejected_by_name(database: Database) -> None:
    """PostgreSQL cannot store it, so the request is invalid. It is not an internal error."""
    reading = database.reading()
    with pytest.raises(UnstorableText, match=r"^A text contains a character that cannot be stored\.$"):
        await reading.fetch(ECHO, said="a\0b")
    assert await reading.fetch(ECHO, said="ab") == ["ab"]
    await reading.close()


async def test_a_read_survives_a_migration(database: Database, database_url: str) -> None:
    """A prepared statement whose table changed is prepared again."""
    reading = database.reading()
    anything: Shape[Any] = Shape("anything", None, lambda *row: row)
    statement = Statement(select(literal_column("*")).select_from(text("migrated")), anything)
    owner = await asyncpg.connect(database_url)
    await owner.execute("CREATE TABLE migrated AS SELECT 1 AS one; GRANT SELECT ON migrated TO PUBLIC")
    try:
        assert await reading.fetch(statement) == [(1,)]
        await owner.execute("ALTER TABLE migrated ADD two int DEFAULT 2")
        assert await reading.fetch(statement) == [(1, 2)]
    finally:
        await reading.close()
        await owner.execute("DROP TABLE migrated")
        await owner.close()


async def test_leaving_the_block_commits_and_an_exception_rolls_back(database: Database) -> None:
    """All of a transaction or nothing of it; nobody sees it before."""
    async with database.writing() as session:
        await put_rows(session, [GOLD], BEGINNING)
        assert await session.fetch(ALL_TIERS) == [GOLD]
        assert await tiers(database) == []
    assert await tiers(database) == [GOLD]
    with pytest.raises(LookupError):
        await _store_and_fail(database)
    assert await tiers(database) == [GOLD]


async def _store_and_fail(database: Database) -> None:
    async with database.writing() as session:
        await put_rows(session, [SILVER], BEGINNING)
        raise LookupError


async def test_a_taken_value_is_reported_by_its_index(database: Database) -> None:
    """The transaction is rolled back; a violation of another kind is a bug and stays one."""
    await store(database, GOLD)
    for row, index in (
        (TierRow(id=UUID(int=3), code="GOLD", name="x", rank=9), "uq_tier__code"),
        (TierRow(id=UUID(int=3), code="NEW", name="x", rank=3), "uq_tier__rank"),
    ):
        with pytest.raises(DuplicateKey) as taken:
            await store(database, SILVER, row)
        assert taken.value.constraint == index
        assert await tiers(database) == [GOLD]
    with pytest.raises(Exception, match="ck_tier__rank_positive") as violated:
        await store(database, TierRow(id=UUID(int=3), code="NEW", name="x", rank=0))
    assert not isinstance(violated.value, DuplicateKey)


async def test_the_loser_of_a_deadlock_may_retry(database: Database) -> None:
    """Two transactions that lock two rows in opposite orders: PostgreSQL ends one, and trying again helps."""
    await store(database, GOLD, SILVER)
    met = asyncio.Barrier(2)
    outcomes = await asyncio.gather(
        rename(database, GOLD, SILVER, met), rename(database, SILVER, GOLD, met), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes if outcome] == [TransactionConflict]
    met, tries = asyncio.Barrier(2), []

    async def work(first: TierRow, second: TierRow) -> None:
        tries.append(first)
        alone = len(tries) > 2
        await rename(database, first, second, asyncio.Barrier(1) if alone else met)

    await asyncio.gather(retry_conflicts(lambda: work(GOLD, SILVER)), retry_conflicts(lambda: work(SILVER, GOLD)))
    assert len(tries) == 3
    assert [tier.name for tier in await tiers(database)] == ["Changed", "Changed"]


async def test_a_serialization_failure_is_a_conflict(database: Database) -> None:
    """The same for the other error code that asks to try again."""
    await store(database, GOLD)
    with pytest.raises(TransactionConflict):
        await _lose(database)


async def _lose(database: Database) -> None:
    async with database.writing() as session:
        await session._connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))  # noqa: SLF001 - as above
        await session.fetch(ALL_TIERS)
        await store(database, TierRow(id=GOLD.id, code="GOLD", name="Elsewhere", rank=3))
        await session.fetch(LOCK_TIER, id=GOLD.id)


async def test_reads_go_to_the_replica_and_fresh_ones_to_the_primary(database_url: str, server_url: str) -> None:
    """The two are told apart by their names here; after a write an operation must see what it wrote."""
    opened = await Database.connect(application_url(database_url), read_url=server_url, pool_size=1)
    replica, primary = opened.reading(), opened.reading(fresh=True)
    assert await _name(replica) == server_url.rpartition("/")[2]
    assert await _name(primary) == database_url.rpartition("/")[2]
    async with opened.writing() as session:
        assert await session.fetch(NAME) == [database_url.rpartition("/")[2]]
    await replica.close()
    await primary.close()
    await opened.close()


async def _name(reading: Reading) -> Any:
    (name,) = await reading.fetch(NAME)
    return name


async def test_a_connection_that_breaks_while_it_is_given_back_is_given_back_once(single: Database) -> None:
    """The pool takes it by itself at that very moment, and the next reading gets a new one."""
    reading = single.reading()
    (backend,) = await reading.fetch(BACKEND)
    broken = reading._connection._con  # noqa: SLF001 - what breaks it in time
    closing = asyncio.create_task(reading.close())
    await asyncio.sleep(0)
    broken.terminate()
    await closing
    again = single.reading()
    assert await again.fetch(BACKEND) != [backend]
    await again.close()


async def test_a_canceled_transaction_stays_canceled_and_stores_nothing(database: Database) -> None:
    """The canceled statement closes the connection; that must not look like another failure, and the next one works."""
    started = asyncio.Event()

    async def write() -> None:
        async with database.writing() as session:
            await next_code(session, "CAN", 2026)
            started.set()
            await session.execute(update(CodeCounterTable).where(text("pg_sleep(60) IS NULL")).values(last=9))

    running = asyncio.create_task(write())
    await started.wait()
    await asyncio.sleep(0.2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with database.writing() as session:
        assert await next_code(session, "CAN", 2026) == "CAN-2026-000001"
