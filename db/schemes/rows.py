"""Rows of schemes and of their parts; enums are plain text here, as in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from db.catalog.rows import GeographyRow, VariantRow
from domain.permissions import ROLE_LABELS, Role
from domain.rules.stored_facts import RuleReach
from domain.schemes.activity_sentences import block_sentence
from domain.schemes.content import FieldDifference, Material, SchemeContent
from domain.schemes.facts import OpenRevision
from domain.schemes.stages import waiting_label
from domain.schemes.stored_facts import StageBlock
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
    def viewer_stage_key(self) -> tuple[UUID, str | None]:
        """The key of the stage that waits for the viewer: the scheme, and the stage that its list is about, if any."""
        return self.id, None

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
    earning_channels: list[str]
    open_revision: OpenRevision | None


class StageRow(Struct, frozen=True):
    """A stage of a scheme at one moment, with the name of the account that blocks it."""

    scheme_id: UUID
    kind: str
    position: int
    state: str
    status: str | None
    since: datetime | None
    done: int
    total: int
    open_step: str | None
    waiting_role: str | None
    waiting_vendor_ids: list[UUID] | None
    waiting_variant_ids: list[UUID] | None
    due_on: date | None
    blocks_json: str
    blocking_name: str | None
    is_current: bool

    @property
    def missing(self) -> int | None:
        """How much is missing where some of the stage is done; None where nothing is."""
        return self.total - self.done if self.done else None

    @property
    def waiting_on(self) -> str | None:
        """Who must act, without names."""
        return None if self.waiting_role is None else ROLE_LABELS[Role(self.waiting_role)]

    @property
    def blocks(self) -> list[StageBlock]:
        """The reasons why the stage cannot continue."""
        return [] if self.blocks_json == "[]" else msgspec.json.decode(self.blocks_json, type=list[StageBlock])

    @property
    def blocked_by(self) -> list[str]:
        """The reasons why the stage cannot continue, as sentences without names of consignments."""
        return [block_sentence(block, self.blocking_name) for block in self.blocks]


class NamedStageRow(StageRow, frozen=True):
    """A stage with the names that the viewer may read in its texts.

    `waiting_names` are those of vendors that must act, or the SKUs that the role must act on, and `block_names` those
    of `blocks`, one for each.
    """

    waiting_names: tuple[str, ...]
    block_names: tuple[str | None, ...]

    @property
    def waiting_on(self) -> str | None:
        """Who must act, by name."""
        return None if self.waiting_role is None else waiting_label(Role(self.waiting_role), self.waiting_names)

    @property
    def blocked_by(self) -> list[str]:
        """The reasons why the stage cannot continue, as sentences."""
        return [block_sentence(block, name) for block, name in zip(self.blocks, self.block_names, strict=True)]


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
