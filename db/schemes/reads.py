"""Statements that read schemes and their parts, and the one predicate of their visibility."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Text, and_, any_, case, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from db.accounts.tables import AccountTable
from db.catalog.reads import GEOGRAPHY_COLUMNS, VARIANT_COLUMNS
from db.catalog.tables import GeographyTable, VariantTable
from db.columns import columns, flags, scalar
from db.consignments.tables import ConsignmentLegTable, ConsignmentTable
from db.program.tables import ProgramTable
from db.rules.reads import RULE_COLUMNS
from db.rules.rows import RuleRow
from db.rules.tables import BonusRuleTable
from db.schemes.rows import (
    ContentHashRow,
    SchemeGeographyRow,
    SchemeRow,
    SchemeVariantRow,
    SectionChangeRow,
    SectionRow,
    SnapshotRow,
    SubmissionRow,
)
from db.schemes.tables import (
    SchemeActivityTable,
    SchemeGeographyTable,
    SchemeSectionTable,
    SchemeSubmissionTable,
    SchemeTable,
    SchemeVariantTable,
)
from db.statement import Query, Statement, number, numbers, string, uuid, uuids
from domain.viewers import SchemeScope

SCHEME_COLUMNS: Final = columns(SchemeTable, SchemeRow, materials_json=SchemeTable.materials)


# The authors of a submission, who may not approve it; none where the program lets authors approve.
BARRED_AUTHORS: Final = case(
    (select(ProgramTable.authors_may_approve).scalar_subquery(), literal_column("'{}'::uuid[]")),
    else_=SchemeSubmissionTable.authors,
)


def _submissions() -> Query:
    return (
        select(*columns(SchemeSubmissionTable, SubmissionRow, barred=BARRED_AUTHORS))
        .ext(distinct_on(SchemeSubmissionTable.scheme_id))
        .order_by(SchemeSubmissionTable.scheme_id, SchemeSubmissionTable.number.desc())
    )


SCHEME_IDS_AFTER = Statement(
    select(SchemeTable.id).where(SchemeTable.id > uuid("after")).order_by(SchemeTable.id).limit(number("limit")),
    scalar(UUID),
)
LOCK_SCHEME = Statement(
    select(*SCHEME_COLUMNS).where(SchemeTable.id == uuid("id")).with_for_update(key_share=True), SchemeRow
)
VARIANTS_BY_SCHEME = Statement(
    select(*columns(SchemeVariantTable, SchemeVariantRow, variant=VARIANT_COLUMNS))
    .select_from(SchemeVariantTable)
    .join(VariantTable, VariantTable.id == SchemeVariantTable.variant_id)
    .where(SchemeVariantTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeVariantTable.scheme_id, VariantTable.sku),
    SchemeVariantRow,
)
GEOGRAPHIES_BY_SCHEME = Statement(
    select(*columns(SchemeGeographyTable, SchemeGeographyRow, geography=GEOGRAPHY_COLUMNS))
    .select_from(SchemeGeographyTable)
    .join(GeographyTable, GeographyTable.id == SchemeGeographyTable.geography_id)
    .where(SchemeGeographyTable.scheme_id == any_(uuids("ids")))
    .order_by(SchemeGeographyTable.scheme_id, GeographyTable.sort_name, GeographyTable.id),
    SchemeGeographyRow,
)
# A rule keeps its id in the revisions of its scheme. The rule of the scheme itself comes first.
RULES_BY_ID = Statement(
    select(*RULE_COLUMNS)
    .join(SchemeTable, SchemeTable.id == BonusRuleTable.scheme_id)
    .where(BonusRuleTable.id == any_(uuids("ids")))
    .order_by(BonusRuleTable.id, SchemeTable.effective_at.asc().nulls_first()),
    RuleRow,
)
SECTIONS_BY_SCHEME = Statement(
    select(*columns(SchemeSectionTable, SectionRow)).where(SchemeSectionTable.scheme_id == any_(uuids("ids"))),
    SectionRow,
)
SUBMISSIONS_BY_SCHEME = Statement(
    _submissions().where(SchemeSubmissionTable.scheme_id == any_(uuids("ids"))), SubmissionRow
)
CONTENT_HASHES = Statement(
    select(*columns(SchemeTable, ContentHashRow)).where(SchemeTable.id == any_(uuids("ids"))),
    ContentHashRow,
)
SUBMITTED_CONTENT = Statement(
    select(SchemeSubmissionTable.content).where(
        SchemeSubmissionTable.scheme_id == uuid("scheme_id"), SchemeSubmissionTable.number == number("number")
    ),
    scalar(str),
)
SNAPSHOTS = Statement(
    select(
        *columns(
            SchemeSubmissionTable,
            SnapshotRow,
            content_json=SchemeSubmissionTable.content,
            reach_json=SchemeSubmissionTable.reach,
        )
    ).where(
        SchemeSubmissionTable.scheme_id == any_(uuids("scheme_ids")),
        SchemeSubmissionTable.number == any_(numbers("numbers")),
    ),
    SnapshotRow,
)
CHANGES_SINCE = Statement(
    select(
        *columns(
            SchemeActivityTable,
            SectionChangeRow,
            changed_by=SchemeActivityTable.actor_id,
            changed_by_name=AccountTable.display_name,
            changed_at=SchemeActivityTable.at,
            changes_json=SchemeActivityTable.changes,
        )
    )
    .select_from(SchemeActivityTable)
    .join(AccountTable, AccountTable.id == SchemeActivityTable.actor_id)
    .where(
        SchemeActivityTable.scheme_id == uuid("scheme_id"),
        SchemeActivityTable.section == string("section"),
        SchemeActivityTable.version > number("version"),
    )
    .order_by(SchemeActivityTable.version),
    SectionChangeRow,
)


def visible(scope: SchemeScope) -> ColumnElement[bool]:
    """The one predicate of the schemes that a viewer may see; every statement that lists or fetches schemes uses it.

    A revision is a separate scheme until it takes effect. Until then only people who define or approve schemes see
    it; afterwards it is hidden, since its content is that of the scheme it revised. With the scope CHAIN it takes
    `viewer_vendor_id`.
    """
    pending = SchemeTable.applied_at.is_(None)
    predicates: dict[SchemeScope, ColumnElement[bool]] = {
        # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
        SchemeScope.NONE: literal_column("false", Boolean),
        SchemeScope.CHAIN: _in_chain(),
        SchemeScope.APPROVED: and_(SchemeTable.approved_at.is_not(None), SchemeTable.revises.is_(None)),
        SchemeScope.SUBMITTED: and_(SchemeTable.submitted_at.is_not(None), pending),
        SchemeScope.ALL: pending,
    }
    return predicates[scope]


def _in_chain() -> ColumnElement[bool]:
    return exists().where(
        ConsignmentTable.scheme_id == SchemeTable.id,
        ConsignmentLegTable.consignment_id == ConsignmentTable.id,
        ConsignmentLegTable.vendor_id == uuid("viewer_vendor_id"),
    )


# The scopes that show the scheme of the parameter `id` to people who follow schemes. No vendor does.
SCOPES_OF_SCHEME = Statement(
    select(
        *(visible(SchemeScope.NONE if scope is SchemeScope.CHAIN else scope).label(scope.name) for scope in SchemeScope)
    ).where(SchemeTable.id == uuid("id")),
    flags(SchemeScope),
)


# The schemes that have a file among their marketing materials, for anybody. An index finds them.
SCHEMES_WITH_FILE = Statement(
    select(SchemeTable.id).where(
        SchemeTable.materials.op("@>")(
            func.jsonb_build_array(func.jsonb_build_object("file_id", uuid("file_id").cast(Text)))
        )
    ),
    scalar(UUID),
)


@cache
def select_schemes_by_id(scope: SchemeScope) -> Statement[SchemeRow]:
    """The schemes of the parameter `ids` that the scope shows, in any order."""
    query = select(*SCHEME_COLUMNS).where(SchemeTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, SchemeRow)


@cache
def scheme_by_code(scope: SchemeScope, *, numbered: bool) -> Statement[SchemeRow]:
    """The scheme of the parameter `code`, if the scope shows it; with `numbered` the one with the number `revision`."""
    wanted = SchemeTable.revision == number("revision") if numbered else SchemeTable.revises.is_(None)
    query = select(*SCHEME_COLUMNS).where(SchemeTable.code == string("code"), wanted, visible(scope))
    return Statement(query, SchemeRow)
