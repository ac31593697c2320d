"""Begins an import of a file that is in the store."""

from uuid import UUID

from msgspec import Struct

from db.files.rows import StoredFileRow
from db.imports.changes import add_import
from db.imports.rows import NewImport
from db.sessions import Writing
from domain.checks import text_problems
from domain.events import EventKind
from domain.imports.progress import ImportProgress
from domain.imports.sentences import new_source_sentence
from domain.jobs.facts import JobKind
from domain.permissions import Permission
from domain.sales.facts import SOURCE_LENGTH
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.imports.running import ImportParameters
from resolvers.jobs.enqueue import enqueue_job
from resolvers.outbox.append import append_event
from resolvers.sales.ingest import is_new_source, name_source
from resolvers.validation import reject_invalid


class ImportOptions(Struct, frozen=True):
    """How to import: for which source, whether only to try, and whether to park sales that name what is unknown."""

    source: str
    dry_run: bool = False
    park: bool = False


async def check_source(operation: Operation, session: Writing, given: str) -> str:
    """Return the name of a source that the viewer may use, or of a new one. Raises InvalidInput."""
    source = trim_text(given)
    reject_invalid(list(text_problems(source, ("source",), "The source", SOURCE_LENGTH)))
    return await name_source(operation, session, source)


class BegunImport(Struct, frozen=True):
    """An import that has begun; `notices` say what looks like a mistake."""

    id: UUID
    notices: tuple[str, ...] = ()


async def begin_import(
    operation: Operation, session: Writing, file: StoredFileRow, options: ImportOptions, import_id: UUID
) -> BegunImport:
    """Begin the import of a stored file, and say whether its source is new. Raises what `start_import` raises."""
    await start_import(operation, session, file, options, import_id=import_id)
    return await begun_import(session, options, import_id)


async def begun_import(session: Writing, options: ImportOptions, import_id: UUID) -> BegunImport:
    """An import that has begun, now or by an earlier request."""
    source = trim_text(options.source)
    is_new = await is_new_source(session, source)
    return BegunImport(import_id, (new_source_sentence(source),) if is_new else ())


async def start_import(
    operation: Operation,
    session: Writing,
    file: StoredFileRow,
    options: ImportOptions,
    *,
    import_id: UUID | None = None,
) -> UUID:
    """Begin the import of a stored file with a job, and return its id.

    Raises Forbidden, InvalidInput for a malformed source or one of other accounts, and TooManyJobs.
    """
    viewer = operation.require(Permission.SALE_IMPORT)
    source = await check_source(operation, session, options.source)
    import_id = import_id or operation.new_id()
    parameters = ImportParameters(import_id)
    job_id = await enqueue_job(
        operation, session, JobKind.SALES_IMPORT, parameters, total=ImportProgress(file.byte_size).total
    )
    added = NewImport(
        id=import_id,
        source=source,
        file_id=file.id,
        file_name=file.name,
        dry_run=options.dry_run,
        park=options.park,
        job_id=job_id,
        created_at=operation.now,
        created_by=viewer.account_id,
    )
    await add_import(session, added)
    await append_event(operation, session, EventKind.SALES_IMPORT_STARTED, import_id)
    return import_id
