"""The metrics of jobs (N9)."""

from prometheus_client import CollectorRegistry, generate_latest

from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.observability.job_metrics import JobGauges
from tests.support.clock import TestClock
from tests.support.jobs import enqueue, run_all
from tests.support.world import World


async def test_the_leader_counts_jobs_and_the_wait_of_the_oldest(
    environment: Environment, world: World, clock: TestClock
) -> None:
    """Other processes report only what they run themselves."""
    leads = True
    gauges = JobGauges(environment, lambda: leads, lambda: 2)
    await enqueue(environment, world.viewer(Role.INTEGRATION))
    await run_all(environment)
    await enqueue(environment, None)
    clock.advance(seconds=90)
    await enqueue(environment, None)
    await gauges.refresh()
    lines = shown(gauges)
    assert 'tessera_jobs{kind="EPCIS_CAPTURE",status="QUEUED"} 2.0' in lines
    assert 'tessera_jobs{kind="EPCIS_CAPTURE",status="SUCCEEDED"} 1.0' in lines
    (late,) = [line for line in lines if line.startswith("tessera_job_oldest_wait_seconds{")]
    assert round(float(late.split()[-1])) == 90
    assert "tessera_jobs_running 2.0" in lines
    leads = False
    await gauges.refresh()
    assert [line for line in shown(gauges) if not line.startswith("#")] == ["tessera_jobs_running 2.0"]


def shown(gauges: JobGauges) -> list[str]:
    """The lines of the text format."""
    registry = CollectorRegistry()
    registry.register(gauges)
    return generate_latest(registry).decode().splitlines()
