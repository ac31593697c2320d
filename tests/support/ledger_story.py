"""The sales of one ECP in May and June, with a late sale and a return, posted through the real code."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from db.columns import scalar
from db.ecps.tables import EcpTable
from db.statement import Statement, uuid
from domain.points.entry_facts import entry_id
from domain.rules.model import (
    BonusRule,
    FlatPoints,
    PointsPerUnit,
    QuantityClause,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.world import World, key

NUMBER_OF_ECP = Statement(select(EcpTable.number).where(EcpTable.id == uuid("id")), scalar(int))
GOLD, REGULARS, BONANZA = key("rule Gold"), key("rule Regulars"), key("rule Bonanza")
# The points of each entry, in order. S-2 earns more for regulars when the late sale S-0 comes before it, and both S-2
# and S-3 less when S-1 is returned.
POINTS = (80, 5, 40, 5, 40, 5, 2, 30, 5, 4, -80, -5, -4, -2)


def day(month: int, number: int) -> datetime:
    """Noon in UTC, which is the same day in the time zone of the program."""
    return datetime(2026, month, number, 12, tzinfo=UTC)


async def posted_entry(desk: LedgerDesk, ecp_id: UUID) -> UUID:
    """The id of an entry: the base points of a sale in May, of an ECP who is enrolled in an open scheme."""
    await desk.sell(ecp_id, "S-1", day(5, 10), Line("AMB-1L", 1))
    async with desk.environment.database.writing() as session:
        (number,) = await session.fetch(NUMBER_OF_ECP, id=ecp_id)
    return entry_id(number, 1)


class LedgerStory:
    """A scheme, an ECP who is enrolled, and the sales."""

    def __init__(self, enrollments: EnrollmentFactory, clock: TestClock, world: World) -> None:
        self.enrollments = enrollments
        self.clock = clock
        self.world = world
        self.desk = LedgerDesk(enrollments.schemes.environment, world)
        self.ecp_id = self.scheme_id = UUID(int=0)

    @property
    def rules(self) -> tuple[BonusRule, ...]:
        """5 points for Gold, 1 point a unit from 10 units in a month on, and 1,000 points for 100 units at once."""
        volume = VolumeClause(measure=VolumeMeasure.UNITS, period=VolumePeriod.MONTH, at_least=10)
        return (
            BonusRule(id=GOLD, name="Gold", condition=TierClause((self.world.tiers["Gold"].id,)), reward=FlatPoints(5)),
            BonusRule(id=REGULARS, name="Regulars", condition=volume, reward=PointsPerUnit(1)),
            BonusRule(id=BONANZA, name="Bonanza", condition=QuantityClause(100), reward=FlatPoints(1_000)),
        )

    async def begin(self) -> None:
        """Approve the scheme, which runs from May to July, and enroll the ECP in March."""
        schemes = self.enrollments.schemes
        self.ecp_id = await self.enrollments.ecps.verified()
        dates = (day(3, 1).date(), day(4, 30).date(), day(5, 1).date(), day(7, 31).date())
        self.scheme_id = await schemes.approved(await schemes.complete(rules=self.rules, dates=dates))
        await self.enrollments.enrolled(self.scheme_id, self.ecp_id)

    async def may(self) -> None:
        """Three sales of May, recorded on 20 May: 177 points."""
        self.clock.now = day(5, 20)
        await self.desk.sell(self.ecp_id, "S-1", day(5, 5), Line("AMB-1L", 8))
        await self.desk.sell(self.ecp_id, "S-2", day(5, 10), Line("AMB-1L", 4))
        await self.desk.sell(self.ecp_id, "S-3", day(5, 15), Line("AMB-4L", 2))

    async def june(self) -> None:
        """In June a sale of May arrives, which adds 39 points, and S-1 is returned, which takes back 91."""
        self.clock.now = day(6, 10)
        await self.desk.sell(self.ecp_id, "S-0", day(5, 7), Line("AMB-1L", 3))
        self.clock.now = day(6, 11)
        await self.desk.give_back("S-1", "AMB-1L", 8, "R-1")
