"""The mutation recordSales: sales that a connected system reports, each recorded once (R20)."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from db.sessions import TransactionConflict
from domain.failures import Failure, Problem, UserErrorCode
from domain.points.failures import BalanceExceeded
from domain.sales.decisions import Decision
from domain.sales.facts import IngestMode, SaleOutcome
from domain.sales.reports import ReportedSale, report_problems, sale_problems, time_problems
from domain.text import trim_text
from resolvers.bugs import bug_sentence, log_bug
from resolvers.context import Operation
from resolvers.retrying import retry_conflicts
from resolvers.sales.entries import CheckedSale, Recorded
from resolvers.sales.ingest import record_checked
from resolvers.sales.isolation import is_of_sale
from resolvers.sales.recording import NothingRecorded
from resolvers.validation import reject_invalid

# Sales of one transaction, except in ALL_OR_NOTHING.
CHUNK: Final = 500
_REPLACED: Final = "A later version of this sale in the same report counts instead of this one."


class RecordSales(Struct, frozen=True):
    """Record the sales that the system `source` reports; `park` those that name an unknown ECP or variant."""

    source: str
    mode: IngestMode
    sales: Sequence[ReportedSale]
    park: bool = False


class SaleResult(Struct, frozen=True, gc=False):
    """The outcome of one sale. `number` is that of the sale, `notices` say why a recorded one earns nothing."""

    external_id: str
    outcome: SaleOutcome
    problems: tuple[Problem, ...] = ()
    number: int | None = None
    points: int = 0
    notices: tuple[str, ...] = ()


class SalesReport(Struct, frozen=True):
    """The outcome of each sale of a report, in order, and the net points that were posted."""

    results: list[SaleResult]
    points: int


async def record_sales(operation: Operation, command: RecordSales) -> SalesReport:
    """Record, correct, or park sales, in one transaction or in several; the results are in the order of the sales.

    Raises InvalidInput for a malformed report, and for a source that belongs to other accounts.
    """
    source = trim_text(command.source)
    reject_invalid(report_problems(source, command.sales))
    checked = [_check(operation, index, sale) for index, sale in enumerate(command.sales)]
    if command.mode is IngestMode.ALL_OR_NOTHING:
        results, points = await _record_all(operation, source, checked, may_park=command.park)
        return SalesReport(results, points)
    found: dict[int, SaleResult] = {}
    points = 0
    for chunk in split_sales(checked):
        of_chunk, posted = await _record_each(operation, source, chunk, may_park=command.park)
        found.update(of_chunk)
        points += posted
    return SalesReport([found[index] for index in range(len(checked))], points)


def split_sales(sales: Sequence[CheckedSale]) -> list[list[CheckedSale]]:
    """Split sales into chunks, those of one ECP together, without changing the order of those with the same ids."""
    by_ecp: dict[str, list[CheckedSale]] = {}
    ecps_by_id: dict[str, str] = {}
    shared = False
    for one in sales:
        code = one.sale.ecp_code
        by_ecp.setdefault(code, []).append(one)
        for external_id in (one.sale.external_id, one.sale.returns_external_id):
            if external_id is not None:
                shared = shared or ecps_by_id.setdefault(external_id, code) != code
    ordered = sales if shared else [one for of_ecp in by_ecp.values() for one in of_ecp]
    return [list(ordered[start : start + CHUNK]) for start in range(0, len(ordered), CHUNK)]


def _check(operation: Operation, index: int, sale: ReportedSale) -> CheckedSale:
    problems = sale_problems(sale)
    late = () if problems else time_problems(sale, operation.now, operation.sales_policy)
    return CheckedSale(index, sale, problems=problems, late=late)


async def _record_all(
    operation: Operation, source: str, sales: Sequence[CheckedSale], *, may_park: bool
) -> tuple[list[SaleResult], int]:
    try:
        recorded = await _record_chunk(operation, source, sales, may_park=may_park, all_or_nothing=True)
    except NothingRecorded as nothing:
        return [_build_undone(one, decision) for one, decision in zip(sales, nothing.decisions, strict=True)], 0
    except BalanceExceeded as exceeded:
        # One of a correction or of a sale that is late may be that of a sale of an earlier report.
        named = [one for one in sales if one.sale.external_id == exceeded.external_id] or sales
        return [_build_exceeded(one, exceeded) if one in named else _build_rejected(one) for one in sales], 0
    return list(_build_results(sales, recorded).values()), recorded.points


async def _record_each(
    operation: Operation, source: str, sales: Sequence[CheckedSale], *, may_park: bool
) -> tuple[dict[int, SaleResult], int]:
    """Record a chunk; one that fails, or loses against other transactions again and again, is tried by halves.

    So a sale that fails stops no other, whatever the error is. Errors of the whole request are raised.
    """
    try:
        recorded = await retry_conflicts(lambda: _record_chunk(operation, source, sales, may_park=may_park))
    except Exception as failed:
        if not is_of_sale(failed):
            raise
        if len(sales) == 1:
            return {sales[0].index: _build_failed(source, sales[0], failed)}, 0
        middle = len(sales) // 2
        first, points = await _record_each(operation, source, sales[:middle], may_park=may_park)
        second, more = await _record_each(operation, source, sales[middle:], may_park=may_park)
        return {**first, **second}, points + more
    return _build_results(sales, recorded), recorded.points


async def _record_chunk(
    operation: Operation, source: str, sales: Sequence[CheckedSale], *, may_park: bool, all_or_nothing: bool = False
) -> Recorded:
    async with operation.writing() as session:
        return await record_checked(operation, session, source, sales, may_park=may_park, all_or_nothing=all_or_nothing)


def _build_results(sales: Sequence[CheckedSale], recorded: Recorded) -> dict[int, SaleResult]:
    # One posting for all versions of a sale: its points are those of the last one.
    last = {decision.number: decision for decision in recorded.decisions if decision.revision is not None}
    return {
        one.index: _build_result(one, decision, recorded, is_last=last.get(decision.number) is decision)
        for one, decision in zip(sales, recorded.decisions, strict=True)
    }


def _build_result(one: CheckedSale, decision: Decision, recorded: Recorded, *, is_last: bool) -> SaleResult:
    external_id, outcome = one.sale.external_id, decision.outcome
    if outcome is SaleOutcome.DUPLICATE:
        # One that is parked still says what it waits for.
        notices = tuple(problem.message for problem in decision.problems)
        return SaleResult(external_id, outcome, number=decision.number, notices=notices)
    if decision.revision is None:
        return SaleResult(external_id, outcome, _place(one, decision.problems), number=decision.number)
    if not is_last:
        return SaleResult(external_id, outcome, number=decision.number, notices=(_REPLACED,))
    earned = recorded.earned.get(decision.revision.sale.number)
    points = 0 if earned is None else earned.points
    notices = () if earned is None or decision.revision.target is not None else earned.reasons
    return SaleResult(external_id, outcome, number=decision.number, points=points, notices=notices)


def _build_undone(one: CheckedSale, decision: Decision) -> SaleResult:
    """Build the result of a sale of which nothing was kept."""
    if decision.outcome is SaleOutcome.DUPLICATE:
        return SaleResult(one.sale.external_id, decision.outcome, number=decision.number)
    problems = _place(one, decision.problems)
    if decision.outcome in {SaleOutcome.RECORDED, SaleOutcome.CORRECTED, SaleOutcome.PARKED}:
        return _build_rejected(one)
    return SaleResult(one.sale.external_id, decision.outcome, problems)


def _build_rejected(one: CheckedSale) -> SaleResult:
    message = "Another sale of this report was rejected, so none of them was recorded."
    problems = _place(one, (Problem(UserErrorCode.ILLEGAL_STATE, message, ()),))
    return SaleResult(one.sale.external_id, SaleOutcome.REJECTED, problems)


def _build_failed(source: str, one: CheckedSale, failed: Exception) -> SaleResult:
    """Build the result of a sale that failed on its own."""
    if isinstance(failed, BalanceExceeded):
        return _build_exceeded(one, failed)
    if isinstance(failed, TransactionConflict):
        return _build_busy(one)
    reference = log_bug(failed, source=source, external_id=one.sale.external_id)
    problems = _place(one, (Problem(UserErrorCode.ILLEGAL_STATE, bug_sentence(reference), ()),))
    return SaleResult(one.sale.external_id, SaleOutcome.REJECTED, problems)


def _build_exceeded(one: CheckedSale, failure: Failure) -> SaleResult:
    problems = _place(one, (Problem(failure.code, failure.message, ("lines",)),))
    return SaleResult(one.sale.external_id, SaleOutcome.REJECTED, problems)


def _build_busy(one: CheckedSale) -> SaleResult:
    message = "Other reports change the same sale at this moment. Send this sale again."
    problems = _place(one, (Problem(UserErrorCode.CONFLICT, message, ()),))
    return SaleResult(one.sale.external_id, SaleOutcome.REJECTED, problems)


def _place(one: CheckedSale, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(problem.under("input", "sales", str(one.index)) for problem in problems)
