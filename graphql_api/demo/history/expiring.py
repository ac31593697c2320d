"""Points of a demo scheme expire, as the job lets them; the leader of a server that loads the history does the rest."""

from typing import Final

from domain.jobs.facts import JobKind
from graphql_api.demo.history.desk import Desk
from graphql_api.demo.history.jobs_inside import run_jobs
from resolvers.jobs.enqueue import enqueue_unless_open
from resolvers.jobs.handlers import handlers_by_kind
from resolvers.points.posting.expire import JOBS, Expiry

# The scheme whose terms let points expire.
EXPIRING: Final = "Everyday Workshop Points"
_HANDLERS: Final = handlers_by_kind(JOBS)


async def expire_points(desk: Desk) -> None:
    """Let points expire that are due at the moment, and announce those that will be."""
    desk.clock.set_to(desk.at)
    operation = desk.environment.operation(None, fresh=True)
    async with operation.writing() as session:
        await enqueue_unless_open(operation, session, JobKind.EXPIRY, Expiry())
    await run_jobs(desk.environment, _HANDLERS)
