"""A file of sales that arrives in one request: what is checked before its bytes, and the import that it becomes."""

from msgspec import Struct

from domain.failures import Problem, UserErrorCode
from domain.files.facts import UploadPurpose
from domain.files.names import name_problems
from domain.files.sizes import format_size
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.files.sent_files import SentFile, require_room, store_sent
from resolvers.idempotency import claim_key, key_problems
from resolvers.imports.start_import import BegunImport, ImportOptions, begin_import, begun_import, check_source
from resolvers.validation import reject_invalid


class ReceiveSales(Struct, frozen=True):
    """Import a file whose bytes follow; `sha256` is that of all of them, once they have arrived."""

    file_name: str
    options: ImportOptions
    idempotency_key: str | None = None
    sha256: bytes = b""


async def allow_sales(operation: Operation, command: ReceiveSales, announced: int | None, *, broken: int = 0) -> int:
    """Check everything that can be wrong before the first byte, and return how many bytes may follow.

    `announced` is the size of the file, if the client says it, and `broken` are the bytes of requests of today that
    broke off. Raises Forbidden, InvalidInput, FilesUnavailable, TooManyUploads, and DailyBytesExceeded.
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
        return min(most, await require_room(operation, session, broken + (announced or 1)) - broken)


async def import_received(operation: Operation, command: ReceiveSales, file: SentFile) -> BegunImport:
    """Store a file that has arrived and begin its import; return it, or the earlier one.

    The file counts as an upload of today. Raises what `allow_sales` raises, TooManyJobs, and IdempotencyMismatch.
    """
    await operation.files.add(file.path, file.sha256)
    import_id = operation.new_id()
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=import_id)
        if earlier is not None:
            return await begun_import(session, command.options, earlier)
        stored = await store_sent(operation, session, file, UploadPurpose.SALES_IMPORT)
        return await begin_import(operation, session, stored, command.options, import_id)


def too_large(most: int) -> Problem:
    """The problem of a file that is larger than allowed."""
    message = f"The file is too large; a file of sales may have at most {format_size(most)}. Split it into several."
    return Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("byteSize",))
