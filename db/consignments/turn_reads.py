"""Turns: changes that need a scheme's movements to pause get their turn, however many movements there are.

PostgreSQL lets new sharers of a row lock pass one who waits to have it alone, so a stream of movements could keep a
review of artwork waiting for ever. Advisory locks queue: movements share the turn of their scheme, a change takes it,
and movements that come later wait behind the change. Turns come before all locks of consignments and artwork.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, func, select

from db.advisory_locks import AdvisoryLock
from db.columns import scalar
from db.consignments.tables import ConsignmentTable
from db.statement import Statement, uuid

_TURNS: Final = AdvisoryLock.TURN_OF_SCHEME.value


def _key(scheme_id: Any) -> Any:
    """Schemes with the same key only wait for each other."""
    return func.hashtext(cast(scheme_id, Text))


def shares_turn(scheme_id: Any) -> ColumnElement[bool]:
    """A predicate that is always true, and shares the turn of a scheme until the transaction ends."""
    return func.pg_advisory_xact_lock_shared(_TURNS, _key(scheme_id)).is_not(None)


def _takes_turn(scheme_id: Any) -> Any:
    return func.pg_advisory_xact_lock(_TURNS, _key(scheme_id)).is_not(None).label("taken")


# Takes the turn of the scheme of the parameter `scheme_id` until the transaction ends.
TAKE_TURN = Statement(select(_takes_turn(uuid("scheme_id"))), scalar(bool))
# The same for the scheme of the consignment of the parameter `id`.
TAKE_TURN_OF_CONSIGNMENT = Statement(
    select(_takes_turn(ConsignmentTable.scheme_id)).where(ConsignmentTable.id == uuid("id")), scalar(bool)
)
