"""The details of an ECP: how they are trimmed and checked, which are fixed after verification, and how to spot them."""

import re
from collections.abc import Collection, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from domain.checks import NAME_LENGTH, email_problems, is_phone, phone_problems, text_problems
from domain.failures import Problem, UserErrorCode
from domain.text import quote, to_ascii_digits, trim_text

PRACTICE_LENGTH: Final = (0, 120)
LICENSE_LENGTH: Final = (0, 60)
# Shorter words of a name, such as initials, occur in too many sentences.
_IDENTIFYING_WORD: Final = re.compile(r"\w{3,}")
# Words that occur in names and in ordinary sentences alike.
_COMMON_WORDS: Final = frozenset({"and", "for", "from", "miss", "mrs", "the", "with"})
# This many last digits identify a telephone number, with or without its area code.
_IDENTIFYING_DIGITS: Final = 7


class EcpDetails(Struct, frozen=True):
    """The personal details of an ECP; None is a detail that was not given."""

    display_name: str
    practice: str | None
    email: str | None
    phone: str | None
    license_number: str | None

    @property
    def trimmed(self) -> "EcpDetails":
        """The same details as they are stored: texts trimmed and composed, and None instead of empty texts."""
        found = {name: trim_text(value or "") for name, value in msgspec.structs.asdict(self).items()}
        return EcpDetails(found.pop("display_name"), **{name: value or None for name, value in found.items()})

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The texts that identify the person: every detail, and each word of the name on its own."""
        texts = (*name_identifiers(self.display_name), self.practice, self.email, self.phone, self.license_number)
        return tuple(text for text in texts if text)


def details_problems(details: EcpDetails) -> Iterator[Problem]:
    """Problems of trimmed details: names, the required e-mail address, phone and license number."""
    yield from text_problems(details.display_name, ("displayName",), "The name", NAME_LENGTH)
    yield from text_problems(details.practice, ("practice",), "The practice", PRACTICE_LENGTH)
    yield from email_problems(details.email, ("email",), required=True)
    yield from phone_problems(details.phone, ("phone",))
    yield from text_problems(details.license_number, ("licenseNumber",), "The license number", LICENSE_LENGTH)


def verified_field_problems(before: EcpDetails, after: EcpDetails, *, moved: bool) -> Iterator[Problem]:
    """Problems of a verified ECP who changes verified details. Managers may change them."""
    for field, noun, changed in (
        ("displayName", "name", before.display_name != after.display_name),
        ("geographyId", "place", moved),
        ("licenseNumber", "license number", before.license_number != after.license_number),
    ):
        if changed:
            message = f"Your {noun} was verified: ask a program manager to correct it."
            yield Problem(UserErrorCode.ILLEGAL_STATE, message, (field,))


def name_identifiers(name: str) -> tuple[str, ...]:
    """A name, and those of its words that identify a person."""
    return (name, *(word for word in _IDENTIFYING_WORD.findall(name) if word.lower() not in _COMMON_WORDS))


def identifier_problems(reason: str, known: Collection[str]) -> Iterator[Problem]:
    """Problems of a reason for erasing, which is kept and so must not contain any of the `known` identifiers."""
    if found := find_identifier(reason, known):
        message = f"The reason is kept, so it must not name the person: leave out {quote(found)}."
        yield Problem(UserErrorCode.INVALID, message, ("reason",))


def find_identifier(text: str, known: Collection[str]) -> str | None:
    """Find the first identifier in a text: whole words in any case, numbers in any script and with any spacing."""
    # The longest first, so that a whole name is found and not only its first word.
    either = "|".join(_pattern(item) for item in sorted(known, key=len, reverse=True))
    found = re.search(either, to_ascii_digits(text), re.IGNORECASE) if known else None
    return None if found is None else text[found.start() : found.end()]


def _pattern(item: str) -> str:
    plain = to_ascii_digits(item)
    if not is_phone(plain):
        return rf"(?<!\w){re.escape(plain)}(?!\w)"
    digits = re.sub(r"[^0-9]", "", plain)
    whole = "" if len(digits) > _IDENTIFYING_DIGITS else r"(?<![0-9])"
    return whole + r"[ +()-]*".join(digits[-_IDENTIFYING_DIGITS:]) + r"(?![0-9])"


MISSING_PLACE: Final = Problem(UserErrorCode.NOT_FOUND, "This geography does not exist.", ("geographyId",))
# The message does not say whose address it is.
TAKEN_EMAIL: Final = Problem(UserErrorCode.DUPLICATE, "Another ECP has this e-mail address.", ("email",))
