"""Files in tests: small contents of every type, uploads, and what they left behind."""

import struct
import zlib
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy import text

from db.database import Database
from domain.files.content_types import ContentType
from domain.node_kinds import NodeKind
from resolvers.files.inspection.inspect import inspect_file
from schema.ids import decode_id
from tests.support.client import Client, document

_TRACES: Final = "SELECT (SELECT count(*) FROM upload), (SELECT count(*) FROM stored_file)"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'


def png(width: int = 4, height: int = 4, *, shade: int = 0) -> bytes:
    """A picture in one shade of gray."""
    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def given(content: bytes, **changed: Any) -> dict[str, Any]:
    """The input of `createUpload` for a logo in PNG."""
    return {
        "fileName": "logo.png",
        "contentType": "image/png",
        "byteSize": len(content),
        "purpose": "LOGO",
        **changed,
    }


async def create(client: Client, content: bytes, **changed: Any) -> dict[str, Any]:
    """The payload of `createUpload`."""
    answer = await client.send(document("portal/CreateUpload"), input=given(content, **changed))
    payload: dict[str, Any] = answer.data["createUpload"]
    return payload


async def begin(client: Client, content: bytes, **changed: Any) -> tuple[str, str]:
    """The global ID and the link of an upload that begins."""
    payload = await create(client, content, **changed)
    assert payload["errors"] == []
    return payload["uploadId"], payload["url"]


async def upload(client: Client, content: bytes, **changed: Any) -> str:
    """The global ID of an upload that is finished."""
    upload_id, url = await begin(client, content, **changed)
    response = await client.http.put(url, content=content)
    assert response.status_code == 201, response.text
    return upload_id


def part(content: bytes, first: int, end: int) -> dict[str, Any]:
    """The arguments of a PUT that sends a part."""
    return {
        "content": content[first:end],
        "headers": {"Content-Range": f"bytes {first}-{end - 1}/{len(content)}"},
    }


def rejection_of(response: httpx.Response) -> tuple[int, str, str]:
    """The status, code, and sentence of a request that was rejected."""
    (error,) = response.json()["errors"]
    assert response.headers["cache-control"] == "private, no-store"
    return response.status_code, error["extensions"]["code"], error["message"]


async def offset_of(http: httpx.AsyncClient, url: str) -> tuple[int, bool]:
    """How much of an upload has arrived, and whether it is finished."""
    response = await http.head(url)
    assert response.status_code == 200
    return int(response.headers["upload-offset"]), response.headers["upload-complete"] == "?1"


def key_of(upload_id: str) -> UUID:
    """The UUID in the global ID of an upload."""
    found = decode_id(upload_id)
    assert found is not None
    assert found[0] is NodeKind.UPLOAD
    return found[1]


async def inspect_here(path: Path, content_type: str, name: str) -> None:
    """Inspect a file without a process of its own, which takes most of the time of a small upload."""
    inspect_file(path, ContentType(content_type), name)


async def rows_left(database: Database) -> tuple[int, int]:
    """How many uploads and stored files there are."""
    async with database.engine.connect() as connection:
        uploads, files = (await connection.execute(text(_TRACES))).one()
        return uploads, files
