"""Invalid bonus rules: names, rewards, limits, and other parts."""

from typing import Any

from tests.support.client import Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import expect_rule_errors, mutate, rule, scheme
from tests.support.unchanged import nothing_changes

Case = tuple[dict[str, Any], str, str, str]

SLAB = {"fromQuantity": 5, "pointsPerUnit": 2}
PERCENT = (
    "the percentage is out of range; enter more than 0 and at most 1,000, with at most 2 decimals, "
    "where 10 pays a tenth of the base points on top of them."
)
FACTOR = (
    "the multiplier is out of range; enter more than 1 and at most 100, with at most 2 decimals, "
    "where 2 pays the base points twice in all."
)
POINTS = "out of range; enter a whole number from 1 to 1,000,000."
REWARDS: list[Case] = [
    *(
        ({"flatPoints": number}, "INVALID", "flatPoints", f"the number of points is {POINTS}")
        for number in (0, -1, 1_000_001)
    ),
    *(
        ({"pointsPerUnit": number}, "INVALID", "pointsPerUnit", f"the number of points per unit is {POINTS}")
        for number in (0, 1_000_001)
    ),
    *(
        ({"percentOfBase": number}, "INVALID", "percentOfBase", PERCENT)
        for number in ("0", "-1", "1000.01", "12.345", "99999999999999999999.9999999999")
    ),
    *(({"multiplyBase": number}, "INVALID", "multiplyBase", FACTOR) for number in ("1", "0", "-2", "100.01", "1.005")),
    ({"slabs": []}, "REQUIRED", "slabs", "there are no slabs; add at least one."),
    ({"slabs": [SLAB] * 21}, "LIMIT_EXCEEDED", "slabs", "there are 21 slabs and the most is 20; remove some."),
    (
        {"slabs": [SLAB, SLAB]},
        "INVALID",
        "slabs.1.fromQuantity",
        "the slab does not start above the slab before it; put the slabs in order of rising quantity.",
    ),
    (
        {"slabs": [{"fromQuantity": 0, "pointsPerUnit": 2}]},
        "INVALID",
        "slabs.0.fromQuantity",
        f"the quantity that starts the slab is {POINTS}",
    ),
    (
        {"slabs": [{"fromQuantity": 1, "pointsPerUnit": 0}]},
        "INVALID",
        "slabs.0.pointsPerUnit",
        f"the number of points per unit is {POINTS}",
    ),
]
COUNT = "out of range; enter a whole number from 1 to 9,007,199,254,740,991."
PARTS: list[Case] = [
    *(
        ({"limits": {field: number}}, "INVALID", f"limits.{field}", f"the most {what} is {COUNT}")
        for field, what in (
            ("pointsPerEcp", "points per ECP"),
            ("pointsPerEcpPerMonth", "points per ECP per month"),
            ("pointsInTotal", "points in total"),
            ("timesPerEcp", "times per ECP"),
        )
        for number in (0, -1)
    ),
    (
        {"limits": {"pointsPerEcp": 10, "pointsPerEcpPerMonth": 11}},
        "INVALID",
        "limits.pointsPerEcpPerMonth",
        "the most points per ECP per month is above the most points per ECP; lower it or raise the other.",
    ),
    (
        {"limits": {"pointsPerEcp": 10, "pointsInTotal": 9}},
        "INVALID",
        "limits.pointsPerEcp",
        "the most points per ECP is above the most points in total; lower it or raise the other.",
    ),
    *(
        (
            {"priority": number},
            "INVALID",
            "priority",
            "the priority is out of range; enter a whole number from -1,000 to 1,000.",
        )
        for number in (-1_001, 1_001)
    ),
    (
        {"exclusiveGroup": " "},
        "REQUIRED",
        "exclusiveGroup",
        "the exclusive group has no name; give it one, or leave the group out.",
    ),
    (
        {"exclusiveGroup": "x" * 61},
        "INVALID",
        "exclusiveGroup",
        "the name of the exclusive group is longer than 60 characters; shorten it.",
    ),
]


async def test_an_invalid_reward_is_rejected(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for reward, code, path, message in REWARDS:
            rules = [rule(name="First"), rule(reward=reward)]
            found = await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, rules)
            assert found == [(code, f"input.rules.1.reward.{path}", f"Rule “Many at once”: {message}")], reward


async def test_an_invalid_part_is_rejected(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for part, code, path, message in PARTS:
            found = await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, [rule(name="First"), rule(**part)])
            assert found == [(code, f"input.rules.1.{path}", f"Rule “Many at once”: {message}")], part


async def test_names_are_required_short_printable_and_distinct(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    long, hidden = "x" * 121, "contains characters that cannot be shown."
    cases = [
        ("", [("REQUIRED", "Rule 2: the rule has no name; give it one.")]),
        (" \t", [("REQUIRED", "Rule 2: the rule has no name; give it one.")]),
        (long, [("INVALID", f"Rule “{long[:120]}…”: the name is longer than 120 characters; shorten it.")]),
        ("Gold\x00", [("INVALID", f"The name of rule 2 {hidden}")]),
        *(
            (name, [("DUPLICATE", f"Rule “{shown}”: another rule has the same name; give this one a different name.")])
            for name, shown in (("First", "First"), (" FIRST ", "FIRST"))
        ),
    ]
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for name, problems in cases:
            found = await expect_rule_errors(
                clients["PROGRAM_MANAGER"], scheme_id, [rule(name="First"), rule(name=name)]
            )
            assert found == [(code, "input.rules.1.name", message) for code, message in problems], name
        found = await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, [rule(exclusiveGroup="A\x00B")])
        assert found == [("INVALID", "input.rules.0.exclusiveGroup", f"The exclusive group of rule 1 {hidden}")]


async def test_a_scheme_has_at_most_fifty_rules(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    rules = [rule(name=f"Rule {number}") for number in range(51)]
    async with nothing_changes(database_url):
        message = "A scheme has at most 50 bonus rules and this one has 51; remove some."
        assert await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, rules) == [
            ("LIMIT_EXCEEDED", "input.rules", message)
        ]
    most = {"schemeId": scheme_id, "expectedVersion": 0, "rules": rules[:50]}
    await mutate(clients["PROGRAM_MANAGER"], "saveSchemeBonusRules", **most)
