"""Streams a file of codes, and records whether all of it was sent."""

import asyncio
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.audit.facts import Origin
from graphql_api.context import Environment
from graphql_api.subscriptions.close_reasons import log_bugs
from graphql_api.transport.sse import wait_for_disconnect
from resolvers.downloads.open_codes import OpenedCodes, record_finished, record_interrupted
from resolvers.retrying import retry_conflicts

# How long recording the end may take, in seconds, when the server stops.
RECORD_TIMEOUT_S: Final = 5.0

_log = structlog.get_logger("tessera.downloads")


class CodeStream(Response):
    """The response with a file of codes. A connection that takes no more bytes pauses it, so memory stays flat."""

    media_type = "text/csv"

    def __init__(self, environment: Environment, opened: OpenedCodes, origin: Origin) -> None:
        super().__init__(
            headers={
                "content-type": "text/csv; charset=utf-8; header=present",
                "content-disposition": f'attachment; filename="{opened.name}"',
                "cache-control": "no-store",
                "referrer-policy": "no-referrer",
                "x-content-type-options": "nosniff",
                # Proxies that know this header do not buffer the file.
                "x-accel-buffering": "no",
            }
        )
        del self.headers["content-length"]
        self._environment = environment
        self._opened = opened
        self._origin = origin
        self._finished = False

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
            if not self._finished:
                await self._record_interrupted()

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for chunk in self._opened.file.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            # A connection that takes everything never lets others run.
            await asyncio.sleep(0)
        # Before the end of the body, so that no complete file lacks its entry in the audit log.
        await self._record(finished=True)
        self._finished = True
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _record_interrupted(self) -> None:
        try:
            async with asyncio.timeout(RECORD_TIMEOUT_S):
                await self._record(finished=False)
        except Exception as error:  # noqa: BLE001 - the connection is gone, so nobody else hears of it
            _log.error("an interrupted download was not recorded", exc_info=error)

    async def _record(self, *, finished: bool) -> None:
        operation = self._environment.operation(None)
        operation.origin = self._origin
        record = record_finished if finished else record_interrupted
        try:
            await retry_conflicts(lambda: record(operation, self._opened))
        finally:
            await operation.close()
        file = self._opened.file
        _log.info("download", finished=finished, codes=file.written, consignment=self._opened.consignment)
