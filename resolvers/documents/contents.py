"""What shipping documents state, as the viewer may see it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VendorRow
from db.consignments.pack_reads import SERIALS_OF_PACKS
from db.consignments.rows import BatchRow
from db.consignments.view_reads import BATCH_LINE_VIEWS, SERIALS_SENT
from db.documents.reads import COUNT_PACKS_CARRIED, PACKS_CARRIED, PRINTED
from domain.documents.facts import LabeledPack, Party, PrintedVersion, SentLine, SentPack, Shipment
from domain.documents.labels import MOST_LABELS, LabelSheet, write_labels
from domain.documents.packing_list import LISTED_PACKS, PackingList, write_packing_list
from domain.failures import NotFound
from domain.links import LinkKind
from domain.spans import Spans
from resolvers.consignments.batch_loaders import vendors_of_ends
from resolvers.consignments.chain_loaders import chains_by_consignment
from resolvers.consignments.loaders import batches_by_id, consignments_by_id
from resolvers.consignments.pack_loaders import packs_by_id
from resolvers.context import Operation
from resolvers.loading import align_many

PATH_OF_LINK: Final = ("link",)


class Document(Struct, frozen=True):
    """A document, ready to be set: its content, the name of its file, and the moment that it carries as its date."""

    content: PackingList | LabelSheet
    name: str
    dated: datetime


class Draft(Struct, frozen=True):
    """A document whose content is still to be written, which takes long for many packs: not on an event loop."""

    write: Callable[[], PackingList | LabelSheet]
    name: str
    dated: datetime

    def finish(self) -> Document:
        """Write the content."""
        return Document(self.write(), self.name, self.dated)


async def load_packing_list(operation: Operation, batch_id: UUID) -> Draft:
    """Load the packing list of a batch. Raises NotFound if the viewer may not see the batch."""
    shipment = await _load_shipment(operation, await _find_batch(operation, batch_id))
    program = await operation.program()
    write = partial(write_packing_list, program.name, shipment, program.calendar)
    return Draft(write, f"{shipment.batch}-packing-list.pdf", shipment.dispatched_at)


async def load_pack_labels(operation: Operation, batch_id: UUID) -> Draft:
    """Load the labels of the first packs of a batch. Raises NotFound if the viewer may not see it, or it has none."""
    batch = await _find_batch(operation, batch_id)
    rows = await operation.fetch(PACKS_CARRIED, batch_id=batch.id, limit=MOST_LABELS)
    if not rows:
        raise NotFound("pack", PATH_OF_LINK)
    variants = {row.line_id: row.variant for row in await operation.fetch(BATCH_LINE_VIEWS, ids=[batch.id])}
    sender, receiver = await _ends(operation, batch)
    consignment = await _consignment_code(operation, batch.consignment_id)
    labels = [
        LabeledPack(
            sscc=row.sscc,
            sku=variants[row.line_id].sku,
            name=variants[row.line_id].name,
            spans=row.spans,
            consignment=consignment,
            batch=batch.code,
            sender=sender,
            receiver=receiver,
            packed_at=row.packed_at,
            voided=batch.voided_at is not None,
        )
        for row in rows
    ]
    write = await _labels(operation, f"Labels of {batch.code}", labels)
    return Draft(write, f"{batch.code}-labels.pdf", batch.dispatched_at)


async def load_pack_label(operation: Operation, pack_id: UUID) -> Draft:
    """Load the label of a pack. Raises NotFound if the viewer may not see the pack.

    On hand, it is addressed to the next vendor of the chain, if the viewer may see that.
    """
    (pack,) = await packs_by_id(operation, [pack_id])
    if pack is None:
        raise NotFound("pack", PATH_OF_LINK)
    batch = None
    if pack.batch_id is not None:
        (batch,) = await batches_by_id(operation, [pack.batch_id])
    (chain,) = await chains_by_consignment(operation, [pack.consignment_id])
    vendors = {leg.position: leg.vendor for leg in chain.legs}
    (serials,) = await operation.fetch(SERIALS_OF_PACKS, ids=[pack.id])
    label = LabeledPack(
        sscc=pack.sscc,
        sku=pack.variant.sku,
        name=pack.variant.name,
        spans=Spans.parse(serials.text or ""),
        consignment=await _consignment_code(operation, pack.consignment_id),
        batch=None if batch is None else batch.code,
        sender=_party(vendors.get(pack.leg)),
        receiver=_party(vendors.get(pack.leg + 1)),
        packed_at=pack.packed_at,
        voided=batch is not None and batch.voided_at is not None,
        opened=pack.unpacked_at is not None,
    )
    write = await _labels(operation, f"Label of pack {pack.sscc}", [label])
    return Draft(write, f"{pack.sscc}-label.pdf", pack.packed_at)


DOCUMENTS: Final[Mapping[LinkKind, Callable[[Operation, UUID], Awaitable[Draft]]]] = MappingProxyType(
    {
        LinkKind.PACKING_LIST: load_packing_list,
        LinkKind.PACK_LABELS: load_pack_labels,
        LinkKind.PACK_LABEL: load_pack_label,
    }
)


async def _labels(operation: Operation, title: str, labels: Sequence[LabeledPack]) -> Callable[[], LabelSheet]:
    program = await operation.program()
    links = program.gs1_company_prefix is not None
    return partial(write_labels, program.name, title, labels, calendar=program.calendar, links=links)


async def _find_batch(operation: Operation, batch_id: UUID) -> BatchRow:
    (batch,) = await batches_by_id(operation, [batch_id])
    if batch is None:
        raise NotFound("batch", PATH_OF_LINK)
    return batch


async def _consignment_code(operation: Operation, consignment_id: UUID) -> str:
    (consignment,) = await consignments_by_id(operation, [consignment_id])
    return "" if consignment is None else consignment.code


async def _ends(operation: Operation, batch: BatchRow) -> tuple[Party | None, Party | None]:
    ((sender, receiver),) = await vendors_of_ends(operation, [batch.ends])
    return _party(sender), _party(receiver)


async def _load_shipment(operation: Operation, batch: BatchRow) -> Shipment:
    sender, receiver = await _ends(operation, batch)
    packs = await operation.fetch(PACKS_CARRIED, batch_id=batch.id, limit=LISTED_PACKS)
    count = len(packs)
    if count == LISTED_PACKS:
        (count,) = await operation.fetch(COUNT_PACKS_CARRIED, batch_id=batch.id)
    return Shipment(
        batch=batch.code,
        consignment=await _consignment_code(operation, batch.consignment_id),
        sender=sender,
        receiver=receiver,
        reference=batch.shipment_reference,
        dispatched_at=batch.dispatched_at,
        voided_at=batch.voided_at,
        void_reason=batch.void_reason,
        lines=await _load_lines(operation, batch.id),
        packs=[SentPack(row.sscc, row.line_id, row.spans) for row in packs],
        pack_count=count,
    )


async def _load_lines(operation: Operation, batch_id: UUID) -> list[SentLine]:
    rows = await operation.fetch(BATCH_LINE_VIEWS, ids=[batch_id])
    sent = {row.line_id: Spans.parse(row.text) for row in await operation.fetch(SERIALS_SENT, ids=[batch_id])}
    line_ids = [row.line_id for row in rows]
    printed = align_many(line_ids, await operation.fetch(PRINTED, line_ids=line_ids), lambda row: row.line_id)
    return [
        SentLine(
            id=row.line_id,
            sku=row.variant.sku,
            name=row.variant.name,
            quantity=row.quantity,
            spans=sent.get(row.line_id, Spans()),
            printed=[PrintedVersion(each.artwork_version, Spans.parse(each.text)) for each in versions],
        )
        for row, versions in zip(rows, printed, strict=True)
    ]


def _party(vendor: VendorRow | None) -> Party | None:
    return None if vendor is None else Party(vendor.name, vendor.code, vendor.city)
