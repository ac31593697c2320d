"""Enums of imports: formats, phases, and statuses."""

from db.imports.pages import SORTS
from domain.imports.facts import ImportFormat, ImportOrder, ImportPhase, ImportStatus
from domain.imports.guards import ImportAction
from schema.descriptions import described

described(
    ImportFormat,
    "How a file writes sales.",
    {
        ImportFormat.CSV: "A header, and a row for each line of a sale.",
        ImportFormat.NDJSON: "A line of JSON for each sale.",
    },
)
described(
    ImportOrder,
    "The order of a list of imports.",
    {order: sort.description for order, sort in SORTS.items()},
)
described(
    ImportPhase,
    "What an import is doing, or was doing when it stopped.",
    {
        ImportPhase.READING: "The file is read. Nothing is recorded before its end.",
        ImportPhase.SORTING: "The sales are sorted by ECP and time.",
        ImportPhase.RECORDING: "The sales are recorded.",
        ImportPhase.FINISHING: "The file of rejected rows is written.",
        ImportPhase.FINISHED: "All sales were tried, or the file was rejected as a whole.",
    },
)
described(
    ImportStatus,
    "The status of an import, which is that of its job.",
    {
        ImportStatus.QUEUED: "The import waits for a worker, or for its next attempt after a failed one.",
        ImportStatus.RUNNING: "A worker imports the file. If the worker ends, another one continues.",
        ImportStatus.SUCCEEDED: "All sales of the file were tried.",
        ImportStatus.FAILED: "The file was rejected as a whole, or the server gave up. `error` says why.",
        ImportStatus.CANCELED: "An account canceled the job. What was recorded stays.",
    },
)
described(
    ImportAction,
    "An action on an import.",
    {
        ImportAction.CANCEL: "Cancel the import: `cancelImport`.",
        ImportAction.RETRY: "Continue an import that failed or was canceled: `retryImport`.",
    },
)

__all__ = ["ImportAction", "ImportFormat", "ImportOrder", "ImportPhase", "ImportStatus"]
