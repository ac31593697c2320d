"""Invalid conditions of bonus rules, with all problems reported together."""

from typing import Any

from domain.channels import EarningChannel
from tests.support.client import Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import expect_rule_errors, rule, scheme
from tests.support.unchanged import nothing_changes

UNITS = {"quantity": {"atLeast": 10}}
ACTIVITY = (
    "the kind of activity is not written the way connected systems report it; "
    "use 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
)
Case = tuple[dict[str, Any], str, str, str]

CONDITIONS: list[Case] = [
    ({"all": []}, "REQUIRED", "all", "an “all of these” group is empty; add a condition to it or remove it."),
    (
        {"not": {"any": []}},
        "REQUIRED",
        "not.any",
        "an “any of these” group is empty; add a condition to it or remove it.",
    ),
    (
        {"all": [UNITS] * 21},
        "LIMIT_EXCEEDED",
        "all",
        "an “all of these” group has 21 conditions and the most is 20; remove some.",
    ),
    (
        {"all": [{"any": [UNITS] * 19}] * 6},
        "LIMIT_EXCEEDED",
        "",
        "there are more than 100 conditions; split the rule into several.",
    ),
    (
        {"tier": {}},
        "REQUIRED",
        "tier",
        "no tier is chosen; choose one or more tiers, or the lowest tier that qualifies.",
    ),
    ({"geography": {"in": []}}, "REQUIRED", "geography.in", "no place is chosen; choose at least one place."),
    (
        {"product": {"variantIds": []}},
        "REQUIRED",
        "product",
        "no product is chosen; choose at least one variant, product or category.",
    ),
    (
        {"product": {"categories": ["Toys\x00"]}},
        "NOT_FOUND",
        "product.categories.0",
        "the category no longer exists; choose another category.",
    ),
    (
        {"product": {"categories": ["engine oil", "Toys"]}},
        "NOT_FOUND",
        "product.categories.1",
        "no category has the name “Toys”; choose another category.",
    ),
    (
        {"product": {"categories": ["Engine oil", "ENGINE  oil"]}},
        "DUPLICATE",
        "product.categories.1",
        "the same category is listed twice; remove one of the two.",
    ),
    (
        {"quantity": {}},
        "REQUIRED",
        "quantity",
        "no quantity is given; enter the fewest units that qualify, or the most, or both.",
    ),
    *(
        (
            {"quantity": {field: number}},
            "INVALID",
            f"quantity.{field}",
            f"the {noun} units that qualify is out of range; enter a whole number from 1 to 1,000,000.",
        )
        for field, noun in (("atLeast", "fewest"), ("atMost", "most"))
        for number in (0, -1, 1_000_001)
    ),
    (
        {"quantity": {"atLeast": 10, "atMost": 9}},
        "INVALID",
        "quantity.atMost",
        "the most units that qualify is below the fewest; raise the most or lower the fewest.",
    ),
    (
        {"volume": {"measure": "UNITS", "period": "MONTH", "atLeast": 0}},
        "INVALID",
        "volume.atLeast",
        "the volume to reach is out of range; enter a whole number from 1 to 9,007,199,254,740,991.",
    ),
    *(
        (
            {"activity": {"kind": kind}},
            "INVALID",
            "activity.kind",
            ACTIVITY,
        )
        for kind in ("", "training", "TRAINING COMPLETED", "T" * 61, "TRAINING\x00")
    ),
    *(
        (
            {"activity": {"kind": "TRAINING", "times": number}},
            "INVALID",
            "activity.times",
            "the number of times for the activity is out of range; enter a whole number from 1 to 1,000.",
        )
        for number in (0, 1_001)
    ),
    *(
        (
            {"enrolledWithin": {"days": number}},
            "INVALID",
            "enrolledWithin.days",
            "the number of days since enrolling is out of range; enter a whole number from 1 to 3,660.",
        )
        for number in (0, 3_661)
    ),
    (
        {"period": {}},
        "REQUIRED",
        "period",
        "no period is given; enter dates, days of the week or times of the day.",
    ),
    (
        {"period": {"from": "2026-05-02", "to": "2026-05-01"}},
        "INVALID",
        "period.to",
        "the last day is before the first day; correct one of the two dates.",
    ),
    (
        {"period": {"weekdays": []}},
        "REQUIRED",
        "period.weekdays",
        "no day of the week is chosen; choose at least one day, or leave the days of the week out.",
    ),
    (
        {"period": {"weekdays": ["MONDAY", "SUNDAY", "MONDAY"]}},
        "DUPLICATE",
        "period.weekdays.2",
        "the same day of the week is listed twice; remove one of the two.",
    ),
    (
        {"period": {"fromTime": "09:00"}},
        "REQUIRED",
        "period.toTime",
        "a start time is given without an end time; enter the end time too.",
    ),
    (
        {"period": {"fromTime": "09:00", "toTime": "09:00"}},
        "INVALID",
        "period.toTime",
        "the start time and the end time are the same; change one of the two.",
    ),
]


async def test_an_invalid_condition_is_rejected(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created(channels=[EarningChannel.SALE]))
    async with nothing_changes(database_url):
        for condition, code, path, message in CONDITIONS:
            where = f"input.rules.1.condition.{path}".rstrip(".")
            found = await expect_rule_errors(
                clients["PROGRAM_MANAGER"], scheme_id, [rule(name="First"), rule(condition)]
            )
            assert found == [(code, where, f"Rule “Many at once”: {message}")], condition


async def test_all_problems_are_reported_together(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    condition = {"all": [{"quantity": {"atLeast": 0}}, {"any": []}, {"period": {}}]}
    rules = [
        rule(condition, {"flatPoints": 0}, name="", priority=5_000),
        rule({"tier": {}}, {"slabs": []}, name="Second", limits={"timesPerEcp": 0}),
    ]
    async with nothing_changes(database_url):
        found = await expect_rule_errors(clients["PROGRAM_MANAGER"], scheme_id, rules)
    assert [(code, path) for code, path, _ in found] == [
        ("REQUIRED", "input.rules.0.name"),
        ("INVALID", "input.rules.0.condition.all.0.quantity.atLeast"),
        ("REQUIRED", "input.rules.0.condition.all.1.any"),
        ("REQUIRED", "input.rules.0.condition.all.2.period"),
        ("INVALID", "input.rules.0.reward.flatPoints"),
        ("INVALID", "input.rules.0.priority"),
        ("REQUIRED", "input.rules.1.condition.tier"),
        ("REQUIRED", "input.rules.1.reward.slabs"),
        ("INVALID", "input.rules.1.limits.timesPerEcp"),
    ]
    assert [message.partition(":")[0] for _, _, message in found] == ["Rule 1"] * 6 + ["Rule “Second”"] * 3
