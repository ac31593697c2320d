"""Custom scalars accept only the digits 0 to 9, and say what is wrong with another value (N1)."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from domain.timestamps import Malformed
from schema.ids import decode_id
from schema.scalars import (
    SAFE_INT_LIMIT,
    parse_date,
    parse_date_time,
    parse_decimal,
    parse_reported_date_time,
    parse_safe_int,
)
from tests.support.digits import OTHER_NUMBERS, with_other_digits

JSON_VALUES: Final = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
)
PARSERS: Final[tuple[tuple[Callable[[Any], Any], str], ...]] = (
    (parse_date, "2026-03-01"),
    (parse_date_time, "2026-03-01T09:30:00Z"),
    (parse_decimal, "12.50"),
)


@pytest.mark.parametrize(("parse", "good"), PARSERS)
@given(st.data())
def test_digits_of_other_scripts_are_rejected(parse: Callable[[Any], Any], good: str, data: st.DataObject) -> None:
    parse(good)
    with pytest.raises(GraphQLError):
        parse(data.draw(with_other_digits(good)))


@pytest.mark.parametrize("number", OTHER_NUMBERS)
def test_numbers_that_are_no_digits_are_rejected(number: str) -> None:
    for parse, good in PARSERS:
        with pytest.raises(GraphQLError):
            parse(good.replace("0", number))


@pytest.mark.parametrize("parse", [*(parse for parse, _ in PARSERS), parse_safe_int])
@given(JSON_VALUES | st.just(10**5_000))
def test_any_other_value_is_rejected_with_a_sentence(parse: Callable[[Any], Any], value: Any) -> None:
    try:
        parse(value)
    except GraphQLError as error:
        message = error.message
    else:
        return
    assert message.endswith(".")


@given(JSON_VALUES)
def test_a_reported_time_rejects_no_value(value: Any) -> None:
    """The problem is the item's, so the rest of the report is read."""
    found = parse_reported_date_time(value).at
    assert not isinstance(found, Malformed) or found.message.endswith(".")


def test_the_message_for_a_decimal_names_its_form() -> None:
    message = 'A Decimal is text like "12.50": digits 0 to 9, at most one point, and no more than 10 decimals.'
    for value in ("१०", "1,5", "1e5", ".5", "+1", "1_000", " 1", "NaN", "1" * 21, 1.5):
        with pytest.raises(GraphQLError) as raised:
            parse_decimal(value)
        assert raised.value.message == message


def test_a_safe_int_is_a_whole_number() -> None:
    assert parse_safe_int(float(SAFE_INT_LIMIT)) == SAFE_INT_LIMIT
    for value in ("10", "१०", float("nan"), float("inf"), 2**53, True):
        with pytest.raises(GraphQLError):
            parse_safe_int(value)


@given(with_other_digits("sch_AZXxJ0123456789abcdefg"))
def test_an_id_with_other_digits_is_none(text: str) -> None:
    assert decode_id(text) is None
