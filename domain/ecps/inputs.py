"""What people tell of an ECP: how it is tidied up, its limits, and what is fixed once it is verified."""

import re
from collections.abc import Collection, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from domain.checks import NAME_LENGTH, REASON_LENGTH, email_problems, is_phone, phone_problems, text_problems
from domain.failures import Problem, UserErrorCode
from domain.text import quote

PRACTICE_LENGTH: Final = (0, 120)
LICENSE_LENGTH: Final = (0, 60)
# Shorter words of a name, like initials, are parts of too many sentences.
_TELLING_WORD: Final = re.compile(r"\w{3,}")
# Words that names have, and every other sentence, too.
_TELLING_NOTHING: Final = frozenset({"and", "for", "from", "miss", "mrs", "the", "with"})
# Of a telephone number these many last digits are enough to recognize it, with or without the area.
_TELLING_DIGITS: Final = 7


class EcpDetails(Struct, frozen=True):
    """What an ECP tells of itself; None is what it does not tell."""

    display_name: str
    practice: str | None
    email: str | None
    phone: str | None
    license_number: str | None

    @property
    def tidy(self) -> "EcpDetails":
        """The same without space around the texts, and None in place of empty ones."""
        found = {name: (value or "").strip() for name, value in msgspec.structs.asdict(self).items()}
        return EcpDetails(found.pop("display_name"), **{name: value or None for name, value in found.items()})

    @property
    def known_by(self) -> tuple[str, ...]:
        """The texts by which the person is known: each word of the name by itself, too."""
        texts = (*known_names(self.display_name), self.practice, self.email, self.phone, self.license_number)
        return tuple(text for text in texts if text)


def details_problems(details: EcpDetails) -> Iterator[Problem]:
    """Problems of tidy details: names, the e-mail address, which is required, phone and license number."""
    yield from text_problems(details.display_name, ("displayName",), "The name", NAME_LENGTH)
    yield from text_problems(details.practice, ("practice",), "The practice", PRACTICE_LENGTH)
    yield from email_problems(details.email, ("email",), required=True)
    yield from phone_problems(details.phone, ("phone",))
    yield from text_problems(details.license_number, ("licenseNumber",), "The license number", LICENSE_LENGTH)


def fixed_problems(before: EcpDetails, after: EcpDetails, *, moved: bool) -> Iterator[Problem]:
    """What an ECP that is verified wants to change of what was verified; managers may."""
    for field, noun, changed in (
        ("displayName", "name", before.display_name != after.display_name),
        ("geographyId", "place", moved),
        ("licenseNumber", "license number", before.license_number != after.license_number),
    ):
        if changed:
            message = f"Your {noun} was verified: ask a program manager to correct it."
            yield Problem(UserErrorCode.ILLEGAL_STATE, message, (field,))


def reason_problems(reason: str) -> Iterator[Problem]:
    """Problems of the reason for suspending or erasing."""
    yield from text_problems(reason, ("reason",), "The reason", REASON_LENGTH, multiline=True)


def known_names(name: str) -> tuple[str, ...]:
    """A name, and those of its words that tell whose it is."""
    return (name, *(word for word in _TELLING_WORD.findall(name) if word.lower() not in _TELLING_NOTHING))


def mention_problems(reason: str, known: Collection[str]) -> Iterator[Problem]:
    """A reason for erasing stays, so it must not tell what is erased: `known` is by what the person is known."""
    if found := mention(reason, known):
        message = f"The reason is kept, so it must not name the person: leave out {quote(found)}."
        yield Problem(UserErrorCode.INVALID, message, ("reason",))


def mention(text: str, known: Collection[str]) -> str | None:
    """The first thing in a text by which the person is known: whole words in whatever case, numbers however spaced."""
    # The longest first: of a whole name that is mentioned, not its first word only.
    either = "|".join(_pattern(item) for item in sorted(known, key=len, reverse=True))
    found = re.search(either, text, re.IGNORECASE) if known else None
    return None if found is None else found.group()


def _pattern(item: str) -> str:
    if not is_phone(item):
        return rf"(?<!\w){re.escape(item)}(?!\w)"
    digits = re.sub(r"\D", "", item)
    whole = "" if len(digits) > _TELLING_DIGITS else r"(?<!\d)"
    return whole + r"[ +()-]*".join(digits[-_TELLING_DIGITS:]) + r"(?!\d)"


MISSING_PLACE: Final = Problem(UserErrorCode.NOT_FOUND, "This geography does not exist.", ("geographyId",))
# It does not say whose.
TAKEN_EMAIL: Final = Problem(UserErrorCode.DUPLICATE, "Another ECP has this e-mail address.", ("email",))
