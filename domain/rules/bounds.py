"""The bounds of bonus rules: largest counts and lengths, and inclusive ranges of numbers."""

from typing import Final

MAX_RULES: Final = 50
LONGEST_NAME: Final = 120
LONGEST_GROUP_NAME: Final = 60
MAX_DEPTH: Final = 5
MAX_CHILDREN: Final = 20
MAX_CONDITIONS: Final = 100
MAX_LIST_ENTRIES: Final = 1_000
MAX_SLABS: Final = 20
MAX_DECIMAL_PLACES: Final = 2

# The largest integer that every JSON client reads exactly (RFC 8259, section 6).
MAX_SAFE_INT: Final = 2**53 - 1

# Each range is the lowest and the highest value allowed.
PRIORITY_RANGE: Final = (-1_000, 1_000)
QUANTITY_RANGE: Final = (1, 1_000_000)
POINTS_RANGE: Final = (1, 1_000_000)
SAFE_COUNT_RANGE: Final = (1, MAX_SAFE_INT)
TIMES_RANGE: Final = (1, 1_000)
DAYS_RANGE: Final = (1, 3_660)

MAX_PERCENT: Final = 1_000
MAX_FACTOR: Final = 100
