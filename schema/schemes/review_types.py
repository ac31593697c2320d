"""Types of the review before a scheme is submitted, and of the submission."""

from datetime import datetime

import strawberry

from resolvers.accounts.loaders import accounts_by_id
from resolvers.schemes.reach import assessments_by_definition, snapshots_by_submission
from schema.accounts.types import Account
from schema.fields import batched, computed, leaf, renamed
from schema.rules.types import BonusRule
from schema.scalars import SafeInt
from schema.schemes.change_types import FieldChange
from schema.schemes.enums import ReachVerdict


@strawberry.type(description="A missing or invalid part of a scheme.")
class WizardProblem:
    message: str = leaf("The problem as a sentence for people.")
    path: list[str] | None = leaf("The path of the field in the input of its step. In a review, the step comes first.")


@strawberry.type(description="Valid content that a manager should check before submitting.")
class ReviewWarning:
    code: str = renamed("warning.code", "The kind of warning, for programs.")
    message: str = renamed("warning.message", "The warning, as a sentence for people.")
    acknowledge: bool = computed(
        lambda view: not view.warning.notice,
        "Whether submitting requires an acknowledgment. Warnings about content that is often intended do not.",
    )
    rule: BonusRule | None = leaf("The rule that the warning is about. Null if it is about the whole scheme.")


@strawberry.type(description="A part of a rule's condition. The parts filter the ECPs one after the other.")
class ReachStep:
    clause: str = leaf("The ECPs that pass this part, in words: “ECPs who are Gold or above”.")
    remaining: int = leaf("How many ECPs remain after this part.")
    excluded: int = leaf("How many ECPs this part excludes.")


@strawberry.type(
    description="How many ECPs could ever meet a rule. It counts active ECPs in the geographies of the "
    "scheme by tier, place, activities and volumes. Conditions on products, quantities and dates count as met if any "
    "sale that the scheme allows can meet them. A volume counts as met if the ECP sold as much in a comparable period "
    "of the last 12 months: an indication. It counts as met by all where nothing compares."
)
class RuleReach:
    rule: BonusRule = leaf("The rule.")
    eligible: int = renamed("reach.eligible", "How many ECPs could meet it.")
    audience: int = renamed("reach.audience", "How many active ECPs there are in the geographies of the scheme.")
    verdict: ReachVerdict = leaf("The verdict on the number.")
    sentence: str = leaf(
        "The verdict as a sentence, naming what excludes everybody: “No Gold ECP works in Pune; 41 Silver ECPs do.”.",
    )
    funnel: list[ReachStep] = leaf("The parts of the condition in order, with the ECPs that remain after each.")


@strawberry.type(description="The whole scheme as reviewed before it is submitted or approved.")
class SchemeReview:
    content_hash: str = leaf("The hash of the current content. Submitting and approving require it.")
    ready: bool = leaf("Whether every step is complete, so that the scheme can be submitted.")
    problems: list[WizardProblem] = leaf("The problems of all steps.")
    warnings: list[ReviewWarning] = batched(
        assessments_by_definition,
        key="definition",
        pick=lambda view: view.warnings,
        description="The warnings about the scheme, followed by those about each rule. Empty without the "
        "permission `scheme:follow`.",
    )
    rule_reach: list[RuleReach] = batched(
        assessments_by_definition,
        key="definition",
        pick=lambda view: view.reach,
        description="How many ECPs each rule could reach now, in the order of the rules. Empty until "
        "products, geographies and dates are set, and without the permission `scheme:follow`.",
    )
    coupon_quantity: SafeInt = leaf("The total number of planned coupons.")
    base_liability: SafeInt = leaf("The base points that the program owes if every planned coupon is redeemed.")
    changes: list[FieldChange] = leaf(
        "The fields that this revision changes in the revision that it follows. Empty unless it is a revision."
    )
    replaces: int | None = leaf(
        "The number of the revision that `changes` compares with: the scheme as it is, unless another "
        "revision takes effect first."
    )


@strawberry.type(description="The latest submission of a scheme for approval.")
class SchemeSubmission:
    content_hash: str = leaf("The hash of the submitted content.")
    submitted_by: Account = batched(
        accounts_by_id, key="submitted_by", description="The account that submitted the scheme."
    )
    submitted_at: datetime = leaf("When the scheme was submitted.")
    acknowledged_warnings: list[str] = batched(
        snapshots_by_submission,
        key="key",
        pick=lambda view: view.acknowledged_warnings,
        description="The acknowledged warnings, as they were at the time.",
    )
    rule_reach: list[RuleReach] = batched(
        snapshots_by_submission,
        key="key",
        pick=lambda view: view.reach,
        description="How many ECPs each rule could reach, as counted when the scheme was submitted.",
    )
    decided_by: Account | None = batched(
        accounts_by_id, key="decided_by", description="The account that decided. Null if the decision is pending."
    )
    decided_at: datetime | None = leaf("When the account decided. Null if the decision is pending.")
    reason: str | None = leaf("The reason for requesting changes or rejecting, or the comment of the approval.")
