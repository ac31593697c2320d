"""Loaders of bonus rules, with the names that their sentences need."""

from collections.abc import Collection, Iterable
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
from resolvers.context import Operation
from resolvers.loading import align_many


class RuleView(Struct, frozen=True):
    """A bonus rule with the names of what it mentions."""

    id: UUID
    position: int
    document: str
    mentioned: tuple[NameRow, ...]

    @property
    def rule(self) -> BonusRule:
        """The rule itself."""
        return decode_rule(self.document)

    @property
    def qualifies(self) -> str:
        """Who and what qualifies, as a sentence."""
        return _sentences(self.document, self.mentioned)[0]

    @property
    def gets(self) -> str:
        """What they get, as a sentence."""
        return _sentences(self.document, self.mentioned)[1]


async def rules_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[RuleView]]:
    """The bonus rules of each scheme, in their order."""
    rows = await operation.fetch(RULES_BY_SCHEME, ids=ids)
    views = list(zip(rows, await rule_views(operation, rows), strict=True))
    return [[view for _, view in group] for group in align_many(ids, views, lambda pair: pair[0].scheme_id)]


async def names_mentioned(fetching: Fetching, rows: list[RuleRow]) -> DisplayNames:
    """The names of everything that the rules mention, with one statement; none when they mention nothing."""
    return await names_of(fetching, {key for row in rows for key in _mentioned_ids(row.document)})


async def names_of(fetching: Fetching, ids: Collection[UUID]) -> DisplayNames:
    """The names of those tiers, geographies, variants and products that exist among the ids."""
    return _names(await _name_rows(fetching, ids))


async def _name_rows(fetching: Fetching, ids: Collection[UUID]) -> list[NameRow]:
    return await fetching.fetch(NAMES, ids=list(ids)) if ids else []


def rule_rows(scheme_id: UUID, rules: Iterable[BonusRule]) -> list[RuleRow]:
    """Rules of a content as rows, for those that are kept nowhere else."""
    return [
        RuleRow(rule.id, scheme_id, position, msgspec.json.encode(rule).decode())
        for position, rule in enumerate(rules, start=1)
    ]


async def rule_views(fetching: Fetching, rows: list[RuleRow]) -> list[RuleView]:
    """The rules with the names that each of them needs."""
    ids = {key for row in rows for key in _mentioned_ids(row.document)}
    names = {row.id: row for row in await _name_rows(fetching, ids)}
    return [
        RuleView(
            row.id,
            row.position,
            row.document,
            tuple(names[key] for key in _mentioned_ids(row.document) if key in names),
        )
        for row in rows
    ]


def _names(rows: Iterable[NameRow]) -> DisplayNames:
    by_kind: dict[str, dict[UUID, str]] = {"tier": {}, "geography": {}, "variant": {}, "product": {}}
    for row in rows:
        by_kind[row.kind][row.id] = row.name
    return DisplayNames(
        tiers=by_kind["tier"],
        geographies=by_kind["geography"],
        variants=by_kind["variant"],
        products=by_kind["product"],
    )


@lru_cache(maxsize=4096)
def _mentioned_ids(document: str) -> tuple[UUID, ...]:
    return tuple(collect_references(decode_rule(document)).ids)


@lru_cache(maxsize=4096)
def _sentences(document: str, mentioned: tuple[NameRow, ...]) -> tuple[str, str]:
    """Both sentences of a rule. They depend on the rule and the names in it, and on nothing else."""
    rule, names = decode_rule(document), _names(mentioned)
    return qualifying_sentence(rule, names), reward_sentence(rule, names)
