"""The binary form of `numeric`, converted once for each number that occurs: prices repeat.

See `numeric_send` and `numeric_recv` of PostgreSQL: four header fields, and digits of base 10,000.
"""

import struct
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import asyncpg

_SIZE: Final = 4096
_DIGITS: Final = 4
_BASE: Final = 10**_DIGITS
_NEGATIVE: Final = 0x4000
_SPECIAL: Final = {0xC000: Decimal("NaN"), 0xD000: Decimal("Infinity"), 0xF000: Decimal("-Infinity")}
_SIGNS: Final = {str(number): sign for sign, number in _SPECIAL.items()}
# How many digits follow, the place of the first one, the sign, and the decimals that are shown.
_HEADER: Final = struct.Struct(">HhHH")


async def use_fast_numerics(connection: "asyncpg.Connection[Any]") -> None:
    """Let a connection of asyncpg convert numbers with decimals here."""
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=encode_numeric, decoder=decode_numeric, format="binary"
    )


def encode_numeric(value: Decimal | int) -> bytes:
    """Write a number as PostgreSQL receives it, with all of its decimals."""
    # Equal numbers may have different decimals, so their texts are the keys.
    return _encode(str(value))


@lru_cache(_SIZE)
def _encode(text: str) -> bytes:
    if text in _SIGNS:
        return _HEADER.pack(0, 0, _SIGNS[text], 0)
    sign, digits, exponent = Decimal(text).as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - what is not a number is in `_SIGNS`
    decimals = max(-exponent, 0)
    fraction = -(-decimals // _DIGITS)
    rest = int("".join(map(str, digits))) * 10 ** (exponent + fraction * _DIGITS)
    found: list[int] = []
    while rest:
        rest, digit = divmod(rest, _BASE)
        found.append(digit)
    found.reverse()
    header = _HEADER.pack(len(found), len(found) - 1 - fraction, sign * _NEGATIVE, decimals)
    return header + struct.pack(f">{len(found)}H", *found)


@lru_cache(_SIZE)
def decode_numeric(stored: bytes) -> Decimal:
    """Read a number as PostgreSQL sends it, with the decimals that it shows."""
    count, place, sign, decimals = _HEADER.unpack_from(stored)
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    whole = 0
    for digit in struct.unpack_from(f">{count}H", stored, _HEADER.size):
        whole = whole * _BASE + digit
    # The digits below the last one that is shown are zeros, and zeros at the end may be missing.
    exponent = decimals + (place + 1 - count) * _DIGITS
    shown = whole * 10**exponent if exponent >= 0 else whole // 10**-exponent
    return Decimal(f"{'-' if sign else ''}{shown}E-{decimals}")
