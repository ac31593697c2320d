"""The hand-written floor: Starlette and asyncpg, the same answers with the same scoping, and no GraphQL at all.

It is what a good engineer writes for three pages when speed matters: the token is verified, the account and its roles
are read from the database for every request, rows are scoped to them, and orjson writes the dicts. The operation is
identified by its name; the document is received and not parsed.

    DATABASE_URL=… TESSERA_JWT_KEYS=… PORT=… python -m benchmarks.floor
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import jwt
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import floor_reads, floor_statements
from benchmarks.operations import DETAIL, LANDING, SMALL
from benchmarks.tokens import read_account
from domain.permissions import Permission, Role
from domain.viewers import Viewer

Read = Callable[[Any, Viewer, datetime, dict[str, Any]], Awaitable[dict[str, Any]]]

READS: Final[dict[str, Read]] = {
    LANDING: floor_reads.landing,
    DETAIL: floor_reads.detail,
    SMALL: floor_reads.small,
}


class Floor:
    """The endpoint."""

    def __init__(self, pool: Any, key: Any) -> None:
        self._pool = pool
        self._key = key

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            account_id = self._account(request.headers.get("authorization", ""))
        except (jwt.PyJWTError, ValueError):
            return _json({"errors": [{"message": "Sign in."}]}, 401)
        wanted = orjson.loads(await request.body())
        read = READS[wanted["operationName"]]
        async with self._pool.acquire() as connection:
            account = await connection.fetchrow(floor_statements.ACCOUNT, account_id)
            if account is None or account["disabled_at"] is not None:
                return _json({"errors": [{"message": "Sign in."}]}, 401)
            roles = frozenset(Role(role) for role in account["roles"])
            viewer = Viewer(
                account_id=account["id"],
                display_name=account["display_name"],
                email=account["email"],
                roles=roles,
                vendor_id=account["vendor_id"],
            )
            if not viewer.may(Permission.SCHEME_READ):
                return _json({"errors": [{"message": "Not allowed."}]}, 200)
            data = await read(connection, viewer, datetime.now(UTC), wanted.get("variables") or {})
        return _json({"data": data}, 200)

    def _account(self, header: str) -> UUID:
        return read_account(header, self._key)


def build_floor(pool: Any, keys: Path) -> Starlette:
    """The application over an open pool, which it closes when it shuts down."""
    key = jwt.get_algorithm_by_name("EdDSA").prepare_key(keys.read_text("utf-8"))
    floor = Floor(pool, key)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await pool.close()

    return Starlette(routes=[Route("/graphql", floor.__call__, methods=["POST"])], lifespan=lifespan)


async def open_pool(url: str) -> Any:
    """A pool of the size that tessera has; reads leave nothing behind, so nothing is reset."""
    return await asyncpg.create_pool(url, min_size=1, max_size=10, reset=_no_reset)


async def _no_reset(_connection: object) -> None:
    """Nothing to undo."""


def _json(answer: dict[str, Any], status: int) -> Response:
    content = orjson.dumps(answer, option=orjson.OPT_UTC_Z)
    return Response(content, status, {"content-type": "application/json; charset=utf-8"})


async def _serve() -> None:
    app = build_floor(await open_pool(os.environ["DATABASE_URL"]), Path(os.environ["TESSERA_JWT_KEYS"]))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", server_header=False, access_log=False
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import asyncio

    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(_serve())
