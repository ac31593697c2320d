"""Small drawings that serve as artwork, and their files."""

from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import insert

from db.files.tables import StoredFileTable, UploadTable
from domain.files.facts import UploadPurpose
from graphql_api.demo.steps import StepContext

_TYPE: Final = "image/svg+xml"
_DRAWING: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180">
<rect width="320" height="180" rx="12" fill="#f2a900"/>
<rect x="12" y="12" width="296" height="156" rx="8" fill="none" stroke="#fff" stroke-width="4" stroke-dasharray="8 6"/>
<text x="160" y="86" text-anchor="middle" font-family="sans-serif" font-size="34" fill="#3a2a00">{sku}</text>
<text x="160" y="126" text-anchor="middle" font-family="sans-serif" font-size="18" fill="#3a2a00">v {number}</text>
</svg>
"""


def draw(sku: str, number: int) -> bytes:
    """Draw a version of the label of a variant. SKUs have no characters that XML would have to escape."""
    return _DRAWING.format(sku=sku, number=number).encode()


async def store_drawing(context: StepContext, sku: str, number: int) -> UUID:
    """Store a finished upload of the actor, and return its id."""
    content, upload_id = draw(sku, number), context.environment.new_id()
    digest = sha256(content).digest()
    if context.environment.files is not None:
        await context.environment.files.add(content, digest)
    account_id, at, name = context.operation.viewer.account_id, context.operation.now, f"{sku} {number}.svg"
    file = {
        "id": upload_id,
        "name": name,
        "content_type": _TYPE,
        "byte_size": len(content),
        "sha256": digest,
        "created_at": at,
        "created_by": account_id,
    }
    await context.session.execute(insert(StoredFileTable).values(file))
    upload = {
        "id": upload_id,
        "account_id": account_id,
        "purpose": UploadPurpose.ARTWORK,
        "file_name": name,
        "content_type": _TYPE,
        "byte_size": len(content),
        "created_at": at,
        "expires_at": at + timedelta(days=1),
        "file_id": upload_id,
    }
    await context.session.execute(insert(UploadTable).values(upload))
    return upload_id
