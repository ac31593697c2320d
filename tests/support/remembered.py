"""Remembers what calls of factories stored, so that the same calls restore rows in later tests.

A scheme takes nine mutations to be approved and coupons take more, and most tests begin with the same ones. A call runs
the real resolvers the first two times in a worker. After that, its rows are inserted, as long as nothing but such calls
has changed the database since it held the world alone: other transactions, connections that a test opens, calls at the
same time, and environments with ids or clocks of their own make every call run again.
"""

import functools
import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import asyncpg
import pytest
import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncEngine

from db.database import Database
from db.metadata import METADATA
from graphql_api.context import Environment
from tests.support.clock import TestClock
from tests.support.databases import KEPT_TABLES

MethodT = TypeVar("MethodT", bound=Callable[..., Awaitable[Any]])
# The rows of each table, as JSON.
Rows = dict[str, list[str]]

_TABLES: Final = [table for table in METADATA.sorted_tables if table.name not in KEPT_TABLES]
# Restored events are those of the transaction that restores them, so that streams see them as new.
_EVENTS: Final = frozenset({"event", "event_subject"})
_SEQUENCES: Final = ("batch_number", "pack_number", "sale_number")
_READ: Final = " UNION ALL ".join(
    f"SELECT '{table.name}', to_jsonb(stored){' - ' + repr('xid') if table.name in _EVENTS else ''} "
    f'FROM public."{table.name}" AS stored'
    for table in _TABLES
)
_READ_SEQUENCES: Final = " UNION ALL ".join(
    f"SELECT 'SELECT setval(''public.{name}'', ' || last_value || ', ' || is_called || ');' FROM public.{name}"
    for name in _SEQUENCES
)
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Longer ones are not worth their memory.
_LONGEST: Final = 400_000


class RememberingDatabase(Database):
    """A database that counts what may change it."""

    def __init__(self, *given: Any) -> None:
        self.memory = Memory(self)
        super().__init__(*given)

    @property
    def engine(self) -> AsyncEngine:
        """The engine, which every transaction of the application asks for."""
        self.memory.changes += 1
        return self._engine

    @engine.setter
    def engine(self, engine: AsyncEngine) -> None:
        self._engine = engine


@dataclass
class _State:
    """What the database holds after a sequence of calls."""

    # The calls without the ids among their arguments, which differ when the same calls run again.
    shape: str
    rows: Rows | None = None
    after: dict[str, "_Recorded"] = field(default_factory=dict)


@dataclass
class _Recorded:
    """A call that led from one state to the next one, and the script that restores what it stored."""

    state: _State
    script: str
    result: Any
    now: datetime
    ecps: dict[UUID, UUID]


class Memory:
    """The states of one database."""

    def __init__(self, database: Database) -> None:
        self.changes = 0
        self._database = database
        self._world = _State("world")
        self._times: Counter[str] = Counter()
        self._state: _State | None = None
        self._unchanged = 0
        self._environment: Environment | None = None
        self._ecps: dict[UUID, UUID] = {}
        self._connection: Any = None
        self._open: list[Any] = []
        self._innermost: object = None
        self._recording = False

    async def start(self, environment: Environment, ecps: dict[UUID, UUID], connection: Any) -> None:
        """Begin with the world, which the database holds; `ecps` are those of its accounts."""
        if self._connection is None:
            self._connection = connection if await restores_rows(connection) else None
        clock, ids = environment.clock, environment.new_id
        usable = self._connection and isinstance(clock, TestClock) and ids is uuid_utils.compat.uuid7
        self._environment, self._ecps = environment, ecps
        self._state = self._world if usable else None
        self._unchanged = self.changes

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Notice connections that tests open, for the length of the block."""
        connect = asyncpg.connect

        async def noticed(*given: Any, **options: Any) -> Any:
            opened = await connect(*given, **options)
            if not (options.get("server_settings") or {}).get("application_name", "").startswith("tessera"):
                self.changes += 1
                self._open.append(opened)
            return opened

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncpg, "connect", noticed)
            yield

    async def call(self, environment: Environment, name: str, run: Callable[[], Awaitable[Any]]) -> Any:
        """What a call returns: run it, or restore what it stored."""
        outer = _CALL.get()
        if outer is not self._innermost:
            # Calls at the same time: nobody knows which one stored what.
            self._state = None
        before = self._known(environment)
        if before is None:
            return await run()
        clock: Any = environment.clock
        call = f"{name} {clock.now.isoformat(timespec='milliseconds')}"
        if (recorded := before.after.get(call)) is None:
            return await self._run(before, call, run, clock)
        async with self._connection.transaction():
            await self._connection.execute(recorded.script)
        clock.now = max(clock.now, recorded.now)
        self._ecps.clear()
        self._ecps.update(recorded.ecps)
        self._state = recorded.state
        return copy(recorded.result)

    async def _run(self, before: _State, call: str, run: Callable[[], Awaitable[Any]], clock: Any) -> Any:
        """Run a call, and record what it stored if the same calls have run before."""
        state = _State(_digest(before.shape, call))
        records = self._times[state.shape] > 0 and not self._recording
        self._times[state.shape] += 1
        if records and before.rows is None:
            before.rows = await read_rows(self._connection)
        outer, self._innermost = self._innermost, object()
        token = _CALL.set(self._innermost)
        self._recording = self._recording or records
        try:
            result = await run()
        except BaseException:
            self._state = None
            raise
        finally:
            _CALL.reset(token)
            self._innermost = outer
            self._recording = self._recording and not records
        if self._state is not None:
            self._state, self._unchanged = state, self.changes
            if records and (script := await self._script(before, state)):
                before.after[call] = _Recorded(
                    state=state, script=script, result=copy(result), now=clock.now, ecps=dict(self._ecps)
                )
        return result

    def _known(self, environment: Environment) -> _State | None:
        """The present state; None if something else has changed the database."""
        self._open = [opened for opened in self._open if not opened.is_closed()]
        same = environment is self._environment and self._unchanged == self.changes and not self._open
        return self._state if same else None

    async def _script(self, before: _State, state: _State) -> str | None:
        """The statements that make a state from the one before; None if they are long."""
        assert before.rows is not None
        state.rows = await read_rows(self._connection)
        script = await script_between(self._connection, before.rows, state.rows)
        return script if len(script) < _LONGEST else None


async def restores_rows(connection: Any) -> bool:
    """Whether the user of a connection may run the scripts below: only superusers leave out triggers."""
    return bool(await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))


async def read_rows(connection: Any) -> Rows:
    """All rows."""
    rows: Rows = {}
    for table, row in await connection.fetch(_READ):
        rows.setdefault(table, []).append(row)
    return rows


async def script_between(connection: Any, before: Rows, after: Rows) -> str:
    """The statements of a transaction that makes rows, those of now, from others."""
    statements = [
        statement
        for table in _TABLES
        for statement in _changes(table, before.get(table.name, []), after.get(table.name, []))
    ]
    numbers = [setval for (setval,) in await connection.fetch(_READ_SEQUENCES)]
    script = "".join(("SET LOCAL session_replication_role = replica;", *statements, *numbers))
    if 'public."account' in script:
        script += "UPDATE public.access_version SET xid = pg_current_xact_id();"
    return script


# The call that is under way in a task.
_CALL: ContextVar[object] = ContextVar("_CALL", default=None)


def _digest(shape: str, call: str) -> str:
    return hashlib.sha256(f"{shape} {_ID.sub('', call)}".encode()).hexdigest()


def _changes(table: Any, before: list[str], after: list[str]) -> Iterator[str]:
    """The statements that change the rows of a table."""
    gone, added = Counter(before) - Counter(after), Counter(after) - Counter(before)
    if gone:
        yield f'DELETE FROM public."{table.name}";'
    inserted = after if gone else [row for row in after if row in added]
    if inserted:
        columns = [column.name for column in table.columns if column.computed is None]
        values = [
            "pg_current_xact_id()" if column == "xid" and table.name in _EVENTS else f'"{column}"' for column in columns
        ]
        rows = ",".join(inserted).replace("'", "''")
        yield (
            f'INSERT INTO public."{table.name}" ({", ".join(f"{chr(34)}{column}{chr(34)}" for column in columns)}) '
            f"OVERRIDING SYSTEM VALUE SELECT {', '.join(values)} "
            f"FROM jsonb_populate_recordset(NULL::public.\"{table.name}\", '[{rows}]');"
        )


def remembered(method: MethodT) -> MethodT:
    """A method of a factory that stores rows and returns ids."""

    @functools.wraps(method)
    async def call(factory: Any, *given: Any, **named: Any) -> Any:
        run = functools.partial(method, factory, *given, **named)
        environment: Environment = factory.environment
        if not isinstance(environment.database, RememberingDatabase):
            return await run()
        return await environment.database.memory.call(environment, f"{method.__qualname__}{given!r}{named!r}", run)

    return cast("MethodT", call)
