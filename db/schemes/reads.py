"""Statements that read schemes and what belongs to them, and the one predicate of their visibility."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    TextClause,
    and_,
    any_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from db.accounts.tables import AccountTable
from db.catalog.rows import GeographyRow, VariantRow
from db.catalog.tables import GeographyTable, VariantTable
from db.rules.reads import rules
from db.rules.rows import RuleRow
from db.rules.tables import BonusRuleTable
from db.schemes.rows import (
    SchemeGeographyRow,
    SchemeRow,
    SchemeVariantRow,
    SectionChangeRow,
    SectionRow,
    SnapshotRow,
    StageRow,
    SubmissionRow,
)
from db.schemes.tables import (
    SchemeActivityTable,
    SchemeGeographyTable,
    SchemeSectionTable,
    SchemeStageTable,
    SchemeSubmissionTable,
    SchemeTable,
    SchemeVariantTable,
)
from db.statement import Query, Statement, moment, number, numbers, string, uuid, uuids
from domain.permissions import SchemeScope

SCHEME_COLUMNS: Final = (
    SchemeTable.id,
    SchemeTable.code,
    SchemeTable.revision,
    SchemeTable.title,
    SchemeTable.description,
    SchemeTable.earning_channels,
    SchemeTable.enrollment_opens_on,
    SchemeTable.enrollment_closes_on,
    SchemeTable.starts_on,
    SchemeTable.ends_on,
    SchemeTable.terms_markdown,
    SchemeTable.terms_version,
    SchemeTable.materials,
    SchemeTable.budget,
    SchemeTable.content_hash,
    SchemeTable.submitted_at,
    SchemeTable.approved_at,
    SchemeTable.created_by,
    SchemeTable.created_at,
    SchemeTable.updated_at,
    SchemeTable.sort_title,
    SchemeTable.terms_published_at,
    SchemeTable.revises,
    SchemeTable.effective_at,
)


def _scheme_variant_row(  # noqa: PLR0913, PLR0917 - the columns of the statement, in order
    scheme_id: UUID,
    variant_id: UUID,
    sku: str,
    name: str,
    product_id: UUID,
    base_points: int | None,
    planned_quantity: int | None,
) -> SchemeVariantRow:
    return SchemeVariantRow(scheme_id, VariantRow(variant_id, sku, name, product_id), base_points, planned_quantity)


def _scheme_geography_row(scheme_id: UUID, *geography: Any) -> SchemeGeographyRow:
    return SchemeGeographyRow(scheme_id, GeographyRow(*geography))


def _pair(key: UUID, value: str) -> tuple[UUID, str]:
    return key, value


def _stages() -> Query:
    return select(
        SchemeStageTable.scheme_id,
        SchemeStageTable.kind,
        SchemeStageTable.position,
        SchemeStageTable.state,
        SchemeStageTable.status,
        SchemeStageTable.since,
        SchemeStageTable.done,
        SchemeStageTable.total,
        SchemeStageTable.open_step,
        SchemeStageTable.waiting_on,
        SchemeStageTable.due_on,
        SchemeStageTable.blocked_by,
        SchemeStageTable.is_current,
    )


def _sections() -> Query:
    return select(
        SchemeSectionTable.scheme_id,
        SchemeSectionTable.section,
        SchemeSectionTable.version,
        SchemeSectionTable.state,
        SchemeSectionTable.saved_at,
        SchemeSectionTable.saved_by,
    )


def _submissions() -> Query:
    decider = aliased(AccountTable)
    return (
        select(
            SchemeSubmissionTable.scheme_id,
            SchemeSubmissionTable.number,
            SchemeSubmissionTable.content_hash,
            SchemeSubmissionTable.submitted_by,
            SchemeSubmissionTable.submitted_at,
            SchemeSubmissionTable.decision,
            SchemeSubmissionTable.decided_by,
            decider.display_name,
            SchemeSubmissionTable.decided_at,
            SchemeSubmissionTable.reason,
            SchemeSubmissionTable.effective_at,
        )
        .ext(distinct_on(SchemeSubmissionTable.scheme_id))
        .outerjoin(decider, decider.id == SchemeSubmissionTable.decided_by)
        .order_by(SchemeSubmissionTable.scheme_id, SchemeSubmissionTable.number.desc())
    )


LOCK_SCHEME = Statement(
    select(*SCHEME_COLUMNS).where(SchemeTable.id == uuid("id")).with_for_update(key_share=True), SchemeRow
)
VARIANTS_BY_SCHEME = Statement(
    select(
        SchemeVariantTable.scheme_id,
        VariantTable.id,
        VariantTable.sku,
        VariantTable.name,
        VariantTable.product_id,
        SchemeVariantTable.base_points,
        SchemeVariantTable.planned_quantity,
    )
    .join(VariantTable, VariantTable.id == SchemeVariantTable.variant_id)
    .where(SchemeVariantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeVariantTable.scheme_id, VariantTable.sku),
    _scheme_variant_row,
)
GEOGRAPHIES_BY_SCHEME = Statement(
    select(
        SchemeGeographyTable.scheme_id,
        GeographyTable.id,
        GeographyTable.code,
        GeographyTable.name,
        GeographyTable.level,
        GeographyTable.parent_id,
    )
    .join(GeographyTable, GeographyTable.id == SchemeGeographyTable.geography_id)
    .where(SchemeGeographyTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeGeographyTable.scheme_id, GeographyTable.name),
    _scheme_geography_row,
)
# A rule keeps its id in the revisions of its scheme: the one of the scheme itself comes first.
RULES_BY_ID = Statement(
    rules()
    .join(SchemeTable, SchemeTable.id == BonusRuleTable.scheme_id)
    .where(BonusRuleTable.id == any_(uuids("ids")))
    .order_by(BonusRuleTable.id, SchemeTable.effective_at.asc().nulls_first()),
    RuleRow,
)
SECTIONS_BY_SCHEME = Statement(_sections().where(SchemeSectionTable.scheme_id == any_(uuids("ids"))), SectionRow)
SUBMISSIONS_BY_SCHEME = Statement(
    _submissions().where(SchemeSubmissionTable.scheme_id == any_(uuids("ids"))), SubmissionRow
)
CONTENT_HASHES = Statement(
    select(SchemeTable.id, SchemeTable.content_hash).where(SchemeTable.id == any_(uuids("ids"))), _pair
)
SUBMITTED_CONTENT = Statement(
    select(SchemeSubmissionTable.content).where(
        SchemeSubmissionTable.scheme_id == uuid("scheme_id"), SchemeSubmissionTable.number == number("number")
    ),
    str,
)
SNAPSHOTS = Statement(
    select(
        SchemeSubmissionTable.scheme_id,
        SchemeSubmissionTable.number,
        SchemeSubmissionTable.content,
        SchemeSubmissionTable.acknowledged_warnings,
        SchemeSubmissionTable.reach,
    ).where(
        SchemeSubmissionTable.scheme_id == any_(uuids("scheme_ids")),
        SchemeSubmissionTable.number == any_(numbers("numbers")),
    ),
    SnapshotRow,
)
STAGES_BY_SCHEME = Statement(
    _stages()
    .where(
        SchemeStageTable.scheme_id == any_(uuids("ids")),
        SchemeStageTable.valid_from <= moment("now"),
        SchemeStageTable.valid_until > moment("now"),
    )
    .order_by(SchemeStageTable.scheme_id, SchemeStageTable.position),
    StageRow,
)
CHANGES_SINCE = Statement(
    select(
        SchemeActivityTable.version,
        SchemeActivityTable.actor_id,
        AccountTable.display_name,
        SchemeActivityTable.at,
        SchemeActivityTable.changes,
    )
    .join(AccountTable, AccountTable.id == SchemeActivityTable.actor_id)
    .where(
        SchemeActivityTable.scheme_id == uuid("scheme_id"),
        SchemeActivityTable.section == string("section"),
        SchemeActivityTable.version > number("version"),
    )
    .order_by(SchemeActivityTable.version),
    SectionChangeRow,
)


def visible(scope: SchemeScope) -> ColumnElement[bool] | TextClause:
    """The one predicate that says which schemes somebody sees; every statement that lists or fetches them uses it.

    Revisions are schemes of their own until they take effect. Then they are the scheme that they revised, and nobody
    sees them any more; before that only those who define or approve do.
    """
    pending = SchemeTable.applied_at.is_(None)
    predicates: dict[SchemeScope, ColumnElement[bool] | TextClause] = {
        # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
        SchemeScope.NONE: text("false"),
        SchemeScope.APPROVED: and_(SchemeTable.approved_at.is_not(None), SchemeTable.revises.is_(None)),
        SchemeScope.SUBMITTED: and_(SchemeTable.submitted_at.is_not(None), pending),
        SchemeScope.ALL: pending,
    }
    return predicates[scope]


def _scopes(*shown: bool) -> frozenset[SchemeScope]:
    return frozenset(scope for scope, yes in zip(SchemeScope, shown, strict=True) if yes)


# Each scope that shows the scheme of the parameter `id`.
SCOPES_OF_SCHEME = Statement(
    select(*(visible(scope) for scope in SchemeScope)).where(SchemeTable.id == uuid("id")), _scopes
)


@cache
def schemes_by_id(scope: SchemeScope) -> Statement[SchemeRow]:
    """The schemes of the parameter `ids` that the scope shows, in any order."""
    query = select(*SCHEME_COLUMNS).where(SchemeTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, SchemeRow)


@cache
def scheme_by_code(scope: SchemeScope, *, numbered: bool) -> Statement[SchemeRow]:
    """The scheme of the parameter `code`, if the scope shows it; `numbered` ones are those of `revision`."""
    wanted = SchemeTable.revision == number("revision") if numbered else SchemeTable.revises.is_(None)
    query = select(*SCHEME_COLUMNS).where(SchemeTable.code == string("code"), wanted, visible(scope))
    return Statement(query, SchemeRow)
