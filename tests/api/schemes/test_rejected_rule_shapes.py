"""Malformed bonus rules: too deep, two choices in one, invalid times, and nested unknown IDs."""

import json
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from tests.support.client import Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import (
    UNKNOWN_SCHEME,
    InputError,
    expect_request_error,
    expect_rule_errors,
    mutate,
    place,
    rule,
    scheme,
    tier,
    variant,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

UNITS: dict[str, Any] = {"quantity": {"atLeast": 10}}
BAD_TIME = "A time of day is written like 09:00, from 00:00 to 23:59."
TOO_DEEP = "conditions are nested more than 5 levels deep; simplify the rule or split it into several."
# Which of these it is depends on where the depth is met first: the JSON, the document, the variables, or the rule.
DEEP = {
    ("BAD_USER_INPUT", "The body is not valid JSON, or nested too deeply."),
    ("GRAPHQL_PARSE_FAILED", "Syntax Error: Document is nested too deeply. Parsing aborted."),
    ("BAD_USER_INPUT", "The request is nested too deeply."),
    ("BAD_USER_INPUT", "Variable values are nested too deeply."),
    ("LIMIT_EXCEEDED", f"Rule “Many at once”: {TOO_DEEP}"),
}
SAVE = "mutation { saveSchemeBonusRules(input: %s) { scheme { id } errors { code path message } } }"


async def test_five_levels_are_allowed_and_six_are_not(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for depth in (6, 7, 20):
            found = await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, [rule(_nested(depth))])
            path = f"input.rules.0.condition{'.not' * 5}"
            assert found == [("LIMIT_EXCEEDED", path, f"Rule “Many at once”: {TOO_DEEP}")], depth
    given = {"schemeId": scheme_id, "expectedVersion": 0, "rules": [rule(_nested(5))]}
    payload = await mutate(clients["PROGRAM_MANAGER"], "saveSchemeBonusRules", **given)
    assert payload["scheme"]["rules"][0]["qualifies"]


@pytest.mark.parametrize("depth", [300, 1_000, 5_000])
async def test_absurd_depths_are_answered_and_the_next_request_works(
    clients: Clients, factory: SchemeFactory, database_url: str, depth: int
) -> None:
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.created())
    headers = {**manager.headers, "Content-Type": "application/json"}
    async with nothing_changes(database_url):
        for body in (_in_variables(scheme_id, depth), _in_the_document(scheme_id, depth)):
            response = await manager.http.post("/graphql", content=body, headers=headers)
            assert _why_too_deep(response.json()) in DEEP
            assert len(response.content) < 10_000
    given = {"schemeId": scheme_id, "expectedVersion": 0, "rules": [rule(_nested(2))]}
    assert (await mutate(manager, "saveSchemeBonusRules", **given))["step"]["version"] == 1


async def test_a_choice_is_exactly_one(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    wrong = {
        "condition": [{}, {"quantity": {"atLeast": 1}, "tier": {}}, {"quantity": None}, {"all": [{}]}, None],
        "reward": [{}, {"flatPoints": 1, "pointsPerUnit": 1}, {"flatPoints": None}, None],
    }
    async with nothing_changes(database_url):
        for part, choices in wrong.items():
            for choice in choices:
                given = {"schemeId": scheme_id, "expectedVersion": 0, "rules": [{**rule(), part: choice}]}
                message = await expect_request_error(clients["PROGRAM_MANAGER"], "saveSchemeBonusRules", **given)
                assert message.startswith(f"Variable '$input' has invalid value at .rules[0].{part}"), choice


async def test_a_choice_written_into_the_document_is_checked_before_anything_runs(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for reward in ("{}", "{flatPoints: 1, pointsPerUnit: 1}", "{flatPoints: null}"):
            rules = f'[{{name: "One", condition: {{quantity: {{atLeast: 1}}}}, reward: {reward}}}]'
            query = SAVE % f'{{schemeId: "{scheme_id}", expectedVersion: 0, rules: {rules}}}'
            answer = await clients["PROGRAM_MANAGER"].send(query)
            assert answer.codes == ["GRAPHQL_VALIDATION_FAILED"], reward
            assert "data" not in answer.body


async def test_times_of_day_exist(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for text in ("25:00", "24:00", "9:00", "09:60", "09:00:00", "09:00Z", "nine", "", "09:00\n", "\uff10\uff19:00"):
            found = await expect_rule_errors(
                clients["PROGRAM_MANAGER"], scheme_id, [rule({"period": {"fromTime": text, "toTime": "17:00"}})]
            )
            assert found == [("INVALID", "input.rules.0.condition.period.fromTime", BAD_TIME)], text
        found = await expect_rule_errors(
            clients["PROGRAM_MANAGER"], scheme_id, [rule({"not": {"period": {"fromTime": "09:00", "toTime": "5pm"}}})]
        )
        assert found == [("INVALID", "input.rules.0.condition.not.period.toTime", BAD_TIME)]


async def test_ids_deep_in_a_condition_have_exact_paths(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    deep = {
        "all": [
            {"not": {"any": [{"tier": {"in": [tier(world, "Gold"), "garbage"]}}]}},
            {"tier": {"atLeast": place(world, "Pune")}},
            {"geography": {"in": [tier(world, "Gold")]}},
            {"product": {"variantIds": ["garbage"], "productIds": [UNKNOWN_SCHEME]}},
            {"volume": {"measure": "UNITS", "period": "WEEK", "atLeast": 1, "variantIds": [tier(world, "Gold")]}},
        ]
    }
    path = "input.rules.1.condition.all"
    async with nothing_changes(database_url):
        assert await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, [rule(name="First"), rule(deep)]) == [
            ("NOT_FOUND", f"{path}.0.not.any.0.tier.in.1", "This tier does not exist."),
            ("INVALID", f"{path}.1.tier.atLeast", "This is the ID of a geography, not of a tier."),
            ("INVALID", f"{path}.2.geography.in.0", "This is the ID of a tier, not of a geography."),
            ("NOT_FOUND", f"{path}.3.product.variantIds.0", "This variant does not exist."),
            ("INVALID", f"{path}.3.product.productIds.0", "This is the ID of a scheme, not of a product."),
            ("INVALID", f"{path}.4.volume.variantIds.0", "This is the ID of a tier, not of a variant."),
        ]


async def test_ids_of_nothing_and_ids_given_twice_have_exact_paths(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    pune, litre = place(world, "Pune"), variant(world, "AMB-1L")
    lost = {kind: gid(kind, key("nothing")) for kind in NodeKind}
    deep = {
        "any": [
            {"not": {"all": [{"tier": {"in": [lost[NodeKind.TIER], tier(world, "Gold"), tier(world, "Gold")]}}]}},
            {"tier": {"atLeast": lost[NodeKind.TIER]}},
            {"geography": {"in": [pune, lost[NodeKind.GEOGRAPHY], pune]}},
            {"product": {"variantIds": [litre, litre], "productIds": [lost[NodeKind.PRODUCT]]}},
            {
                "volume": {
                    "measure": "UNITS",
                    "period": "WEEK",
                    "atLeast": 1,
                    "variantIds": [lost[NodeKind.VARIANT]],
                }
            },
        ]
    }
    async with nothing_changes(database_url):
        found = await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, [rule(deep)])
    gone, twice = (
        "the {0} no longer exists; choose another {0}.",
        "the same {0} is listed twice; remove one of the two.",
    )
    assert found == [
        (code, f"input.rules.0.condition.any.{path}", f"Rule “Many at once”: {message.format(noun)}")
        for code, path, message, noun in (
            ("NOT_FOUND", "0.not.all.0.tier.in.0", gone, "tier"),
            ("DUPLICATE", "0.not.all.0.tier.in.2", twice, "tier"),
            ("NOT_FOUND", "1.tier.atLeast", gone, "tier"),
            ("NOT_FOUND", "2.geography.in.1", gone, "place"),
            ("DUPLICATE", "2.geography.in.2", twice, "place"),
            ("DUPLICATE", "3.product.variantIds.1", twice, "variant"),
            ("NOT_FOUND", "3.product.productIds.0", gone, "product"),
            ("NOT_FOUND", "4.volume.variantIds.0", gone, "variant"),
        )
    ]


async def test_a_rule_id_belongs_to_a_rule_of_this_scheme(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    mine, other = await factory.complete(), await factory.complete("Another")
    own, foreign = [
        gid(NodeKind.BONUS_RULE, (await factory.definition(scheme_id)).content.rules[0].id)
        for scheme_id in (mine, other)
    ]
    strange = "This rule does not exist in the scheme; leave its id out to add it as a new rule."
    missing = "This bonus rule does not exist."
    mistaken = "This is the ID of a scheme, not of a bonus rule."
    cases: list[tuple[list[dict[str, Any]], list[InputError]]] = [
        ([rule(id=foreign)], [("NOT_FOUND", "input.rules.0.id", strange)]),
        ([rule(id=gid(NodeKind.BONUS_RULE, key("nothing")))], [("NOT_FOUND", "input.rules.0.id", strange)]),
        ([rule(id="garbage")], [("NOT_FOUND", "input.rules.0.id", missing)]),
        ([rule(id=UNKNOWN_SCHEME)], [("INVALID", "input.rules.0.id", mistaken)]),
        (
            [rule(id=own), rule(id=own, name="Again")],
            [
                (
                    "DUPLICATE",
                    "input.rules.1.id",
                    "Rule “Again”: the same rule is in the list twice; remove one of the two.",
                )
            ],
        ),
    ]
    async with nothing_changes(database_url):
        for rules, expected in cases:
            assert await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme(mine), rules, version=1) == expected
    given = {"schemeId": scheme(mine), "expectedVersion": 1, "rules": [rule(id=own)]}
    payload = await mutate(clients["PROGRAM_MANAGER"], "saveSchemeBonusRules", **given)
    assert [item["id"] for item in payload["scheme"]["rules"]] == [own]


def _nested(depth: int) -> dict[str, Any]:
    """A condition of `depth` levels."""
    found = UNITS
    for _ in range(depth - 1):
        found = {"not": found}
    return found


def _in_variables(scheme_id: str, depth: int) -> str:
    """A request with a condition so deep that Python's own encoder would not write it."""
    payload = "errors { code message }"
    document = f"mutation($input: SaveSchemeBonusRulesInput!) {{ saveSchemeBonusRules(input: $input) {{ {payload} }} }}"
    mark = "DEEP"
    given = {"schemeId": scheme_id, "expectedVersion": 0, "rules": [{**rule(), "condition": mark}]}
    body = json.dumps({"query": document, "variables": {"input": given}})
    return body.replace(f'"{mark}"', '{"not":' * depth + json.dumps(UNITS) + "}" * depth)


def _in_the_document(scheme_id: str, depth: int) -> str:
    """The same, written into the document."""
    condition = "{not: " * depth + "{quantity: {atLeast: 10}}" + "}" * depth
    rules = f'[{{name: "Many at once", reward: {{flatPoints: 1}}, condition: {condition}}}]'
    return json.dumps({"query": SAVE % f'{{schemeId: "{scheme_id}", expectedVersion: 0, rules: {rules}}}'})


def _why_too_deep(answer: Any) -> tuple[str, str]:
    """Code and message of the one error, wherever it is."""
    if "errors" in answer:
        (error,) = answer["errors"]
        return error["extensions"]["code"], error["message"]
    (error,) = answer["data"]["saveSchemeBonusRules"]["errors"]
    return error["code"], error["message"]
