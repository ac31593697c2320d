"""Documents of jobs."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import enqueue
from tests.support.operations.documents import Prepared, key_of
from tests.support.world import World


async def _a_list(factory: SchemeFactory, world: World) -> Prepared:
    await enqueue(factory.environment, world.viewer(Role.INTEGRATION))
    return "ADMIN", {"first": 10, "filter": {"statuses": ["QUEUED"]}}


async def _to_cancel(factory: SchemeFactory, world: World) -> Prepared:
    job_id = await enqueue(factory.environment, world.viewer(Role.INTEGRATION))
    return "INTEGRATION", {"input": {"jobId": gid(NodeKind.JOB, job_id)}}


async def _to_retry(factory: SchemeFactory, world: World) -> Prepared:
    account, variables = await _to_cancel(factory, world)
    await _cancel(factory, variables["input"]["jobId"])
    return account, variables


async def _to_follow(factory: SchemeFactory, world: World) -> Prepared:
    job_id = await enqueue(factory.environment, world.viewer(Role.INTEGRATION))
    return "INTEGRATION", {"jobId": gid(NodeKind.JOB, job_id)}


async def cancel_it(factory: SchemeFactory, variables: dict[str, Any]) -> None:
    """Cancel the job that a subscription follows."""
    await _cancel(factory, variables["jobId"])


async def _cancel(factory: SchemeFactory, job_id: str) -> None:
    operation = factory.operation(Role.INTEGRATION)
    await cancel_job(operation, CancelJob(key_of(job_id)))
    await operation.close()


OF_JOBS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/Jobs": _a_list,
    "portal/CancelJob": _to_cancel,
    "portal/RetryJob": _to_retry,
    "portal/FollowJob": _to_follow,
}
