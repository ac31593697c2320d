"""The type of an import, and the event of its progress."""

from datetime import datetime
from typing import Any

import strawberry

from db.imports.rows import ListedImportRow
from domain.imports.facts import FILE_RETENTION, Outcomes
from domain.imports.facts import ImportFormat as Format
from domain.imports.facts import ImportPhase as Phase
from domain.imports.facts import ImportStatus as Status
from domain.jobs.facts import JobStatus
from domain.jobs.sentences import percent_of
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.files.loaders import file_urls, file_views_by_id
from resolvers.imports.lists import rejections_of_imports
from resolvers.imports.loaders import import_actions, import_sentences, imports_by_job, outcomes_of_imports
from resolvers.jobs.loaders import jobs_by_id
from schema.accounts.types import Account
from schema.fields import batched, computed, leaf
from schema.files.types import File
from schema.ids import node_id
from schema.imports.enums import ImportAction, ImportFormat, ImportPhase, ImportStatus
from schema.jobs.types import Job
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.scalars import EventCursor, SafeInt


def _counted(name: str, description: str) -> Any:
    """A number of sales, which all such fields of an import read together."""

    def pick(outcomes: Outcomes) -> int:
        return int(getattr(outcomes, name))

    return batched(outcomes_of_imports, key="state", pick=pick, description=description)


@strawberry.type(description="A row of a file that was rejected, or is in conflict.")
class RejectedRow:
    line: SafeInt = leaf("The line of the file in which the row begins, counted from 1.")
    external_id: str | None = leaf("The external ID of its sale. Null if it cannot be read.")
    reason: str = leaf("Why it was rejected, and what to do, in sentences.")


@node_type(
    ListedImportRow,
    "A file of sales that is imported, and what became of its sales. Accounts see their own imports, and those who see "
    "all sales see all of them.",
)
class Import(Node):
    id: strawberry.ID = node_id(NodeKind.SALES_IMPORT)
    source: str = leaf("The system that the sales are of.")
    file_name: str = leaf("The name of the file.")
    file: File | None = batched(
        file_views_by_id, key="file_id", description="The file. Null some time after `filesKeptUntil`."
    )
    files_kept_until: datetime = computed(
        lambda row: row.created_at + FILE_RETENTION,
        "Until when the file and its rejected rows are kept: 90 days from the beginning of the import. Then they are "
        "deleted, and the import with its counts stays.",
    )
    dry_run: bool = leaf("Whether the import only finds out what would happen, and records nothing.")
    park: bool = leaf("Whether sales that name an unknown ECP or SKU are parked instead of rejected.")
    status: ImportStatus = computed(lambda row: Status(row.status), "The status of the import.")
    phase: ImportPhase = computed(lambda row: Phase(row.phase), "What the import is doing.")
    percent: int | None = computed(
        lambda row: percent_of(JobStatus(row.status), row.done or 0, row.total),
        "The progress from 0 to 100, rounded down: the file is read first, and then its sales are recorded. Null if "
        "the import ended early and its job is deleted.",
    )
    summary: str = batched(
        import_sentences, key="state", description="How far the import is, or what became of the file, as a sentence."
    )
    format: ImportFormat | None = computed(
        lambda row: None if row.format is None else Format(row.format),
        "How the file writes sales. Null until its first line was read.",
    )
    encoding: str | None = leaf("How the file writes characters, such as `UTF-8`. Null until its first line was read.")
    delimiter: str | None = leaf("What separates the columns of a CSV file. Null for other files, and at first.")
    ignored_columns: list[str] = leaf("The columns of a CSV file that are not those of sales, and are ignored.")
    is_cut: bool = leaf("Whether the last line has no line break, as in a file that is cut off.")
    bytes_read: SafeInt = leaf("How many bytes of the file were read.")
    lines_read: SafeInt = leaf("How many lines of the file were read.")
    recorded: SafeInt = _counted("recorded", "How many sales are newly recorded; in a dry run, would be.")
    corrected: SafeInt = _counted("corrected", "How many sales are corrected; in a dry run, would be.")
    duplicates: SafeInt = _counted("duplicates", "How many sales were already recorded.")
    conflicts: SafeInt = _counted("conflicts", "How many sales are in conflict with what is recorded.")
    parked: SafeInt = _counted("parked", "How many sales are parked; in a dry run, would be.")
    rejected: SafeInt = _counted("rejected", "How many sales were rejected. A row without an external ID is one.")
    points_posted: SafeInt = _counted(
        "points", "The points that the import posted, or in a dry run would post: those earned, less those reversed."
    )
    rejected_file: File | None = batched(
        file_views_by_id,
        key="rejected_file_id",
        description="The file of the rows that were rejected or in conflict, as CSV: the line, the external ID, the "
        "reason, and the columns of the row. Null if there are none, until the import has finished, and some time "
        "after `filesKeptUntil`.",
    )
    rejected_url: str | None = batched(
        file_urls,
        key="rejected_file_id",
        description="A link that downloads the file of rejected rows, like `rejectedFile.url`.",
    )
    rejected_rows: Connection[RejectedRow] = batched(
        rejections_of_imports,
        key="id",
        arguments=forward_page,
        description="The rows that were rejected or in conflict so far, in the order of the file. Empty without any, "
        "and some time after `filesKeptUntil`.",
    )
    error: str | None = leaf("Why the file was rejected as a whole, or why the last attempt failed, as a sentence.")
    created_at: datetime = leaf("When the import began.")
    created_by: Account | None = batched(
        accounts_by_id, key="created_by", description="The account that began the import, in whose name it records."
    )
    finished_at: datetime | None = leaf("When all sales were tried, or the file was rejected. Null until then.")
    viewer_actions: list[ImportAction] = batched(
        import_actions,
        key="facts",
        description="The actions that the viewer may take now. None of them would fail because of the import's state. "
        "Program managers and administrators may cancel and retry the imports of every account.",
    )
    job: Job | None = batched(
        jobs_by_id,
        key="job_id",
        description="The job that does it. Null if the viewer may not see it, and when it is deleted 30 days after its "
        "end.",
    )


@strawberry.type(description="An import started, made progress, or ended.")
class ImportProgressEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    import_: Import = batched(imports_by_job, key="subject_id", name="import", description="The import as it is now.")
