"""The server by hand: Starlette and asyncpg, the statements of Tessera, and neither GraphQL nor SQLAlchemy.

It is what a good engineer writes for these operations alone when speed matters: the token is verified, the account is
read for every request, rows are scoped to it, and orjson writes the dicts. The operation is identified by its name.

    DATABASE_URL=… TESSERA_JWT_KEYS=… PORT=… python -m benchmarks.custody.by_hand
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import jwt
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.custody import moves_by_hand, pages_by_hand
from benchmarks.floor import open_pool
from benchmarks.tokens import read_account
from db.accounts.reads import SIGN_IN_OF_ACCOUNT
from domain.permissions import Permission, Role
from domain.viewers import Viewer
from graphql_api.serving import StreamingServer, listen, server_config
from graphql_api.settings import Settings

Work = Callable[[Any, Viewer, datetime, dict[str, Any]], Awaitable[dict[str, Any]]]
WORK: Final[dict[str, tuple[Permission, Work]]] = {
    "DispatchBatch": (Permission.CUSTODY_RECORD, moves_by_hand.dispatch),
    "ReceiveBatch": (Permission.CUSTODY_RECORD, moves_by_hand.receive),
    "TrackingPage": (Permission.CONSIGNMENT_READ, pages_by_hand.tracking_page),
    "TrackingBoard": (Permission.CONSIGNMENT_READ, pages_by_hand.tracking_board),
}


class ByHand:
    """The endpoint."""

    def __init__(self, pool: Any, key: Any) -> None:
        self._pool = pool
        self._key = key
        self._verified: dict[str, UUID] = {}

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            account_id = self._account(request.headers.get("authorization", ""))
        except (jwt.PyJWTError, ValueError):
            return _json({"errors": [{"message": "Sign in."}]}, 401)
        wanted = orjson.loads(await request.body())
        permission, work = WORK[wanted["operationName"]]
        variables = wanted.get("variables") or {}
        async with self._pool.acquire() as connection:
            (account,) = await moves_by_hand.run(connection, SIGN_IN_OF_ACCOUNT, id=account_id)
            viewer = Viewer(
                account_id=account["account__id"],
                display_name=account["account__display_name"],
                email=account["account__email"],
                roles=frozenset(Role(role) for role in account["account__roles"]),
                vendor_id=account["account__vendor_id"],
            )
            if account["account__disabled_at"] is not None or not viewer.may(permission):
                return _json({"errors": [{"message": "Not allowed."}]}, 401)
            data = await work(connection, viewer, datetime.now(UTC), variables.get("input") or variables)
        return _json({"data": data}, 200)

    def _account(self, header: str) -> UUID:
        known = self._verified.get(header)
        if known is None:
            known = self._verified[header] = read_account(header, self._key)
        return known


def _json(answer: dict[str, Any], status: int) -> Response:
    content = orjson.dumps(answer, option=orjson.OPT_UTC_Z)
    return Response(content, status, {"content-type": "application/json; charset=utf-8"})


async def _serve(keys: str) -> None:
    pool = await open_pool(os.environ["DATABASE_URL"])
    endpoint = ByHand(pool, jwt.get_algorithm_by_name("EdDSA").prepare_key(keys))
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=["POST"])])
    try:
        await StreamingServer(server_config(app)).serve(sockets=[listen(Settings())])
    finally:
        await asyncio.wait_for(pool.close(), 10)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(_serve(Path(os.environ["TESSERA_JWT_KEYS"]).read_text("utf-8")))
