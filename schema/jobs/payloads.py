"""Payloads of jobs."""

import strawberry

from resolvers.jobs.loaders import jobs_by_id
from schema.fields import batched
from schema.jobs.types import Job
from schema.payloads import KeyedPayload


@strawberry.type
class JobPayload(KeyedPayload):
    job: Job | None = batched(
        jobs_by_id, key="key", description="The job after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `cancelJob`.")
class CancelJobPayload(JobPayload):
    pass


@strawberry.type(description="The result of `retryJob`.")
class RetryJobPayload(JobPayload):
    pass
