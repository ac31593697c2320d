"""Verifies tokens of the trusted issuers. Each has one algorithm, one audience, and keys of its own (RFC 8725)."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import jwt
from msgspec import Struct

from domain.accounts.identities import Identity, identity_of
from domain.lru_cache import LruCache
from domain.node_kinds import NodeKind
from domain.requests import Unauthenticated
from graphql_api.identity.keys import KeySource
from schema.ids import decode_id

TOKEN_CACHE_SIZE: Final = 10_000
_REQUIRED_CLAIMS: Final = ("exp", "aud", "iss", "sub")
# What would change how a token is read. None is understood here, so a token with one is rejected; headers that only
# name keys (jku, jwk, x5u, x5c) are ignored.
_STEERING_HEADERS: Final = ("crit", "b64")
_NOT_VALID: Final = "This token is not valid: sign in again."
_EXPIRED: Final = "This token has expired: sign in again."


class Issuer(Struct, frozen=True, kw_only=True):
    """An issuer that is trusted. An identity provider names people by subjects of its own, others by accounts."""

    name: str
    audience: str
    algorithm: str
    keys: KeySource
    is_provider: bool = False


class VerifiedToken(Struct, frozen=True, kw_only=True):
    """What a good token says: an account, or an identity of a provider. It expires in seconds since 1970."""

    holder: UUID | Identity
    expires: float
    issuer: str
    version: int


class TokenVerifier:
    """Verifies tokens, and remembers which it has verified until they expire or the keys of their issuer change."""

    def __init__(self, issuers: Iterable[Issuer], leeway: float) -> None:
        """`leeway` is by how many seconds the clocks of issuers may differ from ours."""
        self._issuers: Mapping[str, Issuer] = {issuer.name: issuer for issuer in issuers}
        self._leeway = leeway
        self._verified: LruCache[str, VerifiedToken] = LruCache(TOKEN_CACHE_SIZE)

    async def verify(self, token: str) -> VerifiedToken:
        """Return what a token says. Raises Unauthenticated, and ProviderUnavailable while it cannot be verified."""
        known = self._verified.get(token)
        if known is None or known.expires <= time.time() or known.version != self._issuers[known.issuer].keys.version:
            known = await self._verify(token)
            self._verified.put(token, known)
        return known

    async def _verify(self, token: str) -> VerifiedToken:
        try:
            return await self._read(token)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated(_EXPIRED) from None
        # OverflowError: JSON of Python has infinite numbers.
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
            raise Unauthenticated(_NOT_VALID) from None

    async def _read(self, token: str) -> VerifiedToken:
        unverified = jwt.decode_complete(token, options={"verify_signature": False})
        header, issuer = unverified["header"], self._issuer_of(unverified["payload"])
        if any(name in header for name in _STEERING_HEADERS):
            message = "a header asks for what is not understood"
            raise jwt.InvalidTokenError(message)
        found = await issuer.keys.find(header.get("kid"))
        if found is None:
            message = "no such key"
            raise jwt.InvalidTokenError(message)
        claims = jwt.decode(
            token,
            found.key,
            algorithms=[issuer.algorithm],
            audience=issuer.audience,
            issuer=issuer.name,
            leeway=self._leeway,
            options={"require": list(_REQUIRED_CLAIMS), "enforce_minimum_key_length": True},
        )
        holder = identity_of(claims) if issuer.is_provider else _account_of(claims["sub"])
        expires = float(claims["exp"]) + self._leeway
        return VerifiedToken(holder=holder, expires=expires, issuer=issuer.name, version=found.version)

    def _issuer_of(self, claims: Mapping[str, Any]) -> Issuer:
        """Return the issuer that a token names. Its signature is verified with the keys of no other one."""
        name = claims.get("iss")
        found = self._issuers.get(name) if isinstance(name, str) else None
        if found is None:
            message = "no such issuer"
            raise jwt.InvalidTokenError(message)
        return found


def _account_of(subject: str) -> UUID:
    """Return the account that a token of our own issuer names: a UUID, or the ID that the API shows."""
    decoded = decode_id(subject)
    if decoded is not None and decoded[0] is NodeKind.ACCOUNT:
        return decoded[1]
    return UUID(subject)
