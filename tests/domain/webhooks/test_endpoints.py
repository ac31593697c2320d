"""Decisions about webhook endpoints: what follows from an attempt, and the sentences about their state."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.calendar import UTC_CALENDAR
from domain.webhooks.endpoints import (
    Attempt,
    DeliveryFacts,
    GiveUp,
    Retry,
    WebhookEndpointState,
    after_failure,
    state_label,
    state_of,
)
from domain.webhooks.retrying import RETRY_DELAYS
from domain.webhooks.stored_facts import AttemptsFailed, EndpointGone

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
FAILED = Attempt(at=NOW, milliseconds=12, status=500, error="The endpoint answered 500.")


@pytest.mark.parametrize("failures", range(1, 10))
def test_a_failed_attempt_is_retried_after_its_delay(failures: int) -> None:
    pause = RETRY_DELAYS[failures - 1]
    assert after_failure(failures, FAILED, 0) == Retry(NOW + pause)
    assert after_failure(failures, FAILED, 1) == Retry(NOW + pause * 1.2)


def test_the_tenth_failure_is_the_last() -> None:
    assert after_failure(10, FAILED, 0.5) == GiveUp(AttemptsFailed(10, "The endpoint answered 500."))
    assert sum(RETRY_DELAYS, timedelta()) > timedelta(days=3)


def test_an_endpoint_that_is_gone_is_given_up_at_once() -> None:
    gone = Attempt(
        at=NOW, milliseconds=12, status=410, error="The endpoint answered 410: it wants no more webhooks.", gone=True
    )
    assert after_failure(1, gone, 0.5) == GiveUp(EndpointGone("The endpoint answered 410: it wants no more webhooks."))


def test_a_delivered_attempt_has_not_failed() -> None:
    delivered = Attempt(at=NOW, milliseconds=12, status=204, error=None)
    assert delivered.delivered
    assert not FAILED.delivered
    with pytest.raises(ValueError, match="has not failed"):
        after_failure(1, delivered, 0.5)
    with pytest.raises(ValueError, match="no attempt follows"):
        after_failure(0, FAILED, 0.5)


@pytest.mark.parametrize(
    ("failures", "throttles", "sentence"),
    [
        (0, 1, "The endpoint gets too many requests, so the server pauses."),
        (0, 7, "The endpoint gets too many requests, so the server pauses."),
        (1, 2, "The last 3 attempts have failed."),
    ],
)
def test_a_throttled_endpoint_has_its_sentence(failures: int, throttles: int, sentence: str) -> None:
    facts = DeliveryFacts(
        failures=failures, throttles=throttles, next_attempt_at=NOW, disabled_reason=None, account_disabled=False
    )
    assert state_label(facts, UTC_CALENDAR) == f"{sentence} The next attempt is on 10 March 2026 at 09:00 UTC."


@pytest.mark.parametrize(
    ("failures", "reason", "account_disabled", "state", "label"),
    [
        (0, None, False, WebhookEndpointState.ACTIVE, "Events are sent as they happen."),
        (
            1,
            None,
            False,
            WebhookEndpointState.FAILING,
            "The last attempt has failed. The next attempt is on 10 March 2026 at 09:00 UTC.",
        ),
        (
            3,
            None,
            False,
            WebhookEndpointState.FAILING,
            "The last 3 attempts have failed. The next attempt is on 10 March 2026 at 09:00 UTC.",
        ),
        (3, None, True, WebhookEndpointState.FAILING, "Nothing is sent while its account is disabled."),
        (0, None, True, WebhookEndpointState.ACTIVE, "Nothing is sent while its account is disabled."),
        (10, "It is gone.", True, WebhookEndpointState.DISABLED, "Disabled. It is gone."),
    ],
)
def test_a_state_has_its_sentence(
    failures: int,
    reason: str | None,
    account_disabled: bool,  # noqa: FBT001 - a parameter of the test
    state: WebhookEndpointState,
    label: str,
) -> None:
    elsewhere = NOW.astimezone(tz=None)
    assert state_of(failures, None if reason is None else NOW) is state
    facts = DeliveryFacts(
        failures=failures, next_attempt_at=elsewhere, disabled_reason=reason, account_disabled=account_disabled
    )
    assert state_label(facts, UTC_CALENDAR) == label
