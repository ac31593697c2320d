"""What all lines of a posting share."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from domain.calendar import Calendar
from domain.points.revision_plan import SchemePlan
from domain.points.running_state import month_and_week
from resolvers.points.earners import EarnerAt, EarnerMoment
from resolvers.points.posting.plans import RankHistory


class Scene(Struct, frozen=True):
    """What all lines of a posting share; `earners` were read with it."""

    calendar: Calendar
    currency: str
    ranks: RankHistory
    earners: Mapping[EarnerMoment, EarnerAt] = {}

    def periods(self, plan: SchemePlan, at: datetime) -> tuple[int, int]:
        """The numbers of the month and the week of a moment, where the plan needs them."""
        return month_and_week(at.astimezone(self.calendar.zone)) if plan.needs_periods else (0, 0)
