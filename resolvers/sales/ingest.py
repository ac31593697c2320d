"""Records sales in the transaction of a caller, as recordSales does with each on its own."""

from collections.abc import Sequence

from msgspec import Struct

from db.sales.recording_reads import SOURCE_BY_KEY
from db.sessions import Writing
from domain.sales.decisions import Decision
from domain.sales.reports import ReportedSale, time_problems
from domain.text import text_key
from resolvers.context import Operation
from resolvers.sales.entries import CheckedSale, Recorded, enter_sales
from resolvers.sales.names import resolve_names
from resolvers.sales.recording import record_entries
from resolvers.sales.sources import find_source


class Ingested(Struct, frozen=True):
    """The decisions about sales, in order, and the net points that were posted."""

    decisions: Sequence[Decision]
    points: int


async def name_source(operation: Operation, session: Writing, source: str) -> str:
    """Return the name of a source that the viewer may use, as its first report had it, or as it is given.

    Raises InvalidInput if it belongs to other accounts.
    """
    return await find_source(operation, session, source) or source


async def is_new_source(session: Writing, source: str) -> bool:
    """Whether nobody has used a source yet."""
    return not await session.fetch(SOURCE_BY_KEY, key=text_key(source))


async def ingest_sales(
    operation: Operation, session: Writing, source: str, sales: Sequence[ReportedSale], *, may_park: bool
) -> Ingested:
    """Record, correct, or park sales that have no problems by themselves. Raises InvalidInput, and BalanceExceeded."""
    now, policy = operation.now, operation.sales_policy
    checked = [
        CheckedSale(index, sale, problems=[], late=time_problems(sale, now, policy)) for index, sale in enumerate(sales)
    ]
    recorded = await record_checked(operation, session, source, checked, may_park=may_park)
    return Ingested(recorded.decisions, recorded.points)


async def record_checked(  # noqa: PLR0913 - the source, the mode, and whether to park
    operation: Operation,
    session: Writing,
    source: str,
    sales: Sequence[CheckedSale],
    *,
    may_park: bool,
    all_or_nothing: bool = False,
) -> Recorded:
    """Decide about checked sales and store what is recorded or parked. Raises the same as `record_entries`."""
    known = await find_source(operation, session, source)
    names = await resolve_names(session, [one.sale for one in sales])
    entries = enter_sales(sales, names, account_id=operation.viewer.account_id, may_park=may_park)
    return await record_entries(
        operation,
        session,
        source if known is None else known,
        entries,
        is_new_source=known is None,
        all_or_nothing=all_or_nothing,
    )
