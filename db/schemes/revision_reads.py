"""Statements that read revisions of schemes, approved, open or due, and the facts of guards."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import and_, any_, case, func, select
from sqlalchemy.orm import aliased

from db.accounts.tables import AccountTable
from db.columns import columns, scalar
from db.schemes.reads import SCHEME_COLUMNS, visible
from db.schemes.rows import DefinitionRow, PlacedSchemeRow, RevisionRow, SchemeRow, StandingRow
from db.schemes.tables import SchemeRevisionTable, SchemeTable
from db.statement import Query, Statement, moment, string, uuid, uuids
from domain.schemes.facts import OpenRevision
from domain.viewers import SchemeScope

_OPEN: Final = aliased(SchemeTable, name="open_revision")
_OPENER: Final = aliased(AccountTable, name="opener")
_OPEN_REVISION: Final = columns(
    _OPEN, OpenRevision, number=_OPEN.revision, opened_by=_OPENER.display_name, opened_at=_OPEN.created_at
)


def _with_open_revision(query: Query) -> Query:
    """Join each scheme with its undecided revision, if it has one, and with the account that opened the revision."""
    undecided = and_(_OPEN.revises == SchemeTable.id, _OPEN.approved_at.is_(None), _OPEN.rejected_at.is_(None))
    return query.outerjoin(_OPEN, undecided).outerjoin(_OPENER, _OPENER.id == _OPEN.created_by)


STANDINGS = Statement(
    _with_open_revision(
        select(*columns(SchemeTable, StandingRow, open_revision=_OPEN_REVISION)).select_from(SchemeTable)
    ).where(SchemeTable.id == any_(uuids("ids"))),
    StandingRow,
)
# Whole schemes with their open revisions, for every viewer.
DEFINITIONS = Statement(
    _with_open_revision(
        select(*columns(SchemeTable, DefinitionRow, scheme=SCHEME_COLUMNS, open_revision=_OPEN_REVISION)).select_from(
            SchemeTable
        )
    ).where(SchemeTable.id == any_(uuids("ids")), visible(SchemeScope.ALL)),
    DefinitionRow,
)
REVISIONS_BY_SCHEME = Statement(
    select(*columns(SchemeRevisionTable, RevisionRow, content_json=SchemeRevisionTable.content))
    .where(SchemeRevisionTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeRevisionTable.scheme_id, SchemeRevisionTable.effective_at),
    RevisionRow,
)
CONTENT_IN_FORCE = Statement(
    select(SchemeRevisionTable.content)
    .where(SchemeRevisionTable.scheme_id == uuid("scheme_id"), SchemeRevisionTable.effective_at <= moment("at"))
    .order_by(SchemeRevisionTable.effective_at.desc())
    .limit(1),
    scalar(str),
)
# The highest number of any revision of a scheme, applied, rejected or open; all of them have the code of the scheme.
HIGHEST_NUMBER = Statement(
    select(func.max(SchemeTable.revision)).where(SchemeTable.code == string("code")), scalar(int)
)
_DUE: Final = and_(
    SchemeTable.approved_at.is_not(None), SchemeTable.applied_at.is_(None), SchemeTable.effective_at <= moment("now")
)
# The schemes with revisions that must take effect, the longest overdue first.
DUE_SCHEMES = Statement(
    select(SchemeTable.revises)
    .where(_DUE)
    .group_by(SchemeTable.revises)
    .order_by(func.min(SchemeTable.effective_at), SchemeTable.revises),
    scalar(UUID),
)
DUE_REVISIONS = Statement(
    select(SchemeTable.id).where(SchemeTable.revises == uuid("scheme_id"), _DUE).order_by(SchemeTable.effective_at),
    scalar(UUID),
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
def select_schemes_in_place(scope: SchemeScope) -> Statement[PlacedSchemeRow]:
    """Pairs of a scheme's id and the scheme; of a revision that has taken effect, the scheme that it revised."""
    asked = aliased(SchemeTable, name="asked")
    place = case((asked.applied_at.is_not(None), asked.revises), else_=asked.id)
    query = (
        select(*columns(asked, PlacedSchemeRow, scheme=SCHEME_COLUMNS))
        .select_from(asked)
        .join(SchemeTable, SchemeTable.id == place)
        .where(asked.id == any_(uuids("ids")), visible(scope))
    )
    return Statement(query, PlacedSchemeRow)
