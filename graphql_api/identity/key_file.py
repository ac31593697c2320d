"""The keys of a JWKS or PEM file, which is read again when it changes."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

import jwt
import structlog

from graphql_api.identity.keys import FoundKey, KeySet, KeysUnavailable, read_key_document

# How often the file is looked at, in seconds.
LOOK_INTERVAL_S: Final = 1.0
FILE_LIMIT_BYTES: Final = 2**20

# What tells one content of the file from another: time of change, size, and inode; None without a file.
_Signature = tuple[int, int, int] | None

_log = structlog.get_logger("tessera.identity")


class KeyFile:
    """The keys of a file. When a new content cannot be used, the old keys stay, and the reason is logged once."""

    def __init__(self, path: Path, algorithm: str, *, clock: Callable[[], float] = monotonic) -> None:
        """Read the file. Raises KeysUnavailable."""
        self._path = path
        self._algorithm = algorithm
        self._clock = clock
        self._signature = self._sign()
        self._keys = self._read()
        self._looked_at = clock()
        self._version = 0

    @property
    def version(self) -> int:
        """The number of changes so far."""
        self._look()
        return self._version

    async def find(self, key_id: str | None) -> FoundKey | None:
        """Find the key that a token names; None if there is none."""
        self._look()
        key = self._keys.find(key_id)
        return None if key is None else FoundKey(key, self._version)

    def _look(self) -> None:
        """Read the file again if it has changed since it was last looked at."""
        now = self._clock()
        if now - self._looked_at < LOOK_INTERVAL_S:
            return
        self._looked_at = now
        signature = self._sign()
        if signature == self._signature:
            return
        self._signature = signature
        try:
            self._keys = self._read()
        except KeysUnavailable as reason:
            _log.error("new key file cannot be used", reason=str(reason), advice="The keys from before stay in use.")
            return
        self._version += 1
        _log.info("key file read again", path=str(self._path), keys=len(self._keys.by_id))

    def _sign(self) -> _Signature:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> KeySet:
        try:
            with self._path.open(encoding="utf-8") as file:
                text = file.read(FILE_LIMIT_BYTES)
            return read_key_document(text, self._algorithm)
        except IsADirectoryError as error:
            message = f"The keys in {self._path} cannot be used: it is a folder. Name a JWKS or PEM file."
            raise KeysUnavailable(message) from error
        # PyJWT raises NotImplementedError for an unknown algorithm.
        except (OSError, ValueError, NotImplementedError, jwt.PyJWTError, RecursionError) as error:
            message = f"The keys in {self._path} cannot be used: {error}"
            raise KeysUnavailable(message) from error
