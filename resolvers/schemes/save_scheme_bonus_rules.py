"""The mutation saveSchemeBonusRules."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.catalog.reads import CATEGORIES_BY_KEY
from db.schemes.changes import set_rules
from db.sessions import Writing
from domain.checks import NAME_LENGTH, hidden_problems
from domain.failures import Problem, UserErrorCode
from domain.rules.model import BonusRule
from domain.rules.problems import KnownIds
from domain.rules.references import collect_references, replace_categories
from domain.rules.validation import rule_problems
from domain.schemes.stages import WizardStepKind
from domain.text import has_unprintable, text_key, trim_text
from resolvers.context import Operation
from resolvers.rules.loaders import names_of
from resolvers.schemes.edit import SavedStep, begin_edit, finish_edit
from resolvers.validation import reject_invalid


class RuleDraft(Struct, frozen=True):
    """A rule from the client; `known_id` is the id of the stored rule that it replaces, None for a new rule."""

    known_id: UUID | None
    rule: BonusRule


class SaveSchemeBonusRules(Struct, frozen=True):
    """Save the fifth step: exactly these rules, in this order.

    Clients name categories. `category_names` has these names by the ids that stand for them in the rules.
    """

    scheme_id: UUID
    expected_version: int
    rules: tuple[RuleDraft, ...]
    category_names: Mapping[UUID, str] = {}


async def save_scheme_bonus_rules(operation: Operation, command: SaveSchemeBonusRules) -> SavedStep:
    """Save the bonus rules. A scheme may have none: base points alone are enough.

    Raises InvalidInput, NotFound, IllegalState and VersionConflict.
    """
    step = WizardStepKind.BONUS_RULES
    async with operation.writing() as session:
        definition = await begin_edit(operation, session, command.scheme_id, step, command.expected_version)
        stored = {rule.id for rule in definition.content.rules}
        names = command.category_names
        categories = await _find_categories(session, names)
        rules = [_complete(draft.rule, categories) for draft in command.rules]
        reject_invalid(
            [
                *_unknown_rules(command.rules, stored),
                *_hidden_characters(rules),
                *rule_problems(rules, await _load_known_ids(session, rules, names)),
            ]
        )
        await set_rules(session, command.scheme_id, rules)
        return await finish_edit(operation, session, definition, step)


async def _find_categories(session: Writing, names: Mapping[UUID, str]) -> dict[UUID, UUID]:
    """Find the categories with these names, in any case and spacing. Names that no category has are left out."""
    keys = {stand_in: text_key(name) for stand_in, name in names.items() if not has_unprintable(name)}
    if not keys:
        return {}
    rows = await session.fetch(CATEGORIES_BY_KEY, keys=list(set(keys.values())))
    by_key = {text_key(row.name): row.id for row in rows}
    return {stand_in: by_key[key] for stand_in, key in keys.items() if key in by_key}


def _complete(rule: BonusRule, categories: Mapping[UUID, UUID]) -> BonusRule:
    """Return the rule as it is stored: without space around its texts, and with the ids of categories."""
    group = rule.exclusive_group
    return replace(
        rule,
        name=trim_text(rule.name),
        condition=replace_categories(rule.condition, categories),
        exclusive_group=None if group is None else trim_text(group),
    )


def _unknown_rules(drafts: tuple[RuleDraft, ...], stored: set[UUID]) -> Iterator[Problem]:
    for index, draft in enumerate(drafts):
        if draft.known_id is not None and draft.known_id not in stored:
            message = "This rule does not exist in the scheme; leave its id out to add it as a new rule."
            yield Problem(UserErrorCode.NOT_FOUND, message, ("rules", str(index), "id"))


def _hidden_characters(rules: list[BonusRule]) -> Iterator[Problem]:
    for index, rule in enumerate(rules):
        texts = (("name", "name", rule.name), ("exclusiveGroup", "exclusive group", rule.exclusive_group))
        for field, noun, value in texts:
            yield from hidden_problems(value or "", ("rules", str(index), field), f"The {noun} of rule {index + 1}")


async def _load_known_ids(session: Writing, rules: list[BonusRule], category_names: Mapping[UUID, str]) -> KnownIds:
    """Load the ids that exist among everything that the rules mention."""
    found = [collect_references(rule) for rule in rules]
    names = await names_of(session, {key for mention in found for key in mention.ids})
    return KnownIds(
        tier_ids=frozenset(names.tiers),
        geography_ids=frozenset(names.geographies),
        variant_ids=frozenset(names.variants),
        product_ids=frozenset(names.products),
        category_ids=frozenset(names.categories),
        unknown_categories={
            key: name
            for key, name in category_names.items()
            if len(name) <= NAME_LENGTH[1] and not has_unprintable(name)
        },
    )
