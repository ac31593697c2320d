"""Keyset pagination: a page starts after a known row instead of counting rows, so every page costs the same."""

from typing import Any

from msgspec import Struct
from sqlalchemy import BigInteger, SQLColumnExpression, bindparam, tuple_
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.types import TypeEngine

from db.statement import Query


class Sort(Struct, frozen=True, eq=False):
    """An order that an index serves: an expression and the id that breaks its ties, both in the same direction."""

    expression: SQLColumnExpression[Any]
    id: SQLColumnExpression[Any]
    type: TypeEngine[Any]
    descending: bool = False


def keyset(query: Query, sort: Sort, *, backward: bool, resumed: bool) -> Query:
    """`query` in the order of `sort`, limited by the parameter `limit`.

    With `resumed` it starts behind the row named by the parameters `cursor_value` and `cursor_id`; `backward` walks
    the other way, so the rows come out last first.
    """
    descending = sort.descending is not backward
    if resumed:
        value = bindparam("cursor_value", type_=sort.type, required=True)
        position = tuple_(value, bindparam("cursor_id", type_=UUID(), required=True))
        key = tuple_(sort.expression, sort.id)
        query = query.where(key < position if descending else key > position)
    keys = (sort.expression, sort.id)
    query = query.order_by(*(key.desc() if descending else key.asc() for key in keys))
    return query.limit(bindparam("limit", type_=BigInteger(), required=True))
