"""Rows of schemes and of their parts; enums are plain text here, as in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from db.catalog.rows import GeographyRow, VariantRow
from domain.money import Money
from domain.rules.stored_facts import RuleReach
from domain.schemes.content import FieldDifference, Material, SchemeContent
from domain.schemes.facts import OpenRevision
from domain.stored_facts import AccountNames


class SchemeRow(Struct, frozen=True):
    """A scheme's own columns."""

    id: UUID
    code: str
    revision: int
    title: str
    description: str | None
    earning_channels: list[str]
    enrollment_opens_on: date | None
    enrollment_closes_on: date | None
    starts_on: date | None
    ends_on: date | None
    terms_markdown: str | None
    terms_version: int
    materials_json: str
    budget: int | None
    point_amount: Decimal | None
    point_currency: str | None
    minimum_payout: int | None
    points_expire_after_days: int | None
    grace_days: int | None
    content_hash: str
    submitted_at: datetime | None
    approved_at: datetime | None
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    sort_title: bytes
    terms_published_at: datetime | None
    revises: UUID | None
    effective_at: datetime | None

    @property
    def live_id(self) -> UUID:
        """The id of the scheme itself: of a revision, the one it revises."""
        return self.revises or self.id

    @property
    def liability_key(self) -> tuple[UUID, Money | None]:
        """The key of what is owed in the scheme: the scheme itself, and what a point is worth."""
        return self.live_id, self.point_value

    @property
    def viewer_stage_key(self) -> tuple[UUID, str | None]:
        """The key of the stage that waits for the viewer: the scheme, and the stage that its list is about, if any."""
        return self.id, None

    @property
    def point_value(self) -> Money | None:
        """What a point is worth when it is paid."""
        if self.point_amount is None or self.point_currency is None:
            return None
        return Money(self.point_amount, self.point_currency)

    @property
    def materials(self) -> tuple[Material, ...]:
        """The marketing materials, decoded."""
        return msgspec.json.decode(self.materials_json, type=tuple[Material, ...])


class QueuedSchemeRow(SchemeRow, frozen=True):
    """A scheme in the list of a work queue, with the stage that the queue is about."""

    queue_stage: str

    @property
    def viewer_stage_key(self) -> tuple[UUID, str | None]:
        """The key of the stage that waits for the viewer."""
        return self.id, self.queue_stage


class ContentHashRow(NamedTuple):
    """The hash of the content of a scheme."""

    id: UUID
    content_hash: str


class ParticipantRow(NamedTuple):
    """An account that takes part in a scheme."""

    scheme_id: UUID
    account_id: UUID


class DefinitionRow(NamedTuple):
    """A whole scheme, and its revision that is not decided yet."""

    scheme: SchemeRow
    open_revision: OpenRevision | None


class PlacedSchemeRow(NamedTuple):
    """The id that was looked up, and the scheme that stands in its place."""

    id: UUID
    scheme: SchemeRow


class SchemeVariantRow(Struct, frozen=True):
    """A variant of a scheme with its coupon value; the numbers are None until the value is set."""

    scheme_id: UUID
    variant: VariantRow
    base_points: int | None
    planned_quantity: int | None
    planned_points: int | None

    @property
    def key(self) -> tuple[UUID, UUID]:
        """The ids of the scheme and of the variant."""
        return self.scheme_id, self.variant.id


class SchemeGeographyRow(Struct, frozen=True):
    """A geography of a scheme."""

    scheme_id: UUID
    geography: GeographyRow


class SectionRow(Struct, frozen=True):
    """One of the five sections; version 0 was never saved. `authors` are the accounts that changed it."""

    scheme_id: UUID
    section: str
    version: int
    state: str
    saved_at: datetime | None
    saved_by: UUID | None
    authors: list[UUID]


class SectionChangeRow(Struct, frozen=True):
    """The changes that one version of a section made, as JSON."""

    version: int
    changed_by: UUID
    changed_by_name: str
    changed_at: datetime
    changes_json: str


class SubmissionRow(Struct, frozen=True):
    """A submission. `barred` are the authors of its content, unless the program lets authors approve."""

    scheme_id: UUID
    number: int
    content_hash: str
    submitted_by: UUID
    submitted_at: datetime
    decision: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str | None
    effective_at: datetime | None
    barred: list[UUID]

    @property
    def key(self) -> tuple[UUID, int]:
        """The key of the submission."""
        return self.scheme_id, self.number


class SnapshotRow(Struct, frozen=True):
    """The parts of a submission that an approver reads: content, acknowledged warnings, and the reach of rules."""

    scheme_id: UUID
    number: int
    content_json: str
    acknowledged_warnings: list[str]
    reach_json: str | None

    @property
    def reach(self) -> tuple[RuleReach, ...]:
        """The reach of each rule at that time; empty for submissions from before reach was stored."""
        return () if self.reach_json is None else msgspec.json.decode(self.reach_json, type=tuple[RuleReach, ...])

    @property
    def content(self) -> SchemeContent:
        """The submitted content, decoded."""
        return msgspec.json.decode(self.content_json, type=SchemeContent)


class RevisionRow(Struct, frozen=True):
    """An approved revision of a scheme, with its content as canonical JSON."""

    scheme_id: UUID
    number: int
    content_hash: str
    content_json: str
    effective_at: datetime
    approved_at: datetime
    approved_by: UUID

    @property
    def content(self) -> SchemeContent:
        """The content, decoded."""
        return msgspec.json.decode(self.content_json, type=SchemeContent)


class StandingRow(Struct, frozen=True):
    """The facts of guards beside the sections and the submission of a scheme."""

    id: UUID
    content_hash: str
    effective_at: datetime | None
    ends_on: date | None
    grace_days: int | None
    earning_channels: list[str]
    open_revision: OpenRevision | None


class StoredFactRow(Struct, frozen=True):
    """What the sentence of an activity or a notification is written from.

    The fact as JSON, the changed fields as JSON if an activity holds them, and the present names of the accounts.
    """

    fact_json: str
    changes_json: str | None
    actor_name: str | None
    account_name: str | None

    @property
    def changes(self) -> Sequence[FieldDifference]:
        """The changed fields, decoded."""
        return () if self.changes_json is None else msgspec.json.decode(self.changes_json, type=list[FieldDifference])

    @property
    def names(self) -> AccountNames:
        """The names of the accounts. Without an actor, the server acted."""
        account = self.account_name or ""
        return AccountNames(account=account) if self.actor_name is None else AccountNames(self.actor_name, account)


class ActivityRow(Struct, frozen=True):
    """One entry of the activity of a scheme; a saved step has its version and the fields that it changed."""

    id: UUID
    scheme_id: UUID
    kind: str
    actor_id: UUID
    at: datetime
    section: str | None
    version: int | None
    stored: StoredFactRow
