"""Force PostgreSQL to plan a statement for its parameter values, where they decide which plan is good."""

from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, func, or_, select

from db.base import Base

# In so many rows a page is found if one in a hundred matches. If fewer match, sorting all of them costs as little.
NEARBY_ROWS: Final = 4_000


def force_custom_plan(given: BindParameter[Any], table: type[Base]) -> ColumnElement[bool]:
    """A predicate that is always true for a parameter `given` that is not null, and that forces a custom plan.

    From the sixth execution on PostgreSQL uses a generic plan if it looks no costlier than the custom plans before. A
    walk through an index to the page looks cheap as long as the planner does not know how few rows match. A generic
    plan of this predicate may have to count the whole `table`; a custom plan drops the predicate.
    """
    whole = select(func.count()).select_from(table).scalar_subquery()
    return or_(given.is_not(None), whole < 0)
