"""Loaders of the tracking board: consignments under way, what moved last, and the vendors that must act."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from db.consignments import board_reads as statements
from db.consignments.board_reads import BoardFilters, WaitingVendorRow
from db.consignments.rows import ConsignmentRow
from db.consignments.view_rows import MovementViewRow
from domain.requests import BadArgument
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation

# Consignments and movements that a board shows.
BOARD_CONSIGNMENTS: Final = 200
BOARD_MOVEMENTS: Final = 20
_MOST_DAYS: Final = 3_650


class TrackingFilter(Struct, frozen=True):
    """The filters of a board. None does not restrict it; all other filters must match."""

    scheme_ids: tuple[UUID, ...] | None = None
    vendor_ids: tuple[UUID, ...] | None = None
    stuck_for_days: int | None = None


class Board(Struct, frozen=True):
    """A tracking board; its parts are loaded if a client asks for them."""

    filter: TrackingFilter


def open_board(chosen: TrackingFilter) -> Board:
    """Open a board. Raises BadArgument for a number of days that no consignment can be stuck for."""
    days = chosen.stuck_for_days
    if days is not None and not 0 <= days <= _MOST_DAYS:
        message = f"A consignment is stuck for 0 to {_MOST_DAYS:,} days, not {days:,}."
        raise BadArgument(message, "stuckForDays")
    return Board(chosen)


async def consignments_of_board(operation: Operation, keys: list[TrackingFilter]) -> list[list[ConsignmentRow]]:
    """Load the consignments under way that the viewer may see, longest waiting first."""
    return [await _fetch(operation, statements.board_consignments, chosen, limit=BOARD_CONSIGNMENTS) for chosen in keys]


async def counts_of_board(operation: Operation, keys: list[TrackingFilter]) -> list[int]:
    """Count the consignments under way that the viewer may see."""
    return [(await _fetch(operation, statements.board_count, chosen))[0] for chosen in keys]


async def movements_of_board(operation: Operation, keys: list[TrackingFilter]) -> list[list[MovementViewRow]]:
    """Load the latest movements that the viewer may see, newest first."""
    return [await _fetch(operation, statements.latest_movements, chosen, limit=BOARD_MOVEMENTS) for chosen in keys]


async def waiting_vendors(operation: Operation, keys: list[TrackingFilter]) -> list[list[WaitingVendorRow]]:
    """Load the vendors that must act, longest waiting first. A vendor sees itself only."""
    return [await _fetch(operation, statements.waiting_vendors, chosen) for chosen in keys]


async def _fetch(operation: Operation, statement: Any, chosen: TrackingFilter, **parameters: Any) -> list[Any]:
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    given: dict[str, Any] = {
        "scheme_ids": _listed(chosen.scheme_ids),
        "vendor_ids": _listed(chosen.vendor_ids),
        "stuck_since": None if chosen.stuck_for_days is None else operation.now - timedelta(days=chosen.stuck_for_days),
    }
    given = {name: value for name, value in given.items() if value is not None}
    filters = BoardFilters(**dict.fromkeys(given, True))
    return await operation.fetch(statement(scope, filters), **given, **parameters, **scope_parameters(viewer, scope))


def _listed(ids: Sequence[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
