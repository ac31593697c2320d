"""The worker of one process: takes jobs, runs a bounded number at once, keeps them alive, and gives them back."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from domain.jobs.facts import JobKind
from graphql_api.context import Environment
from graphql_api.jobs.attempts import record, run_attempt
from graphql_api.jobs.policy import WorkerPolicy
from graphql_api.jobs.processes import Processes
from graphql_api.rounds import run_round
from resolvers.context import Operation
from resolvers.jobs.attempts import TakenJob, give_back_job, keep_jobs, take_jobs
from resolvers.jobs.handlers import JobHandler
from resolvers.jobs.running import JobTools, RunPart

_log = structlog.get_logger("tessera.jobs")


class JobWorker:
    """Runs jobs between `start` and `stop`."""

    def __init__(
        self,
        environment: Environment,
        handlers: Mapping[JobKind, JobHandler[Any]],
        policy: WorkerPolicy,
        *,
        run_part: RunPart | None = None,
    ) -> None:
        """Take what jobs need; without `run_part` their parts run in this process."""
        self._environment = environment
        self._handlers = handlers
        self._explain = {kind: one.explain_failure for kind, one in handlers.items() if one.explain_failure is not None}
        self._policy = policy
        self._processes = Processes(policy.processes, policy.process_memory)
        self._tools = JobTools(
            self._operation, environment.clock, run_in_process=self._processes.run, run_part=run_part
        )
        self._running: dict[UUID, tuple[TakenJob, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start to take jobs, unless the policy or the product has none."""
        if self._policy.slots and self._handlers:
            self._loops = [asyncio.create_task(self._take_forever()), asyncio.create_task(self._keep_forever())]

    async def stop(self) -> None:
        """Take no more jobs, cancel those that run, and give them back; safe to call more than once."""
        self._stopping.set()
        self._changed.set()
        # Never canceled: a job that was just taken would have nobody to give it back.
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops = []
        unfinished = list(self._running.values())
        for _, task in unfinished:
            task.cancel()
        await asyncio.gather(*(task for _, task in unfinished), return_exceptions=True)
        for taken, _ in unfinished:
            await self._give_back(taken)
        await self._processes.close()

    @property
    def running(self) -> int:
        """The number of jobs that this process runs now."""
        return len(self._running)

    async def take(self) -> int:
        """Start as many jobs as are due and have a free slot, and return their number."""
        free = self._policy.slots - len(self._running)
        if free <= 0:
            return 0
        taken = await self._in_operation(free)
        for job in taken:
            self._start(job)
        return len(taken)

    async def keep(self) -> None:
        """Extend the leases of all running jobs, and end the attempts that have lost theirs."""
        if not self._running:
            return
        leases = list(self._running)
        held = await record(self._tools, lambda operation: keep_jobs(operation, leases))
        for lease in leases:
            if lease not in held and lease in self._running:
                _log.info("job stopped", job=str(self._running[lease][0].attempt.id), reason="lease")
                self._running[lease][1].cancel()

    async def _in_operation(self, free: int) -> list[TakenJob]:
        kinds, per_account, explain = list(self._handlers), self._policy.per_account, self._explain
        return await record(
            self._tools, lambda operation: take_jobs(operation, kinds, free, per_account, explain=explain)
        )

    def _start(self, taken: TakenJob) -> None:
        lease = taken.attempt.lease
        task = asyncio.create_task(run_attempt(self._handlers[taken.attempt.kind], taken, self._tools))
        self._running[lease] = (taken, task)

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                _log.warning("the end of a job is not recorded", job=str(taken.attempt.id), reason=str(error))
            del self._running[lease]
            self._changed.set()

        task.add_done_callback(ended)

    async def _take_forever(self) -> None:
        while not self._stopping.is_set():
            self._changed.clear()
            await run_round("take jobs", self.take())
            await _wait(self._changed, self._policy.poll_s)

    async def _keep_forever(self) -> None:
        while not self._stopping.is_set():
            await run_round("keep jobs", self.keep())
            await _wait(self._stopping, self._policy.heartbeat_s)

    async def _give_back(self, taken: TakenJob) -> None:
        given_back = record(self._tools, lambda operation: give_back_job(operation, taken.attempt))
        await run_round("give back a job", given_back)

    def _operation(self) -> Operation:
        return self._environment.operation(None, fresh=True)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
