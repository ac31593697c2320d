"""Keeping PostgreSQL from planning a statement for any arguments, where their values decide which plan is good."""

from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, func, or_, select

from db.base import Base

# Among so many rows a page is found if one in a hundred matches; if fewer do, sorting all of them costs as little.
NEAR: Final = 4_000


def for_these_values(given: BindParameter[Any], table: type[Base]) -> ColumnElement[bool]:
    """A predicate that is true, for a parameter `given` that is not null: the statement is planned anew each time.

    From the sixth time on PostgreSQL uses a plan for any arguments, if it looks no costlier than those for the values
    before; and a walk through an index to the page looks cheap, as long as nobody knows how few match. For any
    arguments this predicate may have to count the whole `table`; for the values at hand nothing is left of it.
    """
    whole = select(func.count()).select_from(table).scalar_subquery()
    return or_(given.is_not(None), whole < 0)
