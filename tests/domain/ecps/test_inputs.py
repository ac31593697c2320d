"""Details of an ECP: all problems are reported together, and reasons must not identify a person (R18, R26)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checks import email_problems, phone_problems, reason_problems
from domain.ecps.inputs import (
    EcpDetails,
    details_problems,
    find_identifier,
    identifier_problems,
    verified_field_problems,
)

GOOD = EcpDetails(
    display_name="Asha Rao",
    practice="Rao Garage",
    email="asha@example.org",
    phone="+91 (20) 555-0101",
    license_number="MH-4711",
)
NOT_A_PHONE = "A phone number has 5 to 32 digits, spaces and + - ( )."


def found(details: EcpDetails) -> list[tuple[str, str, str]]:
    """The problems as (code, field, message)."""
    return [(problem.code.value, ".".join(problem.path), problem.message) for problem in details_problems(details)]


def test_valid_details_have_no_problems() -> None:
    assert found(GOOD) == []
    assert found(EcpDetails(display_name="A", practice=None, email="a@b.c", phone=None, license_number=None)) == []
    assert (
        found(
            EcpDetails(
                display_name="é" * 120,
                practice="x" * 120,
                email=f"{'x' * 250}@b.c",
                phone="1" * 32,
                license_number="x" * 60,
            )
        )
        == []
    )


def test_all_problems_are_reported_together() -> None:
    bad = EcpDetails(
        display_name="x" * 121, practice="x" * 121, email="nobody", phone="call me", license_number="x" * 61
    )
    assert found(bad) == [
        ("INVALID", "displayName", "The name has 121 characters; at most 120 are allowed."),
        ("INVALID", "practice", "The practice has 121 characters; at most 120 are allowed."),
        ("INVALID", "email", "This is not an e-mail address."),
        ("INVALID", "phone", NOT_A_PHONE),
        ("INVALID", "licenseNumber", "The license number has 61 characters; at most 60 are allowed."),
    ]
    assert found(EcpDetails(display_name=" ", practice=None, email=" ", phone=None, license_number=None).trimmed) == [
        ("REQUIRED", "displayName", "The name is missing."),
        ("REQUIRED", "email", "The e-mail address is missing."),
    ]


@pytest.mark.parametrize("phone", ["12345", "+1 2345", "(020) 555-0101", "1" * 32, "+-()1"])
def test_phone_numbers(phone: str) -> None:
    assert list(phone_problems(phone, ("phone",))) == []


@pytest.mark.parametrize("phone", ["", "1234", "1" * 33, "12345x", "+ - ( )", "٠١٢٣٤٥", "12345\n", "1234\t5", "12.345"])
def test_invalid_phone_numbers(phone: str) -> None:
    (problem,) = phone_problems(phone, ("phone",))
    assert (problem.code, problem.message, problem.path) == ("INVALID", NOT_A_PHONE, ("phone",))


def test_a_given_address_is_checked() -> None:
    assert list(email_problems(None, ("email",))) == []
    assert [problem.code for problem in email_problems(None, ("email",), required=True)] == ["REQUIRED"]
    assert [problem.code for problem in email_problems("a b@c.d", ("email",))] == ["INVALID"]
    too_long = [problem.message for problem in email_problems(f"{'x' * 251}@b.c", ("email",))]
    assert too_long == ["The e-mail address has 255 characters; at most 254 are allowed."]


def test_surrounding_space_and_empty_texts_are_removed() -> None:
    untidy = EcpDetails(
        display_name="  Asha Rao ", practice="", email=" asha@example.org\n", phone="  ", license_number="MH-4711 "
    )
    assert untidy.trimmed == EcpDetails(
        display_name="Asha Rao", practice=None, email="asha@example.org", phone=None, license_number="MH-4711"
    )


@given(st.builds(EcpDetails, st.text(), *[st.none() | st.text()] * 4))
def test_trimming_is_idempotent(details: EcpDetails) -> None:
    assert details.trimmed.trimmed == details.trimmed


def test_verified_details_are_fixed() -> None:
    after = EcpDetails(
        display_name="Asha R. Rao", practice="Another Garage", email="asha@example.net", phone=None, license_number=None
    )
    problems = [
        (item.code.value, *item.path, item.message) for item in verified_field_problems(GOOD, after, moved=True)
    ]
    assert problems == [
        ("ILLEGAL_STATE", "displayName", "Your name was verified: ask a program manager to correct it."),
        ("ILLEGAL_STATE", "geographyId", "Your place was verified: ask a program manager to correct it."),
        ("ILLEGAL_STATE", "licenseNumber", "Your license number was verified: ask a program manager to correct it."),
    ]
    contact = EcpDetails(
        display_name="Asha Rao",
        practice="Another Garage",
        email="asha@example.net",
        phone=None,
        license_number="MH-4711",
    )
    assert list(verified_field_problems(GOOD, contact, moved=False)) == []


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("Asked by letter.", None),
        ("Asha Rao asked by letter.", "Asha Rao"),
        ("asha RAO asked", "asha RAO"),
        ("Mr. Rao asked by letter.", "Rao"),
        ("Rao, ASHA", "Rao"),
        ("Wrote from ASHA@example.org", "ASHA@example.org"),
        ("Called from +91 (20) 555-0101.", "555-0101"),
        ("Called from 020 5550101.", "5550101"),
        ("Called from 55501012.", None),
        ("Called from ०२० ५५५-०१०१.", "५५५-०१०१"),
        ("Called from 5550101२.", None),
        ("License MH-४७११", "MH-४७११"),
        ("License MH-4711", "MH-4711"),
        ("License MH-47112", None),
        ("The Rao Garage is closed.", "Rao Garage"),
        ("The garage is closed.", None),
        ("Ashas Raos", None),
    ],
)
def test_reasons_that_identify_the_person(reason: str, named: str | None) -> None:
    """R18: by any word of the name, and by a number however it is written."""
    assert find_identifier(reason, GOOD.identifiers) == named
    problems = [(item.code.value, *item.path, item.message) for item in identifier_problems(reason, GOOD.identifiers)]
    message = f"The reason is kept, so it must not name the person: leave out “{named}”."
    assert problems == ([] if named is None else [("INVALID", "reason", message)])


def test_a_short_name_does_not_forbid_every_reason() -> None:
    short = EcpDetails(display_name="A", practice=None, email="a@b.c", phone=None, license_number=None)
    assert find_identifier("Data asked to be erased.", short.identifiers) is None
    assert find_identifier("Asked by A.", short.identifiers) == "A"


def test_common_words_of_a_name_forbid_no_reason() -> None:
    firm = EcpDetails(
        display_name="Mrs. Rao and The Others", practice=None, email="a@b.c", phone=None, license_number=None
    )
    assert find_identifier("Mrs. Iyer and the vendor asked for it.", firm.identifiers) is None
    assert find_identifier("Others asked for it.", firm.identifiers) == "Others"


def test_a_short_number_is_not_part_of_a_longer_one() -> None:
    licensed = EcpDetails(display_name="A", practice=None, email="a@b.c", phone=None, license_number="12345")
    assert find_identifier("License 12 345.", licensed.identifiers) == "12 345"
    assert find_identifier("License 912345.", licensed.identifiers) is None


def test_a_person_without_identifiers_is_never_found() -> None:
    assert find_identifier("Whatever.", ()) is None


def test_a_reason_is_needed() -> None:
    assert [problem.code for problem in reason_problems(" ")] == ["REQUIRED"]
    assert [problem.code for problem in reason_problems("no")] == ["INVALID"]
    assert list(reason_problems("Two\nlines")) == []
