"""The actions on an attempt to deliver an event that an endpoint did not accept."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.failures import Failure, IllegalState, Path
from domain.guards import Guards, first_failure
from domain.permissions import Permission
from domain.viewers import Viewer

DELIVERY_PATH: Final[Path] = ("input", "id")


class WebhookDeliveryAction(StrEnum):
    """What a viewer can do about an attempt."""

    RETRY = "RETRY"
    SKIP = "SKIP"


class BlockFacts(Struct, frozen=True):
    """Whether an attempt delivered its event, whether its endpoint still waits for that event, and is disabled."""

    delivered: bool
    blocks: bool
    disabled: bool


def _block(facts: BlockFacts, _viewer: Viewer) -> Failure | None:
    if facts.delivered:
        message = "The endpoint has accepted this event. Send it again with “after” of updateWebhookEndpoint: a cursor "
        return IllegalState(f"{message}before the event.", DELIVERY_PATH)
    if not facts.blocks:
        message = "The endpoint no longer waits for this event: it was delivered or skipped, or the endpoint has "
        return IllegalState(f"{message}another position since. Reload its deliveries.", DELIVERY_PATH)
    return None


def _enabled(facts: BlockFacts, _viewer: Viewer) -> Failure | None:
    if facts.disabled:
        message = "The endpoint is disabled. Enable it with updateWebhookEndpoint: the event is sent again at once."
        return IllegalState(message, DELIVERY_PATH)
    return None


WEBHOOK_DELIVERY_GUARDS: Final = Guards(
    WebhookDeliveryAction,
    {
        WebhookDeliveryAction.RETRY: (Permission.WEBHOOK_MANAGE, first_failure(_block, _enabled)),
        WebhookDeliveryAction.SKIP: (Permission.WEBHOOK_MANAGE, _block),
    },
)
