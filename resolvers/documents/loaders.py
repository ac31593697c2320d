"""Links to shipping documents."""

from typing import Final
from uuid import UUID

from db.documents.reads import PACKED_BATCHES
from domain.links import Link, LinkKind
from resolvers.context import Operation

# Where the server answers links to each kind of document.
DOCUMENT_PATHS: Final = {
    LinkKind.PACKING_LIST: "/documents/packing-list",
    LinkKind.PACK_LABELS: "/documents/labels",
    LinkKind.PACK_LABEL: "/documents/label",
}


async def packing_list_urls(operation: Operation, batch_ids: list[UUID]) -> list[str]:
    """Sign a link for the viewer to the packing list of each batch. Raises LinksUnavailable."""
    return [_sign(operation, LinkKind.PACKING_LIST, batch_id) for batch_id in batch_ids]


async def pack_labels_urls(operation: Operation, batch_ids: list[UUID]) -> list[str | None]:
    """Sign a link for the viewer to the labels of the packs of each batch; None without packs.

    Raises LinksUnavailable.
    """
    packed = set(await operation.fetch(PACKED_BATCHES, ids=batch_ids))
    return [_sign(operation, LinkKind.PACK_LABELS, key) if key in packed else None for key in batch_ids]


async def label_urls(operation: Operation, pack_ids: list[UUID]) -> list[str]:
    """Sign a link for the viewer to the label of each pack. Raises LinksUnavailable."""
    return [_sign(operation, LinkKind.PACK_LABEL, pack_id) for pack_id in pack_ids]


def _sign(operation: Operation, kind: LinkKind, subject_id: UUID) -> str:
    link = Link(
        kind=kind,
        id=subject_id,
        subject_id=subject_id,
        account_id=operation.viewer.account_id,
        expires_at=operation.now + operation.links.lifetime,
    )
    return f"{DOCUMENT_PATHS[kind]}/{operation.links.sign(link)}"
