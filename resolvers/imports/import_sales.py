"""The mutation importSales."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.files.facts import UploadPurpose
from resolvers.context import Operation
from resolvers.files.take_upload import copy_upload, take_upload
from resolvers.idempotency import claim_key
from resolvers.imports.start_import import BegunImport, ImportOptions, begin_import, begun_import

_UPLOAD_PATH: Final = ("input", "uploadId")


class ImportSales(Struct, frozen=True):
    """Import the file of an upload."""

    upload_id: UUID
    options: ImportOptions
    idempotency_key: str


async def import_sales(operation: Operation, command: ImportSales) -> BegunImport:
    """Begin an import.

    Raises InvalidInput, TooManyJobs, IdempotencyMismatch, and the failures of `take_upload`.
    """
    async with operation.writing() as session:
        import_id = operation.new_id()
        earlier = await claim_key(operation, session, command, result_id=import_id)
        if earlier is not None:
            return await begun_import(session, command.options, earlier)
        # A dry run leaves the upload to the import behind it.
        take = copy_upload if command.options.dry_run else take_upload
        file = await take(operation, session, command.upload_id, UploadPurpose.SALES_IMPORT, _UPLOAD_PATH)
        return await begin_import(operation, session, file, command.options, import_id)
