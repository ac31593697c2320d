"""What the ECPs of the demo data did, as a connected system reports it, in days before loading.

All of it is drawn with a fixed seed, so it is the same whenever the data is loaded.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from graphql_api.demo.members import MemberPlan
from graphql_api.demo.plan import Line

SOURCE: Final = "partner-app"
# The days on which the system reports. The first report brings along what happened before.
REPORT_DAYS: Final = (224, 196, 168, 140, 112, 84, 56, 28, 14, 7, 1)

_YEAR: Final = 365
# How long before their registration the system knows of what somebody did.
_KNOWN_BEFORE: Final = 110
# ECPs are stored a week at a time, and can be reported of from then on.
_KNOWN_AFTER: Final = 8


class Habit(Struct, frozen=True):
    """An activity: how many ECPs do it, at most how often each, and of which line and where, if not everybody."""

    kind: str
    ecps: int
    times: int
    line: Line | None = None
    places: tuple[str, ...] = ("IN", "NP")


# What rules name, but for LENS_SCANNER_CONNECTED: nobody has done that.
HABITS: Final = (
    Habit("TRAINING_COMPLETED", 230, 2),
    Habit("APP_INSTALLED", 410, 1),
    Habit("REFERRAL", 90, 3),
    Habit("FLEET_VISIT_LOGGED", 60, 5, Line.LUBRICANTS),
    Habit("BEFORE_AFTER_PHOTO", 50, 8, Line.CAR_CARE),
    Habit("EYE_SCREENING_CAMP", 45, 3, Line.EYE_CARE, ("IN-UP", "IN-MP", "IN-RJ", "IN-WB", "NP")),
)


class Doing(Struct, frozen=True):
    """Something that an ECP did so many days ago, and how many days ago it was reported, under which number."""

    number: int
    member: MemberPlan
    kind: str
    days_ago: int
    reported: int


def plan_doings(members: Sequence[MemberPlan]) -> tuple[Doing, ...]:
    """Everything that was reported, in the order in which it happened."""
    chance = random.Random("doings")  # noqa: S311 - the same every time, on purpose
    drawn = [found for habit in HABITS for found in _of_habit(chance, habit, members)]
    drawn.sort(key=lambda found: -found[2])
    return tuple(
        Doing(number, member, kind, days_ago, _reported(member, days_ago))
        for number, (member, kind, days_ago) in enumerate(drawn, start=1)
    )


def _of_habit(
    chance: random.Random, habit: Habit, members: Sequence[MemberPlan]
) -> Iterator[tuple[MemberPlan, str, int]]:
    could = [member for member in members if _could(habit, member)]
    for member in chance.sample(could, habit.ecps):
        for _ in range(chance.randint(1, habit.times)):
            days_ago = chance.randint(2, min(_YEAR, member.registered + _KNOWN_BEFORE))
            yield member, habit.kind, days_ago


def _could(habit: Habit, member: MemberPlan) -> bool:
    verified = member.verified is not None and member.registered > _KNOWN_AFTER
    stays = member.suspended is None and member.erased is None
    return verified and stays and habit.line in {None, member.line} and member.place.startswith(habit.places)


def _reported(member: MemberPlan, days_ago: int) -> int:
    """The first report after it happened, once the ECP is known."""
    return next(day for day in REPORT_DAYS if day < days_ago and day <= member.registered - _KNOWN_AFTER)
