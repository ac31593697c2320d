"""Types of the review before a scheme is submitted, and of what was submitted."""

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


@strawberry.type(description="Something that is missing or wrong in a scheme.")
class WizardProblem:
    message: str = leaf("What is missing or wrong, as a sentence for people.")
    path: list[str] | None = leaf("Where: the field in the input of its step; the review puts the step in front.")


@strawberry.type(description="Something legal that a manager should know before submitting.")
class ReviewWarning:
    code: str = renamed("warning.code", "The kind of warning, for programs.")
    message: str = renamed("warning.message", "The warning, as a sentence for people.")
    acknowledge: bool = computed(
        lambda view: not view.warning.notice,
        "Whether submitting asks to acknowledge it; what is often meant so is only said.",
    )
    rule: BonusRule | None = leaf("The rule that it is about; null when it is about the scheme.")


@strawberry.type(description="A part of a rule's condition, as ECPs pass through all of them one after the other.")
class ReachStep:
    clause: str = leaf("Whom this part lets through, in words: “ECPs who are Gold or above”.")
    remaining: int = leaf("How many are left behind it.")
    excluded: int = leaf("How many fell out at it.")


@strawberry.type(
    description="How many ECPs could ever meet a rule: those who are active in the geographies of the scheme, by their "
    "tier, their place and what they have done. Products, quantities, dates and volumes count as met when some sale "
    "that the scheme allows can meet them."
)
class RuleReach:
    rule: BonusRule = leaf("The rule.")
    eligible: int = renamed("reach.eligible", "How many ECPs could meet it.")
    audience: int = renamed("reach.audience", "How many active ECPs there are in the geographies of the scheme.")
    verdict: ReachVerdict = leaf("What that means.")
    sentence: str = renamed(
        "reach.sentence",
        "The verdict in words, and what shuts everybody out: “No Gold ECP works in Pune; 41 Silver ECPs do.”.",
    )
    funnel: list[ReachStep] = leaf("The parts of the condition in their order, and who is left behind each.")


@strawberry.type(description="The whole scheme in one place, before it is submitted or approved.")
class SchemeReview:
    content_hash: str = leaf("The hash of the content as it is; submitting and approving name it.")
    ready: bool = leaf("Whether every step is complete, so that the scheme can be submitted.")
    problems: list[WizardProblem] = leaf("What is missing, over all steps.")
    warnings: list[ReviewWarning] = batched(
        assessments_by_definition,
        key="definition",
        pick=lambda view: view.warnings,
        description="What to know before submitting, about the scheme and then rule by rule; with `scheme:follow`.",
    )
    rule_reach: list[RuleReach] = batched(
        assessments_by_definition,
        key="definition",
        pick=lambda view: view.reach,
        description="Whom each rule could reach now, in the order of the rules; nothing until products, geographies "
        "and dates are known, and without `scheme:follow`.",
    )
    coupon_quantity: SafeInt = leaf("How many coupons are planned in all.")
    base_liability: SafeInt = leaf("The base points owed when every planned coupon is redeemed.")
    changes: list[FieldChange] = leaf(
        "Of a revision, what it changes of the one in force until then, field by field; of a scheme, nothing."
    )
    replaces: int | None = leaf("The number of that revision: the scheme as it is, unless another comes first.")


@strawberry.type(description="The latest submission of a scheme for approval.")
class SchemeSubmission:
    content_hash: str = leaf("The hash of what was submitted.")
    submitted_by: Account = batched(accounts_by_id, key="submitted_by", description="Who submitted.")
    submitted_at: datetime = leaf("When it was submitted.")
    acknowledged_warnings: list[str] = batched(
        snapshots_by_submission,
        key="key",
        pick=lambda view: view.acknowledged_warnings,
        description="The warnings that were acknowledged, as they were.",
    )
    rule_reach: list[RuleReach] = batched(
        snapshots_by_submission,
        key="key",
        pick=lambda view: view.reach,
        description="Whom each rule could reach when it was submitted, as it was counted and said then.",
    )
    decided_by: Account | None = batched(accounts_by_id, key="decided_by", description="Who decided; null: nobody yet.")
    decided_at: datetime | None = leaf("When it was decided.")
    reason: str | None = leaf("The reason for requesting changes or rejecting, or the comment of an approval.")
