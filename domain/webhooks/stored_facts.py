"""Stored facts about webhook endpoints: why one is disabled, and that the server disabled it."""

from typing import Final
from uuid import UUID

from domain.stored_facts import AsWritten, FactDecoder, StoredFact


class DisabledByAccount(StoredFact, frozen=True, tag="disabledByAccount"):
    """An administrator disabled the endpoint."""

    account_id: UUID


class EventsDeleted(StoredFact, frozen=True, tag="eventsDeleted"):
    """Retention deleted events that the endpoint had not received."""


class DatabaseRestored(StoredFact, frozen=True, tag="databaseRestored"):
    """The database was restored from a copy, so the position of the endpoint means nothing."""


class EndpointGone(StoredFact, frozen=True, tag="endpointGone"):
    """The endpoint asked not to be called again; `error` is what its last attempt reported."""

    error: str


class AttemptsFailed(StoredFact, frozen=True, tag="attemptsFailed"):
    """So many attempts in a row failed; `error` is what the last one reported."""

    failures: int
    error: str


DisableReason = DisabledByAccount | EventsDeleted | DatabaseRestored | EndpointGone | AttemptsFailed
StoredDisableReason = DisableReason | AsWritten

DISABLE_REASON_DECODER: Final[FactDecoder[StoredDisableReason]] = FactDecoder(StoredDisableReason)


class WebhookDisabled(StoredFact, frozen=True, tag="webhookDisabled"):
    """The server disabled the endpoint at this URL."""

    url: str
    reason: DisableReason


StoredWebhookFact = WebhookDisabled
