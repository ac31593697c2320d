"""Changes to schemes: content, section versions, submissions, approved revisions, activity, and derived stages."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.rules.tables import BonusRuleTable
from db.schemes.rows import SchemeRow, SectionRow, SubmissionRow
from db.schemes.tables import (
    SchemeActivityTable,
    SchemeGeographyTable,
    SchemeRevisionTable,
    SchemeSectionTable,
    SchemeStageTable,
    SchemeSubmissionTable,
    SchemeTable,
    SchemeVariantTable,
)
from db.sessions import Writing
from db.text_columns import with_text_columns
from domain.events import EventKind
from domain.rules.model import BonusRule
from domain.schemes.content import Basics, CouponValue, FieldDifference, SchemeContent
from domain.schemes.lifecycle_facts import Decision, StageSpan
from domain.schemes.stages import STEP_ORDER, WizardStepKind, WizardStepState
from domain.schemes.stored_facts import StoredActivity


async def add_scheme(  # noqa: PLR0913 - the columns of a new scheme, by name
    session: Writing, *, scheme_id: UUID, code: str, basics: Basics, content_hash: str, created_by: UUID, at: datetime
) -> None:
    """Insert a scheme that has only a title and channels, with its five unsaved sections."""
    await session.execute(
        insert(SchemeTable).values(
            id=scheme_id,
            code=code,
            revision=1,
            terms_version=0,
            content_hash=content_hash,
            created_by=created_by,
            created_at=at,
            updated_at=at,
            **basics_columns(code, basics),
        )
    )
    unsaved = {"scheme_id": scheme_id, "version": 0, "state": WizardStepState.PENDING}
    # The title and the channels are part of the basics.
    authors = {WizardStepKind.BASICS: [created_by]}
    sections = [{**unsaved, "section": kind, "authors": authors.get(kind, [])} for kind in STEP_ORDER]
    await session.execute(insert(SchemeSectionTable), sections)


async def set_basics(
    session: Writing, scheme: SchemeRow, basics: Basics, terms_version: int, terms_published_at: datetime | None
) -> None:
    """Replace the basics of a scheme; terms that are not in force yet have no time of publication."""
    values = {
        **basics_columns(scheme.code, basics),
        "terms_version": terms_version,
        "terms_published_at": terms_published_at,
    }
    await session.execute(update(SchemeTable).where(SchemeTable.id == scheme.id).values(**values))


async def set_variants(session: Writing, scheme_id: UUID, variant_ids: Collection[UUID]) -> None:
    """Replace the variants of a scheme; variants that stay keep their coupon values."""
    owned = SchemeVariantTable.scheme_id == scheme_id
    await session.execute(delete(SchemeVariantTable).where(owned, SchemeVariantTable.variant_id.not_in(variant_ids)))
    rows = [{"scheme_id": scheme_id, "variant_id": variant_id} for variant_id in variant_ids]
    if rows:
        await session.execute(upsert(SchemeVariantTable).on_conflict_do_nothing(), rows)


async def set_geographies(session: Writing, scheme_id: UUID, geography_ids: Collection[UUID]) -> None:
    """Replace the geographies of a scheme."""
    await session.execute(delete(SchemeGeographyTable).where(SchemeGeographyTable.scheme_id == scheme_id))
    rows = [{"scheme_id": scheme_id, "geography_id": geography_id} for geography_id in geography_ids]
    if rows:
        await session.execute(insert(SchemeGeographyTable), rows)


async def set_coupon_values(session: Writing, scheme_id: UUID, values: Collection[CouponValue]) -> None:
    """Replace the coupon values of a scheme; variants without a new value have none."""
    owned = SchemeVariantTable.scheme_id == scheme_id
    await session.execute(update(SchemeVariantTable).where(owned).values(base_points=None, planned_quantity=None))
    rows = [{"scheme_id": scheme_id, **msgspec.structs.asdict(value)} for value in values]
    if rows:
        statement = upsert(SchemeVariantTable)
        numbers = {name: statement.excluded[name] for name in ("base_points", "planned_quantity")}
        keys = ["scheme_id", "variant_id"]
        await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=numbers), rows)


async def set_sections(session: Writing, scheme_id: UUID, content: SchemeContent) -> None:
    """Replace the four sections after the basics."""
    await set_variants(session, scheme_id, content.variant_ids)
    await set_geographies(session, scheme_id, content.geography_ids)
    await set_coupon_values(session, scheme_id, content.coupon_values)
    await set_rules(session, scheme_id, content.rules)


async def record_section_save(session: Writing, saved: SectionRow) -> None:
    """Store the new version of a section, with who saved it and when, and its authors."""
    key = (SchemeSectionTable.scheme_id == saved.scheme_id, SchemeSectionTable.section == saved.section)
    values = {
        "version": saved.version,
        "saved_at": saved.saved_at,
        "saved_by": saved.saved_by,
        "authors": saved.authors,
    }
    await session.execute(update(SchemeSectionTable).where(*key).values(**values))


async def set_section_states(
    session: Writing, scheme_id: UUID, states: Mapping[WizardStepKind, WizardStepState]
) -> None:
    """Store the states of sections."""
    for section, state in states.items():
        key = (SchemeSectionTable.scheme_id == scheme_id, SchemeSectionTable.section == section)
        await session.execute(update(SchemeSectionTable).where(*key).values(state=state))


async def touch_scheme(session: Writing, scheme_id: UUID, **columns: Any) -> None:
    """Set columns of the scheme itself: `updated_at`, `content_hash`, `submitted_at`, `approved_at` and the like."""
    await session.execute(update(SchemeTable).where(SchemeTable.id == scheme_id).values(**columns))


async def add_submission(  # noqa: PLR0913 - the columns of a submission, by name
    session: Writing,
    *,
    scheme_id: UUID,
    number: int,
    content_hash: str,
    effective_at: datetime | None,
    content: Any,
    acknowledged_warnings: Sequence[str],
    reach: Any,
    authors: Collection[UUID],
    account_id: UUID,
    at: datetime,
) -> None:
    """Insert the next submission of a scheme: its content and reach as they are, and for a revision `effective_at`."""
    await session.execute(
        insert(SchemeSubmissionTable).values(
            scheme_id=scheme_id,
            number=number,
            content_hash=content_hash,
            effective_at=effective_at,
            content=content,
            acknowledged_warnings=list(acknowledged_warnings),
            reach=reach,
            authors=list(authors),
            submitted_by=account_id,
            submitted_at=at,
        )
    )


async def record_scheme_decision(  # noqa: PLR0913 - the columns of a decision, by name
    session: Writing,
    *,
    scheme_id: UUID,
    number: int,
    decision: Decision,
    reason: str | None,
    account_id: UUID,
    at: datetime,
    authors_may_approve: bool = False,
) -> None:
    """Store the decision about a submission; an approval also with what the program said about authors."""
    key = (SchemeSubmissionTable.scheme_id == scheme_id, SchemeSubmissionTable.number == number)
    values = {
        "decision": decision,
        "decided_by": account_id,
        "decided_at": at,
        "reason": reason,
        "authors_may_approve": authors_may_approve,
    }
    await session.execute(update(SchemeSubmissionTable).where(*key).values(**values))


async def add_revision(
    session: Writing, submission: SubmissionRow, *, scheme_id: UUID, number: int, effective_at: datetime
) -> None:
    """Store the content of an approved submission as a revision, in force from `effective_at`."""
    table, source = SchemeRevisionTable, SchemeSubmissionTable
    values = {
        "scheme_id": literal(scheme_id, table.scheme_id.type),
        "number": literal(number, table.number.type),
        "effective_at": literal(effective_at, table.effective_at.type),
        "content_hash": source.content_hash,
        "content": source.content,
        "approved_at": source.decided_at,
        "approved_by": source.decided_by,
    }
    approved = select(*values.values()).where(
        source.scheme_id == submission.scheme_id, source.number == submission.number
    )
    await session.execute(insert(table).from_select(list(values), approved))


async def add_activity(  # noqa: PLR0913 - the columns of an activity, by name
    session: Writing,
    *,
    activity_id: UUID,
    scheme_id: UUID,
    kind: EventKind,
    actor_id: UUID,
    at: datetime,
    fact: StoredActivity,
    section: WizardStepKind | None = None,
    version: int | None = None,
    changes: Sequence[FieldDifference] = (),
) -> None:
    """Insert an entry of the activity of a scheme."""
    await session.execute(
        insert(SchemeActivityTable).values(
            id=activity_id,
            scheme_id=scheme_id,
            kind=kind.value,
            actor_id=actor_id,
            at=at,
            fact=fact,
            section=section,
            version=version,
            changes=tuple(changes),
        )
    )


async def replace_stages(session: Writing, timelines: Mapping[UUID, Sequence[StageSpan]]) -> None:
    """Replace the timeline of the stages of each scheme."""
    await session.execute(delete(SchemeStageTable).where(SchemeStageTable.scheme_id.in_(timelines)))
    rows = [stage_columns(scheme_id, span) for scheme_id, spans in timelines.items() for span in spans]
    await session.execute(insert(SchemeStageTable), rows)


def stage_columns(scheme_id: UUID, span: StageSpan) -> dict[str, Any]:
    """A stage and the time for which it is valid, as columns."""
    columns = msgspec.structs.asdict(span.stage)
    columns["is_current"] = columns.pop("current")
    columns["position"] = span.stage.kind.position
    for name in ("waiting_vendor_ids", "waiting_variant_ids"):
        # Most stages wait for neither, and reading null costs nothing.
        columns[name] = list(columns[name]) or None
    return {"scheme_id": scheme_id, "valid_from": span.valid_from, "valid_until": span.valid_until, **columns}


def basics_columns(code: str, basics: Basics) -> dict[str, Any]:
    """The basics as columns of the scheme with this code."""
    columns = msgspec.structs.asdict(basics)
    columns["earning_channels"] = sorted(columns.pop("channels"))
    value = columns.pop("point_value")
    columns |= {"point_amount": value and value.amount, "point_currency": value and value.currency}
    return with_text_columns(SchemeTable, columns, code=code)


async def set_rules(session: Writing, scheme_id: UUID, rules: Sequence[BonusRule]) -> None:
    """Replace the bonus rules of a scheme, in this order; a rule keeps its id."""
    await session.execute(delete(BonusRuleTable).where(BonusRuleTable.scheme_id == scheme_id))
    rows = [
        {"id": rule.id, "scheme_id": scheme_id, "position": position, "document": rule}
        for position, rule in enumerate(rules, start=1)
    ]
    if rows:
        await session.execute(insert(BonusRuleTable), rows)
