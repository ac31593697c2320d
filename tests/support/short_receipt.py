"""A consignment with one object of every kind that belongs to it, by global ID."""

from uuid import UUID

from db.consignments.view_rows import MovementViewRow
from domain.node_kinds import NodeKind
from domain.spans import Span
from resolvers.artwork.loaders import artworks_by_scheme
from resolvers.audit.lists import AuditFilter, list_audit_entries
from resolvers.consignments.batch_loaders import discrepancies_by_consignment
from resolvers.consignments.lists import movements_by_consignment
from resolvers.consignments.pack_loaders import find_pack
from resolvers.context import Operation
from resolvers.downloads.request_code_download import RequestCodeDownload, request_code_download
from resolvers.paging import PageArguments
from tests.support.client import gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.packs import sscc


async def short_receipt(consignments: ConsignmentFactory, scheme_id: UUID) -> dict[NodeKind, str]:
    """The global IDs of a consignment, and of its batch, movement, discrepancy, pack, artwork, and audit entry."""
    made = await consignments.created(await consignments.generated(scheme_id))
    await consignments.produce(made, quantity=1000)
    await consignments.pack(made, (sscc(1), Span(900, 999)))
    batch_id = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch_id, accepted_serials=(Span(0, 98),))
    operation = consignments.operations()
    await request_code_download(operation, RequestCodeDownload(made))
    (entry,) = (await list_audit_entries(operation, AuditFilter(), PageArguments())).nodes
    pack = await find_pack(operation, sscc(1))
    assert pack is not None
    (movement, *_), (discrepancy,) = [
        (await load(operation, [made]))[0] for load in (movements_of, discrepancies_by_consignment)
    ]
    ((artwork, *_),) = await artworks_by_scheme(operation, [scheme_id])
    await operation.close()
    return {
        NodeKind.ARTWORK: gid(NodeKind.ARTWORK, artwork.id),
        NodeKind.AUDIT_ENTRY: gid(NodeKind.AUDIT_ENTRY, entry.id),
        NodeKind.BATCH: gid(NodeKind.BATCH, batch_id),
        NodeKind.BATCH_MOVEMENT: gid(NodeKind.BATCH_MOVEMENT, movement.id),
        NodeKind.CONSIGNMENT: gid(NodeKind.CONSIGNMENT, made),
        NodeKind.DISCREPANCY: gid(NodeKind.DISCREPANCY, discrepancy.id),
        NodeKind.PACK: gid(NodeKind.PACK, pack.id),
    }


async def movements_of(operation: Operation, ids: list[UUID]) -> list[list[MovementViewRow]]:
    """The movements of consignments, newest first."""
    return [page.nodes for page in await movements_by_consignment(operation, ids, PageArguments())]
