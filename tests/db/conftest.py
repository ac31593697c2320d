"""An empty database, for tests of migrations."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from tests.support.databases import COPY, migrated_template
from tests.support.queries import execute


@pytest.fixture
def url(server_url: str, worker_id: str) -> Iterator[str]:
    """The address of a database without any table."""
    with _database(server_url, f"test_migrations_{worker_id}", "template0") as found:
        yield found


@pytest.fixture
def migrated_url(server_url: str, worker_id: str) -> Iterator[str]:
    """The address of a migrated database: a copy, because the migrations take seconds."""
    with _database(server_url, f"test_migrated_{worker_id}", migrated_template(server_url)) as found:
        yield found


@contextmanager
def _database(server_url: str, name: str, template: str) -> Iterator[str]:
    execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template} {COPY}")
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
