"""Statements that read revisions of schemes: those that are approved, open or due, and what guards look at."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import and_, any_, case, func, select
from sqlalchemy.orm import aliased

from db.accounts.tables import AccountTable
from db.schemes.reads import SCHEME_COLUMNS, visible
from db.schemes.rows import RevisionRow, SchemeRow, StandingRow
from db.schemes.tables import SchemeRevisionTable, SchemeTable
from db.statement import Query, Statement, moment, string, uuid, uuids
from domain.permissions import SchemeScope
from domain.schemes.facts import OpenRevision

RowT = TypeVar("RowT")

_OPEN: Final = aliased(SchemeTable, name="open_revision")
_OPENER: Final = aliased(AccountTable, name="opener")
_OPENED: Final = (_OPEN.revision, _OPENER.display_name, _OPEN.created_at)


def _with_open_revision(query: Query) -> Query:
    """Join each scheme with its revision that is not decided yet, of which there is one at most, and who opened it."""
    undecided = and_(_OPEN.revises == SchemeTable.id, _OPEN.approved_at.is_(None), _OPEN.rejected_at.is_(None))
    return query.outerjoin(_OPEN, undecided).outerjoin(_OPENER, _OPENER.id == _OPEN.created_by)


def _behind(row: Callable[..., RowT]) -> Callable[..., RowT]:
    """The constructor of a row whose last columns are `_OPENED`, and whose last field is an OpenRevision or None."""

    def make(*columns: Any) -> RowT:
        *own, number, opened_by, opened_at = columns
        return row(*own, None if number is None else OpenRevision(number, opened_by, opened_at))

    return make


def _definition(*columns: Any) -> tuple[SchemeRow, OpenRevision | None]:
    *scheme, found = columns
    return SchemeRow(*scheme), found


def _placed(key: UUID, *columns: Any) -> tuple[UUID, SchemeRow]:
    return key, SchemeRow(*columns)


def _id(key: UUID, *_order: datetime) -> UUID:
    return key


STANDINGS = Statement(
    _with_open_revision(
        select(
            SchemeTable.id, SchemeTable.content_hash, SchemeTable.effective_at, SchemeTable.ends_on, *_OPENED
        ).select_from(SchemeTable)
    ).where(SchemeTable.id == any_(uuids("ids"))),
    _behind(StandingRow),
)
# Whole schemes, whoever asks, each with its open revision.
DEFINITIONS = Statement(
    _with_open_revision(select(*SCHEME_COLUMNS, *_OPENED).select_from(SchemeTable)).where(
        SchemeTable.id == any_(uuids("ids")), visible(SchemeScope.ALL)
    ),
    _behind(_definition),
)
REVISIONS_BY_SCHEME = Statement(
    select(
        SchemeRevisionTable.scheme_id,
        SchemeRevisionTable.number,
        SchemeRevisionTable.content_hash,
        SchemeRevisionTable.content,
        SchemeRevisionTable.effective_at,
        SchemeRevisionTable.approved_at,
        SchemeRevisionTable.approved_by,
    )
    .where(SchemeRevisionTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeRevisionTable.scheme_id, SchemeRevisionTable.effective_at),
    RevisionRow,
)
CONTENT_IN_FORCE = Statement(
    select(SchemeRevisionTable.content)
    .where(SchemeRevisionTable.scheme_id == uuid("scheme_id"), SchemeRevisionTable.effective_at <= moment("at"))
    .order_by(SchemeRevisionTable.effective_at.desc())
    .limit(1),
    str,
)
# The highest number that a revision of a scheme has, whatever became of it; all of them have its code.
HIGHEST_NUMBER = Statement(select(func.max(SchemeTable.revision)).where(SchemeTable.code == string("code")), int)
_DUE: Final = and_(
    SchemeTable.approved_at.is_not(None), SchemeTable.applied_at.is_(None), SchemeTable.effective_at <= moment("now")
)
# The schemes of which a revision must take effect, the longest overdue first.
DUE_SCHEMES = Statement(
    select(SchemeTable.revises, func.min(SchemeTable.effective_at))
    .where(_DUE)
    .group_by(SchemeTable.revises)
    .order_by(func.min(SchemeTable.effective_at), SchemeTable.revises),
    _id,
)
DUE_REVISIONS = Statement(
    select(SchemeTable.id).where(SchemeTable.revises == uuid("scheme_id"), _DUE).order_by(SchemeTable.effective_at),
    _id,
)


@cache
def open_revisions(scope: SchemeScope) -> Statement[SchemeRow]:
    """The revisions of the schemes in the parameter `ids` that are not decided yet, if the scope shows them."""
    return Statement(
        select(*SCHEME_COLUMNS).where(
            SchemeTable.revises == any_(uuids("ids")),
            SchemeTable.approved_at.is_(None),
            SchemeTable.rejected_at.is_(None),
            visible(scope),
        ),
        SchemeRow,
    )


@cache
def schemes_in_place(scope: SchemeScope) -> Statement[tuple[UUID, SchemeRow]]:
    """Pairs of a scheme's id and the scheme; of a revision that has taken effect, the scheme that it revised."""
    asked = aliased(SchemeTable, name="asked")
    place = case((asked.applied_at.is_not(None), asked.revises), else_=asked.id)
    query = (
        select(asked.id, *SCHEME_COLUMNS)
        .select_from(asked)
        .join(SchemeTable, SchemeTable.id == place)
        .where(asked.id == any_(uuids("ids")), visible(scope))
    )
    return Statement(query, _placed)
