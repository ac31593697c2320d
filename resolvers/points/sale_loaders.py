"""Loaders of what sales earned: their points, their entries, and the verdicts on their lines (R22).

A sale is given by where it is: its ECP with the ECP's number, its time, and its number. Callers see the sale. A
connected system sees its sales and no ledger, so it gets their points, and neither entries nor verdicts.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db.points.entry_rows import EntryRow
from db.points.posted_reads import entries_of_sales, entry_counts_of_sales
from db.points.source_reads import WORTHS_OF_SALES
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.paging import Page, PageArguments
from resolvers.points.ledger_lists import forward_place, page_of_entries
from resolvers.points.valuation_loaders import ValuationView, valuations_of_sales
from resolvers.points.verdicts import LineVerdictView, StatedVerdict

SaleKey = tuple[UUID, int, datetime, int]
LineVerdicts = list[LineVerdictView]


async def points_of_sales(operation: Operation, sales: list[SaleKey]) -> list[int]:
    """Load what sales are worth now, over all schemes."""
    rows = await operation.fetch(WORTHS_OF_SALES, **_arrays(sales))
    found = {row.sale: row.points for row in rows}
    return [found.get(number, 0) for *_, number in sales]


async def entries_by_sale(operation: Operation, sales: list[SaleKey], page: PageArguments) -> list[Page[EntryRow]]:
    """Load a page of the entries of each sale, newest first. Raises BadArgument."""
    viewer = operation.viewer
    size, place = forward_place(page)
    rows = await operation.fetch(
        entries_of_sales(viewer.ecp_scope, resumed=bool(place)),
        **_arrays(sales),
        limit=size + 1,
        **place,
        **scope_parameters(viewer, viewer.ecp_scope),
    )
    counted = await operation.fetch(entry_counts_of_sales(), **_arrays(sales))
    counts = {row.asked: row.entries for row in counted}
    found: list[list[EntryRow]] = [[] for _ in sales]
    for row in rows:
        found[row.asked - 1].append(row.entry)
    return [
        page_of_entries(group, size, place, counts.get(at, 0) if _is_shown(operation, sale) else 0)
        for at, (sale, group) in enumerate(zip(sales, found, strict=True), start=1)
    ]


async def verdicts_of_lines(operation: Operation, lines: Sequence[tuple[SaleKey, int]]) -> list[LineVerdicts]:
    """Load the verdicts on each line, given by its sale and position, in every scheme that valued it."""
    shown = dict.fromkeys(sale for sale, _ in lines if _is_shown(operation, sale))
    views = await valuations_of_sales(operation, [(ecp, at, number) for _, ecp, at, number in shown])
    found: dict[tuple[int, int], list[LineVerdictView]] = {}
    for view in views:
        found.setdefault((view.row.sale, view.row.position), []).extend(_verdicts(view))
    return [found.get((number, position), []) for (*_, number), position in lines]


def _is_shown(operation: Operation, sale: SaleKey) -> bool:
    """Whether the viewer may see the ledger that a sale is posted to."""
    viewer = operation.viewer
    return viewer.ecp_scope is EcpScope.ALL or (viewer.ecp_scope is EcpScope.OWN and viewer.ecp_id == sale[0])


def _verdicts(view: ValuationView) -> list[LineVerdictView]:
    """The verdict on each rule; of a line that earns nothing, each says why."""
    if view.found is not None and view.found.obstacles:
        why = StatedVerdict(" ".join(one.sentence for one in view.found.obstacles))
        return [LineVerdictView(rule, why, 0) for rule in view.rules]
    return list(view.verdicts.values())


def _arrays(sales: Sequence[SaleKey]) -> dict[str, list[object]]:
    return {
        "ecps": [ecp for _, ecp, _, _ in sales],
        "sold_ats": [at for _, _, at, _ in sales],
        "sales": [number for *_, number in sales],
    }
