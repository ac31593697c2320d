"""Keyset pagination: a page starts after a known row instead of counting rows, so every page costs the same."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Meta
from sqlalchemy import BigInteger, SQLColumnExpression, bindparam, func, select, text, true, tuple_
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import InstrumentedAttribute

from db.statement import Query, uuids
from db.text_columns import text_columns
from domain.calendar import BEGINNING, FOREVER

# The dates that PostgreSQL sorts before and after all others, and their values in asyncpg.
_INFINITE: Final = {"infinity": date.max, "-infinity": date.min}
# Moments have no such values in asyncpg, so the beginning and the end of the calendar stand for them.
_ENDLESS: Final = {"infinity": FOREVER, "-infinity": BEGINNING}


class Sort:
    """One order of a list, declared once: SQL sorts by it, and cursors carry its name and the value of a row.

    It is a column and, where values are equal, the id, both in the same direction, so that an index serves it. A row
    has the value in the field that has the name of the column, or the text that this sort key is made of. `null_as` is
    the date or the moment that rows without one sort as; the index then holds `coalesce(column, …)`. `description` is
    what the public schema says about the order.
    """

    def __init__(
        self,
        column: InstrumentedAttribute[Any],
        *,
        descending: bool = False,
        null_as: Literal["infinity", "-infinity"] | None = None,
        description: str = "",
    ) -> None:
        self.table = column.class_
        self.field = column.key
        self.type = column.type
        self.descending = descending
        self.description = description
        self.name = f"{self.table.__tablename__}.{self.field} {'desc' if descending else 'asc'}"
        self._null_as = null_as
        self._made = text_columns(self.table).get(self.field)

    @property
    def value_type(self) -> Any:
        """The type of the value in a cursor; no number is too large for PostgreSQL to take it, and to count beyond."""
        python_type = self.type.python_type
        if python_type is datetime:
            return Annotated[datetime, Meta(tz=True)]
        if python_type is int:
            largest = 2**62 if isinstance(self.type, BigInteger) else 2**31 - 1
            return Annotated[int, Meta(ge=-largest, le=largest)]
        return python_type

    def value(self, row: Any) -> Any:
        """The value by which a row is sorted."""
        if self._made is not None and not hasattr(row, self.field):
            return self._made.value_in(row)
        found = getattr(row, self.field)
        return self._null_value if found is None and self._null_as is not None else found

    def keys(self, rows: Any) -> tuple[SQLColumnExpression[Any], SQLColumnExpression[Any]]:
        """The sort keys in SQL: the column and the id of `rows`, a table or the columns of a subquery."""
        column = getattr(rows, self.field)
        return column if self._null_as is None else func.coalesce(column, text(self._null_literal)), rows.id

    @property
    def _null_value(self) -> date | datetime | None:
        if self._null_as is None:
            return None
        return _ENDLESS[self._null_as] if self.type.python_type is datetime else _INFINITE[self._null_as]

    @property
    def _null_literal(self) -> str:
        """The literal as the indexes have it."""
        if self.type.python_type is datetime and self._null_as is not None:
            return f"'{_ENDLESS[self._null_as]:%Y-%m-%d %H:%M:%S}+00'::timestamptz"
        return f"'{self._null_as}'::date"

    def order_by(self, rows: Any, *, backward: bool = False) -> list[SQLColumnExpression[Any]]:
        """The ORDER BY of this order, or of the reverse one."""
        descending = self.descending is not backward
        return [key.desc() if descending else key.asc() for key in self.keys(rows)]


def keyset(query: Query, sort: Sort, *, backward: bool, resumed: bool, rows: Any = None) -> Query:
    """`query` in the order of `sort`, limited by the parameter `limit`.

    With `resumed` it starts behind the row named by the parameters `cursor_value` and `cursor_id`; `backward` walks
    the other way, so the rows come out last first. A query of something else than the table of the order names its
    `rows`: the columns of a subquery.
    """
    rows = sort.table if rows is None else rows
    if resumed:
        value = bindparam("cursor_value", type_=sort.type, required=True)
        position = tuple_(value, bindparam("cursor_id", type_=UUID(), required=True))
        key = tuple_(*sort.keys(rows))
        query = query.where(key < position if sort.descending is not backward else key > position)
    query = query.order_by(*sort.order_by(rows, backward=backward))
    return query.limit(bindparam("limit", type_=BigInteger(), required=True))


def keyset_by_owner(query: Query, owner: Any, sort: Sort, *, resumed: bool, rows: Any = None) -> Query:
    """A page of `query` for each owner in the parameter `ids`, forward; `owner` is the column that names the owner.

    A query of something else than the table of the order names its `rows`, as in `keyset`.
    """
    wanted = func.unnest(uuids("ids")).table_valued("id", name="wanted").render_derived()
    found = keyset(query.where(owner == wanted.c.id), sort, backward=False, resumed=resumed, rows=rows)
    page = found.lateral("page")
    return select(*page.c).select_from(wanted.join(page, true())).order_by(*sort.order_by(page.c))
