"""Identities of people at identity providers: what a token says, and which account belongs to one."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from domain.checks import email_problems, text_problems
from domain.failures import Problem, UserErrorCode
from domain.text import has_unprintable, trim_text
from domain.viewers import Viewer

ISSUER_LENGTH: Final = 255
# OpenID Connect Core, section 2: “It MUST NOT exceed 255 ASCII characters in length”.
SUBJECT_LENGTH: Final = 255
# Far more providers than a deployment has.
IDENTITIES_LIMIT: Final = 10
_NOBODY: Final = UUID(int=0)


class IdentityOrigin(StrEnum):
    """How an identity was linked to an account. The values are stored; never change them."""

    EMAIL = "EMAIL"
    ADMIN = "ADMIN"
    REGISTRATION = "REGISTRATION"


class Identity(Struct, frozen=True):
    """A person as an issuer names them, and their e-mail address if the issuer has verified it."""

    issuer: str
    subject: str
    email: str | None = None


class Newcomer(Struct, frozen=True):
    """A person whom the identity provider knows, with a verified e-mail address and without an account."""

    issuer: str
    subject: str
    email: str

    @property
    def viewer(self) -> Viewer:
        """The newcomer as a viewer: without an account, roles, and permissions."""
        return Viewer(account_id=_NOBODY, display_name=self.email, email=self.email, roles=frozenset())


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Read the identity in the claims of a verified token. Raises ValueError for a subject that cannot be stored."""
    subject = claims["sub"]
    if not 1 <= len(subject) <= SUBJECT_LENGTH or has_unprintable(subject):
        message = "not a subject"
        raise ValueError(message)
    return Identity(claims["iss"], subject, _verified_email(claims))


def is_same_address(one: str, other: str) -> bool:
    """Whether two e-mail addresses are certainly the same: equal, but for the case of ASCII letters.

    Keys of texts fold more than that. Mail to two addresses with equal keys may reach two people, and who owns one of
    them must not get the account of the other.
    """
    return one == other or (one.isascii() and other.isascii() and one.lower() == other.lower())


def find_linkable(email: str, candidates: Collection[tuple[UUID, str | None, bool]]) -> UUID | None:
    """Find the account to link on the first sign-in with a verified address; None unless it is the only one.

    `candidates` are the accounts with the same key of their address: id, address, and whether the account may be
    linked, because it is enabled and has no identity of the issuer.
    """
    if len(candidates) != 1:
        return None
    ((account_id, address, may_link),) = candidates
    return account_id if may_link and is_same_address(email, address or "") else None


def identity_problems(issuer: str, subject: str) -> Iterator[Problem]:
    """Problems of an identity that an administrator names."""
    yield from text_problems(issuer, ("issuer",), "The issuer", (1, ISSUER_LENGTH))
    yield from text_problems(subject, ("subject",), "The subject", (1, SUBJECT_LENGTH))
    if issuer.strip() and not _is_issuer(issuer):
        message = "The issuer is a URL, exactly as the tokens have it in “iss”, such as https://id.example.com."
        yield Problem(UserErrorCode.INVALID, message, ("issuer",))


def _is_issuer(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and text == text.strip() and " " not in text and not parts.query and not parts.fragment
    return plain and parts.scheme in {"https", "http"} and bool(parts.hostname)


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    trimmed = trim_text(email)
    return None if any(True for _problem in email_problems(trimmed, ("email",), required=True)) else trimmed
