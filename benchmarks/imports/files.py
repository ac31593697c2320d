"""Files of sales of a place, in the order in which systems export them: by time, and not by ECP."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.ledger.place import CURRENCY, SKUS, Ecp

HEADER: Final = "external_id,ecp_code,sold_at,sku,quantity,unit_price,currency\n"
# Sales of a file lie within these days before now.
_DAYS: Final = 40


def write_file(path: Path, ecps: Sequence[Ecp], sales: int, seed: int = 1) -> None:
    """Write a file with so many sales of two lines each."""
    dice = random.Random(seed)  # noqa: S311 - the same file in every run
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=_DAYS)
    step = timedelta(days=_DAYS - 1) / max(sales, 1)
    codes = [ecp.code for ecp in ecps]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for number in range(sales):
            at = (began + number * step).isoformat().replace("+00:00", "Z")
            start = f"{seed}-{number:09},{dice.choice(codes)},{at}"
            for sku in (SKUS[number % 2], SKUS[2 + number % 3]):
                file.write(f"{start},{sku},{dice.randint(1, 4)},12.50,{CURRENCY}\n")
