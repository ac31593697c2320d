"""Find what the EPCs of events are: lines of consignments that the viewer takes part in, and batches."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.epcis.reads import BATCHES_TO_VENDOR, SERIALS_OF_PACKS, allotted_serials, lines_of_consignments
from db.epcis.rows import AllottedRow, ClassRow
from db.sessions import Fetching
from domain.consignments.facts import Condition
from domain.epcis.identifiers import CouponClass
from domain.epcis.statements import Stated
from domain.failures import InvalidInput, Path, Problem, UserErrorCode
from domain.spans import Span, Spans
from domain.text import format_count, format_number, quote
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation


class LocatedLine(Struct, frozen=True):
    """Coupons of one variant: the serials, or a quantity where `serials` is None."""

    variant_id: UUID
    line_id: UUID | None = None
    serials: tuple[Span, ...] | None = None
    quantity: int | None = None


class Located(Struct, frozen=True):
    """The consignment that an event is about, and its lines."""

    consignment_id: UUID
    consignment: str
    lines: tuple[LocatedLine, ...]


class Locator:
    """The lines that have the serials of some events, read with one statement for all of them."""

    def __init__(self, allotted: Sequence[AllottedRow], classes: Sequence[ClassRow], packs: dict[str, Spans]) -> None:
        pieces = sorted((span.first, span.last, row) for row in allotted for span in Spans.parse(row.text))
        self._firsts = [first for first, _, _ in pieces]
        self._pieces = pieces
        self._classes = classes
        self._packs = packs

    def locate(self, stated: Stated) -> Located:
        """Find the consignment and the lines of an event. Raises InvalidInput."""
        serials = stated.serials
        for sscc in stated.ssccs:
            serials = serials | self._open_pack(sscc, stated.serials_path)
        located = self._by_quantity(stated) if stated.counted else self._by_serial(stated, serials)
        if stated.consignment is not None and stated.consignment != located.consignment:
            message = f"These coupons belong to {located.consignment}, not to {quote(stated.consignment[:100])}."
            raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, ("bizTransactionList",)))
        return located

    def _open_pack(self, sscc: str, path: Path) -> Spans:
        """The serials in a pack. A pack of others does not exist for the viewer."""
        serials = self._packs.get(sscc, Spans())
        unknown = _unknown(f"No pack of a consignment that you take part in has the SSCC {sscc}.", path)
        if not serials:
            raise unknown
        try:
            list(self._cut(serials, path))
        except InvalidInput:
            raise unknown from None
        return serials

    def _by_serial(self, stated: Stated, serials: Spans) -> Located:
        found: dict[AllottedRow, list[Span]] = {}
        for row, span in self._cut(serials, stated.serials_path):
            found.setdefault(row, []).append(span)
        self._check_references(stated)
        _check_declared(stated, found)
        (row, *others) = found
        for other in others:
            if other.consignment_id != row.consignment_id:
                message = (
                    f"These coupons belong to {row.consignment} and {other.consignment}. "
                    "Send one event for each consignment."
                )
                raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, stated.serials_path))
        lines = tuple(LocatedLine(each.variant_id, each.line_id, tuple(spans)) for each, spans in found.items())
        return Located(row.consignment_id, row.consignment, lines)

    def _cut(self, serials: Spans, path: Path) -> Iterator[tuple[AllottedRow, Span]]:
        for span in serials:
            first = span.first
            while first <= span.last:
                row, last = self._piece(first, path)
                yield row, Span(first, min(last, span.last))
                first = last + 1

    def _piece(self, serial: int, path: Path) -> tuple[AllottedRow, int]:
        """The line of a serial, and the last serial of its range there."""
        place = bisect_right(self._firsts, serial) - 1
        if place < 0 or self._pieces[place][1] < serial:
            message = f"The coupon with the serial {serial} is in no consignment that you take part in."
            raise _unknown(message, path)
        return self._pieces[place][2], self._pieces[place][1]

    def _check_references(self, stated: Stated) -> None:
        for serial, reference in stated.references.items():
            row, _ = self._piece(serial, stated.serials_path)
            if row.reference != reference:
                message = f"The coupon with the serial {serial} has another coupon reference in its GCN."
                raise _unknown(message, stated.serials_path)

    def _by_quantity(self, stated: Stated) -> Located:
        if stated.consignment is None:
            message = "Name the consignment as a business transaction of the type po: a quantity does not say which."
            raise InvalidInput(Problem(UserErrorCode.REQUIRED, message, ("bizTransactionList",)))
        lines: list[LocatedLine] = []
        rows = [row for row in self._classes if row.consignment == stated.consignment]
        if not rows:
            message = f"You take part in no consignment {quote(stated.consignment[:100])}."
            raise _unknown(message, ("bizTransactionList",))
        for counted in stated.counted:
            row = next((row for row in rows if _is_class(row, counted.coupons)), None)
            if row is None:
                raise _unknown(f"{stated.consignment} has no coupons of this class.", counted.path)
            lines.append(LocatedLine(row.variant_id, quantity=counted.quantity))
        return Located(rows[0].consignment_id, stated.consignment, tuple(lines))


async def make_locator(operation: Operation, fetching: Fetching, stated: Iterable[Stated]) -> Locator:
    """Read what the events are about, with at most three statements."""
    events = list(stated)
    viewer = operation.viewer
    scope = viewer.consignment_scope
    scoped = scope_parameters(viewer, scope)
    ssccs = sorted({sscc for event in events for sscc in event.ssccs})
    packs: dict[str, Spans] = {}
    if ssccs:
        packs = {row.sscc: Spans.parse(row.text) for row in await fetching.fetch(SERIALS_OF_PACKS, ssccs=ssccs)}
    wanted = Spans.of(span for event in events for span in event.serials)
    for serials in packs.values():
        wanted = wanted | serials
    allotted: list[AllottedRow] = []
    if wanted:
        allotted = await fetching.fetch(allotted_serials(scope), spans=wanted.text, **scoped)
    codes = sorted({event.consignment for event in events if event.counted and event.consignment is not None})
    classes = await fetching.fetch(lines_of_consignments(scope), codes=codes, **scoped) if codes else []
    return Locator(allotted, classes, packs)


async def find_batch(operation: Operation, fetching: Fetching, stated: Stated, located: Located) -> UUID:
    """Find the batch in which coupons arrive: the one that the event names, or the one that they are in.

    Raises InvalidInput.
    """
    if stated.batch is not None:
        found = await fetching.fetch(
            BATCHES_TO_VENDOR,
            consignment_id=located.consignment_id,
            vendor_id=operation.viewer.vendor_id,
            name=stated.batch,
        )
        if not found:
            message = f"No batch {quote(stated.batch[:100])} of {located.consignment} was sent to you."
            raise _unknown(message, ("bizTransactionList",))
    else:
        line_ids = [line.line_id for line in located.lines]
        spans = Spans.of(span for line in located.lines for span in line.serials or ())
        rows = await fetching.fetch(HOLDERS_OF_SERIALS, line_ids=line_ids, spans=spans.text)
        on_the_way = {row.batch_id for row in rows if row.condition in {Condition.GOOD, Condition.VOID}}
        found = sorted(batch_id for batch_id in on_the_way if batch_id is not None)
        if not found:
            raise _unknown("None of these coupons is on the way in a batch.", stated.serials_path)
    if len(found) > 1:
        message = "These coupons are in several batches. Name one as a business transaction of the type desadv."
        raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, ("bizTransactionList",)))
    return found[0]


def _check_declared(stated: Stated, found: Mapping[AllottedRow, Sequence[Span]]) -> None:
    """Check the classes and the quantities that an event states beside its ranges. Raises InvalidInput."""
    for counted in stated.declared:
        same = [each.quantity for each in stated.declared if each.coupons == counted.coupons]
        named = sum(span.quantity for row, spans in found.items() if _is_class(row, counted.coupons) for span in spans)
        if named < sum(same):
            message = (
                f"“{counted.path[0]}” counts {format_count(sum(same), 'coupon')} of this class, "
                f"but the event names {format_number(named)} of them."
            )
            raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, counted.path))


def _is_class(row: ClassRow | AllottedRow, coupons: CouponClass | int) -> bool:
    if isinstance(coupons, int):
        return row.reference == coupons
    return (row.scheme_id, row.variant_id) == (coupons.scheme_id, coupons.variant_id)


def _unknown(message: str, path: Path) -> InvalidInput:
    return InvalidInput(Problem(UserErrorCode.NOT_FOUND, message, path))
