"""The kinds and statuses of jobs, and the facts of one that decide what may be done with it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.events import EventKind

# Bytes of JSON that the parameters or the checkpoint of a job may have.
DOCUMENT_LIMIT: Final = 65_536
# Jobs of one account that may wait or run at the same time; the server's own are not limited.
OPEN_JOBS_LIMIT: Final = 1_000


class JobKind(StrEnum):
    """The work that a job does."""

    EPCIS_CAPTURE = "EPCIS_CAPTURE"
    THUMBNAIL = "THUMBNAIL"
    ORPHANED_FILES = "ORPHANED_FILES"
    DEMO_HISTORY = "DEMO_HISTORY"
    REVALUATION = "REVALUATION"
    SETTLEMENT = "SETTLEMENT"
    SALES_IMPORT = "SALES_IMPORT"
    EXPIRY = "EXPIRY"
    SIMULATION = "SIMULATION"


class JobSpec(Struct, frozen=True, kw_only=True):
    """What a kind of job declares.

    `label` names it in lists and at the start of a sentence. `notifies` says whether its owner is notified when it has
    finished; of a failure the owner is always notified. `early_end` is the event of what the job was about, if it fails
    or is canceled, with the name of the parameter that has its id.
    """

    label: str
    notifies: bool = False
    early_end: tuple[EventKind, str] | None = None


JOBS: Final[Mapping[JobKind, JobSpec]] = MappingProxyType(
    {
        JobKind.EPCIS_CAPTURE: JobSpec(label="Capture of EPCIS events", notifies=True),
        JobKind.THUMBNAIL: JobSpec(label="Preview of an uploaded file"),
        JobKind.ORPHANED_FILES: JobSpec(label="Deletion of unused files"),
        JobKind.DEMO_HISTORY: JobSpec(label="Sales and redemptions of the demo data"),
        JobKind.REVALUATION: JobSpec(label="Valuation of later sales"),
        JobKind.SETTLEMENT: JobSpec(label="Settlement of a scheme"),
        JobKind.SALES_IMPORT: JobSpec(
            label="Import of sales", early_end=(EventKind.SALES_IMPORT_FINISHED, "import_id")
        ),
        JobKind.EXPIRY: JobSpec(label="Expiry of points"),
        JobKind.SIMULATION: JobSpec(label="Simulation of a scheme", notifies=True),
    }
)


class JobStatus(StrEnum):
    """Whether a job waits, runs, or has ended."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


# The statuses of jobs that have not ended.
OPEN: Final = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})


class JobFacts(Struct, frozen=True):
    """What decides about actions on a job; `owner_id` is None for a job of the server itself."""

    status: JobStatus
    owner_id: UUID | None
