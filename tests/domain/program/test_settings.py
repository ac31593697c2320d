"""The settings of the program: which are valid, how changes are found and said (N1)."""

import pytest
from msgspec.structs import replace

from domain.failures import UserErrorCode
from domain.program.facts import ProgramSettings, SettingChange, setting_changes
from domain.program.inputs import program_problems
from domain.program.sentences import program_updated

SETTINGS = ProgramSettings(
    name="Amberlane Rewards",
    time_zone="Asia/Kolkata",
    currency="INR",
    locale="en-IN",
    authors_may_approve=False,
    gs1_company_prefix=None,
    approval_threshold_points=1_000,
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"time_zone": "America/Argentina/Buenos_Aires"},
        {"currency": "JPY"},
        {"locale": "zh-Hans-CN"},
        {"locale": "de"},
        {"name": "A"},
        {"gs1_company_prefix": "4012"},
        {"gs1_company_prefix": "401234567890"},
    ],
)
def test_settings_that_exist_have_no_problems(change: dict[str, str]) -> None:
    assert list(program_problems(replace(SETTINGS, **change))) == []


@pytest.mark.parametrize(
    ("change", "path", "code", "message"),
    [
        ({"name": " "}, "name", UserErrorCode.REQUIRED, "The name of the program is missing."),
        (
            {"name": "x" * 121},
            "name",
            UserErrorCode.INVALID,
            "The name of the program has 121 characters; at most 120 are allowed.",
        ),
        *(
            (
                {"gs1_company_prefix": prefix},
                "gs1CompanyPrefix",
                UserErrorCode.INVALID,
                f"“{prefix}” is not a GS1 company prefix. It has 4 to 12 digits.",
            )
            for prefix in ("", "401", "4012345678901", "40123a", "４０１２")
        ),
        ({"time_zone": ""}, "timeZone", UserErrorCode.REQUIRED, "The time zone is missing."),
        (
            {"time_zone": "Asia/Kolkatta"},
            "timeZone",
            UserErrorCode.INVALID,
            "“Asia/Kolkatta” is not a time zone of the IANA database. Did you mean Asia/Kolkata?",
        ),
        (
            {"time_zone": "x" * 1000},
            "timeZone",
            UserErrorCode.INVALID,
            "The time zone has 1,000 characters; at most 64 are allowed.",
        ),
        (
            {"currency": "Rupees"},
            "currency",
            UserErrorCode.INVALID,
            "“Rupees” is not a currency of ISO 4217. Write it like EUR or INR.",
        ),
        (
            {"currency": "inr"},
            "currency",
            UserErrorCode.INVALID,
            "“inr” is not a currency of ISO 4217. Write it like EUR or INR.",
        ),
        # The code of ISO 4217 for transactions without a currency.
        (
            {"currency": "XXX"},
            "currency",
            UserErrorCode.INVALID,
            "“XXX” is not a currency of ISO 4217. Write it like EUR or INR.",
        ),
        # A currency that ended in 2002.
        (
            {"currency": "DEM"},
            "currency",
            UserErrorCode.INVALID,
            "“DEM” is not a currency of ISO 4217. Write it like EUR or INR.",
        ),
        (
            {"locale": "xx-YY"},
            "locale",
            UserErrorCode.INVALID,
            "“xx-YY” is not a known locale. Write it like en-IN or de-DE.",
        ),
        (
            {"locale": "../etc"},
            "locale",
            UserErrorCode.INVALID,
            "“../etc” is not a known locale. Write it like en-IN or de-DE.",
        ),
        (
            {"locale": "e" * 1000},
            "locale",
            UserErrorCode.INVALID,
            f"“{'e' * 64}…” is not a known locale. Write it like en-IN or de-DE.",
        ),
    ],
)
def test_settings_that_do_not_exist_are_named(
    change: dict[str, str], path: str, code: UserErrorCode, message: str
) -> None:
    (problem,) = program_problems(replace(SETTINGS, **change))
    assert (problem.path, problem.code, problem.message) == ((path,), code, message)


def test_changes_are_said_with_both_values() -> None:
    after = replace(SETTINGS, name="Amber", time_zone="Asia/Kathmandu", authors_may_approve=True)
    changes = setting_changes(SETTINGS, after)
    assert changes == (
        SettingChange("name", "Amberlane Rewards", "Amber"),
        SettingChange("time_zone", "Asia/Kolkata", "Asia/Kathmandu"),
        SettingChange("authors_may_approve", "no", "yes"),
    )
    assert program_updated("Asha Rao", changes) == (
        "Asha Rao changed the name from “Amberlane Rewards” to “Amber”, the time zone from Asia/Kolkata to "
        "Asia/Kathmandu and whether authors may approve from no to yes."
    )
    assert setting_changes(SETTINGS, SETTINGS) == ()
