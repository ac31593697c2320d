"""Days, weekdays, and times of day are those of the program, wherever people and servers are (N1)."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.rules.model import (
    BonusRule,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    PeriodClause,
    Weekday,
)
from domain.time_zones import find_calendar
from tests.support.client import Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.revisions import RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, key

INDIA = find_calendar("Asia/Kolkata")


@pytest.fixture(autouse=True)
async def _in_india(clients: Clients) -> None:
    update = 'mutation { updateProgram(input: {timeZone: "Asia/Kolkata"}) { errors { message } } }'
    assert (await clients[Role.ADMIN].send(update)).data["updateProgram"] == {"errors": []}


def at(day: date, clock: time) -> datetime:
    """A time of day in India."""
    return datetime.combine(day, clock, INDIA.zone)


async def preview(clients: Clients, scheme_id: UUID, ecp_id: UUID, sold_at: datetime) -> Any:
    """Preview a sale of one AMB-1L."""
    document = """query ($input: PreviewPointsInput!) { previewPoints(input: $input) {
        basePoints bonusPoints errors { message } verdicts { verdict { met clauses { fact } } } } }"""
    sale = {
        "schemeId": gid(NodeKind.SCHEME, scheme_id),
        "ecpId": gid(NodeKind.ECP, ecp_id),
        "variantId": gid(NodeKind.VARIANT, clients.world.variants["AMB-1L"].id),
        "channel": "SALE",
        "quantity": 1,
        "at": sold_at.isoformat(),
    }
    return (await clients[Role.PROGRAM_MANAGER].send(document, input=sale)).data["previewPoints"]


async def running(factory: SchemeFactory, clock: TestClock, condition: Condition) -> tuple[UUID, UUID]:
    """An approved scheme of May to July with one rule of 7 points, and an ECP enrolled in April."""
    rule = BonusRule(id=key("rule"), name="Rule", condition=condition, reward=FlatPoints(7))
    ecp_id = await factory.ecps.verified()
    scheme_id = await factory.approved(await factory.complete(rules=[rule]))
    clock.now = datetime(2026, 4, 10, 6, tzinfo=UTC)
    await EnrollmentFactory(factory).enrolled(scheme_id, ecp_id)
    clock.now = datetime(2026, 8, 1, tzinfo=UTC)
    return scheme_id, ecp_id


@pytest.mark.parametrize(
    ("sold_at", "bonus", "fact"),
    [
        # Friday evening in London is Saturday in Pune, and the other way round a day later.
        (at(date(2026, 5, 8), time(23, 59, 59)), 0, "The sale was on Friday 8 May 2026 at 23:59:59 IST."),
        (at(date(2026, 5, 9), time()), 7, "The sale was on Saturday 9 May 2026 at 00:00 IST."),
        (at(date(2026, 5, 9), time(23, 59, 59)), 7, "The sale was on Saturday 9 May 2026 at 23:59:59 IST."),
        (at(date(2026, 5, 10), time()), 0, "The sale was on Sunday 10 May 2026 at 00:00 IST."),
    ],
)
async def test_a_saturday_is_one_of_the_program(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    factory: SchemeFactory, clients: Clients, clock: TestClock, sold_at: datetime, bonus: int, fact: str
) -> None:
    scheme_id, ecp_id = await running(factory, clock, PeriodClause(weekdays=(Weekday.SATURDAY,)))
    found = await preview(clients, scheme_id, ecp_id, sold_at)
    assert (found["basePoints"], found["bonusPoints"], found["errors"]) == (10, bonus, [])
    assert found["verdicts"][0]["verdict"]["clauses"] == [{"fact": fact}]


@pytest.mark.parametrize(
    ("sold_at", "problems"),
    [
        (
            at(date(2026, 4, 30), time(23, 59, 59)),
            ["The scheme started on 1 May 2026; nobody can earn in it on 30 April 2026."],
        ),
        (at(date(2026, 5, 1), time()), []),
        (at(date(2026, 7, 31), time(23, 59, 59)), []),
        (
            at(date(2026, 8, 1), time()),
            ["The scheme ended on 31 July 2026; nobody can earn in it on 1 August 2026."],
        ),
    ],
)
async def test_a_scheme_earns_from_its_first_hour_to_its_last(
    factory: SchemeFactory, clients: Clients, clock: TestClock, sold_at: datetime, problems: list[str]
) -> None:
    scheme_id, ecp_id = await running(factory, clock, PeriodClause(from_time=time(0, 0), to_time=time(23, 0)))
    found = await preview(clients, scheme_id, ecp_id, sold_at)
    assert [problem["message"] for problem in found["errors"]] == problems


@pytest.mark.parametrize(("day", "met"), [(date(2026, 5, 10), True), (date(2026, 5, 11), False)])
async def test_days_since_the_enrollment_are_days_of_the_program(
    factory: SchemeFactory,
    clients: Clients,
    clock: TestClock,
    day: date,
    met: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Enrolled on 10 April: the last second of 10 May is within 30 days, the next one is not."""
    scheme_id, ecp_id = await running(factory, clock, EnrolledWithinClause(30))
    clock_of_sale = time(23, 59, 59) if met else time()
    found = await preview(clients, scheme_id, ecp_id, at(day, clock_of_sale))
    assert found["verdicts"][0]["verdict"]["met"] is met


async def test_stages_and_windows_open_at_midnight_of_the_program(
    factory: SchemeFactory, clients: Clients, clock: TestClock
) -> None:
    """R8, R18: 18:30 UTC of the day before."""
    ecp_id = await factory.ecps.verified()
    scheme_id = await factory.approved()
    manager = clients[Role.PROGRAM_MANAGER]
    label = "query ($id: ID!) { node(id: $id) { ... on Scheme { stages { kind status since } } } }"
    enroll = """mutation ($input: EnrollInput!) { enroll(input: $input) { errors { message } } }"""
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "termsVersion": 1, "ecpId": gid(NodeKind.ECP, ecp_id)}
    for now, status, errors in (
        (datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC), "NOT_STARTED", ["Enrollment opens on 1 April 2026."]),
        (datetime(2026, 4, 30, 18, 30, tzinfo=UTC), "RUNNING", ["Enrollment closed on 30 April 2026."]),
        (datetime(2026, 4, 30, 18, 29, 59, tzinfo=UTC), "ENROLLMENT_OPEN", []),
    ):
        clock.now = now
        stages = (await manager.send(label, id=given["schemeId"])).data["node"]["stages"]
        assert next(stage["status"] for stage in stages if stage["kind"] == "RUNNING") == status
        found = (await manager.send(enroll, input=given)).data["enroll"]["errors"]
        assert [error["message"] for error in found] == errors


async def test_date_filters_are_days_of_the_program(factory: SchemeFactory, clients: Clients, clock: TestClock) -> None:
    """R19: registered at 19:00 UTC on 1 April, which is 2 April in India."""
    clock.now = datetime(2026, 4, 1, 19, tzinfo=UTC)
    await factory.ecps.registered()
    document = """query ($from: Date, $to: Date) {
        ecps(filter: {registeredFrom: $from, registeredTo: $to}) { totalCount } }"""
    for day, count in (("2026-04-01", 0), ("2026-04-02", 1), ("2026-04-03", 0)):
        found = await clients[Role.PROGRAM_MANAGER].send(document, **{"from": day, "to": day})
        assert found.data == {"ecps": {"totalCount": count}}


async def test_moments_in_sentences_are_those_of_the_program(
    factory: SchemeFactory, revisions: RevisionFactory, clients: Clients, clock: TestClock
) -> None:
    """R6: a revision for 9 December reads so."""
    dates = (date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 12, 31))
    scheme_id = await factory.approved(await factory.complete(dates=dates))
    await revisions.approved(scheme_id, at=INDIA.start_of_day(date(2026, 12, 9)), budget=5_000)
    manager = clients[Role.PROGRAM_MANAGER]
    found = (await manager.run("Notifications", first=1))["viewer"]["notifications"]["nodes"]
    assert [node["message"] for node in found] == [
        "Approver approved revision 2 of “Monsoon Care”, which takes effect on 9 December 2026 at 00:00 IST."
    ]


async def test_codes_have_the_year_of_the_program(
    factory: SchemeFactory, clients: Clients, clock: TestClock, world: World
) -> None:
    """New Year comes to India before it comes to Greenwich."""
    clock.now = datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
    scheme_id = await factory.created()
    document = "query ($id: ID!) { node(id: $id) { ... on Scheme { code } } }"
    found = await clients[Role.PROGRAM_MANAGER].send(document, id=gid(NodeKind.SCHEME, scheme_id))
    assert found.data == {"node": {"code": "SCH-2027-000001"}}
