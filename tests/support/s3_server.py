"""A server that speaks as much of the protocol of S3 as an object store needs, with its objects in memory.

Moto cannot be a dependency beside the present Strawberry: they need different versions of python-dateutil. Set
TEST_S3_ENDPOINT to run the same tests against another server with a bucket of this name, such as moto's or MinIO's.
"""

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from re import findall, fullmatch
from typing import Final
from xml.sax.saxutils import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BUCKET: Final = "tessera"
_PAGE: Final = 3


class S3Server:
    """One bucket. `fails` makes every request fail, as a store that is away does."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.fails = False
        self.requests: list[str] = []
        self._parts: dict[str, dict[int, bytes]] = {}

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        body = await request.body()
        if self.fails:
            return Response(status_code=403)
        key, query = request.path_params.get("key", ""), request.query_params
        self.requests.append(request.method)
        if request.method == "POST" and "delete" in query:
            return self._delete_many(body)
        if request.method in {"POST", "PUT"}:
            return self._write(key, query.get("uploadId"), int(query.get("partNumber", 0)), body, request.method)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Response(status_code=204)
        if not key:
            return self._list(query.get("prefix", ""), query.get("continuation-token", ""))
        return self._read(key, request)

    def _write(self, key: str, upload: str | None, number: int, body: bytes, method: str) -> Response:
        tag = {"etag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}
        if upload is None and method == "POST":
            self._parts[key] = {}
            return _xml(
                f"<InitiateMultipartUploadResult><UploadId>{escape(key)}</UploadId></InitiateMultipartUploadResult>"
            )
        if upload is not None and method == "PUT":
            self._parts[upload][number] = body
            return Response(headers=tag)
        if upload is not None:
            body = b"".join(part for _, part in sorted(self._parts.pop(upload).items()))
        self.objects[key] = body, datetime.now(UTC)
        if upload is not None:
            return _xml(
                f"<CompleteMultipartUploadResult><ETag>x</ETag><Key>{escape(key)}</Key></CompleteMultipartUploadResult>"
            )
        return Response(headers=tag)

    def _read(self, key: str, request: Request) -> Response:
        if key not in self.objects:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        body, written_at = self.objects[key]
        headers = {"last-modified": format_datetime(written_at, usegmt=True), "etag": '"x"', "accept-ranges": "bytes"}
        if request.method == "HEAD":
            return Response(headers={**headers, "content-length": str(len(body))})
        found = fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
        if found is None:
            return Response(body, headers=headers)
        first, last = int(found[1]), min(int(found[2]), len(body) - 1)
        headers["content-range"] = f"bytes {first}-{last}/{len(body)}"
        return Response(body[first : last + 1], 206, headers=headers)

    def _list(self, prefix: str, after: str) -> Response:
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        page, more = keys[:_PAGE], len(keys) > _PAGE
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{self.objects[key][1].isoformat()}</LastModified>"
            f"<ETag>x</ETag><Size>{len(self.objects[key][0])}</Size></Contents>"
            for key in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        return _xml(f"<ListBucketResult>{truncated}{token}<KeyCount>{len(page)}</KeyCount>{entries}</ListBucketResult>")

    def _delete_many(self, body: bytes) -> Response:
        keys = findall(r"<Key>(.*?)</Key>", body.decode())
        for key in keys:
            self.objects.pop(key, None)
        return _xml(
            "<DeleteResult>" + "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys) + "</DeleteResult>"
        )


@contextlib.asynccontextmanager
async def running_s3() -> AsyncIterator[tuple[S3Server, str]]:
    """A server in the loop of the tests, and its address."""
    store = S3Server()
    methods = ["GET", "HEAD", "PUT", "POST", "DELETE"]
    routes = [
        Route(f"/{BUCKET}", store.__call__, methods=methods),
        Route(f"/{BUCKET}/{{key:path}}", store.__call__, methods=methods),
    ]
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    yield store, f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await task


def client_settings(address: str) -> dict[str, str]:
    """The variables of the environment with which clients find a server."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": address,
        "AWS_ALLOW_HTTP": "true",
    }


def _xml(text: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{text}', media_type="application/xml")
