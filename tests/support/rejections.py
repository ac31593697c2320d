"""Failures that a test expects, with the beginning of their message."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.failures import Failure


@contextmanager
def rejects(kind: type[Failure], message: str) -> Iterator[None]:
    """Expect a failure whose message begins so."""
    with pytest.raises(kind) as found:
        yield
    assert found.value.message.startswith(message), found.value.message
