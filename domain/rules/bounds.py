"""The bounds that a bonus rule must stay inside."""

from typing import Final

MAX_RULES: Final = 50
MAX_NAME: Final = 120
MAX_GROUP_NAME: Final = 60
MAX_DEPTH: Final = 5
MAX_CHILDREN: Final = 20
MAX_CONDITIONS: Final = 100
MAX_NAMED: Final = 1_000
MAX_SLABS: Final = 20
MAX_DECIMALS: Final = 2

# The largest integer that every JSON client reads exactly (RFC 8259, section 6).
SAFE_INT: Final = 2**53 - 1

# Each pair is the lowest and the highest value allowed.
PRIORITY: Final = (-1_000, 1_000)
QUANTITY: Final = (1, 1_000_000)
POINTS: Final = (1, 1_000_000)
SAFE_COUNT: Final = (1, SAFE_INT)
TIMES: Final = (1, 1_000)
DAYS: Final = (1, 3_660)

MAX_PERCENT: Final = 1_000
MAX_FACTOR: Final = 100
