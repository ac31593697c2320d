"""`POST /imports/sales` takes a file of sales in one request.

`GET /imports/sales/{id}` says how far its import is, and `DELETE` cancels it.
"""

import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from domain.files.facts import NAME_ENDINGS
from domain.imports.facts import FILE_RETENTION, ImportStatus
from domain.imports.failures import ImportNotFound
from domain.jobs.facts import JobStatus
from domain.jobs.sentences import percent_of
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.requests import Unauthenticated
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.files.credentials import Rejected, json_response, rejection_response
from graphql_api.files.senders import Senders
from graphql_api.files.spool import SpooledUpload
from graphql_api.files.storage import FileStorage
from graphql_api.files.threads import run_blocking
from graphql_api.imports.receiving import receive_sales
from graphql_api.imports.rejections import rejection_of
from graphql_api.imports.requests import announced_size, read_command
from graphql_api.transport.requests import read_origin, request_id
from resolvers.context import Operation
from resolvers.files.loaders import file_urls
from resolvers.files.sent_files import SentFile
from resolvers.imports.cancel_import import CancelImport, cancel_import
from resolvers.imports.loaders import import_sentences, imports_by_id, outcomes_of_imports
from resolvers.imports.receive_sales import ReceiveSales, allow_sales, import_received
from resolvers.retrying import retry_conflicts
from schema.ids import decode_id, encode_id

IMPORTS_PATH: Final = "/imports/sales"
# A process takes so many files at once; each has a buffer in memory.
_CONCURRENT: Final = 64
_log = structlog.get_logger("tessera.imports")


class SalesImports:
    """The endpoint of imports."""

    def __init__(self, environment: Environment, authenticator: Authenticator, storage: FileStorage) -> None:
        self._environment = environment
        self._authenticator = authenticator
        self._storage = storage
        self._running = 0
        self._senders = Senders()

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            try:
                response = await self._respond(request)
            except (ClientDisconnect, TimeoutError):
                message = "The request stopped before its end, so nothing is imported. Send the whole file again."
                response = rejection_response(Rejected(408, "UPLOAD_CUT_OFF", message))
            except Exception as error:  # noqa: BLE001 - bugs are raised again
                response = rejection_response(rejection_of(error))
        response.headers["x-request-id"] = reference
        return response

    async def _respond(self, request: Request) -> Response:
        named = request.path_params.get("import_id")
        allowed = ("POST",) if named is None else ("GET", "DELETE")
        if request.method not in allowed:
            message = (
                "Send the file with POST." if named is None else "Read the import with GET, and cancel it with DELETE."
            )
            raise Rejected(405, "METHOD_NOT_ALLOWED", message, headers={"allow": ", ".join(allowed)})
        operation = await self._sign_in(request)
        try:
            if named is None:
                return await self._take(operation, request)
            if request.method == "DELETE":
                await _cancel(operation, named)
            return await _show(operation, named)
        finally:
            await operation.close()

    async def _sign_in(self, request: Request) -> Operation:
        operation = self._environment.operation(None, fresh=True)
        try:
            operation.origin = read_origin(request)
            await self._identify(operation, request)
        except BaseException:
            await operation.close()
            raise
        return operation

    async def _identify(self, operation: Operation, request: Request) -> None:
        signed_in = await self._authenticator.viewer(operation, request.headers)
        if signed_in is None:
            raise Unauthenticated
        operation.sign_in(signed_in.viewer, signed_in.program)

    async def _take(self, operation: Operation, request: Request) -> Response:
        operation.require(Permission.SALE_IMPORT)
        command = read_command(request)
        if self._running >= _CONCURRENT:
            message = "The server receives too many files at the moment. Try again in a few seconds."
            raise Rejected(503, "SERVICE_UNAVAILABLE", message, headers={"retry-after": "5"})
        account_id = operation.viewer.account_id
        with self._senders.sending(account_id):
            self._running += 1
            try:
                broken = self._senders.broken_bytes(account_id, time.monotonic())
                announced = announced_size(request)
                most = await retry_conflicts(lambda: allow_sales(operation, command, announced, broken=broken))
                # The connection to the database is free while bytes arrive.
                await operation.close()
                return await self._spool(operation, request, command, most)
            finally:
                self._running -= 1

    async def _spool(self, operation: Operation, request: Request, command: ReceiveSales, most: int) -> Response:
        with await run_blocking(self._storage.spool.open, uuid4()) as spooled:
            try:
                return await self._receive(operation, request, command, (spooled, most))
            except BaseException:
                self._senders.add_broken(operation.viewer.account_id, spooled.size, time.monotonic())
                raise
            finally:
                await run_blocking(spooled.remove)

    async def _receive(
        self, before: Operation, request: Request, command: ReceiveSales, place: tuple[SpooledUpload, int]
    ) -> Response:
        spooled, most = place
        content_type = await receive_sales(request, spooled, most)
        digest = await run_blocking(spooled.finish)
        file = SentFile(
            path=spooled.path,
            sha256=digest,
            name=_named(command.file_name, content_type),
            content_type=content_type,
            byte_size=spooled.size,
        )
        received = ReceiveSales(command.file_name, command.options, command.idempotency_key, sha256=digest)
        operation = self._environment.operation(before.viewer, fresh=True)
        try:
            begun = await retry_conflicts(lambda: import_received(operation, received, file))
        finally:
            await operation.close()
        _log.info("sales received", bytes=file.byte_size, dry_run=command.options.dry_run)
        shown = encode_id(NodeKind.SALES_IMPORT, begun.id)
        url = f"{IMPORTS_PATH}/{shown}"
        answer = {"importId": shown, "status": ImportStatus.QUEUED.value, "url": url, "notices": begun.notices}
        return json_response(202, answer, {"location": url})


def _named(name: str, content_type: str) -> str:
    """The name of a stored file, which ends like its type."""
    endings = NAME_ENDINGS[content_type]
    return name if name.lower().endswith(endings) else f"{name}{endings[0]}"


async def _show(operation: Operation, text: str) -> Response:
    """Answer with an import. Raises Rejected."""
    operation.require(Permission.SALE_READ)
    (row,) = await imports_by_id(operation, [_key_of(text)])
    if row is None:
        raise _unknown()
    (outcomes,) = await outcomes_of_imports(operation, [row.state])
    (summary,) = await import_sentences(operation, [row.state])
    urls = [] if row.rejected_file_id is None else await file_urls(operation, [row.rejected_file_id])
    shown: Mapping[str, Any] = {
        "importId": text,
        "status": row.status,
        "phase": row.phase,
        "percent": percent_of(JobStatus(row.status), row.done or 0, row.total),
        "source": row.source,
        "fileName": row.file_name,
        "dryRun": row.dry_run,
        "summary": summary,
        "linesRead": row.lines_read,
        "isCut": row.is_cut,
        "ignoredColumns": row.ignored_columns,
        "recorded": outcomes.recorded,
        "corrected": outcomes.corrected,
        "duplicates": outcomes.duplicates,
        "conflicts": outcomes.conflicts,
        "parked": outcomes.parked,
        "rejected": outcomes.rejected,
        "pointsPosted": outcomes.points,
        "rejectedUrl": urls[0] if urls else None,
        "filesKeptUntil": (row.created_at + FILE_RETENTION).isoformat(),
        "error": row.error,
    }
    return json_response(200, shown)


async def _cancel(operation: Operation, text: str) -> None:
    """Cancel an import, as cancelImport does. Raises Rejected, Forbidden, ImportOfAnother, and ImportEnded."""
    operation.require(Permission.SALE_READ)
    command = CancelImport(_key_of(text))
    try:
        await retry_conflicts(lambda: cancel_import(operation, command))
    except ImportNotFound:
        raise _unknown() from None


def _key_of(text: str) -> UUID:
    found = decode_id(text)
    if found is None or found[0] is not NodeKind.SALES_IMPORT:
        raise _unknown()
    return found[1]


def _unknown() -> Rejected:
    return Rejected(404, "NOT_FOUND", "You have no import with this ID.")
