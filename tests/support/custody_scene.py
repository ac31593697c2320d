"""A consignment whose coupons are in several places, and the means to move them by faulty code."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

MOVE = "SELECT moved FROM move_coupons($1)"
AT = datetime(2026, 3, 10, 9, tzinfo=UTC).isoformat()


class Scene:
    """A line with planned serials (900 to 999), good ones (300 to 899), and some in a batch (0 to 299)."""

    def __init__(self, connection: Any, consignment_id: UUID, batch_id: UUID) -> None:
        self.connection = connection
        self.consignment_id = consignment_id
        self.batch_id = batch_id

    @property
    async def line_id(self) -> UUID:
        """The line of AMB-1L."""
        found: UUID = await self.connection.fetchval(
            "SELECT consignment_line.id FROM consignment_line JOIN variant ON variant.id = variant_id "
            "WHERE consignment_id = $1 AND sku = 'AMB-1L'",
            self.consignment_id,
        )
        return found

    async def step(self, kind: str, serials: str | None, quantity: int, **places: Any) -> str:
        """The steps of one movement, from GOOD on hand into the batch unless the places differ."""
        person = await self.connection.fetchrow("SELECT account_id, vendor_id FROM movement LIMIT 1")
        step = {
            "id": uuid4(),
            "request_id": uuid4(),
            "consignment_id": self.consignment_id,
            "line_id": await self.line_id,
            "batch_id": self.batch_id,
            "kind": kind,
            "vendor_id": person["vendor_id"],
            "from_leg": 1,
            "from_batch": None,
            "from_condition": "GOOD",
            "to_leg": 1,
            "to_batch": self.batch_id,
            "to_condition": "GOOD",
            "pieces": serials and {"0": serials},
            "quantity": quantity,
            "occurred_at": AT,
            "recorded_at": AT,
            "account_id": person["account_id"],
            "subject_kinds": [],
            "subject_ids": [],
        }
        return json.dumps([{**step, **places}], default=str)

    async def commit(self, statements: Sequence[str]) -> None:
        """Run statements in one transaction; each of them must concern some rows."""
        async with self.connection.transaction():
            for statement in statements:
                assert await self.connection.execute(statement) not in {"INSERT 0 0", "UPDATE 0", "DELETE 0"}

    async def move_faultily(self, steps: str, fault: tuple[str, str, str]) -> None:
        """Break a function and use it in one transaction."""
        async with self.connection.transaction():
            await self.break_function(*fault)
            await self.connection.fetch(MOVE, steps)

    async def break_function(self, signature: str, sound: str, broken: str, name: str | None = None) -> None:
        """Replace a piece of a function, or of its copy under another name."""
        source: str = await self.connection.fetchval("SELECT pg_get_functiondef($1::regprocedure)", signature)
        assert source.count(sound) == 1, source
        faulty = source.replace(sound, broken)
        if name:
            faulty = faulty.replace(f"public.{signature.partition('(')[0]}", name)
        await self.connection.execute(faulty)
