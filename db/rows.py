"""What statements return: one frozen struct a table or projection, with text where the database holds text."""

from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.rules.model import BonusRule
from domain.schemes.assessment import RuleReach
from domain.schemes.content import Material, SchemeContent
from domain.schemes.facts import OpenRevision


class AccountRow(Struct, frozen=True):
    """An account with the roles it holds."""

    id: UUID
    display_name: str
    email: str | None
    vendor_id: UUID | None
    created_at: datetime
    disabled_at: datetime | None
    roles: list[str]
    ecp_id: UUID | None = None

    @property
    def address(self) -> tuple[UUID, str | None]:
        """The e-mail address, and whose it is."""
        return self.id, self.email


class ApiKeyRow(Struct, frozen=True):
    """An API key, without its secret."""

    id: UUID
    account_id: UUID
    name: str
    hint: str
    created_by: UUID
    created_at: datetime
    revoked_at: datetime | None


class ProductRow(Struct, frozen=True):
    """A product."""

    id: UUID
    name: str
    category: str
    brand: str


class VariantRow(Struct, frozen=True):
    """One SKU of a product."""

    id: UUID
    sku: str
    name: str
    product_id: UUID


class GeographyRow(Struct, frozen=True):
    """A node of the geography tree."""

    id: UUID
    code: str
    name: str
    level: str
    parent_id: UUID | None


class TierRow(Struct, frozen=True):
    """A tier of ECPs."""

    id: UUID
    code: str
    name: str
    rank: int


class VendorRow(Struct, frozen=True):
    """A vendor."""

    id: UUID
    code: str
    name: str
    kind: str
    city: str | None


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
    sort_title: str
    terms_published_at: datetime | None
    revises: UUID | None
    effective_at: datetime | None

    @property
    def live_id(self) -> UUID:
        """The id of the scheme itself: of a revision, the one it revises."""
        return self.revises or self.id

    @property
    def materials(self) -> tuple[Material, ...]:
        """The marketing materials, decoded."""
        return msgspec.json.decode(self.materials_json, type=tuple[Material, ...])


class SchemeVariantRow(Struct, frozen=True):
    """A variant of a scheme with its coupon value; both numbers are None until the value is set."""

    scheme_id: UUID
    variant: VariantRow
    base_points: int | None
    planned_quantity: int | None


class SchemeGeographyRow(Struct, frozen=True):
    """A geography of a scheme."""

    scheme_id: UUID
    geography: GeographyRow


class RuleRow(Struct, frozen=True):
    """A bonus rule of a scheme; positions count from 1."""

    id: UUID
    scheme_id: UUID
    position: int
    document: str

    @property
    def rule(self) -> BonusRule:
        """The rule, decoded; the same text is decoded once."""
        return decode_rule(self.document)


@lru_cache(maxsize=4096)
def decode_rule(document: str) -> BonusRule:
    """The rule in a stored document."""
    return msgspec.json.decode(document, type=BonusRule)


class SectionRow(Struct, frozen=True):
    """One of the five sections; version 0 was never saved."""

    scheme_id: UUID
    section: str
    version: int
    state: str
    saved_at: datetime | None
    saved_by: UUID | None


class SectionChangeRow(Struct, frozen=True):
    """What one version of a section changed, as JSON."""

    version: int
    changed_by: UUID
    changed_by_name: str
    changed_at: datetime
    changes_json: str


class SubmissionRow(Struct, frozen=True):
    """A submission; `content_json` is the canonical content as it was submitted."""

    scheme_id: UUID
    number: int
    content_hash: str
    submitted_by: UUID
    submitted_at: datetime
    decision: str | None
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    reason: str | None
    effective_at: datetime | None

    @property
    def key(self) -> tuple[UUID, int]:
        """What tells it from other submissions."""
        return self.scheme_id, self.number


class SnapshotRow(Struct, frozen=True):
    """What an approver reads of a submission: its content, the warnings that were accepted, and the reach of rules."""

    scheme_id: UUID
    number: int
    content_json: str
    acknowledged_warnings: list[str]
    reach_json: str | None

    @property
    def reach(self) -> tuple[RuleReach, ...]:
        """The reach of each rule as it was; nothing for what was submitted before it was kept."""
        return () if self.reach_json is None else msgspec.json.decode(self.reach_json, type=tuple[RuleReach, ...])

    @property
    def content(self) -> SchemeContent:
        """What was submitted."""
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
    """What the guards of a scheme look at beside its sections and its submission."""

    id: UUID
    content_hash: str
    effective_at: datetime | None
    ends_on: date | None
    open_revision: OpenRevision | None


class StageRow(Struct, frozen=True):
    """A stage of a scheme at the moment that was asked for."""

    scheme_id: UUID
    kind: str
    position: int
    state: str
    status: str | None
    since: datetime | None
    done: int
    total: int
    open_step: str | None
    waiting_on: str | None
    due_on: date | None
    blocked_by: list[str]
    is_current: bool


class NameRow(Struct, frozen=True):
    """The display name of anything that a bonus rule can mention."""

    kind: str
    id: UUID
    name: str
