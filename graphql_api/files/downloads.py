"""`GET /files/{link}`: a stored file, whole or a range of it, for the account of a signed link."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from db.files.rows import StoredFileRow
from domain.audit.stored_facts import DenialReason
from domain.failures import NotFound
from domain.files.names import attachment_header
from domain.files.ranges import ByteRange, Unsatisfiable, requested_range
from domain.links import LinkKind
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.errors import INTERNAL
from graphql_api.files.credentials import (
    LinkMessages,
    Rejected,
    record_denial,
    rejection_of,
    rejection_response,
    sign_in_by_link,
)
from graphql_api.files.storage import FileStorage
from graphql_api.subscriptions.close_reasons import log_bugs
from graphql_api.transport.requests import request_id
from graphql_api.transport.sse import wait_for_disconnect
from resolvers.file_access import FileAccess, may_see_file
from resolvers.file_store import ContentMissing
from resolvers.files.loaders import files_by_id

_MESSAGES: Final = LinkMessages(
    remedy="Request a new link.",
    access_lost="The account of this link may not see this file. Ask an administrator.",
)
_NO_FILE: Final = "This file is not available to the account of this link."
_HEADERS: Final[Mapping[str, str]] = {
    "accept-ranges": "bytes",
    "cache-control": "private, no-store",
    # A browser that shows the file after all runs nothing in it, and gives it no origin.
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    # Proxies that know this header do not buffer the file.
    "x-accel-buffering": "no",
}
_log = structlog.get_logger("tessera.files")


class FileDownloads:
    """The endpoint of downloads of files."""

    def __init__(
        self,
        environment: Environment,
        authenticator: Authenticator,
        *,
        storage: FileStorage,
        access: Sequence[FileAccess],
    ) -> None:
        self._environment = environment
        self._authenticator = authenticator
        self._storage = storage
        self._access = access

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            try:
                response = await self._answer(request, await self._find(request))
            except Exception as error:  # noqa: BLE001 - bugs are raised again
                response = rejection_response(rejection_of(error, _MESSAGES))
        response.headers["x-request-id"] = reference
        return response

    async def _find(self, request: Request) -> StoredFileRow:
        """Find the file of the link, if its account may see it now. Raises Rejected and RequestError."""
        operation = self._environment.operation(None, fresh=True)
        try:
            link = await sign_in_by_link(operation, self._authenticator, request, LinkKind.FILE, _MESSAGES)
            (file,) = await files_by_id(operation, [link.subject_id])
            if file is None or not await may_see_file(operation, self._access, file.id):
                await record_denial(operation, link, DenialReason.ACCESS_LOST)
                raise NotFound("file", ("link",))
            return file
        finally:
            await operation.close()

    async def _answer(self, request: Request, file: StoredFileRow) -> Response:
        tag = f'"{file.sha256.hex()}"'
        headers = {**_HEADERS, "etag": tag, "content-disposition": attachment_header(file.name)}
        if tag in (text.strip() for text in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=headers)
        try:
            part = _part_of(request, file, tag)
        except Unsatisfiable:
            wanted = {"content-range": f"bytes */{file.byte_size}"}
            message = f"The file has {file.byte_size:,} bytes, and none of them is in this range."
            return rejection_response(Rejected(416, "RANGE_NOT_SATISFIABLE", message, headers=wanted))
        whole = ByteRange(0, file.byte_size)
        sent = part or whole
        headers |= {"content-type": file.content_type, "content-length": str(sent.length)}
        if part is not None:
            headers["content-range"] = f"bytes {part.first}-{part.last}/{file.byte_size}"
        status = 200 if part is None else 206
        if request.method == "HEAD":
            return _Headers(status, headers)
        chunks = self._storage.read(file.sha256, sent)
        try:
            # Before the status, so that a store that does not answer is an error and no empty file.
            first = await anext(chunks)
        except ContentMissing:
            _log.error("a stored file has no content", file=str(file.id))
            message = "The store has lost the content of this file. Ask the people who run the server."
            raise Rejected(500, INTERNAL, message) from None
        return FileStream(status, headers, _joined(first, chunks))


def _part_of(request: Request, file: StoredFileRow, tag: str) -> ByteRange | None:
    """The part that a request asks for; None for the whole file. Raises Unsatisfiable."""
    # A file that changed since the client has its beginning is sent whole: RFC 9110, section 13.1.5.
    if request.method != "GET" or request.headers.get("if-range", tag).strip() != tag:
        return None
    return requested_range(request.headers.get("range"), file.byte_size)


class _Headers(Response):
    """The headers of a file without its content."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=status)
        self.init_headers(headers)


async def _joined(first: bytes, chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(chunks):
        yield first
        async for chunk in chunks:
            yield chunk


class FileStream(Response):
    """The response with a file. A connection that takes no more bytes pauses it, so memory stays flat."""

    def __init__(self, status: int, headers: Mapping[str, str], chunks: AsyncGenerator[bytes]) -> None:
        super().__init__(status_code=status)
        self.init_headers(headers)
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file until its end, or until the client leaves."""
        del scope
        writer = asyncio.create_task(self._write(send))
        reader = asyncio.create_task(wait_for_disconnect(receive))
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writer.cancel()
            reader.cancel()
            log_bugs(await asyncio.gather(writer, reader, return_exceptions=True))

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._chunks) as chunks:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
