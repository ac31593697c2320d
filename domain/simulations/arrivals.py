"""Sales as they arrived: new ones, corrections, and returns, in the order in which they were recorded (N7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from domain.points.lines import SoldLine
from domain.points.net_lines import net_lines
from domain.simulations.records import LineRecord, LineRow, Piece, ReturnRecord

_NEVER = 2**63 - 1


class Return(Struct, frozen=True, gc=False):
    """Units of a variant that came back at a moment, and until when that counts."""

    variant: int
    quantity: int
    since: int
    until: int


class Revision(Struct, gc=False):
    """A revision of a sale at its place, from when it was recorded until another one replaced it.

    `order` is its place in canonical order among all sales of the piece; revisions of a sale at one place share it.
    """

    ecp: int
    sold_at: int
    sale: int
    since: int
    until: int
    order: int
    lines: list[LineRecord]
    returns: Sequence[Return] = ()

    def net_at(self, moment: int) -> list[LineRecord]:
        """The lines net of what had come back until a moment."""
        back: dict[UUID, int] = {}
        for one in self.returns:
            if one.since <= moment < one.until:
                back[UUID(int=one.variant)] = back.get(UUID(int=one.variant), 0) + one.quantity
        if not back:
            return self.lines
        sold = [
            SoldLine(
                position=line.position,
                variant_id=UUID(int=line.variant),
                quantity=line.quantity,
                unit_price=Decimal(),
                currency="",
            )
            for line in self.lines
        ]
        net = net_lines(sold, back)
        return [line._replace(quantity=one.quantity) for line, one in zip(self.lines, net, strict=True)]

    @property
    def at_last(self) -> list[LineRecord]:
        """The lines as they count now; none if the revision was replaced."""
        if self.until != _NEVER:
            return []
        return self.net_at(_NEVER - 1) if self.returns else self.lines


class Arrival(Struct, frozen=True, gc=False):
    """A change of a sale at its place: the lines that count from then on."""

    at: int
    ecp: int
    order: int
    sold_at: int
    lines: Sequence[LineRecord]


class Changes:
    """What happened to the sales of a piece after they were recorded."""

    def __init__(self, piece: Piece) -> None:
        self._ended = {(one.sale, one.revision): one.at for one in piece.superseded}
        self._returns: dict[int, list[ReturnRecord]] = defaultdict(list)
        for row in piece.read_returns():
            self._returns[row.ecp].append(row)
        # ECPs of which a sale was corrected or returned.
        self.ecps = {one.ecp for one in piece.superseded}.union(self._returns)

    def revisions(self, ecp: int, rows: Iterable[LineRow]) -> list[Revision]:
        """The revisions of the sales of an ECP in canonical order, given all their lines."""
        revisions: list[Revision] = []
        key: tuple[int, int, int] | None = None
        order = 0
        for line in map(LineRecord._make, rows):
            if (line.sold_at, line.sale, line.revision) == key:
                revisions[-1].lines.append(line)
                continue
            if key is None or key[:2] != (line.sold_at, line.sale):
                order += 1
            key = (line.sold_at, line.sale, line.revision)
            revisions.append(
                Revision(
                    ecp=ecp,
                    sold_at=line.sold_at,
                    sale=line.sale,
                    since=line.recorded_at,
                    until=self._ended.get((line.sale, line.revision), _NEVER),
                    order=order,
                    lines=[line],
                )
            )
        self._add_returns(revisions, self._returns.get(ecp, ()))
        return revisions

    def _add_returns(self, revisions: Sequence[Revision], rows: Iterable[ReturnRecord]) -> None:
        found: dict[tuple[int, int], list[Return]] = {}
        for row in rows:
            until = self._ended.get((row.returning_sale, row.returning_revision), _NEVER)
            one = Return(variant=row.variant, quantity=row.quantity, since=row.recorded_at, until=until)
            found.setdefault((row.sold_at, row.sale), []).append(one)
        if found:
            for revision in revisions:
                revision.returns = found.get((revision.sold_at, revision.sale), ())


def list_arrivals(revisions: Sequence[Revision]) -> list[Arrival]:
    """The changes of the sales of an ECP, in the order in which they were recorded."""
    by_place: dict[int, list[Revision]] = {}
    for one in revisions:
        by_place.setdefault(one.order, []).append(one)
    arrivals: list[Arrival] = []
    for of_sale in by_place.values():
        before: Sequence[LineRecord] = ()
        for at in sorted({moment for one in of_sale for moment in _moments(one)}):
            present = [one for one in of_sale if one.since <= at < one.until]
            lines = present[-1].net_at(at) if present else ()
            if _counted(lines) != _counted(before):
                first = of_sale[0]
                arrivals.append(
                    Arrival(
                        at=at,
                        ecp=first.ecp,
                        order=first.order,
                        sold_at=first.sold_at,
                        lines=lines,
                    )
                )
                before = lines
    arrivals.sort(key=lambda one: (one.at, one.order))
    return arrivals


def _moments(revision: Revision) -> Iterable[int]:
    yield revision.since
    if revision.until != _NEVER:
        yield revision.until
    for one in revision.returns:
        for moment in (one.since, one.until):
            if revision.since < moment < revision.until:
                yield moment


def _counted(lines: Sequence[LineRecord]) -> list[tuple[int, int, int, int]]:
    return [(line.position, line.variant, line.quantity, line.price) for line in lines]
