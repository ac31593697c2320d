"""Batched reads of schemes and of what belongs to them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from db.catalog.rows import GeographyRow
from db.rules.reads import NAMES, RULES_BY_SCHEME
from db.rules.rows import NameRow, RuleRow, decode_rule
from db.schemes import reads as statements
from db.schemes.reads import scheme_by_code
from db.schemes.reads import schemes_by_id as visible_schemes_by_id
from db.schemes.revision_reads import STANDINGS
from db.schemes.revision_reads import schemes_in_place as visible_schemes_in_place
from db.schemes.rows import SchemeRow, SchemeVariantRow, StageRow, StandingRow, SubmissionRow
from db.sessions import Fetching
from domain.calendar import end_of_day
from domain.rules.mentions import mentions
from domain.rules.model import BonusRule
from domain.rules.sentences import Names, gets, qualifies
from domain.schemes.facts import SchemeStanding
from domain.schemes.guards import SchemeAction, allowed_actions
from domain.schemes.lifecycle import Decision
from domain.schemes.stages import WizardStepState
from resolvers.alignment import many_each, one_each
from resolvers.context import Operation


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


async def schemes_by_id(operation: Operation, ids: list[UUID]) -> list[SchemeRow | None]:
    """The schemes that the viewer may see, or None: an unknown scheme and a foreign one answer alike."""
    rows = await operation.fetch(visible_schemes_by_id(operation.viewer.scheme_scope), ids=ids)
    return one_each(ids, rows, lambda row: row.id)


async def schemes_in_place(operation: Operation, ids: list[UUID]) -> list[SchemeRow | None]:
    """Like `schemes_by_id`; a revision that has taken effect is the scheme that it revised."""
    found = dict(await operation.fetch(visible_schemes_in_place(operation.viewer.scheme_scope), ids=ids))
    return [found.get(key) for key in ids]


async def find_scheme(operation: Operation, code: str, revision: int | None = None) -> SchemeRow | None:
    """The scheme of a code, if the viewer may see it; with `revision`, the one with that number."""
    numbered = {} if revision is None else {"revision": revision}
    statement = scheme_by_code(operation.viewer.scheme_scope, numbered=revision is not None)
    rows = await operation.fetch(statement, code=code.strip().upper(), **numbered)
    return rows[0] if rows else None


async def stages_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[StageRow]]:
    """All eight stages of each scheme as they are now, in order."""
    rows = await operation.fetch(statements.STAGES_BY_SCHEME, ids=ids, now=operation.now)
    return many_each(ids, rows, lambda row: row.scheme_id)


async def variants_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[SchemeVariantRow]]:
    """The variants of each scheme with their coupon values, by SKU."""
    rows = await operation.fetch(statements.VARIANTS_BY_SCHEME, ids=ids)
    return many_each(ids, rows, lambda row: row.scheme_id)


async def geographies_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[GeographyRow]]:
    """The geographies each scheme names, by name."""
    rows = await operation.fetch(statements.GEOGRAPHIES_BY_SCHEME, ids=ids)
    return [[row.geography for row in group] for group in many_each(ids, rows, lambda row: row.scheme_id)]


async def rules_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[RuleView]]:
    """The bonus rules of each scheme, in their order."""
    rows = await operation.fetch(RULES_BY_SCHEME, ids=ids)
    views = list(zip(rows, await rule_views(operation, rows), strict=True))
    return [[view for _, view in group] for group in many_each(ids, views, lambda pair: pair[0].scheme_id)]


async def rules_by_id(operation: Operation, ids: list[UUID]) -> list[RuleView | None]:
    """The bonus rules of schemes that the viewer may see, or None; rather those in force than those of a revision."""
    rows = await operation.fetch(statements.RULES_BY_ID, ids=ids)
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    shown: dict[UUID, RuleRow] = {}
    for row, scheme in zip(rows, schemes, strict=True):
        if scheme is not None:
            shown.setdefault(row.id, row)
    return one_each(ids, await rule_views(operation, list(shown.values())), lambda view: view.id)


async def actions_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[SchemeAction]]:
    """What the viewer may do to each scheme now, by the same guards as the mutations."""
    standings = await standings_by_scheme(operation, ids, operation.now)
    return [list(allowed_actions(standing, operation.viewer)) for standing in standings]


async def standings_by_scheme(fetching: Fetching, ids: list[UUID], now: datetime) -> list[SchemeStanding]:
    """The facts that guards look at, for each scheme; all of them exist."""
    sections = many_each(ids, await fetching.fetch(statements.SECTIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id)
    schemes = {row.id: row for row in await fetching.fetch(STANDINGS, ids=ids)}
    submissions = one_each(
        ids, await fetching.fetch(statements.SUBMISSIONS_BY_SCHEME, ids=ids), lambda row: row.scheme_id
    )
    return [
        standing(schemes[scheme_id], submission, now, ready=all(row.state == WizardStepState.COMPLETE for row in rows))
        for scheme_id, rows, submission in zip(ids, sections, submissions, strict=True)
    ]


def standing(scheme: StandingRow, submission: SubmissionRow | None, now: datetime, *, ready: bool) -> SchemeStanding:
    """What guards look at, from the scheme and its latest submission."""
    found = SchemeStanding(
        ready,
        revises=scheme.effective_at is not None,
        missed=scheme.effective_at if scheme.effective_at and scheme.effective_at <= now else None,
        ended_on=scheme.ends_on if scheme.ends_on and end_of_day(scheme.ends_on) <= now else None,
        open_revision=scheme.open_revision,
    )
    if submission is None:
        return found
    return replace(
        found,
        submitted_by=submission.submitted_by,
        current=is_current(submission, scheme.content_hash, scheme.effective_at),
        decision=None if submission.decision is None else Decision(submission.decision),
    )


def is_current(submission: SubmissionRow, content_hash: str, effective_at: datetime | None) -> bool:
    """Whether a scheme is still what was submitted: its content, and of a revision its time."""
    return submission.content_hash == content_hash and submission.effective_at == effective_at


async def names_mentioned(fetching: Fetching, rows: list[RuleRow]) -> Names:
    """The names of everything that the rules mention, with one statement; none when they mention nothing."""
    return await names_of(fetching, {key for row in rows for key in _mentioned_ids(row.document)})


async def names_of(fetching: Fetching, ids: Collection[UUID]) -> Names:
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


def _names(rows: Iterable[NameRow]) -> Names:
    by_kind: dict[str, dict[UUID, str]] = {"tier": {}, "geography": {}, "variant": {}, "product": {}}
    for row in rows:
        by_kind[row.kind][row.id] = row.name
    return Names(
        tiers=by_kind["tier"],
        geographies=by_kind["geography"],
        variants=by_kind["variant"],
        products=by_kind["product"],
    )


@lru_cache(maxsize=4096)
def _mentioned_ids(document: str) -> tuple[UUID, ...]:
    return tuple(mentions(decode_rule(document)).ids)


@lru_cache(maxsize=4096)
def _sentences(document: str, mentioned: tuple[NameRow, ...]) -> tuple[str, str]:
    """Both sentences of a rule. They depend on the rule and the names in it, and on nothing else."""
    rule, names = decode_rule(document), _names(mentioned)
    return qualifies(rule, names), gets(rule, names)
