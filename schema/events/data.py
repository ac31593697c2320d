"""Events as connected systems read them: the body of a delivery, and its `data`.

Pure functions of loaded rows. Bodies are small on purpose and only ever gain fields; a client that needs more queries
the object by its ID.
"""

from datetime import datetime
from typing import Any

from domain.node_kinds import NodeKind
from resolvers.events.facts import ActivityFacts, EventFacts, MovementFacts, NotificationFacts
from schema.ids import encode_id
from schema.scalars import serialize_date_time


def event_body(facts: EventFacts, at: datetime) -> dict[str, Any]:
    """The body of a delivery with the timestamp `at`: the fields of https://www.standardwebhooks.com and the cursor."""
    return {
        "type": facts.kind.webhook_type,
        "timestamp": serialize_date_time(at),
        "cursor": facts.cursor,
        "data": event_data(facts),
    }


def event_data(facts: EventFacts) -> dict[str, Any]:
    """The data of an event, with global IDs: its details if it has any, otherwise the ID of its object."""
    detail = facts.detail
    if isinstance(detail, ActivityFacts):
        return _activity_data(detail)
    if isinstance(detail, MovementFacts):
        return _movement_data(detail)
    if isinstance(detail, NotificationFacts):
        return {"notificationId": encode_id(NodeKind.NOTIFICATION, detail.notification.id), "message": detail.message}
    kind = facts.object_kind
    return {_id_name(kind): encode_id(kind, facts.event.object_id)}


def _id_name(kind: NodeKind) -> str:
    """The name of an ID: `webhookEndpointId` for a WEBHOOK_ENDPOINT."""
    first, *others = kind.name.lower().split("_")
    return "".join([first, *map(str.capitalize, others), "Id"])


def _activity_data(facts: ActivityFacts) -> dict[str, Any]:
    return {
        "schemeId": encode_id(NodeKind.SCHEME, facts.scheme.id),
        "schemeCode": facts.scheme.code,
        "title": facts.scheme.title,
        "activityId": encode_id(NodeKind.SCHEME_ACTIVITY, facts.activity.id),
        "message": facts.message,
        "actor": {
            "accountId": encode_id(NodeKind.ACCOUNT, facts.actor.id),
            "displayName": facts.actor.display_name,
        },
    }


def _movement_data(facts: MovementFacts) -> dict[str, Any]:
    movement, consignment = facts.movement, facts.consignment
    return {
        "movementId": encode_id(NodeKind.BATCH_MOVEMENT, movement.id),
        "kind": movement.kind,
        "schemeId": encode_id(NodeKind.SCHEME, consignment.scheme_id),
        "consignmentId": encode_id(NodeKind.CONSIGNMENT, consignment.id),
        "consignmentCode": consignment.code,
        "batchId": movement.batch_id and encode_id(NodeKind.BATCH, movement.batch_id),
        "batchCode": movement.batch_code,
        "vendorId": encode_id(NodeKind.VENDOR, movement.vendor.id),
        "vendorName": movement.vendor.name,
        "variantId": encode_id(NodeKind.VARIANT, movement.variant.id),
        "sku": movement.variant.sku,
        "quantity": movement.quantity,
        "occurredAt": serialize_date_time(movement.occurred_at),
        "recordedAt": serialize_date_time(movement.recorded_at),
    }
