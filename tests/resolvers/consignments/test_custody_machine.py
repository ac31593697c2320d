"""Whatever vendors and Operations do, in any order and at the same time, every coupon is in one place (N3).

A model predicts where each serial is; the verification must find nothing to contradict it after every step.
"""

import asyncio
import os
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from graphql_api.context import Environment
from tests.support.custody_bench import Bench
from tests.support.custody_commands import Command, commands
from tests.support.databases import Cleaner

pytestmark = pytest.mark.long
CHAINS = (("PRN-1", "PCK-1", "FAC-1"), ("PRN-1", "FAC-1"), ("PRN-1",))
STEPS = 20
RUNS = int(os.environ.get("TESSERA_FUZZ", "12"))


class CustodyMachine(RuleBasedStateMachine):
    """Consignments of one scheme, in the database and in the model."""

    bench: ClassVar[Bench]

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[UUID, Command, UUID]] = []

    @initialize(chain=st.sampled_from(CHAINS), one=st.integers(25, 40), four=st.integers(0, 12))
    def begin(self, chain: tuple[str, ...], one: int, four: int) -> None:
        """A scheme whose first line crosses from one segment into the next."""
        self.bench.run(self.bench.begin(chain, {"AMB-1L": one, "AMB-4L": four}))

    @rule(data=st.data())
    def act(self, data: Any) -> None:
        """One mutation of a vendor."""
        consignment_id = self._choose(data)
        command = self._draw(data, consignment_id)
        if command:
            self._together(consignment_id, [command])

    @rule(data=st.data(), number=st.integers(2, 3))
    def act_together(self, data: Any, number: int) -> None:
        """Mutations that start at the same moment: they end as if one had followed the other."""
        consignment_id = self._choose(data)
        drawn = [self._draw(data, consignment_id) for _ in range(number)]
        self._together(consignment_id, [command for command in drawn if command])

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), times=st.integers(1, 2))
    def send_again(self, data: Any, times: int) -> None:
        """The same key moves once: the answer is the first one, and nothing moves."""
        _, command, first = data.draw(st.sampled_from(self.sent))
        moved = self.bench.run(self.bench.count_movements())
        answers = self.bench.run(self.bench.send([command] * times))
        assert answers == [first] * times
        assert self.bench.run(self.bench.count_movements()) == moved

    @invariant()
    def all_is_where_it_should_be(self) -> None:
        """In the database as in the model, and without any contradiction."""
        if self.bench.models:
            self.bench.run(self.bench.check())

    def teardown(self) -> None:
        """Leave nothing to the next run."""
        self.bench.run(self.bench.end())

    def _choose(self, data: Any) -> UUID:
        chosen: UUID = data.draw(st.sampled_from(sorted(self.bench.models)))
        return chosen

    def _draw(self, data: Any, consignment_id: UUID) -> Command | None:
        possible = commands(consignment_id, self.bench.models[consignment_id])
        return None if possible.is_empty else data.draw(possible)

    def _together(self, consignment_id: UUID, given: list[Command]) -> None:
        answers = self.bench.run(self.bench.send(given))
        self.sent += [
            (consignment_id, command, answer)
            for command, answer in zip(given, answers, strict=True)
            if not isinstance(answer, Exception)
        ]
        self.bench.run(self.bench.accept(consignment_id, given, answers))


async def test_no_coupon_is_lost_or_doubled(environment: Environment, cleaner: Cleaner) -> None:
    """As many runs as TESSERA_FUZZ says."""
    CustodyMachine.bench = Bench(environment, cleaner, asyncio.get_running_loop())
    bounded = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None, print_blob=False)
    await asyncio.to_thread(run_state_machine_as_test, CustodyMachine, settings=bounded)
