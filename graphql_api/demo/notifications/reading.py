"""When people last read their notifications, and the step that marks them as read."""

from collections.abc import Iterator, Mapping
from typing import Final

from graphql_api.demo.accounts.people import Person
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.steps import Step, StepContext
from resolvers.notifications.mark_notifications_read import MarkNotificationsRead, mark_notifications_read

# How many days ago each person last read their notifications: some every few days, others hardly ever.
LAST_READ_DAYS_AGO: Final[Mapping[Person, int]] = {
    Person.MANAGER: 4,
    Person.SECOND_MANAGER: 5,
    Person.HEAD: 5,
    Person.APPROVER: 9,
    Person.OPERATIONS: 24,
    Person.DESIGNER: 9,
    Person.ECP: 70,
    Person.PRN_01: 10,
    Person.PKG_01: 14,
    Person.FAC_01: 10,
    Person.PRN_02: 18,
    Person.PKG_02: 15,
    Person.FAC_02: 20,
    Person.PRN_03: 12,
    Person.PKG_03: 8,
    Person.FAC_03: 12,
    Person.PRN_04: 6,
    Person.PKG_04: 6,
    Person.FAC_04: 7,
}


def reading_steps(clock: DemoClock) -> Iterator[Step]:
    """Yield a step for each person who reads their notifications."""
    for person, days_ago in LAST_READ_DAYS_AGO.items():
        yield Step(clock.days_ago(days_ago), person, mark_all_read)


async def mark_all_read(context: StepContext) -> None:
    """Mark every notification of the actor as read."""
    await mark_notifications_read(context.operation, MarkNotificationsRead(None, all=True))
