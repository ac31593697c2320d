"""The basic types of sales: outcomes, modes, limits, and the policy of what may be reported (R20)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

SALES_LIMIT: Final = 1_000
LINES_LIMIT: Final = 200
# Of all sales of a report together: the server answers nobody else while it reads them.
REPORTED_LINES_LIMIT: Final = 20_000
# Of the parked sales of one source.
PARKED_LIMIT: Final = 10_000
# Of one mutation.
DISCARD_LIMIT: Final = 200
SOURCE_LENGTH: Final = (1, 60)
EXTERNAL_ID_LENGTH: Final = (1, 120)
# What a sale may call an ECP or a variant: a code or an alias.
ALIAS_LENGTH: Final = (1, 120)
PRICE_DECIMALS: Final = 4
# Of the price of a unit times the units of a line.
LARGEST_VALUE: Final = 10**12
# Clocks of other systems are off by seconds, not by hours.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)


class SalesPolicy(Struct, frozen=True):
    """What may be reported: a sale that is older than `oldest` is rejected."""

    oldest: timedelta = timedelta(days=90)


class SaleOutcome(StrEnum):
    """The outcome of one reported sale."""

    RECORDED = "RECORDED"
    CORRECTED = "CORRECTED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    REJECTED = "REJECTED"
    PARKED = "PARKED"


class IngestMode(StrEnum):
    """What happens to the other sales of a report when one is rejected."""

    ALL_OR_NOTHING = "ALL_OR_NOTHING"
    EACH_ON_ITS_OWN = "EACH_ON_ITS_OWN"


class AliasKind(StrEnum):
    """What an alias stands for: a variant of a product, or an ECP."""

    SKU = "SKU"
    ECP = "ECP"
