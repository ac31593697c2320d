"""Sentences about webhook endpoints, from stored facts."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct

from domain.calendar import Calendar
from domain.stored_facts import AccountNames
from domain.webhooks.stored_facts import (
    AttemptsFailed,
    DatabaseRestored,
    DisabledByAccount,
    DisableReason,
    EndpointGone,
    EventsDeleted,
    StoredWebhookFact,
)


def webhook_sentence(fact: StoredWebhookFact, names: AccountNames) -> str:
    """Write what happened to an endpoint, to administrators."""
    reason = disable_sentence(fact.reason, names)
    return f"The webhook endpoint {fact.url} was disabled. {reason} New events are kept for it for some days."


def disable_sentence(reason: DisableReason, names: AccountNames) -> str:
    """Write why an endpoint is disabled."""
    match reason:
        case DisabledByAccount():
            return f"{names.account} disabled the endpoint."
        case EventsDeleted():
            return "Some events that it had not received were deleted, because events are kept only for a limited time."
        case DatabaseRestored():
            return "The database was restored from a copy, so it is unknown which events it has received."
        case EndpointGone(error=error):
            return error
        case AttemptsFailed(failures=failures, error=error):
            return f"{failures} attempts in a row have failed. The last error: {error}"
        case _:
            assert_never(reason)


class OutcomeFacts(Struct, frozen=True):
    """What came of an attempt: the sentence of a failure, and which account skipped the event after it, and when."""

    error: str | None
    skipped_at: datetime | None
    skipped_by_name: str | None


def outcome_label(facts: OutcomeFacts, calendar: Calendar) -> str:
    """Write what came of an attempt to deliver an event."""
    if facts.error is None:
        return "The endpoint accepted the event."
    if facts.skipped_at is None:
        return facts.error
    return f"{facts.error} {facts.skipped_by_name} skipped the event on {calendar.format_moment(facts.skipped_at)}."
