"""Statements that read the outbox: the tail, the events of one subject, and what cursors need.

Every one of them stops below the oldest transaction that is still running, since whatever that one writes comes before
events of later ones that have been committed already.
"""

from functools import cache
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, any_, bindparam, func, select, text, tuple_

from db.outbox.rows import EventRow, StreamRow
from db.outbox.tables import AccessVersionTable, EventStreamTable, EventTable, Xid8
from db.statement import Query, Statement, counting, number, texts, uuid

Subject = Literal["scheme_id", "account_id"]

_HORIZON: Final[Any] = func.pg_snapshot_xmin(func.pg_current_snapshot(), type_=Xid8())
_PLACE: Final = tuple_(EventTable.xid, EventTable.id)


def _place(name: str) -> Any:
    return tuple_(bindparam(f"{name}_xid", type_=Xid8(), required=True), number(f"{name}_id"))


def _events() -> Query:
    return select(
        EventTable.xid,
        EventTable.id,
        EventTable.kind,
        EventTable.object_id,
        EventTable.scheme_id,
        EventTable.account_id,
        EventTable.recorded_at,
    )


def _from(*conditions: ColumnElement[bool]) -> Query:
    query = _events().where(_place("after") < _PLACE, EventTable.xid < _HORIZON, *conditions)
    return query.order_by(EventTable.xid, EventTable.id).limit(number("limit"))


def _of(subject: Subject | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [EventTable.kind == any_(texts("kinds"))]
    if subject is not None:
        wanted.append(EventTable.__table__.c[subject] == uuid("subject_id"))
    return wanted


def _id(value: int) -> int:
    return value


TAIL = Statement(_from(), EventRow)
# The proof that a test of completeness can fail: what everybody writes first, and what loses events.
NAIVE_TAIL = Statement(
    _events().where(EventTable.id > number("after_id")).order_by(EventTable.id).limit(number("limit")), EventRow
)
HORIZON = Statement(select(_HORIZON), _id)
ACCESS_VERSION = Statement(select(AccessVersionTable.xid), _id)
STREAM = Statement(
    select(EventStreamTable.epoch, EventStreamTable.key, EventStreamTable.floor_xid, EventStreamTable.floor_id),
    StreamRow,
)
# The identity of a database: a copy of its files, a switch to a standby and a restored dump each change a part of it.
ORIGIN = Statement(
    select(
        text(
            "concat_ws('/', (pg_control_system()).system_identifier, (pg_control_checkpoint()).timeline_id, "
            "'event'::regclass::oid)"
        )
    ),
    str,
)
OLDEST_EVENTS = Statement(_events().order_by(EventTable.xid, EventTable.id).limit(number("limit")), EventRow)


@cache
def events_of(subject: Subject | None, *, bounded: bool = False) -> Statement[EventRow]:
    """Events behind `after` of some kinds, and of one `subject`; `bounded` ones end at `until`."""
    conditions = _of(subject)
    if bounded:
        conditions.append(_place("until") >= _PLACE)
    return Statement(_from(*conditions), EventRow)


@cache
def event_count(subject: Subject | None) -> Statement[int]:
    """How many events of some kinds, and of one `subject`, are kept."""
    return counting(_events().where(EventTable.xid < _HORIZON, *_of(subject)))
