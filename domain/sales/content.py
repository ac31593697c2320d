"""The content of a sale in one form, so that the same sale sent again is recognized: its digest, and its version."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from domain.sales.reports import ReportedSale

_ENCODER: Final = msgspec.msgpack.Encoder()
# Prices repeat, and writing a decimal takes longer than finding one again.
_PRICES_KEPT: Final = 4096


class Version(Struct, frozen=True, gc=False):
    """A version of a sale: its revision or, if the source has none, when the source updated it."""

    digest: bytes
    revision: int | None
    updated_at: datetime | None


class Comparison(Enum):
    """How a version that arrives compares with the one that is known."""

    SAME = "SAME"
    NEWER = "NEWER"
    OLDER = "OLDER"
    # Nothing says which of two versions with different content is the newer one.
    UNCLEAR = "UNCLEAR"


def digest_sale(sale: ReportedSale, sku_keys: Mapping[str, str], ecp_key: str) -> bytes:
    """Return the digest of the content of a valid sale, whatever its version.

    It names ECPs and variants as the source does, so a sale stays the same when the catalog or an alias changes.
    """
    assert isinstance(sale.sold_at, datetime)  # noqa: S101 - a valid sale has a time
    content = (
        ecp_key,
        sale.sold_at.astimezone(UTC).isoformat(),
        sale.returns_external_id,
        [(sku_keys[line.sku], line.quantity, _plain_text(line.unit_price), line.currency) for line in sale.lines],
    )
    return hashlib.blake2b(_ENCODER.encode(content), digest_size=16).digest()


def compare_versions(new: Version, known: Version) -> Comparison:
    """Compare a version that arrives with the one that is known."""
    if new.revision is not None and known.updated_at is None:
        # A source that has not sent a revision has sent the first one.
        return _compare(new, known, new.revision, known.revision or 1)
    if new.revision is None and new.updated_at is not None and known.updated_at is not None:
        return _compare(new, known, new.updated_at, known.updated_at)
    return Comparison.SAME if new.digest == known.digest else Comparison.UNCLEAR


def _compare(new: Version, known: Version, ours: datetime | int, theirs: datetime | int) -> Comparison:
    if ours == theirs:
        return Comparison.SAME if new.digest == known.digest else Comparison.UNCLEAR
    return Comparison.NEWER if ours > theirs else Comparison.OLDER  # type: ignore[operator] # both are of one type


@lru_cache(_PRICES_KEPT)
def _plain_text(price: Decimal) -> str:
    """Write a price without trailing zeros, so that 12.5 is 12.50, and without a sign: equal prices are one text."""
    text = format(abs(price), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
