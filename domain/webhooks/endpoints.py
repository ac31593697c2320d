"""Decides the state of webhook endpoints and what follows from an attempt, and words both for people."""

from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from msgspec import Struct

from domain.calendar import Calendar
from domain.webhooks.retrying import next_attempt, pause_after_throttling, pause_of, with_jitter
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
    not to be called again, and `asked` is the pause for which it asked.
    """

    at: datetime
    milliseconds: int
    status: int | None
    error: str | None
    gone: bool = False
    asked: timedelta | None = None

    @property
    def delivered(self) -> bool:
        """Whether the endpoint has accepted the event."""
        return self.error is None

    @property
    def throttled(self) -> bool:
        """Whether the endpoint gets too many requests. Such an attempt does not count as a failure."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS

    @property
    def ended_at(self) -> datetime:
        """When the endpoint had answered, or did not any more."""
        return self.at + timedelta(milliseconds=self.milliseconds)


class Retry(Struct, frozen=True):
    """Try the same event again at this time."""

    at: datetime


class GiveUp(Struct, frozen=True):
    """Disable the endpoint for this reason."""

    reason: DisableReason


def after_failure(failures: int, attempt: Attempt, jitter: float) -> Retry | GiveUp:
    """Decide what follows from a failed attempt.

    The endpoint is called no sooner than it asked for. Being throttled never disables it.

    Args:
        failures: The number of failed attempts in a row, this one included; of those answered 429, if this one was.
        attempt: The last of them.
        jitter: A random number from 0 to 1.

    Raises:
        ValueError: The attempt did not fail, or a number is out of its range.
    """
    if attempt.error is None:
        raise ValueError("an attempt without an error has not failed")
    if attempt.gone:
        return GiveUp(EndpointGone(attempt.error))
    if attempt.throttled:
        return Retry(attempt.ended_at + with_jitter(pause_after_throttling(failures, attempt.asked), jitter))
    again = next_attempt(failures, attempt.at, jitter)
    if again is None:
        return GiveUp(AttemptsFailed(failures, attempt.error))
    pause = pause_of(attempt.status, attempt.asked)
    return Retry(max(again, attempt.ended_at + with_jitter(pause, jitter)) if pause else again)


def state_of(failures: int, disabled_at: datetime | None) -> WebhookEndpointState:
    """The state of an endpoint with so many failures in a row, disabled at a time or not at all."""
    if disabled_at is not None:
        return WebhookEndpointState.DISABLED
    return WebhookEndpointState.FAILING if failures else WebhookEndpointState.ACTIVE


class DeliveryFacts(Struct, frozen=True):
    """What keeps an endpoint from receiving events, if anything does; `disabled_reason` is None while it is enabled.

    `throttles` counts the attempts in a row that were answered 429, which `failures` does not.
    """

    failures: int
    next_attempt_at: datetime
    disabled_reason: str | None
    account_disabled: bool
    throttles: int = 0


def state_label(facts: DeliveryFacts, calendar: Calendar) -> str:
    """Describe the state of an endpoint in a sentence."""
    if facts.disabled_reason is not None:
        return f"Disabled. {facts.disabled_reason}"
    if facts.account_disabled:
        return "Nothing is sent while its account is disabled."
    failed = facts.failures + facts.throttles
    if failed:
        return f"{_failed(facts, failed)} The next attempt is on {calendar.format_moment(facts.next_attempt_at)}."
    return "Events are sent as they happen."


def _failed(facts: DeliveryFacts, attempts: int) -> str:
    if not facts.failures:
        return "The endpoint gets too many requests, so the server pauses."
    return "The last attempt has failed." if attempts == 1 else f"The last {attempts} attempts have failed."
