"""Whatever vendors and Operations do, in any order and at the same time, every coupon is in one place (N3).

A model predicts where each serial is, and the verification must find nothing that contradicts it after every step.
"""

import asyncio
import os
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from graphql_api.context import Environment
from tests.support.artwork_desk import Review, Upload
from tests.support.custody_bench import Bench
from tests.support.custody_commands import Command, Commands
from tests.support.custody_packs import PackBench, PackCommands
from tests.support.databases import Cleaner

pytestmark = pytest.mark.long
CHAINS = (("PRN-1", "PCK-1", "FAC-1"), ("PRN-1", "FAC-1"), ("PRN-1",))
SEEDS = st.integers(0, 2**16)
STEPS = 20
RUNS = int(os.environ.get("TESSERA_FUZZ", "5"))


class CustodyMachine(RuleBasedStateMachine):
    """Consignments of one scheme, in the database and in the model."""

    bench: ClassVar[Bench]
    commands: ClassVar[type[Commands]] = Commands

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[Command, Any]] = []

    @initialize(chain=st.sampled_from(CHAINS), quantities=st.tuples(st.integers(25, 40), st.integers(0, 12)))
    def begin(self, chain: tuple[str, ...], quantities: tuple[int, int]) -> None:
        """A scheme whose first line crosses from one segment into the next."""
        self.bench.run(self.bench.begin(chain, quantities))

    @rule(seed=SEEDS)
    def vendor_acts(self, seed: int) -> None:
        """One mutation of a vendor."""
        self._together(seed, [False])

    @rule(seed=SEEDS)
    def operations_acts(self, seed: int) -> None:
        """One mutation of Operations."""
        self._together(seed, [True])

    @rule(seed=SEEDS, who=st.lists(st.sampled_from((False, False, True)), min_size=2, max_size=3))
    def several_act(self, seed: int, who: list[bool]) -> None:
        """Mutations that start at the same moment end as if one had followed the other."""
        self._together(seed, who)

    @rule(seed=SEEDS)
    def another_consignment(self, seed: int) -> None:
        """Operations gives some of the other coupons to the same chain."""
        self._send([Commands(seed, self.bench.model, self.bench.vendor_ids).creation()])

    @rule(seed=SEEDS, times=st.integers(1, 2))
    def send_again(self, seed: int, times: int) -> None:
        """The same key moves once: the answer is the first one, and nothing moves."""
        if self.sent:
            command, first = self.sent[seed % len(self.sent)]
            moved = self.bench.run(self.bench.count_movements())
            assert self.bench.run(self.bench.send([command] * times)) == [first] * times
            assert self.bench.run(self.bench.count_movements()) == moved

    @invariant()
    def all_is_where_it_should_be(self) -> None:
        """In the database as in the model, and without any contradiction."""
        self.bench.run(self.bench.check())

    def teardown(self) -> None:
        """Leave nothing to the next run."""
        self.bench.run(self.bench.end())

    def _together(self, seed: int, who: list[bool]) -> None:
        """Commands of Operations where `who` is true, and of vendors elsewhere, at the same time."""
        commands = self.commands(seed, self.bench.model, self.bench.vendor_ids)
        discrepancies = self.bench.run(self.bench.discrepancies())
        self._send([commands.of_operations(discrepancies) if each else commands.of_vendor() for each in who])

    def _send(self, drawn: list[Command | None]) -> None:
        given = [command for command in drawn if command is not None]
        answers = self.bench.run(self.bench.send(given))
        self.sent += [
            (command, answer)
            for command, answer in zip(given, answers, strict=True)
            # Decisions about artwork have no key.
            if not isinstance(answer, Exception) and not isinstance(command[1], Review | Upload)
        ]
        self.bench.run(self.bench.accept(given, answers))


async def test_no_coupon_is_lost_or_doubled(environment: Environment, cleaner: Cleaner) -> None:
    """A few runs; `make fuzz-custody` makes many."""
    CustodyMachine.bench = Bench(environment, cleaner, asyncio.get_running_loop())
    bounded = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None, print_blob=False)
    await asyncio.to_thread(run_state_machine_as_test, CustodyMachine, settings=bounded)


class PackMachine(CustodyMachine):
    """The same with packs, which move whole or are opened."""

    commands = PackCommands


async def test_no_pack_is_torn(environment: Environment, cleaner: Cleaner) -> None:
    """R15: a pack is whole or it is opened, whatever happens to its coupons."""
    PackMachine.bench = PackBench(environment, cleaner, asyncio.get_running_loop())
    bounded = settings(max_examples=max(1, RUNS // 2), stateful_step_count=STEPS, deadline=None, print_blob=False)
    await asyncio.to_thread(run_state_machine_as_test, PackMachine, settings=bounded)
