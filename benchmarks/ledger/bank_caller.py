"""A caller of the bank test, and what the server acknowledged to it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any, Final

from msgspec import Struct, field

from benchmarks.ledger.bank_place import BankPlace
from benchmarks.ledger.client import Caller, CallFailed, body
from benchmarks.ledger.place import CURRENCY, SKUS
from graphql_api.context import utc_now

# How long a caller repeats a call that was not answered.
_PATIENCE_S: Final = 90.0
_PAUSE_S: Final = 0.05
_LARGEST_CALL: Final = 4


class Acknowledged(Struct):
    """What the server acknowledged to one caller: revisions by external ID, and codes of redeemed coupons."""

    source: str
    revisions: dict[str, int] = field(default_factory=dict)
    redeemed: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    repeated: int = 0


class BankCaller:
    """Records, corrects, returns, and redeems at random, and keeps what the server acknowledged."""

    def __init__(self, place: BankPlace, run: int, number: int, coupons: Iterator[str]) -> None:
        self.acknowledged = Acknowledged(source=f"bank {run} {number}")
        self._place = place
        self._coupons = coupons
        self._caller = Caller(place.port, timeout=20.0)
        self._dice = random.Random(number)  # noqa: S311 - no secret
        self._number = 0
        self._sales: dict[str, dict[str, Any]] = {}

    async def work(self, is_over: Callable[[], bool]) -> None:
        """Act until the work is over."""
        acts = [self._record, self._correct, self._return, self._redeem, self._repeat]
        while not is_over():
            (act,) = self._dice.choices(acts, (55, 12, 8, 20, 5))
            await act()

    async def drain(self, calls: int) -> None:
        """Record what uses up limits and budgets, and nothing that gives back."""
        if calls:
            await self._correct()
            await self._repeat()
        for _ in range(calls):
            await self._record()
        self._caller.close()

    async def _record(self) -> None:
        await self._send([self._new_sale() for _ in range(self._dice.randint(1, _LARGEST_CALL))])

    async def _correct(self) -> None:
        if (sale := self._pick()) is None:
            return
        lines = [{**line, "quantity": self._dice.randint(1, 6)} for line in sale["lines"]]
        await self._send([{**sale, "revision": sale["revision"] + 1, "lines": lines}])

    async def _return(self) -> None:
        if (sale := self._pick()) is None:
            return
        line = self._dice.choice(sale["lines"])
        note = {**self._new_sale(), "ecpCode": sale["ecpCode"], "returnsExternalId": sale["externalId"]}
        await self._send([{**note, "lines": [{**line, "quantity": -1}]}])

    async def _repeat(self) -> None:
        if (sale := self._pick()) is not None:
            await self._send([sale])

    async def _redeem(self) -> None:
        code = next(self._coupons, None)
        if code is None:
            return
        token = self._dice.choice(self._place.ecp_tokens)
        content = body("RedeemCoupon", {"code": code, "idempotencyKey": f"redeem {code}"})
        payload = (await self._post(token, content))["redeemCoupon"]
        codes = ",".join(sorted({error["code"] for error in payload["errors"]}))
        self.acknowledged.answers[f"redeemed {codes}".strip()] += 1
        if not codes:
            self.acknowledged.redeemed.append(code)

    async def _send(self, sales: Sequence[dict[str, Any]]) -> None:
        mode = self._dice.choice(("EACH_ON_ITS_OWN", "ALL_OR_NOTHING"))
        content = body("RecordSales", {"source": self.acknowledged.source, "mode": mode, "sales": list(sales)})
        payload = (await self._post(self._place.token, content))["recordSales"]
        for sale, result in zip(sales, payload["results"], strict=True):
            self.acknowledged.answers[result["outcome"]] += 1
            if result["outcome"] in {"RECORDED", "CORRECTED", "DUPLICATE"}:
                key = sale["externalId"]
                self.acknowledged.revisions[key] = max(sale["revision"], self.acknowledged.revisions.get(key, 0))
                if "returnsExternalId" not in sale:
                    self._sales[key] = sale

    async def _post(self, token: str, content: bytes) -> dict[str, Any]:
        """Repeat the call until the server answers. Raises CallFailed when it never does."""
        deadline = monotonic() + _PATIENCE_S
        while True:
            try:
                answer = await self._caller.post(token, content)
            except CallFailed as failed:
                self.acknowledged.repeated += 1
                # A bug of ours is no reason to try again.
                if monotonic() > deadline or "INTERNAL_SERVER_ERROR" in str(failed):
                    raise
                await asyncio.sleep(_PAUSE_S)
            else:
                self.acknowledged.calls += 1
                return answer

    def _new_sale(self) -> dict[str, Any]:
        self._number += 1
        lines = [
            {"sku": sku, "quantity": self._dice.randint(1, 5), "unitPrice": "10.00", "currency": CURRENCY}
            for sku in self._dice.sample(SKUS, self._dice.randint(1, 2))
        ]
        return {
            "externalId": f"{self._number:06}",
            "revision": 1,
            "ecpCode": self._dice.choice(self._place.ecps).code,
            "soldAt": (utc_now()).isoformat().replace("+00:00", "Z"),
            "lines": lines,
        }

    def _pick(self) -> dict[str, Any] | None:
        return self._sales[self._dice.choice(list(self._sales))] if self._sales else None
