"""A whole scheme in memory: its canonical content, the state of each step, and the facts that stages derive from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.rules.reads import RULES_BY_SCHEME
from db.rules.rows import RuleRow
from db.schemes import reads as statements
from db.schemes.revision_reads import DEFINITIONS, REVISIONS_BY_SCHEME
from db.schemes.rows import (
    RevisionRow,
    SchemeGeographyRow,
    SchemeRow,
    SchemeVariantRow,
    SectionRow,
    StandingRow,
    SubmissionRow,
)
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.channels import EarningChannel
from domain.coupons.quantities import CouponQuantities
from domain.rules.phrases import DisplayNames
from domain.schemes.content import (
    Basics,
    CouponValue,
    FieldDifference,
    SchemeContent,
    content_hash,
    differences,
)
from domain.schemes.definition import WizardStep, is_ready, wizard_steps
from domain.schemes.facts import OpenRevision, SchemeStanding
from domain.schemes.field_phrases import ids_to_name
from domain.schemes.lifecycle_facts import SchemeFacts, StepFact
from domain.schemes.revisions import replaced_revision
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stages import STEP_ORDER, WizardStepKind
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.rules.loaders import names_mentioned
from resolvers.schemes.disclosure import may_follow, sees_chain_only
from resolvers.schemes.stage_facts import build_facts
from resolvers.schemes.standing_facts import build_standing

_SCHEME_ID: Final[Callable[[Any], UUID]] = attrgetter("scheme_id")


class Definition(Struct, frozen=True, eq=False):
    """Everything that defines one scheme, loaded together. Instances compare by identity, so they can be keys.

    `approved` are the approved revisions of the scheme that this one revises; empty unless this is a revision.
    `withheld` says that the viewer may not read the content.
    """

    scheme: SchemeRow
    content: SchemeContent
    sections: Mapping[WizardStepKind, SectionRow]
    submission: SubmissionRow | None
    names: DisplayNames
    places: Mapping[UUID, str]
    as_of: datetime
    calendar: Calendar
    open_revision: OpenRevision | None
    approved: Sequence[RevisionRow]
    withheld: bool = False

    @property
    def name(self) -> SchemeName:
        """The scheme as stored facts name it."""
        return SchemeName(self.content.basics.title, None if self.scheme.revises is None else self.scheme.revision)

    @property
    def latest_submission(self) -> SubmissionRow:
        """The latest submission of a scheme after a guard has checked that there is one."""
        if self.submission is None:
            raise AssertionError("a guard accepted a decision about a scheme without a submission")
        return self.submission

    @property
    def replaced(self) -> RevisionRow | None:
        """The revision that ends when this one takes effect; None unless this is a revision."""
        return replaced_revision(self.approved, self.scheme.effective_at) if self.scheme.effective_at else None

    @property
    def changes(self) -> tuple[FieldDifference, ...]:
        """The changes of this revision to the one that it replaces; empty unless this is a revision."""
        return () if self.replaced is None else differences(self.replaced.content, self.content)

    @property
    def steps(self) -> tuple[WizardStep, ...]:
        """The five steps with their problems."""
        saved = {kind for kind, section in self.sections.items() if section.version > 0}
        return wizard_steps(self.content, saved, self.names)

    @property
    def authors(self) -> tuple[UUID, ...]:
        """Every account that changed a section; in a revision, since it was opened."""
        return tuple(dict.fromkeys(author for section in self.sections.values() for author in section.authors))

    @property
    def content_hash(self) -> str:
        """The hash of the current content."""
        return content_hash(self.content)

    @property
    def standing(self) -> SchemeStanding:
        """The facts that guards check."""
        scheme = self.scheme
        row = StandingRow(
            id=scheme.id,
            content_hash=self.content_hash,
            effective_at=scheme.effective_at,
            ends_on=scheme.ends_on,
            grace_days=scheme.grace_days,
            earning_channels=scheme.earning_channels,
            open_revision=self.open_revision,
        )
        return build_standing(
            row, self.submission, self.sections.values(), self.as_of, self.calendar, ready=is_ready(self.steps)
        )

    @property
    def facts(self) -> SchemeFacts:
        """The facts that the stages derive from, without how the scheme is executed."""
        values = {value.variant_id: value.planned_quantity for value in self.content.coupon_values}
        return build_facts(
            self.scheme,
            calendar=self.calendar,
            steps=(StepFact(step.kind, step.state, self.sections[step.kind].saved_at) for step in self.steps),
            submission=self.submission,
            content_hash=self.content_hash,
            planned=[
                CouponQuantities(variant_id, self.names.variants[variant_id], values.get(variant_id, 0))
                for variant_id in self.content.variant_ids
            ],
        )


async def definitions_by_scheme(operation: Operation, ids: list[UUID]) -> list[Definition | None]:
    """Load the definitions of schemes that the viewer may see. Without `scheme:follow` they have no submission."""
    found = await load_definitions(operation, ids, operation.now, await operation.calendar())
    if may_follow(operation):
        return found
    withheld = sees_chain_only(operation.viewer)
    return [definition and replace(definition, submission=None, withheld=withheld) for definition in found]


async def load_definitions(
    fetching: Fetching, ids: list[UUID], as_of: datetime, calendar: Calendar
) -> list[Definition | None]:
    """Load the definitions of schemes for any viewer, with the calendar of the program; None for unknown ids.

    Runs seven statements for any number of schemes, and one more if some are revisions.
    """
    schemes = align_one(ids, await fetching.fetch(DEFINITIONS, ids=ids), lambda pair: pair[0].id)
    variants = align_many(ids, await fetching.fetch(statements.VARIANTS_BY_SCHEME, ids=ids), _SCHEME_ID)
    places = align_many(ids, await fetching.fetch(statements.GEOGRAPHIES_BY_SCHEME, ids=ids), _SCHEME_ID)
    rules = align_many(ids, await fetching.fetch(RULES_BY_SCHEME, ids=ids), _SCHEME_ID)
    sections = align_many(ids, await fetching.fetch(statements.SECTIONS_BY_SCHEME, ids=ids), _SCHEME_ID)
    submissions = align_one(ids, await fetching.fetch(statements.SUBMISSIONS_BY_SCHEME, ids=ids), _SCHEME_ID)
    mentioned = await names_mentioned(fetching, [row for group in rules for row in group])
    approved = await _load_approved(fetching, [scheme for scheme, _ in filter(None, schemes)])
    found: list[Definition | None] = []
    for index, pair in enumerate(schemes):
        if pair is None:
            found.append(None)
            continue
        scheme, opened = pair
        content = _build_content(scheme, variants[index], places[index], rules[index])
        by_kind = {WizardStepKind(row.section): row for row in sections[index]}
        found.append(
            Definition(
                scheme=scheme,
                content=content,
                sections={kind: by_kind[kind] for kind in STEP_ORDER},
                submission=submissions[index],
                names=_add_skus(mentioned, variants[index]),
                places={row.geography.id: row.geography.name for row in places[index]},
                as_of=as_of,
                calendar=calendar,
                open_revision=opened,
                approved=approved.get(scheme.revises, ()),
            )
        )
    return found


async def _load_approved(fetching: Fetching, schemes: list[SchemeRow]) -> Mapping[UUID | None, Sequence[RevisionRow]]:
    """Load the approved revisions of each scheme that one of these revises."""
    ids = list({scheme.revises for scheme in schemes if scheme.revises is not None})
    if not ids:
        return {}
    rows = await fetching.fetch(REVISIONS_BY_SCHEME, ids=ids)
    return dict(zip(ids, align_many(ids, rows, lambda row: row.scheme_id), strict=True))


def _build_content(
    scheme: SchemeRow, variants: list[SchemeVariantRow], places: list[SchemeGeographyRow], rules: list[RuleRow]
) -> SchemeContent:
    basics = Basics.read(scheme, channels=tuple(EarningChannel(channel) for channel in scheme.earning_channels))
    values = tuple(
        CouponValue(row.variant.id, row.base_points, row.planned_quantity)
        for row in variants
        if row.base_points is not None and row.planned_quantity is not None
    )
    return SchemeContent(
        basics=basics,
        variant_ids=tuple(row.variant.id for row in variants),
        geography_ids=tuple(row.geography.id for row in places),
        coupon_values=values,
        rules=tuple(row.rule for row in rules),
    )


def _add_skus(names: DisplayNames, variants: list[SchemeVariantRow]) -> DisplayNames:
    skus = {row.variant.id: row.variant.sku for row in variants}
    return replace(names, variants={**names.variants, **skus})


def names_of_changes(changes: Sequence[FieldDifference], before: Definition, after: Definition) -> dict[str, str]:
    """The names that the sentence about these changes needs, by the text of ids: of what was there before or after."""
    names = {**before.names.variants, **before.places, **after.names.variants, **after.places}
    wanted = ids_to_name(changes)
    return {str(key): name for key, name in names.items() if str(key) in wanted}
