"""The type of a job, and the event of its progress."""

from datetime import datetime

import strawberry

from db.jobs.rows import JobRow
from domain.jobs import facts
from domain.jobs.sentences import percent_of
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.jobs.loaders import job_actions, job_status_labels, jobs_by_id
from schema.accounts.types import Account
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.jobs.enums import JobAction, JobKind, JobStatus
from schema.nodes import Node, node_type
from schema.scalars import EventCursor, SafeInt


@node_type(
    JobRow,
    "Work that the server does in the background. Jobs that have ended are deleted after 30 days.",
)
class Job(Node):
    id: strawberry.ID = node_id(NodeKind.JOB)
    kind: JobKind = leaf("The work that the job does.")
    label: str = computed(lambda row: facts.JOBS[facts.JobKind(row.kind)].label, "The work as a label for people.")
    owner: Account | None = batched(
        accounts_by_id,
        key="owner_id",
        description="The account that started the job, in whose name it works. Null for a job of the server itself.",
    )
    status: JobStatus = leaf("The status of the job.")
    status_label: str = batched(job_status_labels, key="labeled", description="The status as a label for people.")
    done: SafeInt = leaf("How much is done, in units of the kind of job.")
    total: SafeInt | None = leaf("How much there is to do. Null while this is unknown.")
    percent: int | None = computed(
        lambda row: percent_of(facts.JobStatus(row.status), row.done, row.total),
        "The progress from 0 to 100, rounded down. Null while the total is unknown.",
    )
    attempts: int = leaf("How many attempts have started.")
    error: str | None = leaf("Why the last attempt failed, as a sentence. Null if it did not.")
    created_at: datetime = leaf("When the job was queued first.")
    started_at: datetime | None = leaf("When the last attempt started. Null before the first one.")
    finished_at: datetime | None = leaf("When the job finished, failed, or was canceled. Null until then.")
    viewer_actions: list[JobAction] = batched(
        job_actions,
        key="facts",
        description="The actions that the viewer may take now. None of them would fail because of the job's state.",
    )


@strawberry.type(description="A job was queued, started, made progress, or ended.")
class JobProgressEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    job: Job = batched(jobs_by_id, key="subject_id", description="The job as it is now.")
