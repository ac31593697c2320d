"""Statements that read the outbox: the tail, the events about one subject, and what cursors need.

Every one of them stops below the oldest transaction that is still running, since whatever that one writes comes before
events of later ones that have been committed already.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, any_, bindparam, exists, func, literal_column, select, tuple_
from sqlalchemy.orm import aliased

from db.columns import columns, scalar
from db.counting import counting
from db.outbox.rows import EventRow, StreamRow
from db.outbox.tables import AccessVersionTable, EventStreamTable, EventSubjectTable, EventTable, Xid8
from db.statement import Query, Statement, number, texts, uuid
from domain.events import SubjectKind

_HORIZON: Final[Any] = func.pg_snapshot_xmin(func.pg_current_snapshot(), type_=Xid8())


def _place(name: str) -> Any:
    return tuple_(bindparam(f"{name}_xid", type_=Xid8(), required=True), number(f"{name}_id"))


def _events() -> Query:
    return select(*columns(EventTable, EventRow))


def _page(query: Query, table: type[EventTable | EventSubjectTable], *, bounded: bool = False) -> Query:
    """The rows of `table` behind `after`, in the order of the stream; `bounded` ones end at `until`."""
    place = tuple_(table.xid, table.id)
    query = query.where(_place("after") < place, table.xid < _HORIZON)
    if bounded:
        query = query.where(_place("until") >= place)
    return query.order_by(table.xid, table.id).limit(number("limit"))


def _about(subject: SubjectKind, also: Sequence[SubjectKind]) -> Iterator[ColumnElement[bool]]:
    yield EventSubjectTable.subject_kind == subject.value
    yield EventSubjectTable.subject_id == uuid("subject_id")
    yield EventSubjectTable.kind == any_(texts("kinds"))
    for index, kind in enumerate(also):
        other = aliased(EventSubjectTable)
        # One row of the primary key for each event of the first subject.
        yield exists().where(
            other.subject_kind == kind.value,
            other.subject_id == uuid(also_parameter(index)),
            other.xid == EventSubjectTable.xid,
            other.id == EventSubjectTable.id,
        )


def also_parameter(index: int) -> str:
    """The name of the parameter that holds the further subject with this index."""
    return f"also_{index}_id"


TAIL = Statement(_page(_events(), EventTable), EventRow)
# The naive way to read the tail, which loses events: it proves that the test of completeness can fail.
NAIVE_TAIL = Statement(
    _events().where(EventTable.id > number("after_id")).order_by(EventTable.id).limit(number("limit")), EventRow
)
HORIZON = Statement(select(_HORIZON), scalar(int))
ACCESS_VERSION = Statement(select(AccessVersionTable.xid), scalar(int))
STREAM = Statement(select(*columns(EventStreamTable, StreamRow)), StreamRow)
# The identity of a database: a copy of its files, a switch to a standby and a restored dump each change a part of it.
ORIGIN = Statement(
    select(
        literal_column(
            "concat_ws('/', (pg_control_system()).system_identifier, (pg_control_checkpoint()).timeline_id, "
            "'event'::regclass::oid)"
        )
    ),
    scalar(str),
)
OLDEST_EVENTS = Statement(_events().order_by(EventTable.xid, EventTable.id).limit(number("limit")), EventRow)


@cache
def events_of(
    subject: SubjectKind | None, also: tuple[SubjectKind, ...] = (), *, bounded: bool = False
) -> Statement[EventRow]:
    """Events behind `after` of some kinds, and about one subject of a kind; `bounded` ones end at `until`.

    With `also`, they are about one subject of each of these kinds, too: the parameters of `also_parameter`.
    """
    if subject is None:
        of_kinds = _events().where(EventTable.kind == any_(texts("kinds")))
        return Statement(_page(of_kinds, EventTable, bounded=bounded), EventRow)
    # The page is read off the index before the events: PostgreSQL takes a join on two columns for one of few rows, and
    # would sort all events about the subject.
    found = select(EventSubjectTable.xid, EventSubjectTable.id).where(*_about(subject, also))
    page = _page(found, EventSubjectTable, bounded=bounded).subquery("page")
    same = and_(EventTable.xid == page.c.xid, EventTable.id == page.c.id)
    return Statement(_events().join(page, same).order_by(page.c.xid, page.c.id), EventRow)


@cache
def event_count(subject: SubjectKind | None, also: tuple[SubjectKind, ...] = ()) -> Statement[int]:
    """How many events of some kinds are kept, about one subject of a kind or about any; `also` as in `events_of`."""
    if subject is None:
        return counting(_events().where(EventTable.xid < _HORIZON, EventTable.kind == any_(texts("kinds"))))
    about = _about(subject, also)
    return counting(select(EventSubjectTable.id).where(EventSubjectTable.xid < _HORIZON, *about))
