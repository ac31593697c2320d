"""Statements that count: the rows of a query, or the rows of each owner."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, select

from db.columns import scalar
from db.statement import Query, Statement, uuids


class OwnerCount(NamedTuple):
    """How many rows belong to one owner, like a scheme, an ECP or an account."""

    owner_id: UUID
    total: int


def counting(query: Query) -> Statement[int]:
    """The statement that counts the rows of `query`."""
    return Statement(select(func.count()).select_from(query.subquery()), scalar(int))


def counting_by(owner: Any, *predicates: ColumnElement[bool], total: Any = None) -> Statement[OwnerCount]:
    """The statement that counts rows by `owner`, a column, for the owners in the parameter `ids`.

    `total` is the aggregate to use instead of the number of rows. Owners without rows are left out.
    """
    counted = func.count() if total is None else total
    query = select(owner.label("owner_id"), counted.label("total")).where(owner == any_(uuids("ids")), *predicates)
    return Statement(query.group_by(owner), OwnerCount)
