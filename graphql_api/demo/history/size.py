"""How large the history of the demo data is, and how far the job that loads it has come."""

from datetime import datetime
from typing import Final

from msgspec import Struct


class HistorySize(Struct, frozen=True):
    """How many sales there are, returns included, and how many redemptions."""

    sales: int
    redemptions: int


class HistoryParameters(Struct, frozen=True):
    """The parameters of the job: the moment at which the other demo data was loaded, and the size."""

    loaded_at: datetime
    size: HistorySize


class HistoryPlace(Struct, frozen=True):
    """How far the job has come: the reports and redemptions that are stored, in the order of their plan."""

    done: int


FULL_HISTORY: Final = HistorySize(sales=50_000, redemptions=20_000)
