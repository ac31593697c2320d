"""Signatures of webhooks, as https://www.standardwebhooks.com specifies them, so that any receiver can check them."""

import base64
import hmac
import re
from collections.abc import Sequence
from typing import Final

from domain.webhooks.addresses import SECRET_PREFIX

# Sizes of the specification, in bytes: shorter keys can be guessed, longer ones add nothing.
_KEY_SIZES: Final = range(24, 64 + 1)
# Without periods: they separate the parts of the signed text, which must be unambiguous.
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")


def signed_headers(secrets: str | Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers that prove the sender and the time of a body.

    Args:
        secrets: One secret, or several while an endpoint rotates them: it accepts any of the signatures.
        message_id: Names the message, the same for every attempt; letters, digits, `_` and `-`.
        timestamp: When this attempt is made, in seconds since 1970.
        body: The exact bytes to send.

    Raises:
        ValueError: A secret, the id or the timestamp has another form.
    """
    keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    if not keys:
        raise ValueError("A webhook needs at least one secret.")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"{message_id!r} cannot be the id of a webhook.")
    if timestamp < 0:
        raise ValueError(f"{timestamp} is not a time since 1970.")
    signed = f"{message_id}.{timestamp:d}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def _key(secret: str) -> bytes:
    """Return the bytes of a secret. Errors never contain it, because they are logged."""
    if secret.startswith(SECRET_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except ValueError:
            key = b""
        if len(key) in _KEY_SIZES:
            return key
    message = "The secret of a webhook is “whsec_” and 24 to 64 bytes in base64."
    raise ValueError(message)


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
