"""Root fields of jobs."""

from typing import Annotated

import strawberry

from db.jobs.rows import JobRow
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.jobs.cancel_job import cancel_job
from resolvers.jobs.lists import JobFilter, list_jobs
from resolvers.jobs.progress_feed import follow_job
from resolvers.jobs.retry_job import retry_job
from resolvers.outbox.feeds import Feed
from resolvers.paging import Page, PageArguments
from schema.feeds import ResumeArgument
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.jobs import inputs, payloads
from schema.jobs.types import Job, JobProgressEvent
from schema.paging import AfterArgument, Connection, FirstArgument
from schema.roots import mutation, query, subscription

FilterArgument = Annotated[
    inputs.JobFilterInput | None, strawberry.argument(description="Return only jobs that match this filter.")
]
_SEEN = "A viewer sees their own jobs, and those of everybody with the permission `job:manage`."


@strawberry.type
class JobQueries:
    @query(
        requires=Permission.JOB_READ,
        returns=Connection[Job] | None,
        description=f"Returns jobs, newest first. {_SEEN}",
    )
    async def jobs(
        self,
        info: AppInfo,
        filter: FilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
    ) -> Page[JobRow]:
        chosen = JobFilter() if filter is None else filter.to_filter()
        return await list_jobs(info.context, chosen, PageArguments(first, after))


@strawberry.type
class JobMutations:
    @mutation(
        requires=Permission.JOB_READ,
        description="Cancel a job that waits or runs. What it has already done stays. Only its owner, and viewers with "
        "the permission `job:manage`, may cancel it.",
    )
    async def cancel_job(self, info: AppInfo, input: inputs.CancelJobInput) -> payloads.CancelJobPayload:
        return payloads.CancelJobPayload(key=await cancel_job(info.context, input.to_command()))

    @mutation(
        requires=Permission.JOB_READ,
        description="Queue a job again that failed or was canceled. It continues where it stopped. Only its owner, and "
        "viewers with the permission `job:manage`, may retry it.",
    )
    async def retry_job(self, info: AppInfo, input: inputs.RetryJobInput) -> payloads.RetryJobPayload:
        return payloads.RetryJobPayload(key=await retry_job(info.context, input.to_command()))


@strawberry.type
class JobSubscriptions:
    @subscription(
        requires=Permission.JOB_READ,
        returns=JobProgressEvent,
        description="Streams a job whenever it starts, makes progress, or ends. Changes in quick succession may arrive "
        "as one event, which shows the latest state.",
    )
    async def job_progress(
        self,
        info: AppInfo,
        job_id: Annotated[strawberry.ID, strawberry.argument(description="The ID of the job.")],
        after: ResumeArgument = None,
    ) -> Feed:
        found = argument_id(NodeKind.JOB, job_id, "jobId")
        return await follow_job(info.context, found, after)
