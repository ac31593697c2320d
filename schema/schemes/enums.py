"""Enums of schemes: stages, states, statuses, steps, actions and orders."""

from db.schemes.pages import SORTS
from domain.rules.reach import ReachVerdict
from domain.schemes.facts import SchemeOrder
from domain.schemes.guards import SchemeAction
from domain.schemes.stages import SchemeStatus, StageKind, StageState, WizardStepKind, WizardStepState
from schema.descriptions import described

described(
    StageKind,
    "The stages of a scheme, in order. Schemes without the COUPON channel skip the third to the sixth.",
    {
        StageKind.DEFINITION: "A program manager defines the scheme in five steps.",
        StageKind.APPROVAL: "An approver decides about it.",
        StageKind.COUPON_GENERATION: "Operations generate its coupons.",
        StageKind.VENDOR_ALLOCATION: "Operations distribute the coupons over vendor chains.",
        StageKind.ARTWORK: "A designer uploads artwork, and vendors approve it.",
        StageKind.PRODUCTION: "Vendors print, pack and commission coupons.",
        StageKind.RUNNING: "ECPs enroll and earn.",
        StageKind.SETTLEMENT: "A program manager settles what is owed.",
    },
)
described(
    StageState,
    "Where a stage stands.",
    {
        StageState.NOT_STARTED: "Its time has not come.",
        StageState.PENDING: "Its owner must act.",
        StageState.IN_PROGRESS: "It is under way.",
        StageState.BLOCKED: "Something keeps it from going on; see `blockedBy`.",
        StageState.DONE: "It is finished.",
        StageState.SKIPPED: "The scheme does not need it.",
    },
)
described(
    SchemeStatus,
    "What is going on inside a stage. Each status belongs to one stage.",
    {
        SchemeStatus.STEP_PENDING: "DEFINITION: a step of the wizard is open.",
        SchemeStatus.REVIEW_PENDING: "DEFINITION: every step is complete; the scheme can be reviewed and submitted.",
        SchemeStatus.CHANGES_REQUESTED: "DEFINITION: an approver asked for changes.",
        SchemeStatus.SUBMITTED: "DEFINITION: submitted for approval.",
        SchemeStatus.APPROVAL_PENDING: "APPROVAL: an approver must decide.",
        SchemeStatus.APPROVED: "APPROVAL: approved.",
        SchemeStatus.REJECTED: "APPROVAL: rejected for good.",
        SchemeStatus.COUPONS_NOT_GENERATED: "COUPON_GENERATION: no coupons yet.",
        SchemeStatus.COUPONS_GENERATED: "COUPON_GENERATION: all coupons exist.",
        SchemeStatus.VENDOR_NOT_ASSIGNED: "VENDOR_ALLOCATION: no vendor has coupons yet.",
        SchemeStatus.PARTLY_ALLOCATED: "VENDOR_ALLOCATION: some coupons are not allocated.",
        SchemeStatus.FULLY_ALLOCATED: "VENDOR_ALLOCATION: every coupon is allocated.",
        SchemeStatus.ARTWORK_NOT_UPLOADED: "ARTWORK: a variant has no artwork.",
        SchemeStatus.ARTWORK_APPROVAL_PENDING: "ARTWORK: a vendor must review.",
        SchemeStatus.ARTWORK_REVISION_REQUESTED: "ARTWORK: a vendor asked for a revision.",
        SchemeStatus.ARTWORK_APPROVED: "ARTWORK: every artwork is approved.",
        SchemeStatus.PRODUCTION_NOT_STARTED: "PRODUCTION: nothing is printed yet.",
        SchemeStatus.IN_PRODUCTION: "PRODUCTION: coupons are being printed.",
        SchemeStatus.IN_TRANSIT: "PRODUCTION: batches are on their way.",
        SchemeStatus.DELIVERED: "PRODUCTION: every coupon reached its factory.",
        SchemeStatus.NOT_STARTED: "RUNNING: approved, but neither enrollment nor the scheme has begun.",
        SchemeStatus.ENROLLMENT_OPEN: "RUNNING: ECPs can enroll; the scheme has not begun.",
        SchemeStatus.RUNNING: "RUNNING: ECPs earn.",
        SchemeStatus.ENDED: "RUNNING: the last day is over.",
        SchemeStatus.SETTLEMENT_PENDING: "SETTLEMENT: a program manager must settle.",
        SchemeStatus.SETTLED: "SETTLEMENT: settled.",
    },
)
described(
    WizardStepKind,
    "The five steps of the wizard, in order; they can be saved in any order and returned to.",
    {
        WizardStepKind.BASICS: "Title, channels, dates, terms, budget and materials.",
        WizardStepKind.PRODUCTS: "The variants of the scheme.",
        WizardStepKind.GEOGRAPHIES: "Where the scheme runs.",
        WizardStepKind.COUPON_VALUES: "Base points and planned quantity of each variant.",
        WizardStepKind.BONUS_RULES: "Who earns what on top of base points.",
    },
)
described(
    WizardStepState,
    "How far a step is.",
    {
        WizardStepState.PENDING: "Nobody has saved it yet.",
        WizardStepState.INCOMPLETE: "Saved, but something is missing; see `problems`.",
        WizardStepState.COMPLETE: "Nothing is missing.",
    },
)
described(
    SchemeAction,
    "What can be done to a scheme.",
    {
        SchemeAction.EDIT: "Save any step of the wizard.",
        SchemeAction.SUBMIT: "`submitScheme`",
        SchemeAction.APPROVE: "`approveScheme`",
        SchemeAction.REQUEST_CHANGES: "`requestSchemeChanges`",
        SchemeAction.REJECT: "`rejectScheme`",
        SchemeAction.REVISE: "`reviseScheme`",
        SchemeAction.RESCHEDULE: "`rescheduleSchemeRevision`",
    },
)
described(
    ReachVerdict,
    "Whether a rule reaches anybody.",
    {
        ReachVerdict.NOBODY: "No ECP could meet it.",
        ReachVerdict.FEW: "Fewer than 10 ECPs could meet it, or fewer than 1 % of the audience, unless configured "
        "otherwise.",
        ReachVerdict.OK: "More could.",
    },
)
described(
    SchemeOrder,
    "The order of a list of schemes.",
    {order: sort.description for order, sort in SORTS.items()},
)

__all__ = [
    "ReachVerdict",
    "SchemeAction",
    "SchemeOrder",
    "SchemeStatus",
    "StageKind",
    "StageState",
    "WizardStepKind",
    "WizardStepState",
]
