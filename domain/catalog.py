"""The words of the catalog: kinds of vendors, levels of geographies, and what an entry may look like."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from domain.failures import Path, Problem, UserErrorCode

CODE_PATTERN: Final = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,39}")
NAME_LENGTH: Final = (1, 120)
VARIANTS_PER_PRODUCT_LIMIT: Final = 200
TIER_RANK_LIMIT: Final = 100


class VendorKind(StrEnum):
    """What a vendor does in a chain."""

    PRINTER = "PRINTER"
    PACKAGER = "PACKAGER"
    FACTORY = "FACTORY"


class GeographyLevel(StrEnum):
    """How far down the tree a geography is."""

    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CITY = "CITY"

    @property
    def parent_level(self) -> "GeographyLevel | None":
        """The level that a parent must have; None for a country, which has no parent."""
        return {GeographyLevel.REGION: GeographyLevel.COUNTRY, GeographyLevel.CITY: GeographyLevel.REGION}.get(self)


def code_problems(code: str, path: Path, noun: str) -> Iterator[Problem]:
    """Problems of a code or SKU: 1 to 40 capital letters, digits, dots, slashes, hyphens and underscores."""
    if not code.strip():
        yield Problem(UserErrorCode.REQUIRED, f"{noun} is missing.", path)
    elif CODE_PATTERN.fullmatch(code) is None:
        message = f"{noun} takes 1 to 40 capital letters, digits and . _ / - and starts with a letter or digit."
        yield Problem(UserErrorCode.INVALID, message, path)


def parent_problems(level: GeographyLevel, parent_level: GeographyLevel | None) -> Iterator[Problem]:
    """Problems of a geography's place in the tree: a region lies in a country, a city in a region."""
    wanted = level.parent_level
    if wanted is parent_level:
        return
    path = ("parentId",)
    if wanted is None:
        yield Problem(UserErrorCode.INVALID, "A country has no parent.", path)
    else:
        message = f"A {level.lower()} lies in a {wanted.lower()}: choose one as its parent."
        yield Problem(UserErrorCode.INVALID if parent_level else UserErrorCode.REQUIRED, message, path)
