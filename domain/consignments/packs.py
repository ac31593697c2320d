"""Packs: their codes, which GS1 defines, and what a movement of their serials does to them.

A code is a Serial Shipping Container Code (SSCC): an extension digit, the GS1 company prefix, a serial reference, and a
check digit, 18 digits in all.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct
from stdnum import ean

from domain.consignments.facts import Condition
from domain.failures import Path, Problem, UserErrorCode
from domain.text import quote

# Packs of one call; one with more is sent in several calls.
MOST_PACKS: Final = 1_000
# An SSCC without its extension digit and its check digit.
_REFERENCE_DIGITS: Final = 16
_EXTENSION_DIGITS: Final = 10
_LONGEST: Final = 40
_SEPARATORS: Final = re.compile(r"[\s-]+")
_SSCC: Final = re.compile(r"[0-9]{18}")
# Scanners may send the application identifier of the SSCC with it.
_IDENTIFIED: Final = re.compile(r"(?:\(00\)|00)([0-9]{18})")
_KEPT: Final = frozenset({Condition.GOOD, Condition.UNRESOLVED})


def normalize_sscc(text: str) -> str:
    """Remove separators and the application identifier (00) from an SSCC. The rest may still be wrong."""
    digits = _SEPARATORS.sub("", text)
    identified = _IDENTIFIED.fullmatch(digits)
    return identified.group(1) if identified else digits


def sscc_problems(text: str, path: Path) -> Iterator[Problem]:
    """A problem of an SSCC that a client sends: not 18 digits, or a wrong check digit."""
    digits = normalize_sscc(text[: _LONGEST + 1])
    if not _SSCC.fullmatch(digits):
        shown = quote(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
        message = f"{shown} is not an SSCC. An SSCC has 18 digits, with or without (00) in front."
        yield Problem(UserErrorCode.INVALID, message, path)
    elif digits[-1] != ean.calc_check_digit(digits[:-1]):
        message = f"The check digit of the SSCC {digits} is wrong. Scan or type the code again."
        yield Problem(UserErrorCode.INVALID, message, path)


def pack_list_problems(packs: Sequence[str], path: Path) -> Iterator[Problem]:
    """Problems of a list of SSCCs: empty, too long, malformed, or one of them twice."""
    if not packs:
        yield Problem(UserErrorCode.REQUIRED, "Name at least one pack.", path)
    elif len(packs) > MOST_PACKS:
        message = f"Name at most {MOST_PACKS:,} packs at once, not {len(packs):,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, path)
    else:
        seen: set[str] = set()
        for index, text in enumerate(packs):
            problems = list(sscc_problems(text, (*path, str(index))))
            yield from problems
            sscc = normalize_sscc(text)
            if not problems and sscc in seen:
                yield Problem(UserErrorCode.DUPLICATE, f"Pack {sscc} is named twice.", (*path, str(index)))
            seen.add(sscc)


def count_references(prefix: str) -> int:
    """How many SSCCs a GS1 company prefix has."""
    return _EXTENSION_DIGITS * int(10 ** (_REFERENCE_DIGITS - len(prefix)))


def build_sscc(prefix: str, number: int) -> str:
    """The SSCC with this number, from 0, among those of a company prefix."""
    width = _REFERENCE_DIGITS - len(prefix)
    extension, reference = divmod(number, 10**width)
    digits = f"{extension}{prefix}{reference:0{width}}"
    return f"{digits}{ean.calc_check_digit(digits)}"


class PackPlace(Struct, frozen=True):
    """Where a pack is: on hand at a leg, or in a batch that left this leg."""

    leg: int
    batch_id: UUID | None


class TakenSerials(Struct, frozen=True):
    """How many serials of a pack one step of a movement takes, and where to."""

    quantity: int
    target: PackPlace
    condition: Condition


class TouchedPack(Struct, frozen=True):
    """A pack of which a movement takes serials. `void` of its serials are void."""

    place: PackPlace
    quantity: int
    void: int
    taken: Sequence[TakenSerials]


def destination_of(pack: TouchedPack) -> PackPlace | None:
    """Where a movement takes a pack; None if the movement tears it, so that it must be opened.

    A pack stays whole if all of its serials arrive at one place in one condition, and a vendor can still receive or
    send it there. Recalled serials stay inside, wherever the others go.
    """
    places = {taken.target for taken in pack.taken}
    conditions = {taken.condition for taken in pack.taken if taken.condition is not Condition.VOID}
    left = pack.quantity - sum(taken.quantity for taken in pack.taken)
    moves_void = any(taken.condition is Condition.VOID for taken in pack.taken)
    if len(places) > 1 or len(conditions) > 1 or not conditions <= _KEPT:
        return None
    (place,) = places
    if left == 0:
        return place
    # The void serials of a pack in a batch are not moved when the others are missing.
    stays = place == pack.place and left == pack.void and not moves_void
    return place if stays else None
