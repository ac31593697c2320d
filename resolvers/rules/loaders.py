"""Loaders of bonus rules, with the display names that their sentences need."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct

from db.rules.reads import NAMES, RULES_BY_SCHEME
from db.rules.rows import NameRow, RuleRow, decode_rule
from db.sessions import Fetching
from domain.rules.model import BonusRule
from domain.rules.phrases import DisplayNames
from domain.rules.references import collect_references
from domain.rules.sentences import qualifying_sentence, reward_sentence
from domain.viewers import SchemeScope
from resolvers.context import Operation
from resolvers.loading import align_many


class RuleView(Struct, frozen=True):
    """A bonus rule with the names of the catalog entries that it refers to."""

    id: UUID
    position: int
    document: str
    mentioned: tuple[NameRow, ...]

    @property
    def rule(self) -> BonusRule:
        """The decoded rule."""
        return decode_rule(self.document)

    @property
    def qualifies(self) -> str:
        """The condition as a sentence."""
        return _sentences(self.document, self.mentioned)[0]

    @property
    def gets(self) -> str:
        """The reward and limits as a sentence."""
        return _sentences(self.document, self.mentioned)[1]


async def rules_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[RuleView]]:
    """The bonus rules of each scheme, in their order; none for a vendor."""
    if operation.viewer.scheme_scope is SchemeScope.CHAIN:
        return [[] for _ in ids]
    rows = await operation.fetch(RULES_BY_SCHEME, ids=ids)
    views = list(zip(rows, await rule_views(operation, rows), strict=True))
    return [[view for _, view in group] for group in align_many(ids, views, lambda pair: pair[0].scheme_id)]


async def names_mentioned(fetching: Fetching, rows: list[RuleRow]) -> DisplayNames:
    """The names of everything that the rules refer to, with one statement, or none if they refer to nothing."""
    return await names_of(fetching, {key for row in rows for key in _mentioned_ids(row.document)})


async def names_of(fetching: Fetching, ids: Collection[UUID]) -> DisplayNames:
    """The names of the catalog entries with these ids; unknown ids are left out."""
    return _names(await _name_rows(fetching, ids))


async def _name_rows(fetching: Fetching, ids: Collection[UUID]) -> list[NameRow]:
    return await fetching.fetch(NAMES, ids=list(ids)) if ids else []


def rule_rows(scheme_id: UUID, rules: Iterable[BonusRule]) -> list[RuleRow]:
    """Turn the rules of a content into rows, for rules that are not stored as rows."""
    return [
        RuleRow(id=rule.id, scheme_id=scheme_id, position=position, document=msgspec.json.encode(rule).decode())
        for position, rule in enumerate(rules, start=1)
    ]


async def rule_views(fetching: Fetching, rows: list[RuleRow]) -> list[RuleView]:
    """The rules, each with the names that its sentences need."""
    views, _ = await rule_views_with_names(fetching, rows, ())
    return views


async def rule_views_with_names(
    fetching: Fetching, rows: Sequence[RuleRow], ids: Iterable[UUID]
) -> tuple[list[RuleView], DisplayNames]:
    """The rules as above, and the names of what they mention and of the entries with these ids, with one statement."""
    wanted = {key for row in rows for key in _mentioned_ids(row.document)}.union(ids)
    found = await _name_rows(fetching, wanted)
    names = {row.id: row for row in found}
    views = [
        RuleView(
            id=row.id,
            position=row.position,
            document=row.document,
            mentioned=tuple(names[key] for key in _mentioned_ids(row.document) if key in names),
        )
        for row in rows
    ]
    return views, _names(found)


def _names(rows: Iterable[NameRow]) -> DisplayNames:
    by_kind: dict[str, dict[UUID, str]] = {"tier": {}, "geography": {}, "variant": {}, "product": {}, "category": {}}
    for row in rows:
        by_kind[row.kind][row.id] = row.name
    return DisplayNames(
        tiers=by_kind["tier"],
        geographies=by_kind["geography"],
        variants=by_kind["variant"],
        products=by_kind["product"],
        categories=by_kind["category"],
    )


@lru_cache(maxsize=4096)
def _mentioned_ids(document: str) -> tuple[UUID, ...]:
    return tuple(collect_references(decode_rule(document)).ids)


@lru_cache(maxsize=4096)
def _sentences(document: str, mentioned: tuple[NameRow, ...]) -> tuple[str, str]:
    """Both sentences of a rule. They depend only on the rule and the names in it, so they can be cached."""
    rule, names = decode_rule(document), _names(mentioned)
    return qualifying_sentence(rule, names), reward_sentence(rule, names)
