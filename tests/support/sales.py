"""Reports of sales over HTTP."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.client import Client, document

RECORD_SALES = document("vendor/RecordSales")
CODE = "ECP-2026-000001"
SOLD_AT = "2026-03-01T09:30:00Z"


def line(sku: str = "AMB-1L", quantity: int = 3, **changed: Any) -> dict[str, Any]:
    """A line of three cans."""
    return {"sku": sku, "quantity": quantity, "unitPrice": "12.50", "currency": "INR", **changed}


def sale(external_id: str = "s-1", *lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A sale of one line, with something changed."""
    return {
        "externalId": external_id,
        "ecpCode": CODE,
        "soldAt": SOLD_AT,
        "lines": list(lines) or [line()],
        **changed,
    }


def returning(external_id: str, returned: str, *lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A sale that returns one can of another one."""
    return sale(external_id, *(lines or (line(quantity=-1),)), returnsExternalId=returned, **changed)


@dataclass
class Till:
    """A connected system that reports sales; by default each on its own, and none is parked."""

    client: Client
    source: str = "till"
    options: dict[str, Any] = field(default_factory=dict)

    async def report(self, *sales: dict[str, Any], **options: Any) -> Any:
        """The payload of a report."""
        given = {"mode": "EACH_ON_ITS_OWN", "source": self.source, **self.options, **options, "sales": list(sales)}
        return (await self.client.send(RECORD_SALES, input=given)).data["recordSales"]

    async def results(self, *sales: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        """Return the result of each sale, and check the totals."""
        payload = await self.report(*sales, **options)
        assert payload["errors"] == []
        found: list[dict[str, Any]] = payload["results"]
        assert [result["externalId"] for result in found] == [item["externalId"].strip() for item in sales]
        outcomes = [result["outcome"] for result in found]
        for name, outcome in (
            ("recorded", "RECORDED"),
            ("corrected", "CORRECTED"),
            ("duplicates", "DUPLICATE"),
            ("conflicts", "CONFLICT"),
            ("rejected", "REJECTED"),
            ("parked", "PARKED"),
        ):
            assert payload[name] == outcomes.count(outcome)
        failed = {"REJECTED", "CONFLICT", "PARKED"}
        assert all(bool(result["errors"]) is (result["outcome"] in failed) for result in found)
        return found

    async def outcomes(self, *sales: dict[str, Any], **options: Any) -> list[str]:
        """Return the outcome of each sale."""
        return [result["outcome"] for result in await self.results(*sales, **options)]

    async def problems(self, *sales: dict[str, Any], **options: Any) -> list[tuple[str, list[str], str]]:
        """Return the code, the path within the input, and the sentence of every problem, in order."""
        return [
            (error["code"], error["path"][1:], error["message"])
            for result in await self.results(*sales, **options)
            for error in result["errors"]
        ]
