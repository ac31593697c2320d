"""What is decided about webhook endpoints: their state, the sentences about it, and what follows from an attempt."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.webhooks.addresses import next_attempt

ENDPOINTS_LIMIT: Final = 100
DESCRIPTION_LENGTH: Final = (0, 200)
DELETED: Final = "Events that it had not got yet were deleted, since they were older than events are kept."
RESTORED: Final = "The database was restored from a copy, so nobody knows what it has got."


class WebhookEndpointState(StrEnum):
    """Whether events are sent to an endpoint."""

    ACTIVE = "ACTIVE"
    FAILING = "FAILING"
    DISABLED = "DISABLED"


class Attempt(Struct, frozen=True):
    """One attempt to deliver an event: when, how long it took, and the HTTP status or the sentence of a failure.

    `status` is None when there was no answer, `error` when the event was delivered; `gone` says that the endpoint asked
    never to be called again.
    """

    at: datetime
    milliseconds: int
    status: int | None
    error: str | None
    gone: bool = False

    @property
    def delivered(self) -> bool:
        """Whether the endpoint has accepted the event."""
        return self.error is None


class Retry(Struct, frozen=True):
    """Try the same event again at this moment."""

    at: datetime


class GiveUp(Struct, frozen=True):
    """Disable the endpoint, for a reason that is a sentence."""

    reason: str


def after_failure(failures: int, attempt: Attempt, jitter: float) -> Retry | GiveUp:
    """What follows from an attempt that failed.

    Args:
        failures: The attempts that failed in a row, this one included.
        attempt: The last of them.
        jitter: A random number from 0 to 1.

    Raises:
        ValueError: The attempt did not fail, or a number is out of its range.
    """
    if attempt.error is None:
        raise ValueError("an attempt without an error has not failed")
    if attempt.gone:
        return GiveUp(attempt.error)
    again = next_attempt(failures, attempt.at, jitter)
    if again is None:
        return GiveUp(f"{failures} attempts in a row have failed. The last one: {attempt.error}")
    return Retry(again)


def state_of(failures: int, disabled_at: datetime | None) -> WebhookEndpointState:
    """The state of an endpoint."""
    if disabled_at is not None:
        return WebhookEndpointState.DISABLED
    return WebhookEndpointState.FAILING if failures else WebhookEndpointState.ACTIVE


def state_label(failures: int, next_attempt_at: datetime, reason: str | None, *, account_disabled: bool) -> str:
    """The state of an endpoint as a sentence; `reason` is why it is disabled, None while it is not."""
    if reason is not None:
        return f"Disabled. {reason}"
    if account_disabled:
        return "Nothing is sent while its account is disabled."
    if failures:
        failed = "The last attempt has failed" if failures == 1 else f"The last {failures} attempts have failed"
        return f"{failed}; the next one is made at {next_attempt_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    return "Events are sent as they happen."


def disabled_by(name: str) -> str:
    """Why an endpoint is disabled that somebody has disabled."""
    return f"{name} disabled it."


def disabled_message(url: str, reason: str) -> str:
    """What administrators are told when an endpoint was disabled without anybody doing it."""
    return f"The webhook endpoint {url} was disabled. {reason} What happens meanwhile is kept for it for some days."
