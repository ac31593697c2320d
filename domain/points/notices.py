"""Sentences about the points of an ECP from stored facts."""

from typing import assert_never

from domain.calendar import format_day
from domain.points.stored_facts import PointsExpired, PointsExpiring, StoredPointsFact
from domain.stored_facts import Reader
from domain.text import format_number, quote


def points_sentence(fact: StoredPointsFact, reader: Reader) -> str:
    """Write what happens to points, for their ECP."""
    of_whom = "your points" if fact.ecp_id == reader.ecp_id else f"the points of {fact.code}"
    amount = f"{format_number(fact.points)} of {of_whom}"
    match fact:
        case PointsExpired():
            return f"{amount} in {quote(fact.title)} expired, because the scheme changed how long points are kept."
        case PointsExpiring():
            if fact.first_on == fact.last_on:
                when = f"on {format_day(fact.first_on)}"
            else:
                when = f"from {format_day(fact.first_on)} to {format_day(fact.last_on)}"
            return f"{amount} in {quote(fact.title)} will expire {when}, unless they are paid out before."
        case _:
            assert_never(fact)
