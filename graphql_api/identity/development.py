"""The key of a development machine: made on first use, with tokens for any account."""

import contextlib
import os
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graphql_api.identity.keys import FoundKey, KeySet, KeysUnavailable
from graphql_api.settings import Settings

DEV_TOKEN_LIFETIME: Final = timedelta(days=30)
_DEV_KEY_FILE: Final = "dev-signing-key.pem"
_DEV_KEY_ID: Final = "dev"


class DevelopmentKey:
    """The public key of a development machine, which never changes."""

    def __init__(self, settings: Settings) -> None:
        self._keys = KeySet({_DEV_KEY_ID: _signing_key(settings).public_key()})

    @property
    def version(self) -> int:
        """Always the same."""
        return 0

    async def find(self, key_id: str | None) -> FoundKey | None:
        """Find the key that a token names; None if there is none."""
        key = self._keys.find(key_id)
        return None if key is None else FoundKey(key, self.version)


def dev_token(settings: Settings, account_id: UUID, now: datetime | None = None) -> str:
    """Return a token for an account, signed with the generated key of a development machine; valid for 30 days."""
    claims = {
        "sub": str(account_id),
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "exp": (now or datetime.now(UTC)) + DEV_TOKEN_LIFETIME,
    }
    return jwt.encode(claims, _signing_key(settings), algorithm="EdDSA", headers={"kid": _DEV_KEY_ID})


def _signing_key(settings: Settings) -> Ed25519PrivateKey:
    """Return the signing key of this machine, made on first use and readable by its owner only."""
    path = settings.data_dir / _DEV_KEY_FILE
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        content = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_bytes(content)
        partial.replace(path)
    with contextlib.suppress(ValueError):
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    message = f"{path} does not hold an Ed25519 key: delete it, and a new one is made."
    raise KeysUnavailable(message)
