"""What is done at desks during the history: imports, settlements, expiry, a simulation, and what waits at the end."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from msgspec import Struct

from graphql_api.demo.history.desk import Desk, fill_desk
from graphql_api.demo.history.expiring import EXPIRING, expire_points
from graphql_api.demo.history.importing import GOOD_FILE, HALF_GOOD_FILE, import_file
from graphql_api.demo.history.reading import read_notifications
from graphql_api.demo.history.settling import PAYING, SETTLED, approve, report_payouts, settle
from graphql_api.demo.history.simulating import start_simulation


class DeskWork(StrEnum):
    """Something that people do at their desks, in one transaction."""

    SETTLE = "SETTLE"
    APPROVE_SETTLEMENT = "APPROVE_SETTLEMENT"
    REPORT_PAYOUTS = "REPORT_PAYOUTS"
    SETTLE_AGAIN = "SETTLE_AGAIN"
    SETTLE_ANOTHER = "SETTLE_ANOTHER"
    APPROVE_ANOTHER = "APPROVE_ANOTHER"
    EXPIRE_FIRST = "EXPIRE_FIRST"
    EXPIRE_MORE = "EXPIRE_MORE"
    EXPIRE_LAST = "EXPIRE_LAST"
    IMPORT_ALL = "IMPORT_ALL"
    IMPORT_HALF = "IMPORT_HALF"
    READ_NOTIFICATIONS = "READ_NOTIFICATIONS"
    FILL_DESKS = "FILL_DESKS"
    SIMULATE = "SIMULATE"


class Appointment(Struct, frozen=True):
    """When something is done: days before loading, at an hour; at the moment of loading without days."""

    days: int
    hour: int

    @property
    def after_midnight(self) -> timedelta:
        """The time of the day."""
        return timedelta(hours=self.hour)


# The scheme that a settlement is of; without the scheme it is left out.
SCHEME_OF_WORK: Final[Mapping[DeskWork, str]] = {
    DeskWork.SETTLE: SETTLED.title,
    DeskWork.APPROVE_SETTLEMENT: SETTLED.title,
    DeskWork.REPORT_PAYOUTS: SETTLED.title,
    DeskWork.SETTLE_AGAIN: SETTLED.title,
    DeskWork.SETTLE_ANOTHER: PAYING.title,
    DeskWork.APPROVE_ANOTHER: PAYING.title,
    DeskWork.EXPIRE_FIRST: EXPIRING,
    DeskWork.EXPIRE_MORE: EXPIRING,
    DeskWork.EXPIRE_LAST: EXPIRING,
}
# At the moment of loading, in this order.
LAST_WORK: Final = (DeskWork.READ_NOTIFICATIONS, DeskWork.FILL_DESKS, DeskWork.SIMULATE)
APPOINTMENTS: Final[Mapping[DeskWork, Appointment]] = {
    DeskWork.SETTLE: Appointment(148, 10),
    DeskWork.APPROVE_SETTLEMENT: Appointment(146, 11),
    DeskWork.REPORT_PAYOUTS: Appointment(141, 16),
    DeskWork.SETTLE_AGAIN: Appointment(4, 10),
    DeskWork.SETTLE_ANOTHER: Appointment(36, 9),
    DeskWork.APPROVE_ANOTHER: Appointment(2, 14),
    DeskWork.EXPIRE_FIRST: Appointment(50, 1),
    DeskWork.EXPIRE_MORE: Appointment(25, 1),
    DeskWork.EXPIRE_LAST: Appointment(1, 1),
    DeskWork.IMPORT_ALL: Appointment(6, 15),
    DeskWork.IMPORT_HALF: Appointment(3, 12),
}
DESK_WORK: Final[Mapping[DeskWork, Callable[[Desk], Awaitable[None]]]] = {
    DeskWork.SETTLE: partial(settle, SETTLED),
    DeskWork.APPROVE_SETTLEMENT: partial(approve, SETTLED),
    DeskWork.REPORT_PAYOUTS: partial(report_payouts, SETTLED),
    DeskWork.SETTLE_AGAIN: partial(settle, SETTLED),
    DeskWork.SETTLE_ANOTHER: partial(settle, PAYING),
    DeskWork.APPROVE_ANOTHER: partial(approve, PAYING),
    DeskWork.EXPIRE_FIRST: expire_points,
    DeskWork.EXPIRE_MORE: expire_points,
    DeskWork.EXPIRE_LAST: expire_points,
    DeskWork.IMPORT_ALL: partial(import_file, GOOD_FILE),
    DeskWork.IMPORT_HALF: partial(import_file, HALF_GOOD_FILE),
    DeskWork.READ_NOTIFICATIONS: read_notifications,
    DeskWork.FILL_DESKS: fill_desk,
    DeskWork.SIMULATE: start_simulation,
}
