"""Files of sales of a place, as systems export them day by day: by time, and not by ECP."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.ledger.place import CURRENCY, SKUS, Ecp

HEADER: Final = "external_id,ecp_code,sold_at,sku,quantity,unit_price,currency\n"
# All sales lie within these days before now.
_DAYS: Final = 40


class Exports:
    """Writes files for some ECPs; the sales of a file follow those of the file before."""

    def __init__(self, ecps: Sequence[Ecp], sales: int) -> None:
        """Plan for so many sales in all files together."""
        self._codes = [ecp.code for ecp in ecps]
        self._at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=_DAYS)
        self._step = timedelta(days=_DAYS - 1) / max(sales, 1)
        self._dice = random.Random(sales)  # noqa: S311 - the same files in every run

    def write(self, path: Path, sales: int) -> None:
        """Write a file with so many sales of two lines each."""
        dice = self._dice
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(HEADER)
            for number in range(sales):
                self._at += self._step
                at = self._at.isoformat().replace("+00:00", "Z")
                start = f"{number:09},{dice.choice(self._codes)},{at}"
                for sku in (SKUS[number % 2], SKUS[2 + number % 3]):
                    file.write(f"{start},{sku},{dice.randint(1, 4)},12.50,{CURRENCY}\n")
