"""Lock a consignment or a batch, and load its chain.

Every mutation locks in this order: batch, idempotency key, consignment, artwork of the variants by id, places of
custody by id, states of consignments by id, scheme, program. Mutations of Operations that create or change a
consignment lock its scheme before, and nobody else moves its coupons meanwhile.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from db.artwork.hold_reads import lock_with_artworks
from db.consignments import reads as statements
from db.consignments.rows import BatchRow, ChainRow
from db.consignments.turn_reads import TAKE_TURN_OF_CONSIGNMENT
from db.sessions import Writing
from domain.consignments.facts import BatchStatus
from domain.consignments.failures import BATCH_PATH, CONSIGNMENT_PATH
from domain.consignments.guards import BatchFacts, ConsignmentFacts
from domain.failures import IllegalState, NotFound, Path
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation


class Line(Struct, frozen=True):
    """A line of a locked consignment. `packed` is whether any of its serials are in a pack."""

    id: UUID
    variant_id: UUID
    sku: str
    quantity: int
    segment_bits: int
    packed: bool


class Chain(Struct, frozen=True):
    """A locked consignment: its vendors in order, its lines in the order in which their places are locked."""

    id: UUID
    code: str
    scheme_id: UUID
    canceled: bool
    vendor_ids: tuple[UUID, ...]
    vendor_names: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def last_leg(self) -> int:
        """The position of the last vendor."""
        return len(self.vendor_ids)

    @property
    def facts(self) -> ConsignmentFacts:
        """The facts that guards check, without custody."""
        return ConsignmentFacts(code=self.code, canceled=self.canceled, vendor_ids=self.vendor_ids)

    def vendor_of(self, leg: int) -> UUID:
        """The vendor at a position, from 1."""
        return self.vendor_ids[leg - 1]

    def name_of(self, leg: int) -> str:
        """The name of the vendor at a position, from 1."""
        return self.vendor_names[leg - 1]

    def leg_of(self, vendor_id: UUID | None) -> int:
        """The position of a vendor that takes part."""
        return self.vendor_ids.index(vendor_id) + 1

    def line_of(self, variant_id: UUID) -> Line | None:
        """The line of a variant, if the consignment has it."""
        return next((line for line in self.lines if line.variant_id == variant_id), None)

    def line(self, line_id: UUID) -> Line:
        """The line with this id."""
        return next(line for line in self.lines if line.id == line_id)


async def lock_chain(  # noqa: PLR0913 - what to lock, by name
    operation: Operation,
    session: Writing,
    consignment_id: UUID,
    *,
    exclusive: bool = False,
    artworks: bool = False,
    path: Path = CONSIGNMENT_PATH,
) -> Chain:
    """Lock a consignment that the viewer may see, and load it. Movements share the lock.

    With `artworks`, the locks of the artwork of its variants are shared, too.

    Raises NotFound, and IllegalState for a canceled consignment.
    """
    chain = await lock_any_chain(operation, session, consignment_id, exclusive=exclusive, artworks=artworks, path=path)
    if chain.canceled:
        raise IllegalState(f"{chain.code} is canceled.", path)
    return chain


async def lock_any_chain(  # noqa: PLR0913 - what to lock, by name
    operation: Operation,
    session: Writing,
    consignment_id: UUID,
    *,
    exclusive: bool,
    artworks: bool = False,
    path: Path = CONSIGNMENT_PATH,
) -> Chain:
    """Like `lock_chain`, for a consignment that may be canceled. Raises NotFound."""
    scope = operation.viewer.consignment_scope
    if exclusive:
        await session.fetch(TAKE_TURN_OF_CONSIGNMENT, id=consignment_id)
    lock = lock_with_artworks(scope) if artworks else statements.lock_consignment(scope, exclusive=exclusive)
    if not await session.fetch(lock, id=consignment_id, **scope_parameters(operation.viewer, scope)):
        raise NotFound("consignment", path)
    (row,) = await session.fetch(statements.CHAINS, ids=[consignment_id])
    return _build_chain(row)


async def lock_chains(operation: Operation, session: Writing, consignment_ids: Sequence[UUID]) -> list[Chain]:
    """Lock consignments that the viewer may see, canceled ones too, in the order of their ids, and load them."""
    scope = operation.viewer.consignment_scope
    lock = statements.lock_consignments(scope)
    ids = await session.fetch(lock, ids=list(consignment_ids), **scope_parameters(operation.viewer, scope))
    return [_build_chain(row) for row in await session.fetch(statements.CHAINS, ids=ids)]


async def lock_own_chain(
    operation: Operation, session: Writing, consignment_id: UUID, *, artworks: bool = False
) -> tuple[Chain, int]:
    """Lock a consignment in which the vendor of the viewer takes part; return it with the position of the vendor.

    Raises NotFound and IllegalState.
    """
    chain = await lock_chain(operation, session, consignment_id, artworks=artworks)
    if operation.viewer.vendor_id not in chain.vendor_ids:
        raise NotFound("consignment", CONSIGNMENT_PATH)
    return chain, chain.leg_of(operation.viewer.vendor_id)


async def lock_batch(operation: Operation, session: Writing, batch_id: UUID) -> BatchRow:
    """Lock a batch that the viewer may see. Raises NotFound.

    It is read before it is locked: the first lock gives the transaction its number, and the events of a batch are in
    the order of these numbers.
    """
    scope = operation.viewer.consignment_scope
    parameters = scope_parameters(operation.viewer, scope)
    if not await session.fetch(statements.batches_by_id(scope), ids=[batch_id], **parameters):
        raise NotFound("batch", BATCH_PATH)
    (batch,) = await session.fetch(statements.lock_batch(scope), id=batch_id, **parameters)
    return batch


def batch_facts(chain: Chain, batch: BatchRow) -> BatchFacts:
    """The facts about a locked batch that guards check."""
    return BatchFacts(
        code=batch.code,
        consignment=chain.code,
        canceled=chain.canceled,
        from_vendor_id=batch.from_vendor_id,
        to_vendor_id=batch.to_vendor_id,
        status=BatchStatus(batch.status),
    )


def _build_chain(row: ChainRow) -> Chain:
    lines = zip(row.line_ids, row.variant_ids, row.skus, row.quantities, row.segment_bits, row.packed, strict=True)
    return Chain(
        id=row.id,
        code=row.code,
        scheme_id=row.scheme_id,
        canceled=row.canceled,
        vendor_ids=tuple(row.vendor_ids),
        vendor_names=tuple(row.vendor_names),
        lines=tuple(
            Line(id=line_id, variant_id=variant_id, sku=sku, quantity=quantity, segment_bits=bits, packed=packed)
            for line_id, variant_id, sku, quantity, bits, packed in lines
        ),
    )
