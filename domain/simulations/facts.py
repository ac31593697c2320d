"""The bounds of simulations."""

from typing import Final

# Days that a period has at most, both ends included.
MAX_DAYS: Final = 366
# Lines that a simulation replays at most, and at most where limits over all ECPs need the order of recording.
MAX_LINES: Final = 10_000_000
MAX_ORDERED_LINES: Final = 2_000_000
# Lines that are shown of those whose value changes.
EXAMPLES: Final = 10
