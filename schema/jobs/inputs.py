"""Inputs of jobs, and the filter of their list."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.jobs.cancel_job import CancelJob
from resolvers.jobs.lists import JobFilter
from resolvers.jobs.retry_job import RetryJob
from schema.fields import leaf, optional
from schema.ids import argument_id, input_id
from schema.jobs.enums import JobKind, JobStatus


@strawberry.input(name="JobFilter", description="A filter of jobs. All given conditions must hold.")
class JobFilterInput:
    owner_id: strawberry.ID | None = optional("Return only jobs that this account started.")
    kinds: list[JobKind] | None = optional("Return only jobs of one of these kinds.")
    statuses: list[JobStatus] | None = optional("Return only jobs with one of these statuses.")

    def to_filter(self) -> JobFilter:
        """Convert the filter. Raises BadArgument for a malformed ID."""
        return JobFilter(
            owner_id=None if self.owner_id is None else argument_id(NodeKind.ACCOUNT, self.owner_id, "ownerId"),
            kinds=self.kinds,
            statuses=self.statuses,
        )


@strawberry.input(description="A job to cancel.")
class CancelJobInput:
    job_id: strawberry.ID = leaf("The ID of the job.")

    def to_command(self) -> CancelJob:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return CancelJob(input_id(NodeKind.JOB, self.job_id, "jobId"))


@strawberry.input(description="A job to queue again.")
class RetryJobInput:
    job_id: strawberry.ID = leaf("The ID of the job.")

    def to_command(self) -> RetryJob:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return RetryJob(input_id(NodeKind.JOB, self.job_id, "jobId"))
