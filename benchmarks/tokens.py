"""Tokens, as floors written by hand verify them."""

from typing import Any
from uuid import UUID

import jwt


def read_account(header: str, key: Any) -> UUID:
    """The account of a bearer token. Raises PyJWTError or ValueError."""
    return read_token(header, key)[0]


def read_token(header: str, key: Any) -> tuple[UUID, float]:
    """The account of a bearer token, and its expiry in seconds since 1970. Raises PyJWTError or ValueError."""
    claims = jwt.decode(
        header.removeprefix("Bearer "),
        key,
        algorithms=["EdDSA"],
        audience="tessera",
        issuer="tessera",
        options={"require": ["exp", "aud", "iss", "sub"]},
    )
    return UUID(claims["sub"]), float(claims["exp"])
