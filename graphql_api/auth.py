"""Authentication: verifies a signed token or an API key, and reads the account behind it from the database."""

import contextlib
import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.sessions import Fetching
from domain.lru_cache import LruCache
from domain.requests import REVOKED_CREDENTIAL, Unauthenticated
from graphql_api.settings import Settings
from resolvers.accounts.create_api_key import KEY_PREFIX
from resolvers.accounts.viewers import SignedIn, find_viewer_of_account, find_viewer_of_api_key

TOKEN_CACHE_SIZE: Final = 10_000
DEV_TOKEN_LIFETIME: Final = timedelta(days=30)
_DEV_KEY_FILE: Final = "dev-signing-key.pem"
_DEV_KEY_ID: Final = "dev"
_PEM_KEY_ID: Final = "pem"
_REQUIRED_CLAIMS: Final = ("exp", "aud", "iss", "sub")


class KeysUnavailable(Exception):
    """The keys that verify tokens cannot be read; the message says what to do."""


class Authenticator:
    """Verifies tokens with keys held in memory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys = _load_keys(settings)
        self._verified: LruCache[str, tuple[UUID, float]] = LruCache(TOKEN_CACHE_SIZE)

    async def viewer(self, reading: Fetching, headers: Mapping[str, str]) -> SignedIn | None:
        """Return the sender of a request; None for an anonymous one. Raises Unauthenticated for a bad credential.

        Roles are read for every request. Only the verification of a signature is cached, until the token expires.
        """
        credential = _credential(headers)
        if credential is None:
            return None
        if credential.startswith(KEY_PREFIX):
            found = await find_viewer_of_api_key(reading, credential)
        else:
            found = await find_viewer_of_account(reading, *self._subject(credential))
        if found is None:
            raise Unauthenticated(REVOKED_CREDENTIAL)
        return found

    def _subject(self, token: str) -> tuple[UUID, float]:
        known = self._verified.get(token)
        if known is None or known[1] <= time.time():
            known = self._verify(token)
            self._verified.put(token, known)
        return known

    def _verify(self, token: str) -> tuple[UUID, float]:
        """Return the account in a token, and its expiry in seconds since 1970. Raises Unauthenticated."""
        settings = self._settings
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            claims = jwt.decode(
                token,
                self._key(key_id),
                algorithms=[settings.jwt_algorithm],
                audience=settings.jwt_audience,
                issuer=settings.jwt_issuer,
                options={"require": list(_REQUIRED_CLAIMS)},
            )
            return UUID(claims["sub"]), float(claims["exp"])
        except jwt.ExpiredSignatureError:
            message = "This token has expired: sign in again."
            raise Unauthenticated(message) from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            message = "This token is not valid: sign in again."
            raise Unauthenticated(message) from None

    def _key(self, key_id: object) -> Any:
        if isinstance(key_id, str) and key_id in self._keys:
            return self._keys[key_id]
        if self._keys.keys() == {_PEM_KEY_ID} or (key_id is None and len(self._keys) == 1):
            # A PEM key has no id, so it matches any.
            return next(iter(self._keys.values()))
        message = "no such key"
        raise jwt.InvalidTokenError(message)


def dev_token(settings: Settings, account_id: UUID, now: datetime | None = None) -> str:
    """Return a token for an account, signed with the generated key of a development machine; valid for 30 days."""
    claims = {
        "sub": str(account_id),
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "exp": (now or datetime.now(UTC)) + DEV_TOKEN_LIFETIME,
    }
    return jwt.encode(claims, _dev_key(settings), algorithm="EdDSA", headers={"kid": _DEV_KEY_ID})


def _credential(headers: Mapping[str, str]) -> str | None:
    """Return the token or API key of a request. Raises Unauthenticated for a header without a bearer credential."""
    header = headers.get("authorization")
    if header is None:
        return headers.get("x-api-key")
    scheme, _, credential = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        message = "Send the credential as “Authorization: Bearer …”."
        raise Unauthenticated(message)
    return credential.strip()


def _load_keys(settings: Settings) -> dict[str, Any]:
    if settings.jwt_keys is not None:
        return _read_keys(settings.jwt_keys, settings.jwt_algorithm)
    if settings.development:
        return {_DEV_KEY_ID: _dev_key(settings).public_key()}
    message = (
        "Tokens cannot be verified: set TESSERA_JWT_KEYS to a JWKS or PEM file, or TESSERA_ENV=dev on your own machine."
    )
    raise KeysUnavailable(message)


def _read_keys(path: Path, algorithm: str) -> dict[str, Any]:
    """Read the public keys of a JWKS document by key id, or the one key of a PEM file. Raises KeysUnavailable."""
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("{"):
            keys = jwt.PyJWKSet.from_dict(json.loads(text)).keys
            return {key.key_id or str(index): key.key for index, key in enumerate(keys)}
        return {_PEM_KEY_ID: jwt.get_algorithm_by_name(algorithm).prepare_key(text)}
    # PyJWT raises NotImplementedError for an unknown algorithm.
    except (OSError, ValueError, NotImplementedError, jwt.PyJWTError) as error:
        message = f"The keys in {path} cannot be used: {error}"
        raise KeysUnavailable(message) from error


def _dev_key(settings: Settings) -> Ed25519PrivateKey:
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
