"""Downloads of codes in tests: request a link, follow it, and read what it left in the database."""

import hashlib
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from db.database import Database
from domain.node_kinds import NodeKind
from tests.support.client import Client, document, gid

HEADER = "code,serial,sku,qrPayload"
_TRACES = """
SELECT ARRAY(SELECT kind FROM audit_entry ORDER BY at, id),
    (SELECT codes_downloaded_at IS NOT NULL FROM consignment WHERE id = :id),
    (SELECT count(*) FROM event WHERE kind = 'COUPON_CODES_DOWNLOADED' AND object_id = :id)
"""


async def request_link(client: Client, consignment_id: UUID, variant_id: UUID | None = None) -> dict[str, Any]:
    """The payload of `requestCodeDownload`."""
    given = {"consignmentId": gid(NodeKind.CONSIGNMENT, consignment_id)}
    if variant_id is not None:
        given["variantId"] = gid(NodeKind.VARIANT, variant_id)
    answer = await client.send(document("portal/RequestCodeDownload"), input=given)
    payload: dict[str, Any] = answer.data["requestCodeDownload"]
    return payload


async def link_to(client: Client, consignment_id: UUID, variant_id: UUID | None = None) -> str:
    """The link of a request that succeeds."""
    payload = await request_link(client, consignment_id, variant_id)
    assert payload["errors"] == []
    url: str = payload["url"]
    return url


def rows_of(response: httpx.Response) -> list[list[str]]:
    """The rows of a complete file, whose last line must be right."""
    assert response.status_code == 200, response.text
    *lines, last, end = response.content.split(b"\r\n")
    assert end == b""
    before = b"".join(line + b"\r\n" for line in lines)
    assert last == f"# codes: {len(lines) - 1}; sha256: {hashlib.sha256(before).hexdigest()}".encode()
    assert lines[0].decode() == HEADER
    return [line.decode().split(",") for line in lines[1:]]


def denial_of(response: httpx.Response) -> tuple[int, str, str]:
    """The status, code, and sentence of a download that was denied."""
    (error,) = response.json()["errors"]
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, error["extensions"]["code"], error["message"]


async def traces_of(database: Database, consignment_id: UUID) -> tuple[list[str], bool, int]:
    """What downloads left: kinds of audit entries, whether the codes count as known, and the number of events."""
    async with database.engine.connect() as connection:
        kinds, known, events = (await connection.execute(text(_TRACES), {"id": consignment_id})).one()
        return list(kinds), known, events


async def change(database: Database, statement: str, **parameters: Any) -> None:
    """Change rows behind the back of the server."""
    async with database.engine.begin() as connection:
        await connection.execute(text(statement), parameters)
