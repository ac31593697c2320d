"""Enums of jobs: kinds, statuses, and actions."""

from domain.jobs.facts import JobKind, JobStatus
from domain.jobs.guards import JobAction
from schema.descriptions import described

described(
    JobKind,
    "The work that a job does.",
    {
        JobKind.EPCIS_CAPTURE: "Record the EPCIS events of a document that a client sent.",
        JobKind.THUMBNAIL: "Draw the preview of an uploaded file.",
        JobKind.ORPHANED_FILES: "Delete uploaded files that nothing uses.",
        JobKind.DEMO_HISTORY: "Load a year of sales and redemptions of the demo data; in development only.",
        JobKind.SALES_IMPORT: "Record the sales of a file.",
        JobKind.SIMULATION: "Replay the sales of a period through a scheme or a draft.",
        JobKind.REVALUATION: "Value the later sales of an ECP again, because an earlier one arrived or changed.",
        JobKind.SETTLEMENT: "Prepare the lines of a settlement, or post the points of an approved one.",
        JobKind.EXPIRY: "Let points expire that were not paid out in time, and announce those that will expire.",
    },
)
described(
    JobStatus,
    "The status of a job.",
    {
        JobStatus.QUEUED: "The job waits for a worker, or for its next attempt after a failed one.",
        JobStatus.RUNNING: "A worker runs the job. If the worker ends, another one continues.",
        JobStatus.SUCCEEDED: "The job finished.",
        JobStatus.FAILED: "The job failed, and the server will not try again by itself.",
        JobStatus.CANCELED: "An account canceled the job.",
    },
)
described(
    JobAction,
    "An action on a job.",
    {
        JobAction.CANCEL: "Cancel the job, with `cancelJob`.",
        JobAction.RETRY: "Queue the job again, with `retryJob`.",
    },
)

__all__ = ["JobAction", "JobKind", "JobStatus"]
