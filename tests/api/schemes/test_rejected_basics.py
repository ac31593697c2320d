"""Invalid input of createScheme and of the first step: texts, channels, dates, budgets, and materials."""

from typing import Any

from tests.support.client import Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import InputError, basics, expect_errors, expect_request_error, mutate, scheme
from tests.support.unchanged import nothing_changes

HIDDEN = "contains characters that cannot be shown."
ADDRESS = "The address of the material must start with https:// and name a host."
VALUE = "The value of a point must be more than 0 and at most 1,000,000."
DECIMALS = "The value of a point has at most 6 decimals."
CURRENCY = "“{}” is not a currency of ISO 4217. Write it like EUR or INR."
YEARS = "Dates must lie between 2000 and 2099."
CLOSES_EARLY = "Enrollment cannot close before it opens."
ENDS_EARLY = "The scheme cannot end before it starts."
CLOSES_LATE = "Enrollment cannot close after the scheme has ended."
ENDS_UNOPENED = "The scheme cannot end before enrollment opens."

TITLES = [
    ("", "REQUIRED", "The title is missing."),
    (" \t\n ", "REQUIRED", "The title is missing."),
    ("ab", "INVALID", "The title needs at least 3 characters."),
    (" ab ", "INVALID", "The title needs at least 3 characters."),
    ("x" * 121, "INVALID", "The title has 121 characters; at most 120 are allowed."),
    ("x" * 100_000, "INVALID", "The title has 100,000 characters; at most 120 are allowed."),
    ("Mon\x00soon", "INVALID", f"The title {HIDDEN}"),
    ("Mon\nsoon", "INVALID", f"The title {HIDDEN}"),
    ("Mon\x1bsoon", "INVALID", f"The title {HIDDEN}"),
    ("Mon\x7fsoon", "INVALID", f"The title {HIDDEN}"),
]
CHANNELS: list[tuple[list[str], str, str]] = [
    ([], "REQUIRED", "Choose at least one earning channel."),
    (["SALE", "SALE"], "DUPLICATE", "An earning channel is chosen twice."),
    (["COUPON", "SALE", "COUPON"], "DUPLICATE", "An earning channel is chosen twice."),
]
TEXTS = [
    ("description", "x" * 2_001, "INVALID", "The description has 2,001 characters; at most 2,000 are allowed."),
    ("description", "For\x07 workshops.", "INVALID", f"The description {HIDDEN}"),
    ("termsMarkdown", "", "REQUIRED", "The terms text is missing."),
    ("termsMarkdown", "\n \t", "REQUIRED", "The terms text is missing."),
    ("termsMarkdown", "x" * 50_001, "INVALID", "The terms text has 50,001 characters; at most 50,000 are allowed."),
    ("termsMarkdown", "Be\x00fair.", "INVALID", f"The terms text {HIDDEN}"),
]
BUDGETS = [
    (0, "The budget must be 1 or more, not 0."),
    (-1, "The budget must be 1 or more, not -1."),
    (-(2**53) + 1, "The budget must be 1 or more, not -9,007,199,254,740,991."),
    (10**12 + 1, "The budget must be 1,000,000,000,000 or less, not 1,000,000,000,001."),
    (2**53 - 1, "The budget must be 1,000,000,000,000 or less, not 9,007,199,254,740,991."),
]
PAYMENT: list[tuple[str, Any, str, str]] = [
    ("pointValue", {"amount": "0", "currency": "INR"}, "pointValue.amount", VALUE),
    ("pointValue", {"amount": "-0.5", "currency": "INR"}, "pointValue.amount", VALUE),
    ("pointValue", {"amount": "1000000.000001", "currency": "INR"}, "pointValue.amount", VALUE),
    ("pointValue", {"amount": "0.0000001", "currency": "INR"}, "pointValue.amount", DECIMALS),
    ("pointValue", {"amount": "0.5", "currency": "inr"}, "pointValue.currency", CURRENCY.format("inr")),
    ("pointValue", {"amount": "0.5", "currency": "X" * 30}, "pointValue.currency", CURRENCY.format("X" * 20)),
    ("minimumPayout", 0, "minimumPayout", "The minimum payout must be 1 or more, not 0."),
    (
        "minimumPayout",
        10**12 + 1,
        "minimumPayout",
        "The minimum payout must be 1,000,000,000,000 or less, not 1,000,000,000,001.",
    ),
    ("pointsExpireAfterDays", 0, "pointsExpireAfterDays", "The days until points expire must be 1 or more, not 0."),
    (
        "pointsExpireAfterDays",
        3_661,
        "pointsExpireAfterDays",
        "The days until points expire must be 3,660 or less, not 3,661.",
    ),
    ("graceDays", -1, "graceDays", "The grace period in days must be 0 or more, not -1."),
    ("graceDays", 367, "graceDays", "The grace period in days must be 366 or less, not 367."),
]
DATES: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
    ({"enrollmentOpensOn": "2026-05-01"}, [("enrollmentClosesOn", CLOSES_EARLY)]),
    ({"enrollmentClosesOn": "2026-03-31"}, [("enrollmentClosesOn", CLOSES_EARLY)]),
    ({"startsOn": "2026-08-01"}, [("endsOn", ENDS_EARLY)]),
    ({"endsOn": "2026-04-30"}, [("endsOn", ENDS_EARLY)]),
    ({"enrollmentClosesOn": "2026-08-01"}, [("enrollmentClosesOn", CLOSES_LATE)]),
    (
        {"enrollmentOpensOn": "2026-08-01", "enrollmentClosesOn": "2026-08-01"},
        [("endsOn", ENDS_UNOPENED), ("enrollmentClosesOn", CLOSES_LATE)],
    ),
    ({"enrollmentOpensOn": "1999-12-31"}, [("enrollmentOpensOn", YEARS)]),
    (
        {"enrollmentOpensOn": "1999-12-30", "enrollmentClosesOn": "1999-12-31"},
        [("enrollmentOpensOn", YEARS), ("enrollmentClosesOn", YEARS)],
    ),
    ({"startsOn": "1999-12-31"}, [("startsOn", YEARS)]),
    ({"endsOn": "2100-01-01"}, [("endsOn", YEARS)]),
    ({"startsOn": "0001-01-01", "endsOn": "9999-12-31"}, [("startsOn", YEARS), ("endsOn", YEARS)]),
]
MATERIALS: list[tuple[list[dict[str, str]], str, str, str]] = [
    *(
        ([{"title": "Poster", "url": url}], "INVALID", "0.url", ADDRESS)
        for url in (
            "",
            "http://example.com/poster.pdf",
            "https://",
            "https:///poster.pdf",
            "https://?poster",
            "https:poster.pdf",
            "//example.com/poster.pdf",
            "/poster.pdf",
            "javascript:alert(1)",
            "data:text/html,hello",
            "https://exa mple.com/",
            "https://example.com/\x00",
            "https://[::1/",
            f"https://example.com/{'x' * 2_000}",
        )
    ),
    ([{"title": " ", "url": "https://example.com"}], "REQUIRED", "0.title", "The title of the material is missing."),
    (
        [{"title": "Poster", "url": "https://example.com"}, {"title": "x" * 121, "url": "https://example.com"}],
        "INVALID",
        "1.title",
        "The title of the material has 121 characters; at most 120 are allowed.",
    ),
    (
        [{"title": "Pos\x00ter", "url": "https://example.com"}],
        "INVALID",
        "0.title",
        f"The title of the material {HIDDEN}",
    ),
]
A_DATE = "This is not a Date. Write it like 2026-03-01."
A_SAFE_INT = "A SafeInt is a whole number between -9,007,199,254,740,991 and 9,007,199,254,740,991."
UNREADABLE = [
    ("startsOn", "2026-02-30", "February 2026 has no day 30: its days are 01 to 28."),
    ("startsOn", "2026-13-01", "There is no month 13: months are 01 to 12."),
    *(
        ("startsOn", value, A_DATE)
        for value in (
            "2026-5-1",
            "2026-05-01T00:00:00Z",
            "\uff12\uff10\uff12\uff16-05-01",
            "tomorrow",
            "",
            20260501,
        )
    ),
    *(("budget", value, A_SAFE_INT) for value in (2**53, -(2**53), 2**64, 0.5, "5", True)),
]


async def test_invalid_titles_are_rejected(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id, manager = scheme(await factory.created()), clients["PROGRAM_MANAGER"]
    async with nothing_changes(database_url):
        for title, code, message in TITLES:
            expected = [(code, "input.title", message)]
            assert await expect_errors(manager, "createScheme", title=title, earningChannels=["SALE"]) == expected
            assert await _saving(clients, scheme_id, title=title) == expected


async def test_a_title_of_invisible_characters_is_missing(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    """Joiners are part of words in many scripts, but alone nobody sees them."""
    scheme_id, manager = scheme(await factory.created()), clients["PROGRAM_MANAGER"]
    expected = [("REQUIRED", "input.title", "The title is missing.")]
    async with nothing_changes(database_url):
        for title in ("\u200b\u200b\u200b", "\u200d \u2060\ufeff"):
            assert await expect_errors(manager, "createScheme", title=title, earningChannels=["SALE"]) == expected
            assert await _saving(clients, scheme_id, title=title) == expected


async def test_earning_channels_are_required_and_distinct(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id, manager = scheme(await factory.created()), clients["PROGRAM_MANAGER"]
    async with nothing_changes(database_url):
        for channels, code, message in CHANNELS:
            expected = [(code, "input.earningChannels", message)]
            given = {"title": "Monsoon Care", "earningChannels": channels}
            assert await expect_errors(manager, "createScheme", **given) == expected
            assert await _saving(clients, scheme_id, earningChannels=channels) == expected


async def test_missing_long_and_unprintable_texts_are_rejected(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for field, text, code, message in TEXTS:
            found = await _saving(clients, scheme_id, **{field: text})
            assert found == [(code, f"input.{field}", message)], (field, text[:20])


async def test_a_budget_is_within_its_bounds(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for budget, message in BUDGETS:
            assert await _saving(clients, scheme_id, budget=budget) == [("INVALID", "input.budget", message)]


async def test_the_terms_of_payment_are_within_their_bounds(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for field, value, path, message in PAYMENT:
            assert await _saving(clients, scheme_id, **{field: value}) == [("INVALID", f"input.{path}", message)]


async def test_dates_are_in_order_and_in_this_century(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for dates, problems in DATES:
            found = await _saving(clients, scheme_id, **dates)
            assert found == [("INVALID", f"input.{field}", message) for field, message in problems], dates


async def test_malformed_dates_and_numbers_fail_the_request(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for field, value, sentence in UNREADABLE:
            given = basics(schemeId=scheme_id, expectedVersion=0, **{field: value})
            message = await expect_request_error(clients["PROGRAM_MANAGER"], "saveSchemeBasics", **given)
            assert message == f"Variable '$input' has invalid value at .{field}: {sentence}"


async def test_materials_have_a_title_and_a_secure_address(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    async with nothing_changes(database_url):
        for materials, code, path, message in MATERIALS:
            found = await _saving(clients, scheme_id, materials=materials)
            assert found == [(code, f"input.materials.{path}", message)], materials


async def test_there_are_at_most_twenty_materials(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    poster = {"title": "Poster", "url": "https://example.com/poster.pdf"}
    async with nothing_changes(database_url):
        found = await _saving(clients, scheme_id, materials=[poster] * 21)
    message = "21 marketing materials are too many; give at most 20."
    assert found == [("LIMIT_EXCEEDED", "input.materials", message)]


async def test_all_problems_are_reported_together(clients: Clients, factory: SchemeFactory, database_url: str) -> None:
    scheme_id = scheme(await factory.created())
    wrong = {
        "title": "",
        "earningChannels": ["SALE", "SALE"],
        "description": "x" * 2_001,
        "termsMarkdown": " ",
        "enrollmentClosesOn": "2026-03-31",
        "endsOn": "2100-01-01",
        "budget": 0,
        "materials": [{"title": "", "url": "http://example.com"}],
    }
    async with nothing_changes(database_url):
        found = await _saving(clients, scheme_id, **wrong)
    assert found == [
        ("REQUIRED", "input.title", "The title is missing."),
        ("DUPLICATE", "input.earningChannels", "An earning channel is chosen twice."),
        ("INVALID", "input.description", "The description has 2,001 characters; at most 2,000 are allowed."),
        ("REQUIRED", "input.termsMarkdown", "The terms text is missing."),
        ("INVALID", "input.endsOn", YEARS),
        ("INVALID", "input.enrollmentClosesOn", CLOSES_EARLY),
        ("INVALID", "input.budget", "The budget must be 1 or more, not 0."),
        ("REQUIRED", "input.materials.0.title", "The title of the material is missing."),
        ("INVALID", "input.materials.0.url", ADDRESS),
    ]


async def test_the_limits_themselves_are_allowed(clients: Clients, factory: SchemeFactory) -> None:
    """The last valid value of each limit: otherwise the tests above would also pass if everything were rejected."""
    widest = {
        "title": "x" * 120,
        "description": f"{'x' * 1_998}\n\t",
        "enrollmentOpensOn": "2000-01-01",
        "enrollmentClosesOn": "2099-12-31",
        "startsOn": "2099-12-31",
        "endsOn": "2099-12-31",
        "termsMarkdown": "x" * 50_000,
        "budget": 10**12,
        "materials": [{"title": "x" * 120, "url": f"https://example.com/{'x' * 1_980}"}] * 20,
    }
    given = basics(schemeId=scheme(await factory.created()), expectedVersion=0, **widest)
    assert (await mutate(clients["PROGRAM_MANAGER"], "saveSchemeBasics", **given))["step"]["state"] == "COMPLETE"


async def _saving(clients: Clients, scheme_id: str, **changes: Any) -> list[InputError]:
    given = basics(schemeId=scheme_id, expectedVersion=0, **changes)
    return await expect_errors(clients["PROGRAM_MANAGER"], "saveSchemeBasics", **given)
