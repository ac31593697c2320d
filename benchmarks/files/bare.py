"""A bare server in the shape of the product's: a PUT is hashed and forgotten, and a GET is sent from memory."""

import hashlib
import os
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_CHUNK: Final = bytes(2**18)


class _Source(Response):
    """Sends as many bytes as the path says."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.init_headers({"content-length": str(size), "content-type": "image/png"})
        self._size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for first in range(0, self._size, len(_CHUNK)):
            body = _CHUNK[: self._size - first]
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _respond(request: Request) -> Response:
    if request.method == "GET":
        return _Source(int(request.path_params["size"]))
    digest = hashlib.sha256()
    async for chunk in request.stream():
        digest.update(chunk)
    return JSONResponse({"sha256": digest.hexdigest()}, 201)


if __name__ == "__main__":
    uvicorn.run(
        Starlette(routes=[Route("/{size}", _respond, methods=["GET", "PUT"])]),
        port=int(os.environ["PORT"]),
        log_level="warning",
        access_log=False,
    )
