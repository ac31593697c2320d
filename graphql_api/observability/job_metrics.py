"""Prometheus metrics of jobs. The leading process reports those of the database, so that several do not add them up."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from db.jobs.reads import JOB_COUNTS
from db.jobs.rows import JobCount
from domain.jobs.facts import JobStatus
from graphql_api.context import Environment
from graphql_api.rounds import run_round

# Seconds between two counts.
REFRESH_INTERVAL_S: Final = 15.0


class JobGauges(Collector):
    """The numbers of jobs as they were last counted, and the jobs that this process runs now."""

    def __init__(self, environment: Environment, leads: Callable[[], bool], running: Callable[[], int]) -> None:
        self._environment = environment
        self._leads = leads
        self._running = running
        self._counts: Sequence[JobCount] = ()
        self._late: dict[str, float] = {}

    async def refresh_forever(self) -> None:
        """Count again and again while this process leads."""
        while True:
            await run_round("count jobs", self.refresh())
            await asyncio.sleep(REFRESH_INTERVAL_S)

    async def refresh(self) -> None:
        """Count the jobs if this process leads."""
        self._counts, self._late = (), {}
        if not self._leads():
            return
        operation = self._environment.operation(None, fresh=True)
        try:
            self._counts = await operation.fetch(JOB_COUNTS)
        finally:
            await operation.close()
        for count in self._counts:
            if count.status == JobStatus.QUEUED and count.oldest_due_at is not None:
                waited = (operation.now - count.oldest_due_at).total_seconds()
                self._late[count.kind] = max(0.0, waited)

    def collect(self) -> list[Metric]:
        """Return the gauges."""
        jobs = GaugeMetricFamily("tessera_jobs", "Jobs by kind and status.", labels=["kind", "status"])
        for count in self._counts:
            jobs.add_metric([count.kind, count.status], count.total)
        late = GaugeMetricFamily(
            "tessera_job_oldest_wait_seconds", "How long the oldest job that could run has waited.", labels=["kind"]
        )
        for kind, seconds in self._late.items():
            late.add_metric([kind], seconds)
        running = GaugeMetricFamily("tessera_jobs_running", "Jobs that this process runs.", value=self._running())
        return [jobs, late, running]
