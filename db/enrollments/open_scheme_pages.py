"""Statements that list the schemes in which enrollment is open today; those that close first come first."""

from functools import cache
from typing import Any, Final

from sqlalchemy import Date, any_, bindparam, select, true

from db.counting import counting
from db.keyset import Sort, keyset
from db.schemes.reads import SCHEME_COLUMNS, visible
from db.schemes.rows import SchemeRow
from db.schemes.tables import SchemeGeographyTable, SchemeTable
from db.search import matches_words
from db.statement import Query, Statement, uuids
from domain.viewers import SchemeScope

CLOSING_FIRST: Final = Sort(SchemeTable.enrollment_closes_on)


@cache
def open_page(
    scope: SchemeScope, *, searched: bool, placed: bool, backward: bool, resumed: bool
) -> Statement[SchemeRow]:
    """A page of the schemes that are open on the day of the parameter `today`; parameters `words` and `place_ids`.

    A scheme runs in a place when it names that place or one above it, so `place_ids` holds a place and all above it.
    """
    query = _open(scope, searched=searched, placed=placed)
    return Statement(keyset(query, CLOSING_FIRST, backward=backward, resumed=resumed), SchemeRow)


@cache
def open_count(scope: SchemeScope, *, searched: bool, placed: bool) -> Statement[int]:
    """How many schemes there are on all pages."""
    return counting(_open(scope, searched=searched, placed=placed))


def _open(scope: SchemeScope, *, searched: bool, placed: bool) -> Query:
    today: Any = bindparam("today", type_=Date(), required=True)
    query = select(*SCHEME_COLUMNS).where(
        visible(scope),
        SchemeTable.approved_at.is_not(None),
        SchemeTable.revises.is_(None),
        SchemeTable.enrollment_opens_on <= today,
        SchemeTable.enrollment_closes_on >= today,
    )
    if searched:
        query = query.where(matches_words(SchemeTable.search_words))
    if placed:
        runs_there = select(true()).where(
            SchemeGeographyTable.scheme_id == SchemeTable.id,
            SchemeGeographyTable.geography_id == any_(uuids("place_ids")),
        )
        query = query.where(runs_there.exists())
    return query
