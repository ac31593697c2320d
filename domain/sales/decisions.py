"""Decides about reported sales, one after the other, against those that are known (R20). It stores nothing."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from domain.failures import Problem
from domain.points.lines import SalePlace
from domain.sales.conflicts import sale_conflicts, unknown_sale, version_conflict
from domain.sales.content import Comparison, Version, compare_versions
from domain.sales.facts import SaleOutcome
from domain.sales.lines import ReturnedLine
from domain.sales.states import ArrivingSale, KnownSale


class Revision(Struct, frozen=True, gc=False):
    """A revision to store: the sale as it was before, None if it is new, and what it is now."""

    before: KnownSale | None
    sale: KnownSale
    target: KnownSale | None


class Decision(Struct, frozen=True, gc=False):
    """The outcome of one reported sale. `number` is that of the sale, None if it is not recorded."""

    outcome: SaleOutcome
    problems: tuple[Problem, ...] = ()
    number: int | None = None
    revision: Revision | None = None


class Book(Struct):
    """The sales of one source that a transaction knows and has locked, with those that it records.

    `claimed` are the numbers of new sales, by their external id. `before` are the sales as they were, None for new
    ones, and `causes` the sales that changed them, None where a sale changed itself. `sent` are the external ids of
    which this transaction has recorded or parked a version.
    """

    source: str
    claimed: Mapping[str, int]
    known: dict[str, KnownSale]
    parked: dict[str, Version]
    before: dict[int, KnownSale | None] = field(default_factory=dict)
    causes: dict[int, int | None] = field(default_factory=dict)
    by_number: dict[int, KnownSale] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

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
                return self._park(sale, (unknown_sale(),))
        if problems := tuple(sale_conflicts(sale, known, target)):
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
                verb = "parked" if theirs is parked else "recorded"
                is_sent = sale.external_id in self.sent
                problem = version_conflict(sale.version, theirs, verb, is_sent=is_sent)
                return Decision(SaleOutcome.CONFLICT, (problem,), number)
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
        self.sent.add(sale.external_id)
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
        self.sent.add(sale.external_id)
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
        self.known[present.place.external_id] = self.by_number[present.number] = replace(present, returned=returned)


def _returned_lines(sale: KnownSale) -> tuple[ReturnedLine, ...]:
    return tuple([ReturnedLine(sale.number, sale.revision, line) for line in sale.lines if line.quantity < 0])
