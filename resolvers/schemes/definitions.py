"""A whole scheme in memory: its canonical content, how far each step is, and the facts its stages derive from."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.rows import RuleRow, SchemeGeographyRow, SchemeRow, SchemeVariantRow, SectionRow, SubmissionRow
from db.sessions import Fetching
from db.statements import schemes as statements
from db.statements.scheme_pages import schemes_by_id
from domain.channels import EarningChannel
from domain.lifecycle import Decision, SchemeFacts, StepFact, SubmissionFact
from domain.permissions import SchemeScope
from domain.rules.sentences import Names
from domain.schemes.content import Basics, CouponValue, SchemeContent, content_hash
from domain.schemes.definition import Step, is_ready, steps
from domain.schemes.guards import Standing
from domain.stages import STEP_ORDER, WizardStepKind
from resolvers.alignment import many_each, one_each
from resolvers.context import Operation
from resolvers.schemes.read import names_mentioned, standing


class Definition(Struct, frozen=True):
    """Everything that defines one scheme, loaded together."""

    scheme: SchemeRow
    content: SchemeContent
    sections: Mapping[WizardStepKind, SectionRow]
    submission: SubmissionRow | None
    names: Names
    places: Mapping[UUID, str]
    as_of: datetime

    @property
    def steps(self) -> tuple[Step, ...]:
        """The five steps with their problems."""
        saved = {kind for kind, section in self.sections.items() if section.version > 0}
        return steps(self.content, saved, self.names.variants)

    @property
    def content_hash(self) -> str:
        """The hash of the content as it is."""
        return content_hash(self.content)

    @property
    def standing(self) -> Standing:
        """What guards look at."""
        return standing(is_ready(self.steps), self.submission, self.content_hash)

    @property
    def facts(self) -> SchemeFacts:
        """What the stages derive from."""
        basics, scheme = self.content.basics, self.scheme
        return SchemeFacts(
            created_at=scheme.created_at,
            channels=frozenset(basics.channels),
            steps=tuple(StepFact(step.kind, step.state, self.sections[step.kind].saved_at) for step in self.steps),
            submission=_submission_fact(self.submission, self.content_hash),
            enrollment_opens_on=basics.enrollment_opens_on,
            enrollment_closes_on=basics.enrollment_closes_on,
            starts_on=basics.starts_on,
            ends_on=basics.ends_on,
            planned_quantity=self.content.coupon_quantity,
            variants=len(self.content.variant_ids),
        )


async def definitions_by_scheme(operation: Operation, ids: list[UUID]) -> list[Definition | None]:
    """Batch function: the definitions of schemes that the viewer has already been shown."""
    return await load_definitions(operation, ids, operation.now)


async def load_definitions(fetching: Fetching, ids: list[UUID], as_of: datetime) -> list[Definition | None]:
    """The definitions of schemes, whoever asks; None for unknown ids. Seven statements for any number of schemes."""
    schemes = one_each(ids, await fetching.fetch(schemes_by_id(SchemeScope.ALL), ids=ids), lambda row: row.id)
    variants = many_each(ids, await fetching.fetch(statements.VARIANTS_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    places = many_each(ids, await fetching.fetch(statements.GEOGRAPHIES_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    rules = many_each(ids, await fetching.fetch(statements.RULES_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    sections = many_each(ids, await fetching.fetch(statements.SECTIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    submissions = one_each(
        ids, await fetching.fetch(statements.SUBMISSIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id
    )
    mentioned = await names_mentioned(fetching, [row for group in rules for row in group])
    found: list[Definition | None] = []
    for index, scheme in enumerate(schemes):
        if scheme is None:
            found.append(None)
            continue
        content = _content(scheme, variants[index], places[index], rules[index])
        by_kind = {WizardStepKind(row.section): row for row in sections[index]}
        names = _with_variants(mentioned, variants[index])
        named = {row.geography.id: row.geography.name for row in places[index]}
        ordered = {kind: by_kind[kind] for kind in STEP_ORDER}
        found.append(Definition(scheme, content, ordered, submissions[index], names, named, as_of))
    return found


def _content(
    scheme: SchemeRow, variants: list[SchemeVariantRow], places: list[SchemeGeographyRow], rules: list[RuleRow]
) -> SchemeContent:
    basics = Basics(
        scheme.title,
        tuple(EarningChannel(channel) for channel in scheme.earning_channels),
        scheme.description,
        scheme.enrollment_opens_on,
        scheme.enrollment_closes_on,
        scheme.starts_on,
        scheme.ends_on,
        scheme.terms_markdown,
        scheme.budget,
        scheme.materials,
    )
    values = tuple(
        CouponValue(row.variant.id, row.base_points, row.planned_quantity)
        for row in variants
        if row.base_points is not None and row.planned_quantity is not None
    )
    return SchemeContent(
        basics,
        tuple(row.variant.id for row in variants),
        tuple(row.geography.id for row in places),
        values,
        tuple(row.rule for row in rules),
    )


def _with_variants(names: Names, variants: list[SchemeVariantRow]) -> Names:
    skus = {row.variant.id: row.variant.sku for row in variants}
    return Names(
        tiers=names.tiers,
        geographies=names.geographies,
        variants={**names.variants, **skus},
        products=names.products,
    )


def _submission_fact(submission: SubmissionRow | None, current_hash: str) -> SubmissionFact | None:
    if submission is None:
        return None
    return SubmissionFact(
        submission.submitted_at,
        submission.content_hash == current_hash,
        None if submission.decision is None else Decision(submission.decision),
        submission.decided_at,
        submission.decided_by_name,
        submission.reason,
    )
