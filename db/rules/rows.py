"""Rows of bonus rules, and of the names of the things that rules mention."""

from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.rules.model import BonusRule


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


class NameRow(Struct, frozen=True):
    """The display name of anything that a bonus rule can mention."""

    kind: str
    id: UUID
    name: str
