"""The files of sales of the demo data: what a distributor sold to ECPs, written as its system writes it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from graphql_api.demo.catalog.catalog import PRODUCTS
from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.history.sale_plan import PlannedLine
from graphql_api.demo.lines import Line

HEADER: Final = ("external_id", "ecp_code", "sold_at", "sku", "quantity", "unit_price", "currency")
_CURRENCY: Final = "INR"
# A file has the sales of these days, for which every one of its ECPs was verified.
_SOLD_DAYS: Final = 8
_VERIFIED_DAYS: Final = 20
_PRODUCTS: Final[Mapping[Line, str]] = {
    Line.LUBRICANTS: "AMB-10W40",
    Line.CAR_CARE: "GLN-SHAM",
    Line.EYE_CARE: "VIS-CARE",
}
# What is wrong with every other row of a file of which half fails: the column, and what stands in it.
MISTAKES: Final = (
    ("ecp_code", "ECP-000000"),
    ("sku", "AMB-UNKNOWN"),
    ("quantity", "0"),
    ("sold_at", "yesterday"),
    ("unit_price", "twelve"),
    ("currency", "rupees"),
)


class FilePlan(Struct, frozen=True):
    """A file of so many sales; with mistakes, every other row has one."""

    source: str
    sales: int
    delimiter: str = ","
    has_mistakes: bool = False


class Sellers(Struct, frozen=True):
    """ECPs who were verified before the files begin, with their codes."""

    plans: Sequence[EcpPlan]
    codes: Mapping[str, str]

    def code(self, plan: EcpPlan) -> str:
        """Return the code of an ECP."""
        return self.codes[plan.details.email or ""]


def sellers(plans: Sequence[EcpPlan], codes: Mapping[str, str]) -> Sellers:
    """Choose the ECPs who have sold to: those verified for long, and known."""
    known = [
        plan
        for plan in plans
        if plan.verified is not None
        and plan.verified > _VERIFIED_DAYS
        and plan.erased is None
        and plan.suspended is None
    ]
    return Sellers([plan for plan in known if plan.details.email in codes], codes)


def write_file(plan: FilePlan, chosen: Sellers, at: datetime) -> bytes:
    """Write a file whose last sales are from this moment."""
    chance = random.Random(plan.source)  # noqa: S311 - the same every time, on purpose
    rows = list(_rows(chance, plan, chosen, at))
    if plan.has_mistakes:
        for number, row in enumerate(rows[1::2]):
            column, value = MISTAKES[number % len(MISTAKES)]
            row[column] = value
    lines = [plan.delimiter.join(HEADER), *(plan.delimiter.join(row[column] for column in HEADER) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _rows(chance: random.Random, plan: FilePlan, chosen: Sellers, at: datetime) -> Iterator[dict[str, str]]:
    packs = {code: pack for code, _, _, _, (pack, *_) in PRODUCTS}
    for number in range(1, plan.sales + 1):
        ecp = chance.choice(chosen.plans)
        product = _PRODUCTS[ecp.line]
        line = PlannedLine(f"{product}-{packs[product]}", chance.randint(1, 12))
        sold_at = at - timedelta(days=chance.randint(0, _SOLD_DAYS), minutes=number)
        yield {
            "external_id": f"{plan.source}-{number:04}",
            "ecp_code": chosen.code(ecp),
            "sold_at": sold_at.isoformat(timespec="seconds"),
            "sku": line.sku,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
            "currency": _CURRENCY,
        }
