"""Events as connected systems read them: the body of a delivery, and the `data` in it. Pure functions of loaded rows.

It is thin on purpose, and only ever grows: whoever wants more asks for the object by its id.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from db.notifications.rows import NotificationRow
from domain.events import EventKind
from domain.node_kinds import NodeKind
from resolvers.events.facts import ActivityFacts, EventFacts
from schema.ids import encode_id
from schema.scalars import serialize_date_time

# What an event tells of when that is an object and nothing more: the name of its id, and its kind.
_OBJECTS: Final[Mapping[EventKind, tuple[str, NodeKind]]] = MappingProxyType(
    {
        EventKind.ECP_REGISTERED: ("ecpId", NodeKind.ECP),
        EventKind.ECP_VERIFIED: ("ecpId", NodeKind.ECP),
        EventKind.ECP_SUSPENDED: ("ecpId", NodeKind.ECP),
        EventKind.ECP_UPDATED: ("ecpId", NodeKind.ECP),
        EventKind.ECP_ERASED: ("ecpId", NodeKind.ECP),
        EventKind.ECP_ACTIVITIES_RECORDED: ("accountId", NodeKind.ACCOUNT),
        EventKind.ENROLLMENT_REQUESTED: ("enrollmentId", NodeKind.ENROLLMENT),
        EventKind.ENROLLMENT_DECIDED: ("enrollmentId", NodeKind.ENROLLMENT),
        EventKind.ENROLLMENT_WITHDRAWN: ("enrollmentId", NodeKind.ENROLLMENT),
        EventKind.PRODUCT_SAVED: ("productId", NodeKind.PRODUCT),
        EventKind.GEOGRAPHY_SAVED: ("geographyId", NodeKind.GEOGRAPHY),
        EventKind.TIER_SAVED: ("tierId", NodeKind.TIER),
        EventKind.VENDOR_SAVED: ("vendorId", NodeKind.VENDOR),
        EventKind.ACCOUNT_SAVED: ("accountId", NodeKind.ACCOUNT),
        EventKind.API_KEY_CREATED: ("apiKeyId", NodeKind.API_KEY),
        EventKind.API_KEY_REVOKED: ("apiKeyId", NodeKind.API_KEY),
        EventKind.NOTIFICATIONS_READ: ("accountId", NodeKind.ACCOUNT),
        EventKind.WEBHOOK_ENDPOINT_SAVED: ("webhookEndpointId", NodeKind.WEBHOOK_ENDPOINT),
        EventKind.WEBHOOK_ENDPOINT_DELETED: ("webhookEndpointId", NodeKind.WEBHOOK_ENDPOINT),
        EventKind.WEBHOOK_ENDPOINT_DISABLED: ("webhookEndpointId", NodeKind.WEBHOOK_ENDPOINT),
    }
)


def event_body(facts: EventFacts) -> dict[str, Any]:
    """What is delivered: the fields of https://www.standardwebhooks.com, and the cursor of the event."""
    return {
        "type": facts.kind.value,
        "timestamp": serialize_date_time(facts.at),
        "cursor": facts.cursor,
        "data": event_data(facts),
    }


def event_data(facts: EventFacts) -> dict[str, Any]:
    """What an event tells of, with global ids."""
    subject = facts.subject
    if isinstance(subject, ActivityFacts):
        return _activity_data(subject)
    if isinstance(subject, NotificationRow):
        return {"notificationId": encode_id(NodeKind.NOTIFICATION, subject.id), "message": subject.message}
    name, kind = _OBJECTS[facts.kind]
    return {name: encode_id(kind, facts.event.object_id)}


def _activity_data(facts: ActivityFacts) -> dict[str, Any]:
    return {
        "schemeId": encode_id(NodeKind.SCHEME, facts.scheme.id),
        "schemeCode": facts.scheme.code,
        "title": facts.scheme.title,
        "activityId": encode_id(NodeKind.SCHEME_ACTIVITY, facts.activity.id),
        "message": facts.activity.message,
        "actor": {
            "accountId": encode_id(NodeKind.ACCOUNT, facts.actor.id),
            "displayName": facts.actor.display_name,
        },
    }
