"""Fixtures for pages: a server in production."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.database import Database
from graphql_api.app import build_app
from graphql_api.context import Environment
from graphql_api.settings import Settings


@pytest.fixture
async def production(database: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server in production."""
    keys = tmp_path / "key.pem"
    public = Ed25519PrivateKey.generate().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    keys.write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
    app = build_app(Settings(env="production", jwt_keys=keys), Environment(database=database))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
