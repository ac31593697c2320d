"""Secrets of the server: those of the settings, or on a developer's machine those of files that are made once."""

import base64
import contextlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Final, TypeVar

from pydantic import SecretStr

from domain.coupons.keys import CouponKeys, decode_secret, read_keys
from domain.links import LinkSigner
from graphql_api.identity.keys import KeysUnavailable
from graphql_api.settings import Settings

COUPON_KEYS_FILE: Final = "dev-coupon-keys"
LINK_SECRET_FILE: Final = "dev-link-secret"  # noqa: S105 - the name of a file
_SECRET_BYTES: Final = 32
SecretT = TypeVar("SecretT")


def load_coupon_keys(settings: Settings) -> CouponKeys:
    """Return the keys of coupon codes; in production there may be none. Raises KeysUnavailable."""
    return _load(
        settings,
        given=settings.coupon_keys,
        file=COUPON_KEYS_FILE,
        make=lambda: f"1:{_new_secret()}",
        read=lambda text: read_keys(text or ""),
    )


def load_link_signer(settings: Settings) -> LinkSigner:
    """Return the signer of links; in production it may have no secret. Raises KeysUnavailable."""
    lifetime = timedelta(minutes=settings.link_lifetime)

    def read(text: str | None) -> LinkSigner:
        secret = None if text is None else decode_secret(text)
        if text is not None and secret is None:
            message = "The secret for links is not base64."
            raise ValueError(message)
        return LinkSigner(secret, lifetime)

    return _load(settings, given=settings.link_secret, file=LINK_SECRET_FILE, make=_new_secret, read=read)


def _load(
    settings: Settings,
    *,
    given: SecretStr | None,
    file: str,
    make: Callable[[], str],
    read: Callable[[str | None], SecretT],
) -> SecretT:
    """Read a secret from its setting, or else in development from a file. Raises KeysUnavailable."""
    text = None if given is None else given.get_secret_value().strip()
    path = settings.data_dir / file
    if text is None and settings.development:
        text = _text_of(path, make)
    try:
        return read(text)
    except ValueError as error:
        remedy = f" Delete {path}, and a new one is made." if given is None else ""
        # Without its cause: the text of a secret is in no message, and in no traceback either.
        message = f"{error}{remedy}"
        raise KeysUnavailable(message) from None


def _text_of(path: Path, make: Callable[[], str]) -> str:
    """Read a file, made on first use and readable by its owner only. Of processes that make it together, one wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(make(), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()
    return path.read_text(encoding="ascii").strip()


def _new_secret() -> str:
    return base64.b64encode(token_bytes(_SECRET_BYTES)).decode()
