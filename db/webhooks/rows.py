"""Rows of webhook endpoints and deliveries."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from db.outbox.rows import StreamRow
from domain.events import Position
from domain.stored_facts import AccountNames, AsWritten
from domain.webhooks.endpoints import DeliveryFacts, WebhookEndpointState, state_of
from domain.webhooks.guards import BlockFacts
from domain.webhooks.sentences import OutcomeFacts, disable_sentence
from domain.webhooks.stored_facts import DISABLE_REASON_DECODER


class AttemptFacts(Struct, frozen=True):
    """The event that an attempt sent to an endpoint, and whether the endpoint accepted it."""

    endpoint_id: UUID
    event: Position
    delivered: bool


class WebhookEndpointRow(Struct, frozen=True):
    """Where events of an account are sent, without the secrets.

    `account_disabled_at` belongs to the account, and `disabled_by_name` to the one that disabled the endpoint.
    """

    id: UUID
    account_id: UUID
    url: str
    description: str | None
    kinds: list[str]
    position_epoch: int
    position_xid: int
    position_id: int
    failures: int
    throttles: int
    next_attempt_at: datetime
    blocked_xid: int | None
    blocked_id: int | None
    latest_at: datetime | None
    disabled_at: datetime | None
    reason_json: str | None
    disabled_by_name: str | None
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    account_disabled_at: datetime | None

    @property
    def position(self) -> Position:
        """The place behind the last event that was delivered or given up."""
        return Position(self.position_xid, self.position_id)

    @property
    def place(self) -> tuple[int, Position]:
        """The position with the epoch that it belongs to."""
        return self.position_epoch, self.position

    @property
    def state(self) -> WebhookEndpointState:
        """Whether events are sent to it."""
        return state_of(self.attempts, self.disabled_at)

    @property
    def attempts(self) -> int:
        """How many attempts were made in vain since the last delivery."""
        return self.failures + self.throttles

    @property
    def delivery_facts(self) -> DeliveryFacts:
        """The facts that the sentence about its state says."""
        return DeliveryFacts(
            failures=self.failures,
            next_attempt_at=self.next_attempt_at,
            disabled_reason=self.disabled_reason,
            account_disabled=self.account_disabled_at is not None,
            throttles=self.throttles,
        )

    def block_facts(self, attempt: AttemptFacts) -> BlockFacts:
        """The facts that decide what can be done about an attempt."""
        return BlockFacts(
            delivered=attempt.delivered,
            blocks=(self.blocked_xid, self.blocked_id) == (attempt.event.xid, attempt.event.id),
            disabled=self.disabled_at is not None,
        )

    def timestamp_of(self, at: datetime) -> datetime:
        """The timestamp to send for an event of this moment: no older than any that was sent before.

        Events come in the order of transactions, and a long transaction has older events than those before it.
        """
        return at if self.latest_at is None else max(at, self.latest_at)

    @property
    def disabled_reason(self) -> str | None:
        """Why it is disabled, as a sentence; None if it is not."""
        if self.reason_json is None:
            return None
        reason = DISABLE_REASON_DECODER.decode(self.reason_json)
        names = AccountNames(account=self.disabled_by_name or "")
        return reason.text if isinstance(reason, AsWritten) else disable_sentence(reason, names)

    def has_lost_events(self, stream: StreamRow) -> bool:
        """Whether undelivered events may be gone: retention deleted them, or the database was restored."""
        return self.position_epoch != stream.epoch or self.position < stream.floor


class EndpointSecretsRow(Struct, frozen=True):
    """The secrets that sign deliveries to an endpoint; the old one signs until `old_secret_until`."""

    secret: str
    old_secret: str | None
    old_secret_until: datetime | None

    def valid_at(self, now: datetime) -> list[str]:
        """The secrets to sign with now, the newest first."""
        if self.old_secret is None or self.old_secret_until is None or self.old_secret_until <= now:
            return [self.secret]
        return [self.secret, self.old_secret]


class EndpointWithSecrets(NamedTuple):
    """An endpoint with the secrets that sign its deliveries."""

    endpoint: WebhookEndpointRow
    secrets: EndpointSecretsRow


class ServedEndpointRow(Struct, frozen=True):
    """The facts that decide whether an endpoint may have work waiting; `updated_at` is the time of the last change."""

    id: UUID
    kinds: list[str]
    next_attempt_at: datetime
    updated_at: datetime


class WebhookDeliveryRow(Struct, frozen=True):
    """One attempt to deliver an event; `skipped_by_name` belongs to the account that skipped the event after it."""

    id: UUID
    endpoint_id: UUID
    event_xid: int
    event_id: int
    kind: str
    attempt: int
    attempted_at: datetime
    milliseconds: int
    status: int | None
    error: str | None
    skipped_at: datetime | None
    skipped_by: UUID | None
    skipped_by_name: str | None

    @property
    def attempt_facts(self) -> AttemptFacts:
        """The facts about the attempt that decide what can be done about it."""
        return AttemptFacts(self.endpoint_id, self.event, delivered=self.error is None)

    @property
    def event(self) -> Position:
        """The place of the event in the stream."""
        return Position(self.event_xid, self.event_id)

    @property
    def outcome_facts(self) -> OutcomeFacts:
        """The facts that the sentence about its outcome says."""
        return OutcomeFacts(self.error, self.skipped_at, self.skipped_by_name)
