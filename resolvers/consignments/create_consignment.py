"""The mutation createConsignment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import VendorRow
from db.codes import next_code
from db.consignments.changes import NewLine, add_consignment, add_lines
from db.consignments.custody_reads import ALLOTMENTS_OF_SCHEME
from db.coupons.reads import RUNS_BY_SCHEME
from db.coupons.rows import RunRow
from db.sessions import Writing
from domain.consignments.failures import QuantityExceeded
from domain.consignments.ranges import quantity_problems
from domain.consignments.segments import choose_segment_bits
from domain.coupons.quantities import CouponQuantities
from domain.events import EventKind, Subject, SubjectKind
from domain.failures import Problem, UserErrorCode
from domain.schemes.execution_facts import ConsignmentCreated
from domain.schemes.scheme_name import SchemeName
from domain.spans import Spans
from domain.text import format_count
from resolvers.consignments.artwork_locking import add_artworks, lock_artworks
from resolvers.consignments.artwork_states import refresh_after_chain
from resolvers.consignments.chains import check_chain, due_problems
from resolvers.consignments.notify import notify_of_assignment
from resolvers.consignments.state import refresh_state
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.execution import NewActivity, lock_execution, quantities_of_scheme, record_activity, rederive
from resolvers.validation import reject_invalid


class LineOrder(Struct, frozen=True):
    """So many coupons of a variant for a consignment."""

    variant_id: UUID
    quantity: int


class CreateConsignment(Struct, frozen=True):
    """Give coupons of a scheme to a chain of vendors, in the order of the chain."""

    scheme_id: UUID
    vendor_ids: tuple[UUID, ...]
    lines: tuple[LineOrder, ...]
    due_on: date | None = None
    acknowledge_warnings: bool = False
    idempotency_key: str | None = None


async def create_consignment(operation: Operation, command: CreateConsignment) -> UUID:
    """Allot the lowest free serials of each variant to a new consignment and return its id.

    Raises InvalidInput, NotFound, IllegalState, QuantityExceeded and ChainNotAcknowledged.
    """
    reject_invalid(_line_problems(command.lines))
    consignment_id = operation.new_id()
    async with operation.writing() as session:
        # Uploads and reviews store the states of the consignments that they see, so they wait for this one.
        await lock_artworks(session, command.scheme_id, [line.variant_id for line in command.lines], exclusive=False)
        definition = await lock_execution(operation, session, command.scheme_id)
        earlier = await claim_key(operation, session, command, result_id=consignment_id)
        if earlier:
            return earlier
        vendors = await check_chain(session, command.vendor_ids, acknowledged=command.acknowledge_warnings)
        reject_invalid(due_problems(command.due_on, (await operation.calendar()).day_of(operation.now)))
        quantities = {each.variant_id: each for each in await quantities_of_scheme(session, command.scheme_id)}
        _check_quantities(command.lines, quantities)
        await add_artworks(operation, session, command.scheme_id, [line.variant_id for line in command.lines])
        year = (await operation.calendar()).day_of(operation.now).year
        code = await next_code(session, "CON", year)
        await add_consignment(
            session,
            consignment_id=consignment_id,
            code=code,
            scheme_id=command.scheme_id,
            due_on=command.due_on,
            vendor_ids=command.vendor_ids,
            created_by=operation.viewer.account_id,
            at=operation.now,
        )
        await _allot(operation, session, command, consignment_id)
        await _store_states(operation, session, command, consignment_id)
        await _announce(operation, session, command, (consignment_id, code, definition.name, vendors))
    return consignment_id


async def _store_states(
    operation: Operation, session: Writing, command: CreateConsignment, consignment_id: UUID
) -> None:
    """Store what follows from the new chain: the state of the consignment, of others, and of the scheme."""
    await refresh_state(operation, session, consignment_id)
    await refresh_after_chain(operation, session, command.scheme_id, [line.variant_id for line in command.lines])
    await rederive(operation, session, command.scheme_id)


async def _announce(
    operation: Operation,
    session: Writing,
    command: CreateConsignment,
    created: tuple[UUID, str, SchemeName, Sequence[VendorRow]],
) -> None:
    """Record the consignment in the activity of the scheme, and notify the people of its vendors."""
    consignment_id, code, scheme, vendors = created
    quantity = sum(line.quantity for line in command.lines)
    names = tuple(vendor.name for vendor in vendors)
    fact = ConsignmentCreated(scheme=scheme, code=code, quantity=quantity, vendors=names)
    subjects = (Subject(SubjectKind.CONSIGNMENT, consignment_id),)
    activity = NewActivity(EventKind.CONSIGNMENT_CREATED, fact, subjects=subjects)
    await record_activity(operation, session, command.scheme_id, activity)
    await notify_of_assignment(
        operation,
        session,
        scheme_id=command.scheme_id,
        consignment=(consignment_id, code),
        vendors=[(vendor.id, vendor.name) for vendor in vendors],
        quantity=quantity,
        due_on=command.due_on,
    )


def _line_problems(lines: Sequence[LineOrder]) -> Iterator[Problem]:
    if not lines:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one variant and its quantity.", ("lines",))
    seen: set[UUID] = set()
    for index, line in enumerate(lines):
        yield from quantity_problems(line.quantity, ("lines", str(index), "quantity"))
        if line.variant_id in seen:
            message = "This variant is chosen twice. Add up its quantities in one line."
            yield Problem(UserErrorCode.DUPLICATE, message, ("lines", str(index), "variantId"))
        seen.add(line.variant_id)


def _check_quantities(lines: Sequence[LineOrder], quantities: Mapping[UUID, CouponQuantities]) -> None:
    unknown = [index for index, line in enumerate(lines) if line.variant_id not in quantities]
    reject_invalid(
        Problem(UserErrorCode.NOT_FOUND, "The scheme has no such variant.", ("lines", str(index), "variantId"))
        for index in unknown
    )
    for index, line in enumerate(lines):
        each = quantities[line.variant_id]
        if line.quantity <= each.available:
            continue
        message = f"{format_count(each.pending, 'coupon')} of {each.sku} can still be allocated, not {line.quantity:,}."
        if each.pooled < each.pending:
            message = (
                f"{format_count(each.available, 'coupon')} of {each.sku} can be allocated now, not {line.quantity:,}. "
                f"Generate the shortfall of {format_count(each.shortfall, 'coupon')} first."
            )
        path = ("input", "lines", str(index), "quantity")
        raise QuantityExceeded(
            message, path, variant_id=line.variant_id, requested=line.quantity, available=each.available
        )


async def _allot(operation: Operation, session: Writing, command: CreateConsignment, consignment_id: UUID) -> None:
    runs = await session.fetch(RUNS_BY_SCHEME, ids=[command.scheme_id])
    allotted = await session.fetch(ALLOTMENTS_OF_SCHEME, scheme_id=command.scheme_id)
    taken = Spans.of(span for row in allotted for span in Spans.parse(row.text))
    lines = []
    # The lines of a consignment are in the order of their ids wherever several of them are locked.
    for order in command.lines:
        pieces = _take(runs, taken, order)
        serials = Spans.of(span for _, spans in pieces for span in spans)
        line = NewLine(
            id=operation.new_id(),
            variant_id=order.variant_id,
            segment_bits=choose_segment_bits(serials),
            taken=pieces,
        )
        lines.append(line)
    count = sum(len(spans.spans) for line in lines for _, spans in line.taken)
    await add_lines(session, consignment_id, lines, [operation.new_id() for _ in range(count)])


def _take(runs: Sequence[RunRow], taken: Spans, order: LineOrder) -> list[tuple[UUID, Spans]]:
    """The lowest free serials of a variant, by run."""
    missing, pieces = order.quantity, []
    for run in runs:
        if run.variant_id != order.variant_id or missing == 0:
            continue
        free = (Spans((run.span,)) - taken).lowest(missing)
        if free:
            pieces.append((run.id, free))
            missing -= free.quantity
    return pieces
