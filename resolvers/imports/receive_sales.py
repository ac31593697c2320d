"""A file of sales that arrives in one request: what is checked before its bytes, and the import that it becomes."""

from uuid import UUID

from msgspec import Struct

from db.files.changes import add_upload
from db.files.rows import StoredFileRow, UploadRow
from db.sessions import Writing
from domain.failures import Problem, UserErrorCode
from domain.files.facts import UPLOAD_LIFETIME, UploadPurpose
from domain.files.names import name_problems
from domain.files.sizes import format_size
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.files.create_upload import require_room
from resolvers.files.finish_upload import ReceivedContent
from resolvers.files.stored_contents import add_stored_file
from resolvers.idempotency import claim_key, key_problems
from resolvers.imports.start_import import ImportOptions, check_source, start_import
from resolvers.validation import reject_invalid


class ReceiveSales(Struct, frozen=True):
    """Import a file whose bytes follow; `sha256` is that of all of them, once they have arrived."""

    file_name: str
    options: ImportOptions
    idempotency_key: str | None = None
    sha256: bytes = b""


class ReceivedFile(Struct, frozen=True):
    """A file of sales that has arrived, with what its beginning says about it."""

    content: ReceivedContent
    name: str
    content_type: str
    byte_size: int


async def allow_sales(operation: Operation, command: ReceiveSales, announced: int | None) -> int:
    """Check everything that can be wrong before the first byte, and return how many bytes may follow.

    `announced` is the size of the file, if the client says it. Raises Forbidden, InvalidInput, FilesUnavailable,
    TooManyUploads, and DailyBytesExceeded.
    """
    operation.require(Permission.SALE_IMPORT)
    most = operation.files.limits.bytes_by_purpose[UploadPurpose.SALES_IMPORT]
    problems = list(name_problems(command.file_name, ("fileName",)))
    if command.idempotency_key is not None:
        problems += key_problems(command.idempotency_key)
    if announced is not None and announced > most:
        problems.append(too_large(most))
    reject_invalid(problems)
    async with operation.writing() as session:
        await check_source(operation, session, command.options.source)
        return min(most, await require_room(operation, session, announced or 0))


async def import_received(operation: Operation, command: ReceiveSales, file: ReceivedFile) -> UUID:
    """Store a file that has arrived and begin its import; return the id of the import, or of the earlier one.

    The file counts as an upload of today. Raises what `allow_sales` raises, TooManyJobs, and IdempotencyMismatch.
    """
    await operation.files.add(file.content.path, file.content.sha256)
    import_id = operation.new_id()
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=import_id)
        if earlier is not None:
            return earlier
        await require_room(operation, session, file.byte_size)
        stored = await _store(operation, session, file)
        return await start_import(operation, session, stored, command.options, import_id=import_id)


def too_large(most: int) -> Problem:
    """The problem of a file that is larger than allowed."""
    message = f"The file is too large; a file of sales may have at most {format_size(most)}. Send it in parts."
    return Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("byteSize",))


async def _store(operation: Operation, session: Writing, file: ReceivedFile) -> StoredFileRow:
    account_id, file_id = operation.viewer.account_id, operation.new_id()
    stored = StoredFileRow(
        id=file_id,
        name=file.name,
        content_type=file.content_type,
        byte_size=file.byte_size,
        sha256=file.content.sha256,
        created_at=operation.now,
        created_by=account_id,
    )
    await add_stored_file(operation, session, stored, file.content.path)
    upload = UploadRow(
        id=file_id,
        account_id=account_id,
        purpose=UploadPurpose.SALES_IMPORT.value,
        file_name=file.name,
        content_type=file.content_type,
        byte_size=file.byte_size,
        created_at=operation.now,
        expires_at=operation.now + UPLOAD_LIFETIME,
        file_id=file_id,
        used_at=operation.now,
    )
    await add_upload(session, upload)
    return stored
