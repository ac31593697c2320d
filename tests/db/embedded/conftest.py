"""Embedded clusters: one that the tests of a module share, and others that are removed after a test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.embedded.server import EmbeddedPostgres
from tests.support.embedded import CARELESS, holder, leave

Make = Callable[[Path], EmbeddedPostgres]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Offer a folder that every user may enter; pytest's own is closed, which would always test the fallback."""
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def make() -> Iterator[Make]:
    """Make databases that are always removed after the test."""
    made: list[EmbeddedPostgres] = []

    def _make(directory: Path) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(directory, CARELESS))
        return made[-1]

    yield _make
    for one in made:
        one.remove()


@pytest.fixture(scope="module")
def birth(place: Path) -> tuple[Path, set[str]]:
    """Have two processes at once create one cluster; returns its folder and the DSNs that they got."""
    directory = place / "that's shared"
    assert not EmbeddedPostgres(directory).running()
    holders = [holder(directory), holder(directory)]
    dsns = {process.stdout.readline().strip() for process in holders if process.stdout}
    for process in holders:
        leave(process)
    return directory, dsns


@pytest.fixture(scope="module")
def created(birth: tuple[Path, set[str]]) -> Iterator[EmbeddedPostgres]:
    """Share one cluster, stopped, between the tests."""
    database = EmbeddedPostgres(birth[0], CARELESS)
    yield database
    database.remove()


@pytest.fixture
def database(created: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """Lend the shared cluster, and take it back stopped."""
    yield created
    created.stop()
