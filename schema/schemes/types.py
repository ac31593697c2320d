"""Types of schemes."""

import mimetypes
from datetime import date, datetime
from urllib.parse import urlsplit

import strawberry

from db.schemes.rows import SchemeRow, StageRow
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.schemes.stages import STAGE_OWNERS, status_label
from resolvers.accounts.loaders import accounts_by_id
from resolvers.enrollments.lists import enrollments_by_scheme
from resolvers.enrollments.loaders import viewer_enrollments_by_scheme
from resolvers.rules.loaders import rules_by_scheme
from resolvers.schemes.activity_loaders import activity_by_scheme, participants_by_scheme
from resolvers.schemes.definitions import definitions_by_scheme
from resolvers.schemes.disclosure import disclosed_budgets
from resolvers.schemes.loaders import geographies_by_scheme, schemes_by_id, stages_by_scheme, variants_by_scheme
from resolvers.schemes.review import build_review
from resolvers.schemes.revisions import open_revision_by_scheme, revisions_as_of, revisions_by_scheme
from resolvers.schemes.stages import current_stage, progress
from resolvers.schemes.standing import actions_by_scheme
from resolvers.schemes.wizard import build_wizard
from schema.accounts.types import Account
from schema.catalog.types import Geography, Variant
from schema.enrollments.types import Enrollment, page_of_scheme
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.rules.enums import EarningChannel
from schema.rules.types import BonusRule
from schema.scalars import SafeInt
from schema.schemes.activity_types import SchemeActivity
from schema.schemes.enums import SchemeAction, SchemeStatus, StageKind, StageState, WizardStepKind, WizardStepState
from schema.schemes.review_types import SchemeReview, SchemeSubmission, WizardProblem
from schema.schemes.revision_types import SchemeRevision, moment


@strawberry.type(description="A stage in the life of a scheme.")
class SchemeStage:
    kind: StageKind = leaf("Which stage it is.")
    position: int = leaf("Its place among the eight stages, from 1.")
    state: StageState = leaf("Where it stands.")
    status: SchemeStatus | None = leaf("What is going on inside it; null before it starts and when it is skipped.")
    status_label: str = computed(
        lambda stage: status_label(stage.status, stage.state, stage.open_step, stage.due_on),
        "The status as people read it.",
    )
    owner: Role = computed(lambda stage: STAGE_OWNERS[stage.kind], "The role that must act when it is pending.")
    waiting_on: str | None = leaf("Whom it waits for, as people read it; null unless it is pending.")
    since: datetime | None = leaf("Since when it has this status.")
    due_on: date | None = leaf("The day by which it should be done; of an approved revision, when it takes effect.")
    done: int = leaf("How much of it is done, in units of the stage: steps, coupons, variants.")
    total: int = leaf("How much there is to do; 0 when it is skipped.")
    blocked_by: list[str] = leaf("What keeps it from going on, a sentence each.")


@strawberry.type(description="A step of the wizard.")
class WizardStep:
    kind: WizardStepKind = leaf("Which step it is.")
    position: int = computed(lambda step: step.kind.position, "Its place in the wizard, from 1.")
    label: str = computed(lambda step: step.kind.label, "Its name as people read it.")
    state: WizardStepState = leaf("How far it is.")
    version: int = leaf("How often it was saved; send it as `expectedVersion` with the next save.")
    problems: list[WizardProblem] = leaf("What is missing.")


@strawberry.type(description="How far the definition of a scheme is.")
class SchemeWizard:
    current_step: WizardStepKind = leaf("The first step that is not complete; the last one when all are.")
    steps: list[WizardStep] = leaf("All five steps, in order.")


@strawberry.type(description="A variant of a scheme, with what a coupon or unit of it pays.")
class SchemeVariant:
    variant: Variant = leaf("The variant.")
    base_points: int = computed(
        lambda row: row.base_points or 0, "Points for each coupon or unit; 0 until they are set."
    )
    planned_quantity: SafeInt = computed(
        lambda row: row.planned_quantity or 0, "How many coupons are planned; 0 until they are."
    )
    planned_points: SafeInt = computed(
        lambda row: row.planned_points or 0, "The base points of all planned coupons; 0 until they are set."
    )


@strawberry.type(description="The terms and conditions of a scheme.")
class Terms:
    version: int = renamed("terms_version", "The version of the text, from 1; every changed text is the next one.")
    markdown: str = renamed("terms_markdown", "The text, in Markdown.")
    published_at: datetime | None = renamed(
        "terms_published_at", "When the text came into force, with the scheme or a revision of it; null until it does."
    )


@strawberry.type(description="A piece of marketing material.")
class MarketingMaterial:
    title: str = leaf("What it is called.")
    url: str = leaf("Where it is.")
    content_type: str = computed(
        lambda material: mimetypes.guess_type(urlsplit(material.url).path)[0] or "text/html",
        "What kind of file the address names, by its ending.",
    )


@node_type(SchemeRow, "An incentive scheme, from its definition to its settlement.")
class Scheme(Node):
    id: strawberry.ID = node_id(NodeKind.SCHEME)
    code: str = leaf("The code people use, like `SCH-2026-000042`.")
    title: str = leaf("What people call it.")
    description: str | None = leaf("What it is about.")
    revision: int = leaf("The number of the revision that it is, from 1.")
    revises: "Scheme | None" = batched(
        schemes_by_id, key="revises", description="Of a revision, the scheme that it will replace; null for a scheme."
    )
    effective_at: datetime | None = leaf("Of a revision, when it takes effect; null for a scheme.")
    open_revision: "Scheme | None" = batched(
        open_revision_by_scheme, key="id", description="Its next revision, while that is not decided yet."
    )
    revisions: list[SchemeRevision] = batched(
        revisions_by_scheme,
        key="live_id",
        description="Its approved revisions in the order in which they take effect, the first approval included. "
        "Those that have not taken effect are shown to who defines or approves, and none to who does not follow "
        "schemes.",
    )
    as_of: SchemeRevision | None = batched(
        revisions_as_of,
        key="live_id",
        arguments=moment,
        description="The revision that is in force at a moment; null before the first approval.",
    )
    earning_channels: list[EarningChannel] = leaf("How ECPs earn in it.")
    enrollment_opens_on: date | None = leaf("The first day on which ECPs can enroll.")
    enrollment_closes_on: date | None = leaf("The last day on which ECPs can enroll.")
    starts_on: date | None = leaf("The first day on which ECPs earn.")
    ends_on: date | None = leaf("The last day on which ECPs earn.")
    terms: Terms | None = computed(
        lambda row: row if row.terms_markdown is not None else None, "The terms; null until the basics are saved."
    )
    materials: list[MarketingMaterial] = leaf("The marketing materials.")
    budget: SafeInt | None = batched(
        disclosed_budgets,
        key="budget",
        description="The points that may be spent; null: no limit, or the viewer lacks `scheme:follow`.",
    )
    stage: SchemeStage = batched(
        stages_by_scheme,
        key="id",
        pick=current_stage,
        description="The current stage: the first that is neither done nor skipped.",
    )
    stages: list[SchemeStage] = batched(stages_by_scheme, key="id", description="All eight stages, in order.")
    status: SchemeStatus = batched(
        stages_by_scheme,
        key="id",
        pick=lambda stages: _standing_status(current_stage(stages)),
        description="The status of the current stage.",
    )
    status_label: str = batched(
        stages_by_scheme,
        key="id",
        pick=lambda stages: _label(current_stage(stages)),
        description="The status of the current stage as people read it.",
    )
    progress: float = batched(
        stages_by_scheme,
        key="id",
        pick=progress,
        description="How far the scheme is, from 0 to 1: the mean over the stages it needs.",
    )
    wizard: SchemeWizard = batched(
        definitions_by_scheme, key="id", pick=build_wizard, description="How far the definition is."
    )
    variants: list[SchemeVariant] = batched(
        variants_by_scheme, key="id", description="The variants with their coupon values, by SKU."
    )
    geographies: list[Geography] = batched(
        geographies_by_scheme, key="id", description="Where the scheme runs; everything beneath is included."
    )
    rules: list[BonusRule] = batched(rules_by_scheme, key="id", description="The bonus rules, in their order.")
    review: SchemeReview = batched(
        definitions_by_scheme, key="id", pick=build_review, description="The review of the scheme as it is."
    )
    submission: SchemeSubmission | None = batched(
        definitions_by_scheme,
        key="id",
        pick=lambda found: found.submission,
        description="The latest submission; null before the first, and without `scheme:follow`.",
    )
    viewer_actions: list[SchemeAction] = batched(
        actions_by_scheme, key="id", description="What the viewer may do now; none of these fails for the state."
    )
    participants: list[Account] = batched(
        participants_by_scheme,
        key="id",
        description="Who works on it and is told what others do, in order of joining; only with `scheme:follow`.",
    )
    activity: Connection[SchemeActivity] = batched(
        activity_by_scheme,
        key="id",
        arguments=forward_page,
        description="What was done to it, newest first; only with `scheme:follow`.",
    )
    enrollments: Connection[Enrollment] = batched(
        enrollments_by_scheme,
        key="live_id",
        arguments=page_of_scheme,
        description="Which ECPs take part in it or asked to: all with `ecp:read`; an ECP sees its own.",
    )
    viewer_enrollment: Enrollment | None = batched(
        viewer_enrollments_by_scheme,
        key="live_id",
        description="The viewer's own enrollment; null when the viewer is no ECP, or has not asked for it.",
    )
    created_by: Account = batched(accounts_by_id, key="created_by", description="Who created it.")
    created_at: datetime = leaf("When it was created.")
    updated_at: datetime = leaf("When it changed last.")


def _standing_status(stage: StageRow) -> str:
    """The current stage always has a status but for a vendor stage whose turn has not come."""
    return stage.status or SchemeStatus.NOT_STARTED


def _label(stage: StageRow) -> str:
    return status_label(stage.status, stage.state, stage.open_step, stage.due_on)
