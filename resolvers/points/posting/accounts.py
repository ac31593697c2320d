"""The accounts that a posting touches, each with the lines to value and the state before them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.points.posting_reads import AccountRow, EarningEcpRow
from domain.points.fold import FoldLine
from domain.points.lines import SaleChange, SalePlace
from domain.points.revision_plan import RevisionPlan, SchemePlan
from domain.points.running_state import AccountState, RunningState


class SchemeOfEcp(Struct, frozen=True):
    """An ECP in a scheme: numbers, ids, and the plan of the scheme."""

    ecp: EarningEcpRow
    scheme_id: UUID
    scheme: int
    plan: SchemePlan

    @property
    def key(self) -> tuple[int, int]:
        """The key of the account."""
        return self.ecp.number, self.scheme


class TouchedAccount(Struct):
    """An account that changed sales touch, in canonical order; `row` is None before its first line.

    `begin` makes a new state before the first of `lines`. Where a job values lines again, `cause` is the sale because
    of which it does so, and `waits_from` the moment from which lines still wait.
    """

    of: SchemeOfEcp
    row: AccountRow | None
    changes: list[SaleChange]
    lines: list[FoldLine] = []
    stored: AccountState | None = None
    later: RunningState | None = None
    currency: str = ""
    cause: int | None = None
    is_job: bool = False
    waits_from: datetime | None = None

    def begin(self) -> RunningState:
        """The state before the first line."""
        state = RunningState(self.of.plan, self.currency, self.stored)
        return state if self.later is None else state.without(self.later)

    @property
    def last(self) -> SalePlace | None:
        """The place of the last line that was valued before; None without one."""
        row = self.row
        if row is None or row.last_sold_at is None or row.last_source is None or row.last_external_id is None:
            return None
        return SalePlace(row.last_sold_at, row.last_source, row.last_external_id)

    @property
    def is_late(self) -> bool:
        """Whether a change lies at or before the last line, so that lines must be valued again."""
        last = self.last
        return last is not None and self.changes[0].place <= last


class Causes:
    """Which sale caused a new value of each line of an account."""

    def __init__(self, account: TouchedAccount) -> None:
        self._account = account
        self._own = {change.number: change.cause for change in account.changes}
        self._places = [change.place for change in account.changes]

    def of(self, line: FoldLine) -> int | None:
        """The number of the sale: that of the last change before the line, and None if it is the line's own."""
        account = self._account
        if account.is_job:
            return None if line.known is None or line.number == account.cause else account.cause
        if line.number in self._own:
            return self._own[line.number]
        before = bisect_right(self._places, line.place)
        if not before:
            return None
        change = account.changes[before - 1]
        return change.number if change.cause is None else change.cause


def find_accounts(
    changes: Sequence[SaleChange],
    ecps: Mapping[UUID, EarningEcpRow],
    rows: Mapping[tuple[int, int], AccountRow],
    plans: Mapping[UUID, SchemePlan],
) -> list[TouchedAccount]:
    """Find the accounts that the changes touch, in the order of ECPs and schemes."""
    touched: dict[tuple[int, int], TouchedAccount] = {}
    for change in changes:
        ecp = ecps[change.ecp_id]
        for scheme_id, scheme in zip(ecp.scheme_ids, ecp.scheme_numbers, strict=True):
            if change.scheme_id is not None and change.scheme_id != scheme_id:
                continue
            row = rows.get((ecp.number, scheme))
            revision = plans[scheme_id].in_force(change.place.sold_at)
            if _is_known(row, change.place.sold_at) or _includes(revision, change):
                key = (ecp.number, scheme)
                account = touched.get(key)
                if account is None:
                    of = SchemeOfEcp(ecp=ecp, scheme_id=scheme_id, scheme=scheme, plan=plans[scheme_id])
                    account = touched[key] = TouchedAccount(of=of, row=row, changes=[])
                account.changes.append(change)
    for account in touched.values():
        account.changes.sort(key=_place)
    return [touched[key] for key in sorted(touched)]


def _place(change: SaleChange) -> SalePlace:
    return change.place


def _is_known(row: AccountRow | None, at: datetime) -> bool:
    """Whether lines of this moment may have been valued before."""
    return row is not None and row.last_sold_at is not None and at <= row.last_sold_at


def _includes(revision: RevisionPlan | None, change: SaleChange) -> bool:
    if revision is None or change.channel not in revision.channels:
        return False
    return any(line.variant_id in revision.base_points for line in change.lines)
