"""The home of an ECP by hand: Starlette and asyncpg, and neither GraphQL nor SQLAlchemy.

It is what a good engineer writes for this screen alone when speed matters: the token is verified once and checked for
its expiry, the account and its roles are read for every request, rows are those of its ECP, a balance needs an
enrollment, and orjson writes the dicts.

    DATABASE_URL=… TESSERA_JWT_KEYS=… PORT=… python -m benchmarks.ledger.by_hand
"""

import asyncio
import os
import time
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

from benchmarks.floor import open_pool
from benchmarks.floor_reads import global_id
from benchmarks.tokens import read_token
from domain.permissions import Role
from domain.points.ledger import LedgerAccount, PointsEntryKind
from graphql_api.serving import StreamingServer, listen, server_config
from graphql_api.settings import Settings

_ACCOUNT: Final = """
SELECT ecp.id, ecp.number, ecp.code, ecp.display_name,
    ARRAY(SELECT role FROM account_role AS held WHERE held.account_id = account.id) AS roles
FROM account JOIN ecp ON ecp.account_id = account.id
WHERE account.id = $1 AND account.disabled_at IS NULL
"""
_BALANCES: Final = """
SELECT scheme.id, scheme.title, account.available, account.settling, account.paid, account.expired
FROM points_account AS account JOIN scheme ON scheme.number = account.scheme
WHERE account.ecp = $1 AND EXISTS (
    SELECT FROM enrollment
    WHERE enrollment.scheme_id = scheme.id AND enrollment.ecp_id = $2 AND first_enrolled_at IS NOT NULL
)
ORDER BY scheme.number
"""
_ENTRIES: Final = """
SELECT entry.seq, entry.kind, entry.points, entry.debit, entry.credit, entry.balance_after, entry.effective_at,
    entry.recorded_at, scheme.id AS scheme_id
FROM points_entry AS entry JOIN scheme ON scheme.number = entry.scheme
WHERE entry.ecp = $1 ORDER BY entry.seq DESC LIMIT 21
"""
_PAGE: Final = 20
_ECP_BITS: Final = 96
_KINDS: Final = {kind.value: kind.name for kind in PointsEntryKind}


class Home:
    """The endpoint."""

    def __init__(self, pool: Any, key: Any) -> None:
        self._pool = pool
        self._key = key
        self._verified: dict[str, tuple[UUID, float]] = {}

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            account_id = self._account(request.headers.get("authorization", ""))
        except (jwt.PyJWTError, ValueError):
            return Response(b'{"errors":[{"message":"Sign in."}]}', 401)
        orjson.loads(await request.body())
        async with self._pool.acquire() as connection:
            ecp = await connection.fetchrow(_ACCOUNT, account_id)
            if ecp is None or Role.ECP not in ecp["roles"]:
                return Response(b'{"errors":[{"message":"Not allowed."}]}', 401)
            balances = await connection.fetch(_BALANCES, ecp["number"], ecp["id"])
            entries = await connection.fetch(_ENTRIES, ecp["number"])
        data = {"viewer": {"ecp": _write(ecp, balances, entries)}}
        content = orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z)
        return Response(content, 200, {"content-type": "application/json; charset=utf-8"})

    def _account(self, header: str) -> UUID:
        known = self._verified.get(header)
        if known is None or known[1] <= time.time():
            known = self._verified[header] = read_token(header, self._key)
        return known[0]


def _write(ecp: Any, balances: Any, entries: Any) -> dict[str, Any]:
    shown = entries[:_PAGE]
    return {
        "id": global_id("ecp", ecp["id"]),
        "code": ecp["code"],
        "displayName": ecp["display_name"],
        "balance": {
            "total": sum(row["available"] for row in balances),
            "byScheme": [
                {
                    "scheme": {"id": global_id("sch", row["id"]), "title": row["title"]},
                    "available": row["available"],
                    "settling": row["settling"],
                    "paid": row["paid"],
                    "expired": row["expired"],
                }
                for row in balances
            ],
        },
        "ledger": {
            "nodes": [
                {
                    "id": global_id("ent", UUID(int=ecp["number"] << _ECP_BITS | row["seq"])),
                    "kind": _KINDS[row["kind"]],
                    "points": _signed(row),
                    "balanceAfter": row["balance_after"],
                    "effectiveAt": row["effective_at"],
                    "recordedAt": row["recorded_at"],
                    "scheme": {"id": global_id("sch", row["scheme_id"])},
                }
                for row in shown
            ],
            "pageInfo": {"hasNextPage": len(entries) > _PAGE},
        },
    }


def _signed(row: Any) -> int:
    points: int = row["points"]
    if row["credit"] == LedgerAccount.AVAILABLE:
        return points
    return -points if row["debit"] == LedgerAccount.AVAILABLE else 0


async def _serve(keys: str) -> None:
    pool = await open_pool(os.environ["DATABASE_URL"])
    endpoint = Home(pool, jwt.get_algorithm_by_name("EdDSA").prepare_key(keys))
    app = Starlette(routes=[Route("/graphql", endpoint.__call__, methods=["POST"])])
    try:
        await StreamingServer(server_config(app)).serve(sockets=[listen(Settings())])
    finally:
        await asyncio.wait_for(pool.close(), 10)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(_serve(Path(os.environ["TESSERA_JWT_KEYS"]).read_text("utf-8")))
