"""Signed links: what a link opens, for whom, and until when. The link itself is the credential."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.failures import Failure, UserErrorCode

SHORTEST_SECRET: Final = 32
LINK_LIFETIME: Final = timedelta(minutes=15)
# Longer texts are rejected unread.
LONGEST_LINK: Final = 1_000
_PURPOSE: Final = b"tessera links, version 1"


class LinkKind(StrEnum):
    """What a link opens. A link of one kind never opens another."""

    COUPON_CODES = "COUPON_CODES"
    FILE = "FILE"
    PACKING_LIST = "PACKING_LIST"
    PACK_LABEL = "PACK_LABEL"
    PACK_LABELS = "PACK_LABELS"
    UPLOAD = "UPLOAD"


class Link(Struct, frozen=True, array_like=True):
    """What a link opens: an object, and perhaps a part of it, for one account and until a moment.

    `id` identifies the link in the audit log.
    """

    kind: LinkKind
    id: UUID
    subject_id: UUID
    account_id: UUID
    expires_at: datetime
    part_id: UUID | None = None


class InvalidLink(Exception):
    """A text is not a link that this server signed, or it was altered."""


class LinkExpired(Exception):
    """The link is genuine, but its time is over."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.link = link


class LinksUnavailable(Failure):
    """The server has no secret to sign links with."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("This server cannot sign links. Ask the people who run it to set TESSERA_LINK_SECRET.")


class LinkSigner:
    """Signs and opens links with a key that is derived from a secret of the server. Nothing shows the secret."""

    def __init__(self, secret: bytes | None = None, lifetime: timedelta = LINK_LIFETIME) -> None:
        """Derive the key; without a secret no link can be signed or opened. Raises ValueError for a short secret."""
        if secret is not None and len(secret) < SHORTEST_SECRET:
            message = f"The secret for links has {len(secret)} bytes; give at least {SHORTEST_SECRET}."
            raise ValueError(message)
        self._key = None if secret is None else hmac.digest(secret, _PURPOSE, hashlib.sha256)
        self.lifetime = lifetime

    def sign(self, link: Link) -> str:
        """Write a link as text that is safe in a URL. Raises LinksUnavailable."""
        if self._key is None:
            raise LinksUnavailable
        content = _encode(msgspec.json.encode(link))
        return f"{content}.{self._signature(self._key, content)}"

    def open(self, text: str, kind: LinkKind, now: datetime) -> Link:
        """Return the link in a text. Raises InvalidLink, also for one of another kind, and LinkExpired."""
        content, _, signature = text.partition(".")
        if self._key is None or len(text) > LONGEST_LINK or not text.isascii():
            raise InvalidLink
        # Only what this server signed is decoded.
        if not hmac.compare_digest(signature, self._signature(self._key, content)):
            raise InvalidLink
        try:
            link = msgspec.json.decode(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)), type=Link)
        except (binascii.Error, msgspec.DecodeError):
            raise InvalidLink from None
        if link.kind is not kind:
            raise InvalidLink
        if link.expires_at <= now:
            raise LinkExpired(link)
        return link

    @staticmethod
    def _signature(key: bytes, content: str) -> str:
        return _encode(hmac.digest(key, content.encode(), hashlib.sha256))


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
