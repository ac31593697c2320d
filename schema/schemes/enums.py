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
        StageKind.APPROVAL: "An approver decides on the scheme.",
        StageKind.COUPON_GENERATION: "Operations generate the coupons.",
        StageKind.VENDOR_ALLOCATION: "Operations distribute the coupons over vendor chains.",
        StageKind.ARTWORK: "A designer uploads artwork, and vendors approve it.",
        StageKind.PRODUCTION: "Vendors print, pack and commission coupons.",
        StageKind.RUNNING: "ECPs enroll and earn.",
        StageKind.SETTLEMENT: "A program manager settles what the program owes.",
    },
)
described(
    StageState,
    "The state of a stage.",
    {
        StageState.NOT_STARTED: "The stage has not begun.",
        StageState.PENDING: "The responsible role must act.",
        StageState.IN_PROGRESS: "The stage is in progress.",
        StageState.BLOCKED: "The stage cannot continue; see `blockedBy`.",
        StageState.DONE: "The stage is finished.",
        StageState.SKIPPED: "The scheme does not need the stage.",
    },
)
described(
    SchemeStatus,
    "The detailed status of a stage. Each status belongs to one stage.",
    {
        SchemeStatus.STEP_PENDING: "DEFINITION: a step of the wizard is incomplete.",
        SchemeStatus.REVIEW_PENDING: "DEFINITION: every step is complete, and the scheme can be reviewed and "
        "submitted.",
        SchemeStatus.CHANGES_REQUESTED: "DEFINITION: an approver asked for changes.",
        SchemeStatus.SUBMITTED: "DEFINITION: submitted for approval.",
        SchemeStatus.APPROVAL_PENDING: "APPROVAL: an approver must decide.",
        SchemeStatus.APPROVED: "APPROVAL: approved.",
        SchemeStatus.REJECTED: "APPROVAL: rejected for good.",
        SchemeStatus.COUPONS_NOT_GENERATED: "COUPON_GENERATION: planned coupons are not generated, or must be "
        "replaced because they are void.",
        SchemeStatus.COUPONS_GENERATED: "COUPON_GENERATION: every planned coupon is generated.",
        SchemeStatus.VENDOR_NOT_ASSIGNED: "VENDOR_ALLOCATION: no vendor has coupons.",
        SchemeStatus.PARTLY_ALLOCATED: "VENDOR_ALLOCATION: some coupons are not allocated.",
        SchemeStatus.FULLY_ALLOCATED: "VENDOR_ALLOCATION: every coupon is allocated.",
        SchemeStatus.ARTWORK_NOT_UPLOADED: "ARTWORK: a variant has no artwork.",
        SchemeStatus.ARTWORK_APPROVAL_PENDING: "ARTWORK: a vendor must review.",
        SchemeStatus.ARTWORK_REVISION_REQUESTED: "ARTWORK: a vendor asked for a revision.",
        SchemeStatus.ARTWORK_APPROVED: "ARTWORK: every artwork is approved.",
        SchemeStatus.PRODUCTION_NOT_STARTED: "PRODUCTION: nothing is produced yet.",
        SchemeStatus.IN_PRODUCTION: "PRODUCTION: coupons are still to be produced or allocated, or are on hand at "
        "a vendor.",
        SchemeStatus.IN_TRANSIT: "PRODUCTION: everything is produced, and what is not settled is in transit or "
        "unresolved.",
        SchemeStatus.DELIVERED: "PRODUCTION: every coupon is allocated, and every consignment is delivered.",
        SchemeStatus.NOT_STARTED: "RUNNING: approved, but neither enrollment nor earning has begun.",
        SchemeStatus.ENROLLMENT_OPEN: "RUNNING: ECPs can enroll but not earn yet.",
        SchemeStatus.RUNNING: "RUNNING: ECPs earn.",
        SchemeStatus.ENDED: "RUNNING: the scheme has ended.",
        SchemeStatus.GRACE_PERIOD: "SETTLEMENT: the scheme has ended, and late sales and coupons still count.",
        SchemeStatus.SETTLEMENT_PENDING: "SETTLEMENT: a program manager must settle.",
        SchemeStatus.SETTLEMENT_PROPOSED: "SETTLEMENT: a settlement is being prepared, or an approver must decide on "
        "it.",
        SchemeStatus.PAYOUTS_PENDING: "SETTLEMENT: a settlement is approved, and payments are not all reported.",
        SchemeStatus.SETTLED: "SETTLEMENT: settled.",
    },
)
described(
    WizardStepKind,
    "The five steps of the wizard, in order. They can be saved in any order, and again later.",
    {
        WizardStepKind.BASICS: "Title, channels, dates, terms, budget, payment and materials.",
        WizardStepKind.PRODUCTS: "The variants of the scheme.",
        WizardStepKind.GEOGRAPHIES: "The geographies where the scheme runs.",
        WizardStepKind.COUPON_VALUES: "The base points and planned quantity of each variant.",
        WizardStepKind.BONUS_RULES: "The bonus rules: conditions, and rewards on top of base points.",
    },
)
described(
    WizardStepState,
    "The progress of a step.",
    {
        WizardStepState.PENDING: "The step was never saved.",
        WizardStepState.INCOMPLETE: "The step was saved, but it has problems; see `problems`.",
        WizardStepState.COMPLETE: "The step is complete.",
    },
)
described(
    SchemeAction,
    "An action on a scheme.",
    {
        SchemeAction.EDIT: "Save any step of the wizard, with a mutation such as `saveSchemeBasics`.",
        SchemeAction.SUBMIT: "Submit the scheme for approval, with `submitScheme`.",
        SchemeAction.APPROVE: "Approve the scheme, with `approveScheme`.",
        SchemeAction.REQUEST_CHANGES: "Return the scheme to its managers, with `requestSchemeChanges`.",
        SchemeAction.REJECT: "Reject the scheme, with `rejectScheme`.",
        SchemeAction.REVISE: "Open the next revision, with `reviseScheme`.",
        SchemeAction.RESCHEDULE: "Change when the revision takes effect, with `rescheduleSchemeRevision`.",
        SchemeAction.GENERATE_COUPONS: "Generate the coupons that are missing, with `generateCoupons`.",
        SchemeAction.CREATE_CONSIGNMENT: "Give coupons to a chain of vendors, with `createConsignment`.",
        SchemeAction.CLOSE_SHORTFALL: "Decide not to generate missing coupons, with `closeShortfall`.",
        SchemeAction.VOID_COUPONS: "Recall coupons, with `voidCoupons`.",
        SchemeAction.SETTLE: "Settle the scheme, with `settleScheme`.",
    },
)
described(
    ReachVerdict,
    "Whether a rule reaches anybody.",
    {
        ReachVerdict.NOBODY: "No ECP could meet it.",
        ReachVerdict.FEW: "Fewer than 10 ECPs could meet it, or fewer than 1 % of the audience. The server "
        "configuration can set other numbers.",
        ReachVerdict.OK: "Enough ECPs could meet it.",
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
