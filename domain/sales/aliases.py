"""Names of ECPs and variants in other systems: how they are compared, and which are valid."""

import re
from collections.abc import Iterator
from typing import Final

from domain.checks import text_problems
from domain.codes import normalize_code
from domain.epcis.check_digits import check_digit, has_check_digit
from domain.failures import Path, Problem
from domain.sales.facts import ALIAS_LENGTH, AliasKind
from domain.text import quote

_GTIN_LENGTHS: Final = frozenset({8, 12, 13, 14})
_DIGITS: Final = re.compile(r"[0-9]+")
_LONGEST_GTIN: Final = 14
# A telephone number as people write it. Without one of these marks it is a code, in which hyphens count.
_PHONE: Final = re.compile(r"(?=.*[+( ])[0-9 +().-]{5,40}")


def code_key(text: str) -> str:
    """Return a code as it is compared: in capital letters, with single spaces."""
    return " ".join(normalize_code(text).split())


def ecp_key(text: str) -> str:
    """Return the key of a code, dealer code, or telephone number of an ECP: equal keys name the same ECP.

    Codes are in capital letters, with single spaces. Of a telephone number, its digits and a leading + count.
    """
    code = code_key(text)
    if _PHONE.fullmatch(code) is None:
        return code
    return ("+" if code.startswith("+") else "") + re.sub(r"[^0-9]", "", code)


def sku_key(text: str) -> str:
    """Return the key of a SKU, GTIN, or other code of a variant. A GTIN of any length is one of 14 digits."""
    code = code_key(text)
    if len(code) in _GTIN_LENGTHS and has_check_digit(code):
        return code.zfill(_LONGEST_GTIN)
    return code


def alias_key(kind: AliasKind, text: str) -> str:
    """Return the key of an alias."""
    return sku_key(text) if kind is AliasKind.SKU else ecp_key(text)


def alias_problems(text: str, path: Path, noun: str) -> Iterator[Problem]:
    """Problems of what may name an ECP or a variant."""
    yield from text_problems(text, path, noun, ALIAS_LENGTH)


def alias_notices(kind: AliasKind, text: str) -> Iterator[str]:
    """What looks like a mistake in an alias, though it is allowed: a GTIN with a wrong check digit."""
    code = code_key(text)
    is_long_enough = kind is AliasKind.SKU and len(code) in _GTIN_LENGTHS and _DIGITS.fullmatch(code) is not None
    if is_long_enough and not has_check_digit(code):
        yield (
            f"{quote(code)} is as long as a GTIN, but its last digit would be {check_digit(code[:-1])}. It is an alias "
            "with exactly these digits. If it is a GTIN, remove it and add the right one."
        )
