"""Every kind of event: its visibility, and its data in a delivery. A new kind must be added here."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from db.accounts.rows import AccountRow
from db.catalog.rows import VariantRow, VendorRow
from db.consignments.rows import ConsignmentRow
from db.consignments.view_rows import MovementViewRow
from db.notifications.rows import NotificationRow
from db.outbox.rows import EventRow
from db.schemes.rows import ActivityRow, SchemeRow, StoredFactRow
from domain.consignments.events import EVENTS as OF_CONSIGNMENTS
from domain.consignments.events import MOVEMENT_KINDS
from domain.events import EventKind
from domain.jobs.events import JOB_KINDS
from domain.node_kinds import NodeKind
from domain.permissions import Permission, Role
from domain.schemes.events import EVENTS as OF_SCHEMES
from domain.settlements.events import EVENTS as OF_SETTLEMENTS
from domain.viewers import Viewer
from resolvers.consignments.movements_feed import BATCH_MOVEMENTS
from resolvers.events.facts import ActivityFacts, Detail, EventFacts, MovementFacts, NotificationFacts
from resolvers.events.table import EVENTS
from resolvers.events.visibility import PREDICATES, permitted_kinds
from resolvers.imports import progress_feed as imports_feed
from resolvers.jobs.progress_feed import JOB_PROGRESS
from resolvers.notifications.loaders import NOTIFICATION_ADDED
from resolvers.points.posted_feed import POINTS_POSTED
from resolvers.schemes.activity_feed import SCHEME_ACTIVITY
from schema.events.data import event_body, event_data
from tests.support.client import gid

NOW = datetime(2026, 3, 10, 9, 0, 0, 250_000, tzinfo=UTC)
MOVEMENTS = BATCH_MOVEMENTS[None]
KEY, OTHER, THIRD = UUID(int=7), UUID(int=8), UUID(int=9)
ACTOR = AccountRow(
    id=OTHER,
    display_name="Asha Rao",
    email="asha@example.com",
    vendor_id=None,
    created_at=NOW,
    disabled_at=None,
    roles=["APPROVER"],
)
STORED = StoredFactRow(fact_json="{}", changes_json="[]", actor_name="Asha Rao", account_name=None)
ACTIVITY = ActivityRow(
    id=KEY,
    scheme_id=THIRD,
    kind="SCHEME_APPROVED",
    actor_id=OTHER,
    at=NOW,
    section=None,
    version=None,
    stored=STORED,
)
NOTIFICATION = NotificationRow(
    id=KEY,
    account_id=OTHER,
    kind="SCHEME_APPROVED",
    stored=STORED,
    actor_id=None,
    scheme_id=None,
    activity_id=None,
    created_at=NOW,
    read_at=None,
)
NO_SCHEME: dict[str, Any] = dict.fromkeys(SchemeRow.__struct_fields__)
SCHEME = SchemeRow(**{**NO_SCHEME, "id": THIRD, "code": "SCH-2026-000001", "title": "Monsoon Care"})
VENDOR = VendorRow(id=OTHER, code="PRN-1", name="First Print", kind="PRINTER", city="Pune")
NO_VARIANT: dict[str, Any] = dict.fromkeys(VariantRow.__struct_fields__)
VARIANT = VariantRow(**{**NO_VARIANT, "id": THIRD, "sku": "AMB-1L"})
MOVEMENT = MovementViewRow(
    id=KEY,
    request_id=KEY,
    consignment_id=THIRD,
    batch_id=OTHER,
    batch_code="BAT-2026-000004",
    kind="DISPATCHED",
    from_condition="GOOD",
    to_condition="GOOD",
    quantity=400,
    occurred_at=NOW,
    recorded_at=NOW,
    account_id=OTHER,
    note=None,
    artwork_version=None,
    pack_id=None,
    sscc=None,
    vendor=VENDOR,
    variant=VARIANT,
)
NO_CONSIGNMENT: dict[str, Any] = dict.fromkeys(ConsignmentRow.__struct_fields__)
CONSIGNMENT = ConsignmentRow(**{**NO_CONSIGNMENT, "id": THIRD, "scheme_id": KEY, "code": "CON-2026-000017"})
MOVED = {
    "movementId": gid(NodeKind.BATCH_MOVEMENT, KEY),
    "kind": "DISPATCHED",
    "schemeId": gid(NodeKind.SCHEME, KEY),
    "consignmentId": gid(NodeKind.CONSIGNMENT, THIRD),
    "consignmentCode": "CON-2026-000017",
    "batchId": gid(NodeKind.BATCH, OTHER),
    "batchCode": "BAT-2026-000004",
    "vendorId": gid(NodeKind.VENDOR, OTHER),
    "vendorName": "First Print",
    "variantId": gid(NodeKind.VARIANT, THIRD),
    "sku": "AMB-1L",
    "quantity": 400,
    "occurredAt": "2026-03-10T09:00:00.250000Z",
    "recordedAt": "2026-03-10T09:00:00.250000Z",
}
# Repeated from the requirements, to catch mistakes in the table.
PERMISSIONS = {
    **dict.fromkeys(OF_SCHEMES, Permission.SCHEME_FOLLOW),
    **dict.fromkeys(OF_CONSIGNMENTS, Permission.CONSIGNMENT_READ),
    EventKind.ECP_REGISTERED: Permission.ECP_READ,
    EventKind.ECP_VERIFIED: Permission.ECP_READ,
    EventKind.ECP_SUSPENDED: Permission.ECP_READ,
    EventKind.ECP_UPDATED: Permission.ECP_READ,
    EventKind.ECP_ERASED: Permission.ECP_READ,
    EventKind.ECP_LOCKED: Permission.ECP_READ,
    EventKind.ECP_UNLOCKED: Permission.ECP_READ,
    EventKind.ECP_ACTIVITIES_RECORDED: Permission.ECP_READ,
    EventKind.ADJUSTMENT_MADE: Permission.ECP_READ,
    EventKind.ADJUSTMENT_DECIDED: Permission.ECP_READ,
    EventKind.ADJUSTMENT_WITHDRAWN: Permission.ECP_READ,
    **dict.fromkeys(OF_SETTLEMENTS, Permission.SETTLEMENT_READ),
    EventKind.ENROLLMENT_REQUESTED: Permission.ECP_READ,
    EventKind.ENROLLMENT_DECIDED: Permission.ECP_READ,
    EventKind.ENROLLMENT_WITHDRAWN: Permission.ECP_READ,
    EventKind.SALES_PARKED: Permission.SALE_REPAIR,
    EventKind.PARKED_SALES_RECORDED: Permission.SALE_REPAIR,
    EventKind.PARKED_SALES_DISCARDED: Permission.SALE_REPAIR,
    EventKind.SALES_IMPORT_STARTED: Permission.SALE_READ,
    EventKind.SALES_IMPORT_FINISHED: Permission.SALE_READ,
    EventKind.ALIAS_ADDED: Permission.SALE_REPAIR,
    EventKind.ALIAS_REMOVED: Permission.SALE_REPAIR,
    EventKind.SALE_SOURCE_SAVED: Permission.SALE_SOURCE_MANAGE,
    EventKind.POINTS_POSTED: Permission.LEDGER_READ,
    EventKind.POINTS_EXPIRING: Permission.LEDGER_READ,
    EventKind.SIMULATION_STARTED: Permission.SCHEME_SIMULATE,
    EventKind.SIMULATION_FINISHED: Permission.SCHEME_SIMULATE,
    EventKind.PRODUCT_SAVED: Permission.CATALOG_READ,
    EventKind.CATEGORY_SAVED: Permission.CATALOG_READ,
    EventKind.GEOGRAPHY_SAVED: Permission.CATALOG_READ,
    EventKind.TIER_SAVED: Permission.CATALOG_READ,
    EventKind.VENDOR_SAVED: Permission.VENDOR_READ,
    EventKind.PROGRAM_UPDATED: Permission.VIEWER_READ,
    EventKind.ACCOUNT_SAVED: Permission.ACCOUNT_READ,
    EventKind.IDENTITY_LINKED: Permission.ACCOUNT_READ,
    EventKind.IDENTITY_UNLINKED: Permission.ACCOUNT_READ,
    EventKind.API_KEY_CREATED: Permission.API_KEY_MANAGE,
    EventKind.API_KEY_REVOKED: Permission.API_KEY_MANAGE,
    EventKind.NOTIFICATION_ADDED: Permission.NOTIFICATION_READ,
    EventKind.NOTIFICATIONS_READ: Permission.NOTIFICATION_READ,
    EventKind.WEBHOOK_ENDPOINT_SAVED: Permission.WEBHOOK_MANAGE,
    EventKind.WEBHOOK_ENDPOINT_DELETED: Permission.WEBHOOK_MANAGE,
    EventKind.WEBHOOK_ENDPOINT_DISABLED: Permission.WEBHOOK_MANAGE,
    EventKind.WEBHOOK_DELIVERY_RETRIED: Permission.WEBHOOK_MANAGE,
    EventKind.WEBHOOK_DELIVERY_SKIPPED: Permission.WEBHOOK_MANAGE,
    EventKind.JOB_PROGRESSED: Permission.JOB_READ,
    EventKind.JOB_FINISHED: Permission.JOB_READ,
    EventKind.JOB_FAILED: Permission.JOB_READ,
    EventKind.JOB_CANCELED: Permission.JOB_READ,
}
OBJECTS = {
    EventKind.COUPONS_HELD: {"discrepancyId": gid(NodeKind.DISCREPANCY, KEY)},
    EventKind.COUPONS_RELEASED: {"discrepancyId": gid(NodeKind.DISCREPANCY, KEY)},
    EventKind.CONSIGNMENT_ARTWORK_CHANGED: {"consignmentId": gid(NodeKind.CONSIGNMENT, KEY)},
    EventKind.COUPON_CODES_DOWNLOADED: {"consignmentId": gid(NodeKind.CONSIGNMENT, KEY)},
    EventKind.DISCREPANCY_DISMISSED: {"discrepancyId": gid(NodeKind.DISCREPANCY, KEY)},
    EventKind.MISSING_COUPON_SCANNED: {"discrepancyId": gid(NodeKind.DISCREPANCY, KEY)},
    EventKind.OVER_SENT_REPORTED: {"discrepancyId": gid(NodeKind.DISCREPANCY, KEY)},
    EventKind.ECP_REGISTERED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_VERIFIED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_SUSPENDED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_UPDATED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_ERASED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_LOCKED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_UNLOCKED: {"ecpId": gid(NodeKind.ECP, KEY)},
    EventKind.ECP_ACTIVITIES_RECORDED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.ENROLLMENT_REQUESTED: {"enrollmentId": gid(NodeKind.ENROLLMENT, KEY)},
    EventKind.ADJUSTMENT_MADE: {"adjustmentId": gid(NodeKind.ADJUSTMENT, KEY)},
    EventKind.ADJUSTMENT_DECIDED: {"adjustmentId": gid(NodeKind.ADJUSTMENT, KEY)},
    EventKind.ADJUSTMENT_WITHDRAWN: {"adjustmentId": gid(NodeKind.ADJUSTMENT, KEY)},
    EventKind.ENROLLMENT_DECIDED: {"enrollmentId": gid(NodeKind.ENROLLMENT, KEY)},
    EventKind.ENROLLMENT_WITHDRAWN: {"enrollmentId": gid(NodeKind.ENROLLMENT, KEY)},
    EventKind.SALES_PARKED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.PARKED_SALES_RECORDED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.PARKED_SALES_DISCARDED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.SALES_IMPORT_STARTED: {"salesImportId": gid(NodeKind.SALES_IMPORT, KEY)},
    EventKind.SALES_IMPORT_FINISHED: {"salesImportId": gid(NodeKind.SALES_IMPORT, KEY)},
    EventKind.ALIAS_ADDED: {"aliasId": gid(NodeKind.ALIAS, KEY)},
    EventKind.ALIAS_REMOVED: {"aliasId": gid(NodeKind.ALIAS, KEY)},
    EventKind.SALE_SOURCE_SAVED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.POINTS_POSTED: {"programId": gid(NodeKind.PROGRAM, KEY)},
    EventKind.POINTS_EXPIRING: {"programId": gid(NodeKind.PROGRAM, KEY)},
    EventKind.SIMULATION_STARTED: {"simulationId": gid(NodeKind.SIMULATION, KEY)},
    EventKind.SIMULATION_FINISHED: {"simulationId": gid(NodeKind.SIMULATION, KEY)},
    EventKind.PRODUCT_SAVED: {"productId": gid(NodeKind.PRODUCT, KEY)},
    EventKind.CATEGORY_SAVED: {"categoryId": gid(NodeKind.CATEGORY, KEY)},
    EventKind.GEOGRAPHY_SAVED: {"geographyId": gid(NodeKind.GEOGRAPHY, KEY)},
    EventKind.TIER_SAVED: {"tierId": gid(NodeKind.TIER, KEY)},
    EventKind.VENDOR_SAVED: {"vendorId": gid(NodeKind.VENDOR, KEY)},
    EventKind.PROGRAM_UPDATED: {"programId": gid(NodeKind.PROGRAM, KEY)},
    EventKind.ACCOUNT_SAVED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.IDENTITY_LINKED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.IDENTITY_UNLINKED: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.API_KEY_CREATED: {"apiKeyId": gid(NodeKind.API_KEY, KEY)},
    EventKind.API_KEY_REVOKED: {"apiKeyId": gid(NodeKind.API_KEY, KEY)},
    EventKind.NOTIFICATIONS_READ: {"accountId": gid(NodeKind.ACCOUNT, KEY)},
    EventKind.WEBHOOK_ENDPOINT_SAVED: {"webhookEndpointId": gid(NodeKind.WEBHOOK_ENDPOINT, KEY)},
    EventKind.WEBHOOK_ENDPOINT_DELETED: {"webhookEndpointId": gid(NodeKind.WEBHOOK_ENDPOINT, KEY)},
    EventKind.WEBHOOK_ENDPOINT_DISABLED: {"webhookEndpointId": gid(NodeKind.WEBHOOK_ENDPOINT, KEY)},
    EventKind.WEBHOOK_DELIVERY_RETRIED: {"webhookDeliveryId": gid(NodeKind.WEBHOOK_DELIVERY, KEY)},
    EventKind.WEBHOOK_DELIVERY_SKIPPED: {"webhookDeliveryId": gid(NodeKind.WEBHOOK_DELIVERY, KEY)},
    **{kind: {"settlementId": gid(NodeKind.SETTLEMENT, KEY)} for kind in OF_SETTLEMENTS},
    **{kind: {"jobId": gid(NodeKind.JOB, KEY)} for kind in JOB_KINDS},
}


def facts(kind: EventKind, detail: Detail | None = None) -> EventFacts:
    """An event of a kind, with its detail."""
    event = EventRow(xid=5, id=6, kind=kind, object_id=KEY, subject_kinds=[], subject_ids=[], recorded_at=NOW)
    return EventFacts(event, "a cursor", detail)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_declares_its_visibility(kind: EventKind) -> None:
    """Schemes, movements, notifications, jobs, and points exactly as their own streams."""
    spec = EVENTS[kind]
    assert spec.permission is PERMISSIONS[kind]
    predicates = {
        stream.visible_to
        for stream in (SCHEME_ACTIVITY, MOVEMENTS, NOTIFICATION_ADDED, JOB_PROGRESS, POINTS_POSTED)
        if kind in stream.kinds
    }
    if kind is EventKind.NOTIFICATIONS_READ:
        predicates = {NOTIFICATION_ADDED.visible_to}
    if kind is EventKind.POINTS_EXPIRING:
        predicates = {POINTS_POSTED.visible_to}
    if kind in {
        EventKind.COUPONS_HELD,
        EventKind.COUPONS_RELEASED,
        EventKind.CONSIGNMENT_ARTWORK_CHANGED,
        EventKind.COUPON_CODES_DOWNLOADED,
        EventKind.DISCREPANCY_DISMISSED,
        EventKind.MISSING_COUPON_SCANNED,
        EventKind.OVER_SENT_REPORTED,
    }:
        predicates = {MOVEMENTS.visible_to}
    if kind in {EventKind.SALES_IMPORT_STARTED, EventKind.SALES_IMPORT_FINISHED}:
        predicates = {imports_feed.visible_to_viewer}
    if kind in {EventKind.SIMULATION_STARTED, EventKind.SIMULATION_FINISHED}:
        predicates = {SCHEME_ACTIVITY.visible_to}
    assert {PREDICATES[spec.visibility]} == (predicates or {None})


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_the_kinds_that_it_may_read(role: Role) -> None:
    viewer = Viewer(account_id=KEY, display_name="Asha", email=None, roles=frozenset({role}))
    assert permitted_kinds(viewer) == {kind for kind in EventKind if viewer.may(PERMISSIONS[kind])}


def test_an_account_without_roles_gets_no_kind() -> None:
    assert permitted_kinds(Viewer(account_id=KEY, display_name="Asha", email=None, roles=frozenset())) == frozenset()


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_its_data(kind: EventKind) -> None:
    if kind in OF_SCHEMES:
        assert event_data(
            facts(kind, ActivityFacts(activity=ACTIVITY, scheme=SCHEME, actor=ACTOR, message="Asha Rao approved it."))
        ) == {
            "schemeId": gid(NodeKind.SCHEME, THIRD),
            "schemeCode": "SCH-2026-000001",
            "title": "Monsoon Care",
            "activityId": gid(NodeKind.SCHEME_ACTIVITY, KEY),
            "message": "Asha Rao approved it.",
            "actor": {"accountId": gid(NodeKind.ACCOUNT, OTHER), "displayName": "Asha Rao"},
        }
    elif kind in MOVEMENT_KINDS:
        assert event_data(facts(kind, MovementFacts(movement=MOVEMENT, consignment=CONSIGNMENT))) == MOVED
    elif kind is EventKind.NOTIFICATION_ADDED:
        data = {"notificationId": gid(NodeKind.NOTIFICATION, KEY), "message": "It was approved."}
        assert event_data(facts(kind, NotificationFacts(NOTIFICATION, "It was approved."))) == data
    else:
        assert event_data(facts(kind)) == OBJECTS[kind]


def test_a_movement_outside_of_a_batch_has_no_batch() -> None:
    movement = replace(MOVEMENT, batch_id=None, batch_code=None)
    data = event_data(facts(EventKind.COUPONS_PRODUCED, MovementFacts(movement=movement, consignment=CONSIGNMENT)))
    assert data == {**MOVED, "batchId": None, "batchCode": None}


def test_types_of_webhooks_are_derived_from_kinds() -> None:
    """Receivers can group them by their beginning, and turn each back into its kind."""
    types = [kind.webhook_type for kind in EventKind]
    assert EventKind.SCHEME_APPROVED.webhook_type == "scheme.approved"
    assert EventKind.WEBHOOK_DELIVERY_SKIPPED.webhook_type == "webhook.delivery.skipped"
    assert [EventKind(name.replace(".", "_").upper()) for name in types] == list(EventKind)


def test_a_body_has_the_fields_of_standard_webhooks() -> None:
    assert event_body(facts(EventKind.TIER_SAVED), NOW) == {
        "type": "tier.saved",
        "timestamp": "2026-03-10T09:00:00.250000Z",
        "cursor": "a cursor",
        "data": {"tierId": gid(NodeKind.TIER, KEY)},
    }
