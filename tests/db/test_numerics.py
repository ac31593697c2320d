"""Numbers with decimals: converted here as PostgreSQL itself converts them."""

from decimal import Decimal
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy import Numeric, Text, bindparam, cast, select

from db.database import Database
from db.numerics import decode_numeric, encode_numeric
from db.statement import Statement

TEXTS: Final = (
    *("0", "0.00", "12.5", "12.50", "-3", "10000", "99990000.0001", "0.00010", "100000000", "0.0000000001"),
    *("123456789012345678901234567890.123456789", "-0.5", "1E+5", "1E-9", "5E+20", "NaN", "Infinity", "-Infinity"),
)


class Shown(Struct, frozen=True):
    """A number as it came back, and as PostgreSQL writes it."""

    number: Decimal
    text: str


def plain(number: Decimal) -> str:
    """A number as PostgreSQL writes it."""
    return format(abs(number) if number.is_zero() else number, "f") if number.is_finite() else str(number)


async def test_numbers_reach_the_database_and_come_back_with_their_decimals(database: Database) -> None:
    """Among them zeros, numbers of many digits, powers of ten, and what is no number."""
    given_ = bindparam("given", type_=Numeric(), required=True)
    statement = Statement(select(given_.label("number"), cast(given_, Text).label("text")), Shown)
    numbers = [Decimal(text) for text in TEXTS]
    async with database.writing() as session:
        found = [(await session.fetch(statement, given=number))[0] for number in numbers]
    assert [one.text for one in found] == [plain(number) for number in numbers]
    assert [plain(one.number) for one in found] == [plain(number) for number in numbers]


@given(st.decimals(allow_nan=False, allow_infinity=False))
@example(Decimal("-0.00"))
def test_what_is_written_is_read(number: Decimal) -> None:
    """With the same digits and decimals; only the sign of a zero, which PostgreSQL does not know, is lost."""
    assert plain(decode_numeric(encode_numeric(number))) == plain(number)
