"""Group commit: writes that arrive while a transaction runs are collected, and the next transaction commits them all.

What a transaction costs is then paid once for the group: its statements, its round trips, and the flush of its commit.
A write that finds nothing running begins at once, so a server without load adds no wait.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from contextvars import Context
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from db.sessions import TransactionConflict
from domain.requests import DatabaseUnavailable, Overloaded

# Writes of one transaction, and writes that wait for the next ones.
LARGEST_GROUP: Final = 100
MOST_WAITING: Final = 1_000
# A group that fails is split into halves while it has more members; those of a smaller one are written alone.
SMALLEST_SPLIT: Final = 13
# Members that are written alone at once: each takes a connection, and may wait for others while it has it.
MOST_ALONE: Final = 4

_log = structlog.get_logger("tessera.group_commit")


class Closeable(Protocol):
    """The operation that writes a group."""

    async def close(self) -> None:
        """Release its connection."""
        ...


class GroupMember(Protocol):
    """A write that may share its transaction with others.

    `claims` name what it writes exclusively: members with a claim in common never share a group, and the one that came
    later is written after the other one is committed.
    """

    @property
    def claims(self) -> frozenset[Hashable]:
        """What it writes exclusively."""
        ...


OperationT = TypeVar("OperationT", bound=Closeable)
MemberT = TypeVar("MemberT", bound=GroupMember)
ResultT = TypeVar("ResultT")
OperationT_contra = TypeVar("OperationT_contra", bound=Closeable, contravariant=True)
MemberT_contra = TypeVar("MemberT_contra", bound=GroupMember, contravariant=True)
ResultT_co = TypeVar("ResultT_co", covariant=True)


class WriteGroup(Protocol[OperationT_contra, MemberT_contra, ResultT_co]):
    """Writes a group in one transaction."""

    async def __call__(
        self, operation: OperationT_contra, members: Sequence[MemberT_contra], /, *, alone: bool
    ) -> Sequence[ResultT_co]:
        """Return the result of each member when all of it is committed.

        Raises TransactionConflict soon where other transactions are in the way, unless the member is written `alone`:
        then nobody waits for it, and it may wait itself.
        """
        ...


class _Waiting(Generic[OperationT, MemberT, ResultT]):
    """A member that waits for its result; `begin` starts the operation that writes it."""

    def __init__(self, member: MemberT, begin: Callable[[], OperationT]) -> None:
        self.member = member
        self.begin = begin
        self.result: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()


class _WriteAlone(Exception):
    """The transaction of a group failed and wrote nothing; a member, or what it waits for, may be the cause.

    A member that `has_to_wait` was the only one of its group.
    """

    def __init__(self, *, has_to_wait: bool) -> None:
        super().__init__()
        self.has_to_wait = has_to_wait


class GroupCommit(Generic[OperationT, MemberT, ResultT]):
    """Commits writes of one kind in groups, one group at a time.

    A group that fails is written again by halves, and then one by one, each member by its own request and a few at
    once. So a member only ever fails for a reason of its own, and nobody waits long for what another member waits for.
    Members whose request was canceled are left out, unless their group has begun: what has begun goes on without them.
    """

    def __init__(self, write: WriteGroup[OperationT, MemberT, ResultT]) -> None:
        self._write = write
        self._waiting: list[_Waiting[OperationT, MemberT, ResultT]] = []
        self._running: asyncio.Task[None] | None = None
        self._alone = asyncio.Semaphore(MOST_ALONE)
        self._split = 0

    async def commit(self, member: MemberT, begin: Callable[[], OperationT]) -> ResultT:
        """Write a member, and return its result when it is committed. Raises Overloaded, and what `write` raises."""
        if len(self._waiting) + self._split >= MOST_WAITING:
            raise Overloaded
        waiting = _Waiting[OperationT, MemberT, ResultT](member, begin)
        self._waiting.append(waiting)
        self._start()
        try:
            return await waiting.result
        except _WriteAlone as split:
            return await self._commit_alone(member, begin, has_to_wait=split.has_to_wait)

    async def _commit_alone(self, member: MemberT, begin: Callable[[], OperationT], *, has_to_wait: bool) -> ResultT:
        """Write a member: soon, or behind those that need not wait."""
        self._split += 1
        try:
            if not has_to_wait:
                with suppress(TransactionConflict):
                    return await self._write_one(member, begin, alone=False)
            return await self._write_one(member, begin, alone=True)
        finally:
            self._split -= 1

    async def _write_one(self, member: MemberT, begin: Callable[[], OperationT], *, alone: bool) -> ResultT:
        async with self._alone:
            (result,) = await self._write_with(begin(), [member], alone=alone)
        return result

    @property
    def waiting(self) -> int:
        """How many writes wait for a group."""
        return len(self._waiting)

    async def drain(self) -> None:
        """Wait until everything is written."""
        while self._running is not None:
            await asyncio.wait([self._running])

    def _start(self) -> None:
        """Begin the next group, unless one is being written or none waits."""
        if self._running is None and (group := self._take_group()):
            # The group belongs to no request, and so do its log lines.
            self._running = asyncio.get_running_loop().create_task(self._run(group), context=Context())
            self._running.add_done_callback(self._end)

    def _end(self, _task: asyncio.Task[None]) -> None:
        self._running = None
        self._start()

    def _take_group(self) -> list[_Waiting[OperationT, MemberT, ResultT]]:
        """Take the members of the next group in the order in which they came, without those that have to come later."""
        group: list[_Waiting[OperationT, MemberT, ResultT]] = []
        later: list[_Waiting[OperationT, MemberT, ResultT]] = []
        claimed: set[Hashable] = set()
        for waiting in self._waiting:
            if waiting.result.done():
                continue
            claims = waiting.member.claims
            fits = len(group) < LARGEST_GROUP and claimed.isdisjoint(claims)
            # What has to come later comes before everything behind it that claims the same.
            claimed |= claims
            (group if fits else later).append(waiting)
        self._waiting = later
        return group

    async def _run(self, group: Sequence[_Waiting[OperationT, MemberT, ResultT]]) -> None:
        members = [waiting.member for waiting in group]
        try:
            results = await self._write_with(group[0].begin(), members, alone=False)
        except BaseException as error:
            if len(group) >= SMALLEST_SPLIT and _may_split(error):
                await self._run_halves(group, error)
                return
            _fail(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            for waiting, result in zip(group, results, strict=True):
                if not waiting.result.done():
                    waiting.result.set_result(result)

    async def _run_halves(self, group: Sequence[_Waiting[OperationT, MemberT, ResultT]], error: BaseException) -> None:
        _log.warning("a group is written again by halves", members=len(group), error=repr(error))
        middle = len(group) // 2
        for half in (group[:middle], group[middle:]):
            if left := [waiting for waiting in half if not waiting.result.done()]:
                await self._run(left)

    async def _write_with(self, operation: OperationT, members: Sequence[MemberT], *, alone: bool) -> Sequence[ResultT]:
        try:
            return await self._write(operation, members, alone=alone)
        finally:
            await operation.close()


class GroupCommits:
    """The group commits of a server process, one for each kind of write."""

    def __init__(self) -> None:
        self._commits: dict[Any, GroupCommit[Any, Any, Any]] = {}

    def of(self, write: WriteGroup[OperationT, MemberT, ResultT]) -> GroupCommit[OperationT, MemberT, ResultT]:
        """The group commit of the writes that `write` writes."""
        found = self._commits.get(write)
        if found is None:
            found = self._commits[write] = GroupCommit(write)
        return found

    async def drain(self) -> None:
        """Wait until everything is written, before the database is closed."""
        for commit in self._commits.values():
            await commit.drain()


def _may_split(error: BaseException) -> bool:
    """Whether a part of a group may succeed where all of it failed."""
    return isinstance(error, Exception) and not isinstance(error, Overloaded | DatabaseUnavailable)


def _fail(group: Sequence[_Waiting[Any, Any, Any]], error: BaseException) -> None:
    """Let the members of a failed group fail, or write each alone where it may succeed."""
    own = len(group) == 1 and not isinstance(error, TransactionConflict)
    final = own or isinstance(error, Overloaded | DatabaseUnavailable)
    if not final:
        _log.warning("a group is written again one by one", members=len(group), error=repr(error))
    for waiting in group:
        if not waiting.result.done():
            waiting.result.set_exception(error if final else _WriteAlone(has_to_wait=len(group) == 1))
