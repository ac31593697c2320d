"""An empty database, for tests of migrations."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from tests.support.databases import COPY
from tests.support.queries import execute


@pytest.fixture
def url(server_url: str, worker_id: str) -> Iterator[str]:
    """The address of a database without any table."""
    name = f"test_migrations_{worker_id}"
    execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    execute(server_url, f"CREATE DATABASE {name} TEMPLATE template0 {COPY}")
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
