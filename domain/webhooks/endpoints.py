"""Decides the state of webhook endpoints and what follows from an attempt, and words both for people."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.calendar import Calendar
from domain.webhooks.addresses import next_attempt
from domain.webhooks.stored_facts import AttemptsFailed, DisableReason, EndpointGone

ENDPOINTS_LIMIT: Final = 100
DESCRIPTION_LENGTH: Final = (0, 200)


class WebhookEndpointState(StrEnum):
    """Whether events are sent to an endpoint."""

    ACTIVE = "ACTIVE"
    FAILING = "FAILING"
    DISABLED = "DISABLED"


class Attempt(Struct, frozen=True):
    """One attempt to deliver an event: when, its duration, and the HTTP status or the sentence of a failure.

    `status` is None without an answer; `error` is None if the event was delivered. `gone` says that the endpoint asked
    not to be called again.
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
    """Try the same event again at this time."""

    at: datetime


class GiveUp(Struct, frozen=True):
    """Disable the endpoint for this reason."""

    reason: DisableReason


def after_failure(failures: int, attempt: Attempt, jitter: float) -> Retry | GiveUp:
    """Decide what follows from a failed attempt.

    Args:
        failures: The number of failed attempts in a row, this one included.
        attempt: The last of them.
        jitter: A random number from 0 to 1.

    Raises:
        ValueError: The attempt did not fail, or a number is out of its range.
    """
    if attempt.error is None:
        raise ValueError("an attempt without an error has not failed")
    if attempt.gone:
        return GiveUp(EndpointGone(attempt.error))
    again = next_attempt(failures, attempt.at, jitter)
    if again is None:
        return GiveUp(AttemptsFailed(failures, attempt.error))
    return Retry(again)


def state_of(failures: int, disabled_at: datetime | None) -> WebhookEndpointState:
    """The state of an endpoint with so many failures in a row, disabled at a time or not at all."""
    if disabled_at is not None:
        return WebhookEndpointState.DISABLED
    return WebhookEndpointState.FAILING if failures else WebhookEndpointState.ACTIVE


class DeliveryFacts(Struct, frozen=True):
    """What keeps an endpoint from receiving events, if anything does; `disabled_reason` is None while it is enabled."""

    failures: int
    next_attempt_at: datetime
    disabled_reason: str | None
    account_disabled: bool


def state_label(facts: DeliveryFacts, calendar: Calendar) -> str:
    """Describe the state of an endpoint in a sentence."""
    if facts.disabled_reason is not None:
        return f"Disabled. {facts.disabled_reason}"
    if facts.account_disabled:
        return "Nothing is sent while its account is disabled."
    if facts.failures:
        several = f"The last {facts.failures} attempts have failed"
        failed = "The last attempt has failed" if facts.failures == 1 else several
        return f"{failed}. The next attempt is on {calendar.format_moment(facts.next_attempt_at)}."
    return "Events are sent as they happen."
