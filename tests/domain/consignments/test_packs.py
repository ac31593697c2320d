"""Codes of packs, and what a movement does to a pack (R15, N3)."""

from uuid import UUID

import pytest

from domain.consignments.facts import Condition
from domain.consignments.packs import (
    PackPlace,
    TakenSerials,
    TouchedPack,
    build_sscc,
    count_references,
    destination_of,
    normalize_sscc,
    pack_list_problems,
    sscc_problems,
)
from domain.consignments.sentences import PackWords, pack_sentence
from domain.failures import Problem, UserErrorCode

GOOD, VOID, MISSING, DAMAGED = Condition.GOOD, Condition.VOID, Condition.UNRESOLVED, Condition.DAMAGED
BATCH = PackPlace(1, UUID(int=7))
HERE, NEXT = PackPlace(1, None), PackPlace(2, None)
PATH = ("packs", "0")


def test_the_example_of_gs1_is_valid() -> None:
    """The General Specifications calculate check digits; this SSCC is one of their examples."""
    assert list(sscc_problems("106141412345678908", PATH)) == []


@pytest.mark.parametrize("text", ["(00)106141412345678908", "00106141412345678908", " 1 0614141 234567890-8 "])
def test_separators_and_the_application_identifier_do_not_matter(text: str) -> None:
    assert list(sscc_problems(text, PATH)) == []
    assert normalize_sscc(text) == "106141412345678908"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("106141412345678901", "The check digit of the SSCC 106141412345678901 is wrong. Scan or type the code again."),
        ("10614141", "“10614141” is not an SSCC. An SSCC has 18 digits, with or without (00) in front."),
        ("", "“” is not an SSCC. An SSCC has 18 digits, with or without (00) in front."),
        ("１" * 18, f"“{'１' * 18}” is not an SSCC. An SSCC has 18 digits, with or without (00) in front."),
        ("9" * 10_000, f"“{'9' * 40}…” is not an SSCC. An SSCC has 18 digits, with or without (00) in front."),
    ],
)
def test_what_is_no_sscc_is_rejected(text: str, message: str) -> None:
    assert list(sscc_problems(text, PATH)) == [Problem(UserErrorCode.INVALID, message, PATH)]


@pytest.mark.parametrize("prefix", ["4012", "0614141", "401234567890"])
def test_codes_of_a_prefix_are_valid_and_different(prefix: str) -> None:
    """The first and the last number of each prefix fit into 18 digits."""
    numbers = [0, 1, 9_999, count_references(prefix) - 1]
    codes = [build_sscc(prefix, number) for number in numbers]
    assert len(set(codes)) == len(numbers)
    assert [code[1 : len(prefix) + 1] for code in codes] == [prefix] * len(codes)
    assert [list(sscc_problems(code, PATH)) for code in codes] == [[]] * len(codes)


def test_a_long_prefix_has_few_codes() -> None:
    assert count_references("401234567890") == 100_000
    assert build_sscc("401234567890", 99_999)[:17] == "94012345678909999"


def test_a_list_of_packs_is_bounded_and_names_each_once() -> None:
    code = build_sscc("4012", 1)
    assert [problem.message for problem in pack_list_problems([], PATH)] == ["Name at least one pack."]
    assert [problem.message for problem in pack_list_problems([code] * 1_001, PATH)] == [
        "Name at most 1,000 packs at once, not 1,001."
    ]
    assert list(pack_list_problems([code, f"(00){code}"], PATH)) == [
        Problem(UserErrorCode.DUPLICATE, f"Pack {code} is named twice.", (*PATH, "1"))
    ]


@pytest.mark.parametrize(
    ("place", "void", "taken", "destination"),
    [
        pytest.param(HERE, 0, [(100, BATCH, GOOD)], BATCH, id="all of it leaves"),
        pytest.param(HERE, 0, [(99, BATCH, GOOD)], None, id="a part of it leaves"),
        pytest.param(HERE, 1, [(99, BATCH, GOOD)], None, id="all leave but what was recalled on hand"),
        pytest.param(BATCH, 0, [(100, NEXT, GOOD)], NEXT, id="all of it arrives"),
        pytest.param(BATCH, 5, [(95, NEXT, GOOD), (5, NEXT, VOID)], NEXT, id="all arrive with what was recalled"),
        pytest.param(BATCH, 5, [(95, NEXT, GOOD)], None, id="what was recalled is not in the box"),
        pytest.param(BATCH, 0, [(95, NEXT, GOOD), (5, NEXT, DAMAGED)], None, id="some arrive damaged"),
        pytest.param(BATCH, 0, [(100, NEXT, DAMAGED)], None, id="all arrive damaged"),
        pytest.param(BATCH, 0, [(100, BATCH, MISSING)], BATCH, id="all of it is missing"),
        pytest.param(BATCH, 5, [(95, BATCH, MISSING)], BATCH, id="all of it is missing, with what was recalled"),
        pytest.param(BATCH, 0, [(95, BATCH, MISSING)], None, id="some are missing, others are still on the way"),
        pytest.param(BATCH, 0, [(95, NEXT, GOOD), (5, BATCH, MISSING)], None, id="some arrive, some are missing"),
        pytest.param(HERE, 0, [(100, HERE, Condition.COMMISSIONED)], None, id="all of it is commissioned"),
        pytest.param(HERE, 5, [(95, HERE, Condition.COMMISSIONED)], None, id="all that is not void is commissioned"),
        pytest.param(BATCH, 0, [(100, BATCH, Condition.LOST)], None, id="all of it is lost"),
        pytest.param(BATCH, 100, [(100, NEXT, VOID)], NEXT, id="all were recalled, and arrive"),
    ],
)
def test_a_pack_stays_whole_or_is_opened(
    place: PackPlace, void: int, taken: list[tuple[int, PackPlace, Condition]], destination: PackPlace | None
) -> None:
    moved = [TakenSerials(quantity=quantity, target=target, condition=to) for quantity, target, to in taken]
    assert destination_of(TouchedPack(place=place, quantity=100, void=void, taken=moved)) == destination


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "500 coupons of AMB-1L."),
        ({"quantity": 1}, "1 coupon of AMB-1L."),
        ({"void": 3}, "500 coupons of AMB-1L, 3 of them void."),
        ({"missing": True}, "Missing: 500 coupons of AMB-1L."),
        ({"opened": True}, "Opened. It contained 500 coupons of AMB-1L."),
    ],
)
def test_a_pack_says_what_is_inside(given: dict[str, int], sentence: str) -> None:
    words = {"quantity": 500, "void": 0, "missing": False, "opened": False, **given}
    assert pack_sentence(PackWords(sku="AMB-1L", **words)) == sentence  # type: ignore[arg-type] # mixed values
