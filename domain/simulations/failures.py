"""Declared failures of simulations; each carries its data and builds its sentence."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from domain.failures import Failure, IllegalState, Path, Problem, UserErrorCode
from domain.schemes.content import SchemeContent
from domain.simulations.facts import MAX_DAYS
from domain.text import format_number, join_words

SCHEME_PATH: Final[Path] = ("input", "schemeId")


class NothingToSimulate(IllegalState):
    """The draft lacks something without which no sale can earn points."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f"This scheme has no {join_words(missing, 'and no')} yet, so no sale can earn points in it. Complete the "
            "draft, and simulate it then.",
            SCHEME_PATH,
        )


class SimulationTooLarge(Failure):
    """The period has more lines than a simulation replays."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, lines: int, limit: int, *, has_pools: bool) -> None:
        self.lines = lines
        why = " of a scheme with a budget or a limit in total" if has_pools else ""
        super().__init__(
            f"This period has {format_number(lines)} lines of sales and coupons. A simulation{why} replays at most "
            f"{format_number(limit)}. Choose a shorter period.",
            ("input", "to"),
        )


def period_problems(first: date, last: date) -> Iterator[Problem]:
    """Yield what is wrong with a period, both of whose days are included."""
    if last < first:
        yield Problem(UserErrorCode.INVALID, "The last day of the period is before its first day.", ("to",))
    elif (last - first).days >= MAX_DAYS:
        message = f"The period has {format_number((last - first).days + 1)} days; choose at most {MAX_DAYS}."
        yield Problem(UserErrorCode.INVALID, message, ("to",))


def require_substance(content: SchemeContent) -> None:
    """Raise NothingToSimulate unless sales can earn points with this content. Rules are not needed."""
    missing = [
        name
        for name, found in (
            ("earning channel", content.basics.channels),
            ("product", content.variant_ids),
            ("geography", content.geography_ids),
        )
        if not found
    ]
    if missing:
        raise NothingToSimulate(missing)
