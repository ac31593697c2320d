"""`PUT /uploads/{link}`: the bytes of an upload, at once or in parts, and `HEAD`, which says where to go on.

A PUT sends the whole file. A PUT with Content-Range sends a part, which must begin where the parts before it end.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from db.files.rows import UploadRow
from domain.audit.stored_facts import DenialReason
from domain.failures import Failure
from domain.files.facts import UploadPurpose
from domain.files.ranges import ByteRange, MalformedRange, sent_range
from domain.files.sizes import format_size
from domain.links import LinkKind
from domain.requests import Forbidden
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.files.credentials import (
    LinkMessages,
    Rejected,
    json_response,
    record_denial,
    rejection_of,
    rejection_response,
    sign_in_by_link,
)
from graphql_api.files.inspection import inspect_sales
from graphql_api.files.receiving import Part, WrongType, receive_part
from graphql_api.files.senders import Senders
from graphql_api.files.spool import SpoolBusy, SpooledUpload
from graphql_api.files.storage import FileStorage
from graphql_api.files.threads import run_blocking
from graphql_api.transport.requests import request_id
from resolvers.context import Operation
from resolvers.files.finish_upload import ReceivedContent, UploadFinished, discard_upload, find_upload, finish_upload
from resolvers.retrying import retry_conflicts

# A process takes so many uploads at once; each has a buffer in memory.
CONCURRENT_UPLOADS: Final = 64
_MESSAGES: Final = LinkMessages(
    remedy="Create a new upload.",
    access_lost="The account of this link may no longer upload this file. Ask an administrator.",
)
_log = structlog.get_logger("tessera.files")

# Checks a whole file of this type and name. Raises a Failure for one that is not accepted.
Inspect = Callable[[Path, str, str], Awaitable[None]]


class Uploads:
    """The endpoint of uploads."""

    def __init__(
        self, environment: Environment, authenticator: Authenticator, *, storage: FileStorage, inspect: Inspect
    ) -> None:
        self._environment = environment
        self._authenticator = authenticator
        self._storage = storage
        self._inspect = inspect
        self._running = 0
        self._senders = Senders()

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            response = await self._respond(request)
        response.headers["x-request-id"] = reference
        return response

    async def _respond(self, request: Request) -> Response:
        if request.method not in {"PUT", "HEAD"}:
            message = "Send the file with PUT, or ask with HEAD how much of it has arrived."
            return rejection_response(Rejected(405, "METHOD_NOT_ALLOWED", message, headers={"allow": "PUT, HEAD"}))
        try:
            return await (self._head(request) if request.method == "HEAD" else self._put(request))
        except (ClientDisconnect, TimeoutError):
            _log.info("upload interrupted")
            message = "The request stopped before its end. Ask with HEAD how much has arrived, and send the rest."
            return rejection_response(Rejected(408, "UPLOAD_CUT_OFF", message))
        except Exception as error:  # noqa: BLE001 - bugs are raised again
            return rejection_response(rejection_of(error, _MESSAGES))

    async def _head(self, request: Request) -> Response:
        upload = await self._find(request)
        finished = upload.file_id is not None
        size = upload.byte_size if finished else await run_blocking(self._storage.spool.size, upload.id)
        headers = {
            "upload-offset": str(size),
            "upload-length": str(upload.byte_size),
            "upload-complete": "?1" if finished else "?0",
            "cache-control": "private, no-store",
        }
        return Response(status_code=200, headers=headers)

    async def _put(self, request: Request) -> Response:
        if self._running >= CONCURRENT_UPLOADS:
            message = "The server receives too many uploads at the moment. Try again in a few seconds."
            raise Rejected(503, "SERVICE_UNAVAILABLE", message, headers={"retry-after": "5"})
        self._running += 1
        try:
            # Before the upload takes place on disk, so that strangers and expired links make no files.
            upload = await self._find(request)
            with self._senders.sending(upload.account_id), await self._open(upload) as spooled:
                # Again, because another request may have finished it just before this one had the lock.
                return await self._receive(request, await self._find(request), spooled)
        finally:
            self._running -= 1

    async def _open(self, upload: UploadRow) -> SpooledUpload:
        try:
            return await run_blocking(self._storage.spool.open, upload.id)
        except SpoolBusy:
            raise _busy(upload) from None

    async def _receive(self, request: Request, upload: UploadRow, spooled: SpooledUpload) -> Response:
        if upload.file_id is not None:
            await run_blocking(spooled.remove)
            raise _finished(upload)
        part = _part_of(request, upload, spooled.size)
        try:
            await run_blocking(spooled.restart if part.whole else spooled.resume)
        except SpoolBusy:
            raise _busy(upload) from None
        try:
            await receive_part(request, upload, spooled, part)
        except WrongType:
            await self._discard(upload, spooled)
            raise
        if spooled.size < upload.byte_size:
            answer = {"offset": spooled.size, "byteSize": upload.byte_size}
            return json_response(202, answer, {"upload-offset": str(spooled.size), "upload-complete": "?0"})
        return await self._finish(upload, spooled)

    async def _finish(self, upload: UploadRow, spooled: SpooledUpload) -> Response:
        """Inspect a whole file and store it. A file that is not accepted is deleted with its upload."""
        digest = await run_blocking(spooled.finish)
        try:
            if upload.purpose == UploadPurpose.SALES_IMPORT:
                await inspect_sales(spooled.path)
            else:
                await self._inspect(spooled.path, upload.content_type, upload.file_name)
        except Failure as failure:
            await self._discard(upload, spooled)
            raise Rejected(422, failure.code.value, failure.message) from None
        received = ReceivedContent(spooled.path, digest)
        operation = self._environment.operation(None, fresh=True)
        try:
            file = await retry_conflicts(lambda: finish_upload(operation, upload, received))
        except UploadFinished:
            await run_blocking(spooled.remove)
            raise _finished(upload) from None
        finally:
            await operation.close()
        await run_blocking(spooled.remove)
        _log.info("upload finished", bytes=file.byte_size, purpose=upload.purpose)
        answer = {
            "sha256": file.sha256.hex(),
            "byteSize": file.byte_size,
            "contentType": file.content_type,
            "fileName": file.name,
        }
        return json_response(201, answer, {"upload-offset": str(file.byte_size), "upload-complete": "?1"})

    async def _discard(self, upload: UploadRow, spooled: SpooledUpload) -> None:
        """Delete an upload whose file can never be accepted, so that it does not count as unfinished."""
        operation = self._environment.operation(None, fresh=True)
        try:
            await retry_conflicts(lambda: discard_upload(operation, upload))
        finally:
            await operation.close()
        await run_blocking(spooled.remove)

    async def _find(self, request: Request) -> UploadRow:
        """Find the upload of the link. The connection to the database is free again while bytes arrive."""
        operation: Operation = self._environment.operation(None, fresh=True)
        try:
            link = await sign_in_by_link(operation, self._authenticator, request, LinkKind.UPLOAD, _MESSAGES)
            try:
                return await find_upload(operation, link)
            except Forbidden:
                await record_denial(operation, link, DenialReason.ACCESS_LOST)
                raise
        finally:
            await operation.close()


def _part_of(request: Request, upload: UploadRow, size: int) -> Part:
    """Read from the headers which part a request sends. Raises Rejected."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in {"", "application/octet-stream", "application/x-www-form-urlencoded", upload.content_type}:
        raise WrongType(upload)
    length = _content_length(request)
    header = request.headers.get("content-range")
    if header is None:
        if length is not None and length != upload.byte_size:
            raise _other_size(upload, length)
        return Part(ByteRange(0, upload.byte_size), whole=True)
    if header == f"bytes */{upload.byte_size}":
        # Nothing more to send: an upload whose end was interrupted is finished.
        return Part(ByteRange(size, 0), whole=False)
    try:
        part = sent_range(header, upload.byte_size)
    except MalformedRange:
        message = (
            f"Write Content-Range as “bytes 0-99/{upload.byte_size}”, with the positions of the first and last byte."
        )
        raise Rejected(400, "BAD_USER_INPUT", message) from None
    if part.first != size:
        message = (
            f"The upload has {format_size(size)}, so the next part begins at byte {size}, not at byte {part.first}."
        )
        raise Rejected(409, "UPLOAD_OFFSET", message, headers={"upload-offset": str(size)})
    if length is not None and length != part.length:
        message = f"Content-Range names {format_size(part.length)}, and Content-Length names {format_size(length)}."
        raise Rejected(400, "BAD_USER_INPUT", message)
    return Part(part, whole=False)


def _content_length(request: Request) -> int | None:
    text = request.headers.get("content-length", "")
    # The server has checked that it is a number.
    return int(text) if text else None


def _other_size(upload: UploadRow, length: int) -> Rejected:
    message = (
        f"The upload of “{upload.file_name}” is for {format_size(upload.byte_size)}, and this request has "
        f"{format_size(length)}. Send the whole file, or name the part in Content-Range."
    )
    if length > upload.byte_size:
        return Rejected(413, "UPLOAD_TOO_LARGE", message)
    return Rejected(400, "UPLOAD_CUT_OFF", message)


def _busy(upload: UploadRow) -> Rejected:
    message = f"Another request is sending “{upload.file_name}”. Wait until it ends."
    return Rejected(409, "UPLOAD_BUSY", message, headers={"retry-after": "5"})


def _finished(upload: UploadRow) -> Rejected:
    message = f"The upload of “{upload.file_name}” is finished. Use it, or create a new upload."
    return Rejected(
        409, "UPLOAD_FINISHED", message, headers={"upload-offset": str(upload.byte_size), "upload-complete": "?1"}
    )
