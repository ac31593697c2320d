"""The stored form of facts: what is in databases today must be readable for good (N1)."""

from typing import Any

import pytest

from domain.catalog.stored_facts import CatalogFact
from domain.notifications.stored_facts import StoredNotification
from domain.rules.stored_facts import ReachCause
from domain.schemes.stored_facts import StageBlock
from domain.webhooks.stored_facts import DisableReason
from tests.support.stored_facts import members

# The tag of each kind and its fields. A new kind, or a new field with a default, is a new line here. Whoever changes
# another line breaks rows that exist, and needs a migration.
FORMS: list[tuple[Any, dict[str, str]]] = [
    (
        StoredNotification,
        {
            "adjustmentApproved": "ecp_id code title points",
            "adjustmentRejected": "ecp_id code title points",
            "adjustmentRequested": "ecp_id code title points",
            "adjustmentWithdrawn": "ecp_id code title points",
            "approvalRequested": "scheme",
            "artworkApproved": "scheme sku version vendor comment withdrawn",
            "artworkHeld": "artwork_id sku version vendor comment",
            "artworkReleased": "artwork_id sku version",
            "artworkRevisionRequested": "scheme sku version vendor comment",
            "artworkToReview": "artwork_id sku version answered",
            "artworkUploaded": "scheme sku version note",
            "asWritten": "text",
            "batchSent": "consignment_id code batch_id batch sender quantity",
            "batchTakenBack": "consignment_id code batch_id batch sender reason",
            "catalogChanged": "scheme change waits",
            "changesRequested": "scheme reason",
            "consignmentAssigned": "consignment_id code quantity due_on sender",
            "consignmentCanceled": "scheme code quantity voided reason",
            "consignmentCreated": "scheme code quantity vendors",
            "consignmentRerouted": "consignment_id code sender receiver",
            "consignmentRescheduled": "consignment_id code due_on",
            "consignmentStopped": "consignment_id code reason",
            "consignmentUpdated": "scheme code due_on due_changed vendors",
            "consignmentWithdrawn": "consignment_id code",
            "couponsGenerated": "scheme quantity",
            "couponsRecalled": "scheme quantity reason",
            "couponsSuperseded": "sku version codes held commissioned",
            "couponsToDestroy": "consignment_id code sku quantity place reason",
            "discrepancyOpened": "consignment_id code batch_id batch sender receiver missing not_sent",
            "ecpEnrolled": "ecp_id code title",
            "ecpLocked": "ecp_id code wrong",
            "ecpMoved": "ecp_id code place",
            "ecpPlaceMoved": "ecp_id code place parent",
            "ecpRegistered": "ecp_id code place",
            "ecpReinstated": "ecp_id code tier",
            "ecpSuspended": "ecp_id code reason",
            "ecpTierChanged": "ecp_id code tier",
            "ecpUnlocked": "ecp_id code reason",
            "ecpVerified": "ecp_id code tier",
            "enrollmentAccepted": "ecp_id code title comment",
            "enrollmentRejected": "ecp_id code title reason",
            "enrollmentRenewed": "ecp_id code title",
            "enrollmentRequested": "ecp_id code title",
            "enrollmentWithdrawn": "ecp_id code title",
            "jobCanceled": "job_kind",
            "jobFailed": "job_kind error",
            "jobFinished": "job_kind",
            "missingCouponScanned": "consignment_id code sku serial lost",
            "participantAdded": "scheme account_id",
            "participantJoined": "scheme",
            "participantLeft": "scheme",
            "participantRemoved": "scheme account_id",
            "paymentsReturned": "settlement_id title number points lines",
            "payoutFailed": "ecp_id title points",
            "payoutReturned": "ecp_id title points",
            "pointsAdjusted": "ecp_id code title points",
            "pointsExpired": "ecp_id code title points",
            "pointsExpiring": "ecp_id code title points first_on last_on",
            "pointsPaid": "ecp_id title points",
            "receiptDiffers": "consignment_id code batch_id batch receiver missing not_sent",
            "reviewOutdated": "scheme change",
            "revisionApplied": "title number names",
            "revisionOpened": "scheme effective_at",
            "revisionRescheduled": "scheme before after",
            "salesImportCanceled": "file_name source dry_run outcomes",
            "salesImportFailed": "file_name source dry_run outcomes error is_unreadable",
            "salesImportFinished": "file_name source dry_run outcomes is_cut",
            "schemeApproved": "scheme comment effective_at",
            "schemeCreated": "scheme",
            "schemeRejected": "scheme reason",
            "schemeSubmitted": "scheme",
            "settlementApproved": "settlement_id title number points carried_over",
            "settlementProposed": "settlement_id title number points lines",
            "settlementRejected": "settlement_id title number points",
            "settlementSettled": "settlement_id title number points failed_lines returned_lines",
            "settlementWithdrawn": "settlement_id title number points",
            "shortfallClosed": "scheme sku quantity reason",
            "stagePending": "scheme status state",
            "stepSaved": "scheme names",
            "webhookDisabled": "url reason",
        },
    ),
    (
        CatalogFact,
        {
            "categoryMerged": "name into",
            "geographyMoved": "name before after",
            "productMoved": "name before after",
            "tierRanked": "name before after",
        },
    ),
    (
        DisableReason,
        {
            "attemptsFailed": "failures error",
            "databaseRestored": "",
            "disabledByAccount": "account_id",
            "endpointGone": "error",
            "eventsDeleted": "",
        },
    ),
    (
        StageBlock,
        {
            "allocationIncomplete": "quantity",
            "artworkMissing": "variant_id",
            "couponsMissing": "variant_id quantity",
            "discrepancyOpen": "consignment_code",
            "revisionRequested": "variant_id vendor_id comment",
            "stageRejected": "account_id reason",
        },
    ),
    (
        ReachCause,
        {
            "activityNeverDone": "",
            "asWritten": "sentence clauses",
            "noSalePossible": "together_with",
            "nobodyLeft": "",
            "otherTierThere": "tier_part place_part tier_id count beyond",
        },
    ),
]


@pytest.mark.parametrize(
    ("union", "forms"), FORMS, ids=["notification", "catalog", "disable reason", "stage block", "reach cause"]
)
def test_a_stored_kind_keeps_its_tag_and_its_fields(union: Any, forms: dict[str, str]) -> None:
    found = {kind.__struct_config__.tag: " ".join(kind.__struct_fields__) for kind in members(union)}  # type: ignore[attr-defined]
    assert found == forms
