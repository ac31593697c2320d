"""Plans of the activities that a connected system reports about demo ECPs, in days before loading.

All of it is drawn with a fixed seed, so every load gives the same activities.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.lines import Line

SOURCE: Final = "partner-app"
# Days before loading on which the system reports. The first report includes everything before it.
REPORT_DAYS: Final = (224, 196, 168, 140, 112, 84, 56, 28, 14, 7, 1)

_YEAR_DAYS: Final = 365
# How long before the registration of an ECP the system knows their activities.
_KNOWN_BEFORE_DAYS: Final = 110
# ECPs are stored a week at a time; activities can only be reported afterwards.
_KNOWN_AFTER_DAYS: Final = 8


class ActivityHabit(Struct, frozen=True):
    """How many ECPs do an activity, at most how often each, and in which line of business and places."""

    kind: str
    ecps: int
    times: int
    line: Line | None = None
    places: tuple[str, ...] = ("IN", "NP")


# The activities that rules name, except LENS_SCANNER_CONNECTED: no ECP has done it.
HABITS: Final = (
    ActivityHabit("TRAINING_COMPLETED", 230, 2),
    ActivityHabit("APP_INSTALLED", 410, 1),
    ActivityHabit("REFERRAL", 90, 3),
    ActivityHabit(kind="FLEET_VISIT_LOGGED", ecps=60, times=5, line=Line.LUBRICANTS),
    ActivityHabit(kind="BEFORE_AFTER_PHOTO", ecps=50, times=8, line=Line.CAR_CARE),
    ActivityHabit(
        kind="EYE_SCREENING_CAMP",
        ecps=45,
        times=3,
        line=Line.EYE_CARE,
        places=("IN-UP", "IN-MP", "IN-RJ", "IN-WB", "NP"),
    ),
)


class PlannedActivity(Struct, frozen=True):
    """An activity of an ECP: the days before loading on which it happened and was reported, and its number."""

    number: int
    ecp: EcpPlan
    kind: str
    days_ago: int
    reported: int


def plan_activities(ecps: Sequence[EcpPlan]) -> tuple[PlannedActivity, ...]:
    """Return every reported activity, in order of time."""
    chance = random.Random("doings")  # noqa: S311 - the same every time, on purpose
    drawn = [found for habit in HABITS for found in _draw_activities(chance, habit, ecps)]
    drawn.sort(key=lambda found: -found[2])
    return tuple(
        PlannedActivity(number=number, ecp=ecp, kind=kind, days_ago=days_ago, reported=_report_day(ecp, days_ago))
        for number, (ecp, kind, days_ago) in enumerate(drawn, start=1)
    )


def _draw_activities(
    chance: random.Random, habit: ActivityHabit, ecps: Sequence[EcpPlan]
) -> Iterator[tuple[EcpPlan, str, int]]:
    eligible = [ecp for ecp in ecps if _is_eligible(habit, ecp)]
    for ecp in chance.sample(eligible, habit.ecps):
        for _ in range(chance.randint(1, habit.times)):
            days_ago = chance.randint(2, min(_YEAR_DAYS, ecp.registered + _KNOWN_BEFORE_DAYS))
            yield ecp, habit.kind, days_ago


def _is_eligible(habit: ActivityHabit, ecp: EcpPlan) -> bool:
    verified = ecp.verified is not None and ecp.registered > _KNOWN_AFTER_DAYS
    stays = ecp.suspended is None and ecp.erased is None
    return verified and stays and habit.line in {None, ecp.line} and ecp.place.startswith(habit.places)


def _report_day(ecp: EcpPlan, days_ago: int) -> int:
    """Return the day of the first report after the activity, once the ECP is known."""
    return next(day for day in REPORT_DAYS if day < days_ago and day <= ecp.registered - _KNOWN_AFTER_DAYS)
