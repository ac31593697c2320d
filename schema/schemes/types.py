"""Types of schemes."""

from datetime import date, datetime

import strawberry

from db.schemes.rows import SchemeRow
from db.schemes.stage_rows import StageRow
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.schemes.coupon_period import grace_period
from domain.schemes.stages import owner_of
from resolvers.accounts.loaders import accounts_by_id
from resolvers.artwork.loaders import artworks_by_scheme
from resolvers.consignments.lists import consignments_by_scheme
from resolvers.enrollments.lists import enrollments_by_scheme
from resolvers.enrollments.loaders import viewer_enrollments_by_scheme
from resolvers.rules.loaders import rules_by_scheme
from resolvers.schemes.activity_loaders import activity_by_scheme, participants_by_scheme
from resolvers.schemes.allocation_loaders import allocations_by_scheme, quantities_by_variant
from resolvers.schemes.definitions import definitions_by_scheme
from resolvers.schemes.disclosure import disclosed_budgets
from resolvers.schemes.liability import liabilities_of_schemes
from resolvers.schemes.loaders import (
    geographies_by_scheme,
    schemes_by_id,
    stages_by_scheme,
    stages_of_viewer,
    variants_by_scheme,
)
from resolvers.schemes.review import build_review
from resolvers.schemes.revisions import open_revision_by_scheme, revisions_as_of, revisions_by_scheme
from resolvers.schemes.stages import current_stage, progress, stage_label
from resolvers.schemes.standing import actions_by_scheme
from resolvers.schemes.wizard import build_wizard
from resolvers.settlements.lists import settlements_by_scheme
from resolvers.simulations.lists import simulations_by_scheme
from schema.accounts.types import Account
from schema.artwork.types import Artwork
from schema.catalog.types import Geography, Variant
from schema.consignments.types import Consignment
from schema.enrollments.types import Enrollment, page_of_scheme
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.money import Money
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.rules.enums import EarningChannel
from schema.rules.types import BonusRule
from schema.scalars import SafeInt
from schema.schemes.activity_types import SchemeActivity
from schema.schemes.allocation_types import AllocationSummary
from schema.schemes.enums import SchemeAction, SchemeStatus, StageKind, StageState
from schema.schemes.review_types import SchemeReview, SchemeSubmission
from schema.schemes.revision_types import SchemeRevision, moment
from schema.schemes.terms_types import Liability, MarketingMaterial, Terms
from schema.schemes.wizard_types import SchemeWizard
from schema.settlements.types import Settlement
from schema.simulations.types import Simulation

_ZERO = "0 for viewers who do not see all consignments."


@strawberry.type(description="A stage of a scheme.")
class SchemeStage:
    kind: StageKind = leaf("The kind of stage.")
    position: int = leaf("The position among the eight stages, from 1.")
    state: StageState = leaf("The state of the stage.")
    status: SchemeStatus | None = leaf("The detailed status. Null before the stage begins, and if it is skipped.")
    status_label: str = computed(
        stage_label,
        "The status as a label for people: “Vendor not assigned”, “12,000 coupons not allocated”.",
    )
    owner: Role = computed(
        lambda stage: owner_of(stage.kind, stage.status), "The role that must act when the stage is pending."
    )
    waiting_on: str | None = leaf(
        "Who must act, as a label for people: the role, with the SKUs that it must act on where only some are left, or "
        "the vendors. Examples: “Operations: AMB-1L and AMB-4L”, “First Print and Second Pack”. Null if the stage "
        "waits for nobody."
    )
    since: datetime | None = leaf("When the stage reached this status.")
    due_on: date | None = leaf(
        "The day by which the stage should be finished. For an approved revision: the day on which it takes effect. In "
        "the grace period after a scheme: the day on which its settlement begins."
    )
    done: int = leaf(
        "How much of the stage is done, in units of the stage: steps or coupons. In PRODUCTION, coupons that are "
        "commissioned, damaged, or lost. A vendor reads 1 if the stage is done, else 0."
    )
    total: int = leaf("How much there is to do in the stage; 0 if it is skipped. A vendor reads 1 otherwise.")
    blocked_by: list[str] = leaf("What prevents the stage from being finished, one sentence each. Empty for a vendor.")


@strawberry.type(description="A variant of a scheme, with its base points and planned coupons.")
class SchemeVariant:
    variant: Variant = leaf("The variant.")
    base_points: int = computed(lambda row: row.base_points or 0, "The points for each coupon or unit; 0 until set.")
    planned_quantity: SafeInt = computed(
        lambda row: row.planned_quantity or 0, "The number of planned coupons; 0 until set."
    )
    planned_points: SafeInt = computed(
        lambda row: row.planned_points or 0, "The base points of all planned coupons; 0 until set."
    )
    allocated_quantity: SafeInt = batched(
        quantities_by_variant,
        key="key",
        pick=lambda found: found.allocated,
        description=f"How many coupons consignments have that are not void. {_ZERO}",
    )
    pending_quantity: SafeInt = batched(
        quantities_by_variant,
        key="key",
        pick=lambda found: found.pending,
        description=f"How many coupons consignments still need. {_ZERO}",
    )


@node_type(SchemeRow, "An incentive scheme, from its definition to its settlement.")
class Scheme(Node):
    id: strawberry.ID = node_id(NodeKind.SCHEME)
    code: str = leaf("The human-readable code, such as `SCH-2026-000042`.")
    title: str = leaf("The title.")
    description: str | None = leaf("The description.")
    revision: int = leaf("The revision number of this content, from 1.")
    revises: "Scheme | None" = batched(
        schemes_by_id,
        key="revises",
        description="The scheme that this revision will replace. Null if this is not a revision.",
    )
    effective_at: datetime | None = leaf("When this revision takes effect. Null if this is not a revision.")
    open_revision: "Scheme | None" = batched(
        open_revision_by_scheme,
        key="id",
        description="The next revision of the scheme, until an approver decides on it. Null if there is none.",
    )
    revisions: list[SchemeRevision] = batched(
        revisions_by_scheme,
        key="live_id",
        description="The approved revisions, in the order in which they take effect, including the first "
        "approval. Pending revisions are visible only to people who define or approve "
        "schemes. Empty without the permission `scheme:follow`.",
    )
    as_of: SchemeRevision | None = batched(
        revisions_as_of,
        key="live_id",
        arguments=moment,
        description="The revision in force at a point in time. Null before the first approval.",
    )
    earning_channels: list[EarningChannel] = leaf("The channels through which ECPs earn.")
    enrollment_opens_on: date | None = leaf("The first day on which ECPs can enroll.")
    enrollment_closes_on: date | None = leaf("The last day on which ECPs can enroll.")
    starts_on: date | None = leaf("The first day on which ECPs earn.")
    ends_on: date | None = leaf("The last day on which ECPs earn.")
    terms: Terms | None = computed(
        lambda row: row if row.terms_markdown is not None else None,
        "The terms and conditions. Null until the first step is saved.",
    )
    materials: list[MarketingMaterial] = leaf("The marketing materials.")
    budget: SafeInt | None = batched(
        disclosed_budgets,
        key="budget",
        description="The points that may be spent. Null if there is no limit, or without the permission "
        "`scheme:follow`.",
    )
    point_value: Money | None = leaf("What a point is worth when it is paid. Null if points have no value in money.")
    minimum_payout: SafeInt | None = leaf(
        "The points that an ECP must have for a payout; fewer are carried over. Null if there is no minimum."
    )
    points_expire_after_days: int | None = leaf(
        "How many days after they were recorded points expire that were not paid out. Null if they never expire."
    )
    grace_days: int = computed(
        lambda row: grace_period(row.grace_days),
        "How many days after the last day coupons of the scheme pay. Then the scheme can be settled.",
    )
    liability: Liability | None = batched(
        liabilities_of_schemes,
        key="liability_key",
        description="What the program owes to the ECPs of the scheme. Null without the permission `scheme:follow`.",
    )
    stage: SchemeStage = batched(
        stages_by_scheme,
        key="id",
        pick=current_stage,
        description="The current stage: the first that is neither done nor skipped.",
    )
    viewer_stage: SchemeStage | None = batched(
        stages_of_viewer,
        key="viewer_stage_key",
        description="The stage that waits for the viewer: for one of the viewer's roles or, in a production, for the "
        "viewer's vendor. In the list of a work queue it is the stage that the queue is about. Null if nothing waits.",
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
        pick=lambda stages: stage_label(current_stage(stages)),
        description="The status of the current stage as a label for people.",
    )
    progress: float = batched(
        stages_by_scheme,
        key="id",
        pick=progress,
        description="The progress of the scheme from 0 to 1: the mean over the stages that it needs.",
    )
    wizard: SchemeWizard = batched(
        definitions_by_scheme, key="id", pick=build_wizard, description="The progress of the wizard."
    )
    variants: list[SchemeVariant] = batched(
        variants_by_scheme, key="id", description="The variants with their coupon values, ordered by SKU."
    )
    geographies: list[Geography] = batched(
        geographies_by_scheme,
        key="id",
        description="The geographies where the scheme runs, including everything beneath them.",
    )
    rules: list[BonusRule] = batched(rules_by_scheme, key="id", description="The bonus rules, in order.")
    review: SchemeReview = batched(
        definitions_by_scheme, key="id", pick=build_review, description="The review of the current content."
    )
    submission: SchemeSubmission | None = batched(
        definitions_by_scheme,
        key="id",
        pick=lambda found: found.submission,
        description="The latest submission. Null before the first, and without the permission `scheme:follow`.",
    )
    viewer_actions: list[SchemeAction] = batched(
        actions_by_scheme,
        key="id",
        description="The actions that the viewer may take now. None of them would fail because of the scheme's state.",
    )
    allocation: AllocationSummary = batched(
        allocations_by_scheme, key="live_id", description="How the coupons are allocated, by variant and by vendor."
    )
    consignments: Connection[Consignment] = batched(
        consignments_by_scheme,
        key="live_id",
        arguments=forward_page,
        description="The consignments that the viewer may see, newest first.",
    )
    artworks: list[Artwork] = batched(
        artworks_by_scheme,
        key="live_id",
        description="The artwork of the variants that the viewer may see, ordered by SKU. A variant has it from its "
        "first version, or from the generation of its coupons.",
    )
    participants: list[Account] = batched(
        participants_by_scheme,
        key="id",
        description="The people who work on the scheme and are notified of each other's actions, in the "
        "order in which they joined. Empty without the permission `scheme:follow`.",
    )
    activity: Connection[SchemeActivity] = batched(
        activity_by_scheme,
        key="id",
        arguments=forward_page,
        description="The actions on the scheme, newest first. Empty without the permission `scheme:follow`.",
    )
    enrollments: Connection[Enrollment] = batched(
        enrollments_by_scheme,
        key="live_id",
        arguments=page_of_scheme,
        description="The enrollments in the scheme, including applications: all with the permission "
        "`ecp:read`; for ECPs, only their own.",
    )
    settlements: Connection[Settlement] = batched(
        settlements_by_scheme,
        key="live_id",
        arguments=forward_page,
        description="The settlements of the scheme, newest first. Empty without the permission `settlement:read`.",
    )
    simulations: Connection[Simulation] = batched(
        simulations_by_scheme,
        key="id",
        arguments=forward_page,
        description="The simulations of the scheme, or of the draft or revision, newest first. Empty without the "
        "permission `scheme:simulate`.",
    )
    viewer_enrollment: Enrollment | None = batched(
        viewer_enrollments_by_scheme,
        key="live_id",
        description="The viewer's own enrollment. Null if the viewer is not an ECP or has not applied.",
    )
    created_by: Account = batched(accounts_by_id, key="created_by", description="The account that created the scheme.")
    created_at: datetime = leaf("When the scheme was created.")
    updated_at: datetime = leaf("When the scheme last changed.")


def _standing_status(stage: StageRow) -> str:
    """The current stage always has a status, except a vendor stage that has not begun."""
    return stage.status or SchemeStatus.NOT_STARTED
