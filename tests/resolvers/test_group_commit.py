"""Group commit: what arrives while a transaction runs is written together, and nobody fails because of another."""

import asyncio
from collections.abc import Hashable, Sequence
from typing import Any, cast

import pytest
from msgspec import Struct

from db.sessions import TransactionConflict
from domain.requests import DatabaseUnavailable, Overloaded
from resolvers.context import Operation
from resolvers.group_commit import (
    LARGEST_GROUP,
    MOST_ALONE,
    MOST_WAITING,
    SMALLEST_SPLIT,
    GroupCommit,
    GroupCommits,
)


class Member(Struct, frozen=True):
    """A write; a poisoned one fails wherever it is, and a blocked one has to wait for another transaction."""

    name: str
    claims: frozenset[Hashable] = frozenset()
    poisoned: bool = False
    blocked: bool = False


class Ledger:
    """Writes groups one after another, each when `release` is called, or at once when it is `open`."""

    def __init__(self, *, open_: bool = False) -> None:
        self.groups: list[list[str]] = []
        self.closed = 0
        self.error: Exception | None = None
        self.patience = 0.0
        self._gate = asyncio.Event()
        self._open = open_

    async def write(self, _operation: Operation, members: Sequence[Member], *, alone: bool) -> list[str]:
        """Write a group."""
        if not alone and any(member.blocked for member in members):
            self.groups.append(["blocked"])
            if self.patience:
                await asyncio.sleep(self.patience)
            raise TransactionConflict
        self.groups.append([member.name for member in members])
        if not self._open:
            await self._gate.wait()
            self._gate.clear()
        if self.error is not None and len(members) > 1:
            raise self.error
        if any(member.poisoned for member in members):
            raise ZeroDivisionError
        return [member.name.upper() for member in members]

    async def release(self) -> None:
        """Let the group that is being written end, and the next one begin."""
        self._gate.set()
        await settle()

    def open_for_good(self) -> None:
        """Let every group end at once from now on."""
        self._open = True
        self._gate.set()

    def begin(self) -> Operation:
        """Begin an operation that counts how often one is closed."""
        return cast("Operation", self)

    async def close(self) -> None:
        """Count."""
        self.closed += 1


class Scene:
    """A group commit and the writes that were given to it."""

    def __init__(self, *, open_: bool = False) -> None:
        self.ledger = Ledger(open_=open_)
        self.commit = GroupCommit[Operation, Member, str](self.ledger.write)

    async def give(self, *members: Member | str) -> list["asyncio.Task[str]"]:
        """Give members to it, in order."""
        tasks = [
            asyncio.create_task(self.commit.commit(Member(one) if isinstance(one, str) else one, self.ledger.begin))
            for one in members
        ]
        await settle()
        return tasks


async def settle() -> None:
    """Let everything happen that waits for nothing."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_lone_write_begins_at_once() -> None:
    scene = Scene(open_=True)
    assert await scene.commit.commit(Member("a"), scene.ledger.begin) == "A"
    assert (scene.ledger.groups, scene.ledger.closed) == ([["a"]], 1)


async def test_what_arrives_meanwhile_is_written_together_in_the_order_of_arrival() -> None:
    scene = Scene()
    tasks = await scene.give("a", "b", "c", "d")
    assert scene.ledger.groups == [["a"]]
    await scene.ledger.release()
    assert [task.done() for task in tasks] == [True, False, False, False]
    tasks += await scene.give("e")
    scene.ledger.open_for_good()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "D", "E"]
    assert scene.ledger.groups == [["a"], ["b", "c", "d"], ["e"]]


async def test_members_with_a_common_claim_are_written_one_after_the_other() -> None:
    """The later ones keep their order, also where another claim would fit earlier."""
    scene = Scene()
    x, y, both = frozenset("x"), frozenset("y"), frozenset("xy")
    tasks = await scene.give("first", Member("a", x), Member("b", both), Member("c", y), Member("d"))
    scene.ledger.open_for_good()
    await asyncio.gather(*tasks)
    assert scene.ledger.groups == [["first"], ["a", "d"], ["b"], ["c"]]


async def test_a_group_has_a_limit() -> None:
    scene = Scene()
    tasks = await scene.give("first", *(str(number) for number in range(LARGEST_GROUP + 1)))
    scene.ledger.open_for_good()
    await asyncio.gather(*tasks)
    assert [len(group) for group in scene.ledger.groups] == [1, LARGEST_GROUP, 1]


async def test_the_number_of_waiting_writes_has_a_limit() -> None:
    scene = Scene()
    tasks = await scene.give("first", *(str(number) for number in range(MOST_WAITING + 2)))
    rejected = [task for task in tasks if task.done()]
    assert len(rejected) == 2
    assert [type(task.exception()) for task in rejected] == [Overloaded] * 2
    scene.ledger.open_for_good()
    assert len(await asyncio.gather(*tasks, return_exceptions=True)) == MOST_WAITING + 3
    assert sum(map(len, scene.ledger.groups)) == MOST_WAITING + 1


async def test_a_poisoned_member_fails_alone() -> None:
    scene = Scene()
    tasks = await scene.give("first", "a", Member("b", poisoned=True), "c")
    scene.ledger.open_for_good()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one if isinstance(one, str) else type(one) for one in found] == ["FIRST", "A", ZeroDivisionError, "C"]
    assert scene.ledger.groups == [["first"], ["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert scene.ledger.closed == 5


async def test_a_large_group_that_fails_is_written_by_halves() -> None:
    """Only those beside the poisoned member are written alone, a few at once."""
    scene = Scene()
    names = [f"{number}" for number in range(4 * SMALLEST_SPLIT - 4)]
    members = [Member(name, poisoned=name == "30") for name in names]
    tasks = await scene.give("first", *members)
    scene.ledger.open_for_good()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one if isinstance(one, str) else type(one) for one in found[1:]] == [
        ZeroDivisionError if name == "30" else name for name in names
    ]
    size = len(names)
    sizes = [1, size, size // 2, size // 2, size // 4, size // 4, *[1] * (size // 4)]
    assert sorted(len(group) for group in scene.ledger.groups) == sorted(sizes)


async def test_few_are_written_alone_at_once() -> None:
    """Each takes a connection, so the others wait for one that ends; they count as those that wait."""
    scene = Scene()
    tasks = await scene.give("first", *(Member(f"{number}", blocked=True) for number in range(SMALLEST_SPLIT - 1)))
    await scene.ledger.release()
    written = [group for group in scene.ledger.groups if group != ["blocked"]]
    assert written == [["first"], *([f"{number}"] for number in range(MOST_ALONE))]
    scene.ledger.open_for_good()
    assert await asyncio.gather(*tasks) == ["FIRST", *(f"{number}" for number in range(SMALLEST_SPLIT - 1))]


async def test_those_that_need_not_wait_come_first() -> None:
    """Also where more members have to wait than are written alone at once: each is tried before any may wait."""
    scene = Scene()
    scene.ledger.patience = 0.01
    blocked = [Member(f"{number}", blocked=True) for number in range(MOST_ALONE + 1)]
    tasks = await scene.give("first", *blocked, "free")
    await scene.ledger.release()
    scene.ledger.open_for_good()
    await asyncio.gather(*tasks)
    written = [group for group in scene.ledger.groups if group != ["blocked"]]
    assert written[:2] == [["first"], ["free"]]
    assert sorted(written[2:]) == [[member.name] for member in blocked]


async def test_nobody_waits_for_what_another_member_waits_for() -> None:
    """It waits by itself, also when it was the only one of its group."""
    scene = Scene(open_=True)
    assert await scene.commit.commit(Member("a", blocked=True), scene.ledger.begin) == "A"
    assert scene.ledger.groups == [["blocked"], ["a"]]


async def test_a_lone_member_fails_once() -> None:
    scene = Scene(open_=True)
    with pytest.raises(ZeroDivisionError):
        await scene.commit.commit(Member("a", poisoned=True), scene.ledger.begin)
    assert scene.ledger.groups == [["a"]]


@pytest.mark.parametrize("error", [Overloaded, DatabaseUnavailable])
async def test_nobody_tries_again_while_the_database_accepts_nothing(error: type[Exception]) -> None:
    scene = Scene()
    scene.ledger.error = error()
    tasks = await scene.give("first", "a", "b")
    scene.ledger.open_for_good()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one if isinstance(one, str) else type(one) for one in found] == ["FIRST", error, error]
    assert scene.ledger.groups == [["first"], ["a", "b"]]


async def test_a_canceled_request_leaves_the_others_alone() -> None:
    """One that waits is never written, and one whose group has begun is written without anybody to answer."""
    scene = Scene()
    first, a, b, c = await scene.give("first", "a", "b", "c")
    a.cancel()
    await settle()
    await scene.ledger.release()
    assert scene.ledger.groups == [["first"], ["b", "c"]]
    b.cancel()
    await settle()
    await scene.ledger.release()
    assert (await first, await c) == ("FIRST", "C")
    assert (a.cancelled(), b.cancelled()) == (True, True)


async def test_draining_waits_for_everything() -> None:
    groups, ledger = GroupCommits(), Ledger()
    commit: Any = groups.of(ledger.write)
    tasks = [asyncio.create_task(commit.commit(Member(name), ledger.begin)) for name in "abc"]
    await settle()
    tasks[0].cancel()
    drained = asyncio.create_task(groups.drain())
    await ledger.release()
    assert not drained.done()
    ledger.open_for_good()
    await drained
    assert ledger.groups == [["a"], ["b", "c"]]
    assert ledger.closed == 2


async def test_each_kind_of_write_has_one_group_commit() -> None:
    groups, ledger = GroupCommits(), Ledger()
    assert groups.of(ledger.write) is groups.of(ledger.write)
    other: Any = groups.of(Ledger().write)
    assert other is not groups.of(ledger.write)
