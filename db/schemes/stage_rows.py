"""Rows of stages: with and without the names that their texts need."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.permissions import Role
from domain.schemes.activity_sentences import block_sentence
from domain.schemes.stages import waiting_label
from domain.schemes.stored_facts import StageBlock

NO_BLOCKS: Final = "[]"
# A page has hundreds of stages, so the label of each is looked up by the text in the row.
_ROLE_LABELS: Final[Mapping[str | None, str]] = MappingProxyType({role.value: role.label for role in Role})


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
        return _ROLE_LABELS.get(self.waiting_role)

    @property
    def blocks(self) -> list[StageBlock]:
        """The reasons why the stage cannot continue."""
        return [] if self.blocks_json == NO_BLOCKS else msgspec.json.decode(self.blocks_json, type=list[StageBlock])

    @property
    def blocked_by(self) -> list[str]:
        """The reasons why the stage cannot continue, as sentences without names of consignments."""
        if self.blocks_json == NO_BLOCKS:
            return []
        return [block_sentence(block, self.blocking_name) for block in self.blocks]


class NamedStageRow(StageRow, frozen=True):
    """A stage with the names that the viewer may read in its texts.

    `waiting_names` are those of vendors that must act, or the SKUs that the role must act on, and `block_names` those
    that the sentence of each of `blocks` needs.
    """

    waiting_names: tuple[str, ...]
    block_names: tuple[tuple[str | None, ...], ...]

    @property
    def waiting_on(self) -> str | None:
        """Who must act, by name."""
        return None if self.waiting_role is None else waiting_label(Role(self.waiting_role), self.waiting_names)

    @property
    def blocked_by(self) -> list[str]:
        """The reasons why the stage cannot continue, as sentences."""
        return [block_sentence(block, *names) for block, names in zip(self.blocks, self.block_names, strict=True)]
