"""The keys of coupon codes: they turn serials into codes, many at once, and codes back into serials.

A code is a 32-bit serial and a 32-bit tag, mixed in three rounds: the tag is a MAC of the serial, the serial is masked
by the tag, and the tag is masked by the masked serial. With two rounds, one known pair of a serial and its code would
reveal the mask of its tag, and then one guess in 2^32 would succeed. Every round is AES under one derived key, with a
block that begins with the number of the round. A code carries no key id.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from domain.coupons.codes import read_code, unknown_code, write_code
from domain.coupons.failures import CouponKeysMissing

SERIAL_LIMIT: Final = 2**32
MOST_KEYS: Final = 4
# Key ids are stored as smallint.
LARGEST_KEY_ID: Final = 32_767
SHORTEST_SECRET: Final = 32
# How many codes are derived together: enough that AES costs little, and few enough that other requests do not wait.
BATCH: Final = 2_048

_BLOCK: Final = 16
# The first byte of a block is the number of its round, its last four are the number to mix.
_ROUND_1: Final = 1 << 120
_ROUND_2: Final = 2 << 120
_ROUND_3: Final = 3 << 120
_number: Final = int.from_bytes
_PURPOSE: Final = b"tessera coupon codes, version 1"
_HASH_PURPOSE: Final = b"tessera hashes of coupon codes, version 1"
_KEY_ENTRY: Final = re.compile(r"([0-9]{1,5}):([A-Za-z0-9+/_=-]+)")


class FoundSerial(Struct, frozen=True):
    """The serial in a code, and the key that opened it: the code is genuine only if the serial's run has this key."""

    serial: int
    key_id: int


class CouponKeys:
    """At most four keys by id. The one with the largest id is for new runs. Nothing shows the secrets."""

    def __init__(self, secrets_by_id: Mapping[int, bytes] = MappingProxyType({})) -> None:
        """Derive the keys. Raises ValueError for too many keys, for ids out of range, and for short secrets."""
        if len(secrets_by_id) > MOST_KEYS:
            message = f"There are at most {MOST_KEYS} keys for coupon codes, not {len(secrets_by_id)}."
            raise ValueError(message)
        for key_id, secret in secrets_by_id.items():
            if not 1 <= key_id <= LARGEST_KEY_ID:
                message = f"The id of a key for coupon codes is 1 to {LARGEST_KEY_ID}, not {key_id}."
                raise ValueError(message)
            if len(secret) < SHORTEST_SECRET:
                message = f"The key {key_id} for coupon codes has {len(secret)} bytes; give at least {SHORTEST_SECRET}."
                raise ValueError(message)
        # The newest first: most codes that people enter are new ones.
        self._ciphers = {key_id: _CodeCipher(secrets_by_id[key_id]) for key_id in sorted(secrets_by_id, reverse=True)}

        # Of the oldest key, so that the same text has the same hash after a new key came.
        oldest = secrets_by_id[min(secrets_by_id)] if secrets_by_id else b""
        self._hash_key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_HASH_PURPOSE).derive(oldest)

    def __repr__(self) -> str:
        return f"CouponKeys({', '.join(map(str, self._ciphers))})"

    @property
    def newest(self) -> int:
        """The id of the key for new runs. Raises CouponKeysMissing without keys."""
        if not self._ciphers:
            raise CouponKeysMissing
        return next(iter(self._ciphers))

    def require(self, key_id: int) -> None:
        """Raise CouponKeysMissing unless there is a key with this id."""
        self._cipher(key_id)

    def write(self, serial: int, key_id: int) -> str:
        """The code of a serial. Raises CouponKeysMissing."""
        return write_code(self._cipher(key_id).value_of(serial))

    def write_many(self, serials: range, key_id: int) -> Iterator[list[str]]:
        """The codes of consecutive serials, in order, in batches. Raises CouponKeysMissing."""
        cipher = self._cipher(key_id)
        for first in range(serials.start, serials.stop, BATCH):
            batch = range(first, min(first + BATCH, serials.stop))
            yield list(map(write_code, cipher.values_of(batch)))

    def read(self, code: str) -> FoundSerial:
        """The serial that a code writes. Raises InvalidCode."""
        value = read_code(code)
        for key_id, cipher in self._ciphers.items():
            serial = cipher.serial_in(value)
            if serial is not None:
                return FoundSerial(serial, key_id)
        raise unknown_code()

    def hash_text(self, text: str) -> bytes:
        """A keyed hash of 16 bytes, by which equal texts are recognized and nobody can find the text."""
        return hashlib.blake2b(text.encode(), digest_size=16, key=self._hash_key).digest()

    def _cipher(self, key_id: int) -> "_CodeCipher":
        try:
            return self._ciphers[key_id]
        except KeyError:
            raise CouponKeysMissing(key_id) from None


def read_keys(text: str) -> CouponKeys:
    """Read keys from a setting: “1:base64,2:base64”. Raises ValueError, whose message never contains a secret."""
    secrets_by_id: dict[int, bytes] = {}
    for place, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        found = _KEY_ENTRY.fullmatch(entry)
        secret = None if found is None else decode_secret(found[2])
        if found is None or secret is None:
            message = f"Entry {place} of the keys for coupon codes is not an id, a colon, and a secret in base64."
            raise ValueError(message)
        if int(found[1]) in secrets_by_id:
            message = f"The id {int(found[1])} stands twice among the keys for coupon codes."
            raise ValueError(message)
        secrets_by_id[int(found[1])] = secret
    return CouponKeys(secrets_by_id)


def decode_secret(text: str) -> bytes | None:
    """Decode a secret in base64, in the standard or the URL-safe alphabet, with or without padding."""
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None


class _CodeCipher:
    """The permutation of one key between pairs of a serial and its tag, and 64-bit values."""

    def __init__(self, secret: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret)
        # In ECB mode blocks do not depend on each other, so that one context encrypts them all.
        self._encrypt: Any = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305 - a PRF of blocks

    def value_of(self, serial: int) -> int:
        # Of an encrypted block of 128 bits, the first 32 count.
        encrypt = self._encrypt
        tag = _number(encrypt((_ROUND_1 | serial).to_bytes(16))) >> 96
        masked = serial ^ _number(encrypt((_ROUND_2 | tag).to_bytes(16))) >> 96
        return masked << 32 | tag ^ _number(encrypt((_ROUND_3 | masked).to_bytes(16))) >> 96

    def serial_in(self, value: int) -> int | None:
        """The serial, or None if the value was not made with this key."""
        # Four keys may have to try every code that somebody types, so the rounds are written out.
        encrypt = self._encrypt
        masked = value >> 32
        tag = value & 0xFFFF_FFFF ^ _number(encrypt((_ROUND_3 | masked).to_bytes(16))) >> 96
        serial = masked ^ _number(encrypt((_ROUND_2 | tag).to_bytes(16))) >> 96
        expected = _number(encrypt((_ROUND_1 | serial).to_bytes(16))) >> 96
        return serial if expected == tag else None

    def values_of(self, serials: range) -> list[int]:
        """The values of many serials, with three calls of AES for all of them."""
        count = len(serials)
        plain = struct.pack(f">{count}I", *serials)
        tags = self._mix_many(1, plain)
        masked = _xor(plain, self._mix_many(2, tags))
        mixed = _xor(tags, self._mix_many(3, masked))
        values = bytearray(8 * count)
        for place in range(4):
            values[place::8] = masked[place::4]
            values[4 + place :: 8] = mixed[place::4]
        # Eight bytes in the order of the network, whatever the machine's own.
        return list(struct.unpack(f">{count}Q", values))

    def _mix_many(self, number: int, values: bytes) -> bytes:
        """Mix many 32-bit values, each four bytes."""
        blocks = bytearray(len(values) * 4)
        blocks[0::_BLOCK] = bytes([number]) * (len(values) // 4)
        for place in range(4):
            blocks[12 + place :: _BLOCK] = values[place::4]
        mixed: bytes = self._encrypt(bytes(blocks))
        found = bytearray(len(values))
        for place in range(4):
            found[place::4] = mixed[place::_BLOCK]
        return bytes(found)


def _xor(first: bytes, second: bytes) -> bytes:
    """XOR two texts of bytes of the same length, as two large integers."""
    return (int.from_bytes(first) ^ int.from_bytes(second)).to_bytes(len(first))
