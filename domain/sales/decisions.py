"""Decides about reported sales, one after the other, against those that are known (R20). It stores nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct, field

from domain.failures import Problem, UserErrorCode
from domain.points.lines import SalePlace
from domain.sales.content import Comparison, Version, compare_versions
from domain.sales.facts import SaleOutcome
from domain.sales.lines import ReturnedLine, SaleLine, count_returned, find_excess
from domain.text import format_count, quote
from domain.timestamps import write_timestamp


class ArrivingSale(Struct, frozen=True):
    """A sale that a source reports, with the ECP and the variants that it names, and what it calls these: `skus`.

    `problems` reject it unless it is known already, and `unknown` park or reject it: the ECP or variants that it names
    do not exist. `may_park` says which. Only a sale without problems has an ECP.
    """

    external_id: str
    version: Version | None
    sold_at: datetime | None
    lines: tuple[SaleLine, ...]
    skus: tuple[str, ...] = ()
    ecp_id: UUID | None = None
    ecp: int | None = None
    returns: str | None = None
    problems: tuple[Problem, ...] = ()
    unknown: tuple[Problem, ...] = ()
    may_park: bool = False


class KnownSale(Struct):
    """A sale as it counts now: its current revision, and what came back of it by other sales and by itself.

    `returns` is the number of the sale that it returns; its own `lines` are then those units, negative.
    """

    number: int
    place: SalePlace
    ecp_id: UUID
    ecp: int
    revision: int
    digest: bytes
    updated_at: datetime | None = None
    returns: int | None = None
    lines: tuple[SaleLine, ...] = ()
    returned: tuple[ReturnedLine, ...] = ()

    @property
    def version(self) -> Version:
        """The version that is current."""
        return Version(self.digest, self.revision, self.updated_at)

    @property
    def sold(self) -> tuple[SaleLine, ...]:
        """The lines that were sold, not those that came back."""
        return tuple(line for line in self.lines if line.quantity > 0)

    @property
    def returned_by_others(self) -> tuple[ReturnedLine, ...]:
        """What other sales return of it."""
        return tuple(one for one in self.returned if one.returning_sale != self.number)


class Revision(Struct, frozen=True):
    """A revision to store: the sale as it was before, None if it is new, and what it is now."""

    before: KnownSale | None
    sale: KnownSale
    target: KnownSale | None


class Decision(Struct, frozen=True):
    """The outcome of one reported sale. `number` is that of the sale, None if it is not recorded."""

    outcome: SaleOutcome
    problems: tuple[Problem, ...] = ()
    number: int | None = None
    revision: Revision | None = None


class Book(Struct):
    """The sales of one source that a transaction knows and has locked, with those that it records.

    `claimed` are the numbers of new sales, by their external id. `before` are the sales as they were, None for new
    ones, and `causes` the sales that changed them, None where a sale changed itself.
    """

    source: str
    claimed: Mapping[str, int]
    known: dict[str, KnownSale]
    parked: dict[str, Version]
    before: dict[int, KnownSale | None] = field(default_factory=dict)
    causes: dict[int, int | None] = field(default_factory=dict)
    by_number: dict[int, KnownSale] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the sales by number."""
        self.by_number = {sale.number: sale for sale in self.known.values()}

    def decide(self, sale: ArrivingSale, *, is_retried: bool = False) -> Decision:
        """Decide about one sale, and count it from now on if it is recorded.

        A sale that `is_retried` was parked: it is not compared with the version that is parked, which is itself.
        """
        known = self.known.get(sale.external_id)
        if (found := self._compare(sale, known, is_retried=is_retried)) is not None:
            return found
        if sale.problems:
            return Decision(SaleOutcome.REJECTED, sale.problems)
        if sale.unknown:
            return self._park(sale, sale.unknown) if sale.may_park else Decision(SaleOutcome.REJECTED, sale.unknown)
        target = None
        if sale.returns is not None:
            target = self.known.get(sale.returns)
            if target is None and sale.returns != sale.external_id:
                return self._park(sale, (_unknown_sale(),))
        if problems := tuple(_check(sale, known, target)):
            return Decision(SaleOutcome.REJECTED, problems)
        return self._record(sale, known, target)

    def _compare(self, sale: ArrivingSale, known: KnownSale | None, *, is_retried: bool) -> Decision | None:
        """Decide about a version that is known, is older, or contradicts a known one; None for a new version."""
        if sale.version is None:
            return None
        number = None if known is None else known.number
        self._forget_recorded(sale.external_id, known)
        parked = self.parked.get(sale.external_id)
        for theirs in (None if known is None else known.version, parked):
            if theirs is None or (is_retried and theirs is parked and theirs == sale.version):
                continue
            found = compare_versions(sale.version, theirs)
            if found is Comparison.OLDER:
                return Decision(SaleOutcome.DUPLICATE, number=number)
            if found is Comparison.UNCLEAR:
                return Decision(
                    SaleOutcome.CONFLICT,
                    (_conflict(sale.version, theirs, "parked" if theirs is parked else "recorded"),),
                    number,
                )
            if found is Comparison.SAME and theirs is not parked:
                return Decision(SaleOutcome.DUPLICATE, number=number)
        return None

    def _forget_recorded(self, external_id: str, known: KnownSale | None) -> None:
        """Forget a parked sale that another transaction has recorded, in this version or a newer one."""
        parked = self.parked.get(external_id)
        if parked is None or known is None:
            return
        if compare_versions(parked, known.version) in {Comparison.SAME, Comparison.OLDER}:
            del self.parked[external_id]

    def _park(self, sale: ArrivingSale, problems: tuple[Problem, ...]) -> Decision:
        """Park a sale; one that is parked already stays as it is."""
        assert sale.version is not None  # noqa: S101 - a sale without problems has one
        parked = self.parked.get(sale.external_id)
        if parked is not None and compare_versions(sale.version, parked) is Comparison.SAME:
            return Decision(SaleOutcome.DUPLICATE, problems)
        self.parked[sale.external_id] = sale.version
        return Decision(SaleOutcome.PARKED, problems)

    def _record(self, sale: ArrivingSale, known: KnownSale | None, target: KnownSale | None) -> Decision:
        after = self._build(sale, known, target)
        number = after.number
        self.before.setdefault(number, known)
        self.causes[number] = None
        self.known[sale.external_id] = self.by_number[number] = after
        old_target = None if known is None or known.returns is None else self.by_number[known.returns]
        for other in {id(one): one for one in (old_target, target) if one is not None}.values():
            # The target may have changed in this transaction too.
            self._replace(other, tuple(one for one in other.returned if one.returning_sale != number))
            self.causes.setdefault(other.number, number)
        if target is not None:
            present = self.by_number[target.number]
            self._replace(present, present.returned + _returned_lines(after))
        self.parked.pop(sale.external_id, None)
        outcome = SaleOutcome.RECORDED if known is None else SaleOutcome.CORRECTED
        return Decision(outcome, number=number, revision=Revision(known, after, target))

    def _build(self, sale: ArrivingSale, known: KnownSale | None, target: KnownSale | None) -> KnownSale:
        version, sold_at, ecp_id, ecp = sale.version, sale.sold_at, sale.ecp_id, sale.ecp
        # For the type checker: a sale without problems has all of these.
        assert version is not None and sold_at is not None and ecp_id is not None and ecp is not None  # noqa: S101, PT018
        revision = version.revision if version.revision is not None else 1 if known is None else known.revision + 1
        after = KnownSale(
            number=self.claimed[sale.external_id] if known is None else known.number,
            place=SalePlace(sold_at, self.source, sale.external_id),
            ecp_id=ecp_id,
            ecp=ecp,
            revision=revision,
            digest=version.digest,
            updated_at=version.updated_at,
            returns=None if target is None else target.number,
            lines=sale.lines,
        )
        if target is None:
            by_others = () if known is None else known.returned_by_others
            after.returned = by_others + _returned_lines(after)
        return after

    def _replace(self, sale: KnownSale, returned: tuple[ReturnedLine, ...]) -> None:
        """Let a sale have these returns from now on."""
        present = self.by_number[sale.number]
        self.before.setdefault(sale.number, present)
        changed = KnownSale(
            number=present.number,
            place=present.place,
            ecp_id=present.ecp_id,
            ecp=present.ecp,
            revision=present.revision,
            digest=present.digest,
            updated_at=present.updated_at,
            returns=present.returns,
            lines=present.lines,
            returned=returned,
        )
        self.known[present.place.external_id] = self.by_number[present.number] = changed


def _returned_lines(sale: KnownSale) -> tuple[ReturnedLine, ...]:
    return tuple(ReturnedLine(sale.number, sale.revision, line) for line in sale.lines if line.quantity < 0)


def _check(sale: ArrivingSale, known: KnownSale | None, target: KnownSale | None) -> Iterator[Problem]:
    """Problems of a sale with what came back of it, or with the sale that it returns."""
    if sale.returns is not None:
        yield from _check_return(sale, known, target)
        return
    others = () if known is None else known.returned_by_others
    back = count_returned(others)
    for line in sale.lines:
        if line.quantity < 0:
            back[line.variant_id] = back.get(line.variant_id, 0) - line.quantity
    if not back:
        return
    sold = [line for line in sale.lines if line.quantity > 0]
    if not sold and not others:
        message = "This sale only returns units: name the sale that it returns in returnsExternalId."
        yield Problem(UserErrorCode.REQUIRED, message, ("returnsExternalId",))
        return
    excess = find_excess(sold, back)
    taken = count_returned(others)
    yield from _excess_problems(sale, {key: units - taken.get(key, 0) for key, units in excess.items()}, "this sale")
    if excess.keys() - {line.variant_id for line in sale.lines if line.quantity < 0}:
        message = "Other sales return more units of this sale than it would have left. Correct those sales first."
        yield Problem(UserErrorCode.CONFLICT, message, ("lines",))


def _check_return(sale: ArrivingSale, known: KnownSale | None, target: KnownSale | None) -> Iterator[Problem]:
    path = ("returnsExternalId",)
    if sale.returns == sale.external_id:
        message = "A sale cannot return itself. Send a revision of it with fewer units or negative quantities."
        yield Problem(UserErrorCode.INVALID, message, path)
        return
    if target is None:
        return
    if target.returns is not None:
        message = "That sale is a return itself, and a return cannot be returned. Correct it instead."
        yield Problem(UserErrorCode.CONFLICT, message, path)
        return
    if known is not None and known.returned_by_others:
        message = "Other sales return units of this sale, so it cannot become a return. Correct those sales first."
        yield Problem(UserErrorCode.CONFLICT, message, path)
    assert sale.sold_at is not None  # noqa: S101 - a sale without problems has a time
    if sale.sold_at < target.place.sold_at:
        message = (
            f"Units come back after they were sold: this return is from {write_timestamp(sale.sold_at)}, and the sale "
            f"{quote(target.place.external_id)} from {write_timestamp(target.place.sold_at)}. Correct soldAt of one."
        )
        yield Problem(UserErrorCode.INVALID, message, ("soldAt",))
    if target.ecp != sale.ecp:
        message = "The sale that this one returns belongs to another ECP."
        yield Problem(UserErrorCode.CONFLICT, message, ("ecpCode",))
    for index, line in enumerate(sale.lines):
        if line.quantity > 0:
            message = "A return has negative quantities only. Report what was sold as a sale of its own."
            yield Problem(UserErrorCode.INVALID, message, ("lines", str(index), "quantity"))
            return
    number = None if known is None else known.number
    back = count_returned(one for one in target.returned if one.returning_sale != number)
    mine: dict[UUID, int] = {}
    for line in sale.lines:
        mine[line.variant_id] = mine.get(line.variant_id, 0) - line.quantity
    total = {variant: back.get(variant, 0) + units for variant, units in mine.items()}
    excess = find_excess(target.sold, total)
    yield from _excess_problems(
        sale,
        {key: sold - back.get(key, 0) for key, sold in excess.items()},
        f"the sale {quote(target.place.external_id)}",
    )


def _excess_problems(sale: ArrivingSale, excess: Mapping[UUID, int], noun: str) -> Iterator[Problem]:
    """A problem for the first negative line of each variant of which too much comes back."""
    seen: set[UUID] = set()
    for index, line in enumerate(sale.lines):
        if line.quantity < 0 and line.variant_id in excess and line.variant_id not in seen:
            seen.add(line.variant_id)
            left = format_count(excess[line.variant_id], "unit")
            message = f"More units come back than were sold: {noun} has {left} of {quote(sale.skus[index])} to return."
            yield Problem(UserErrorCode.INVALID, message, ("lines", str(index), "quantity"))


def _conflict(new: Version, known: Version, verb: str) -> Problem:
    if new.revision is not None and known.updated_at is None:
        message = (
            f"Revision {new.revision} of this sale was {verb} with other content. Send a correction with a higher "
            "revision."
        )
        return Problem(UserErrorCode.CONFLICT, message, ("revision",))
    if new.updated_at is not None and known.updated_at is not None:
        message = f"This sale was {verb} with other content and the same updatedAt. Send a correction with a later one."
        return Problem(UserErrorCode.CONFLICT, message, ("updatedAt",))
    message = (
        f"This sale was {verb} with other content. To correct it, send a higher revision or a later updatedAt, "
        "whichever its first report had."
    )
    return Problem(UserErrorCode.CONFLICT, message, ("externalId",))


def _unknown_sale() -> Problem:
    message = "The sale that this one returns is not recorded yet. This return is recorded as soon as it is."
    return Problem(UserErrorCode.NOT_FOUND, message, ("returnsExternalId",))
