"""Connected systems report activities of ECPs. Each is recorded once, however often it is reported (R20)."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.ecps.activities import Activity
from domain.permissions import Permission, Role, roles_with
from domain.requests import Forbidden
from graphql_api.context import Environment
from resolvers.ecps.record_activities import RecordActivities, record_activities
from tests.support.client import Client, Clients, document
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.mutations.enrollments import events
from tests.support.unchanged import nothing_changes
from tests.support.world import World

DOCUMENT = document("integration/RecordActivities")
CODE = "ECP-2026-000001"
KIND = "A kind has 2 to 60 capital letters, digits and underscores, such as TRAINING_COMPLETED."
GOOD = {"externalId": "a-1", "ecpCode": CODE, "kind": "TRAINING_COMPLETED", "occurredAt": "2026-03-01T09:30:00Z"}
ROWS = "SELECT source, external_id, ecp.code, kind, occurred_at::text FROM ecp_activity JOIN ecp ON ecp.id = ecp_id"


@pytest.fixture
def system(clients: Clients) -> Client:
    """A connected system."""
    return clients[Role.INTEGRATION]


@pytest.fixture(autouse=True)
async def known(enrollments: EnrollmentFactory) -> None:
    """The world's ECP."""
    await enrollments.ecps.verified()


def activity(**changed: Any) -> dict[str, Any]:
    """A good activity, with something changed."""
    return {**GOOD, **changed}


async def report(client: Client, *activities: dict[str, Any], source: str = "academy") -> Any:
    """The payload of a report."""
    given = {"source": source, "activities": list(activities)}
    return (await client.send(DOCUMENT, input=given)).data["recordActivities"]


async def outcomes(client: Client, *activities: dict[str, Any], source: str = "academy") -> list[str]:
    """Return the outcome of each activity, and check the totals."""
    payload = await report(client, *activities, source=source)
    assert payload["errors"] == []
    found = [result["outcome"] for result in payload["results"]]
    assert [result["externalId"] for result in payload["results"]] == [item["externalId"] for item in activities]
    for name, outcome in (("recorded", "RECORDED"), ("duplicates", "DUPLICATE"), ("rejected", "REJECTED")):
        assert payload[name] == found.count(outcome)
    assert all(bool(result["errors"]) is (result["outcome"] == "REJECTED") for result in payload["results"])
    return found


async def stored(database_url: str) -> list[tuple[str, ...]]:
    """Return the recorded activities."""
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(f"{ROWS} ORDER BY ecp_activity.id")
    await connection.close()
    return [tuple(row) for row in rows]


async def test_a_new_activity_is_recorded_once(system: Client, database_url: str, world: World) -> None:
    """R20: with one event per report. Repeating the report changes nothing and publishes no event."""
    received = [activity(), activity(externalId="a-2", kind="APP_INSTALLED", occurredAt="2026-03-01T10:00:00.5+05:30")]
    assert await outcomes(system, *received) == ["RECORDED", "RECORDED"]
    assert await stored(database_url) == [
        ("academy", "a-1", CODE, "TRAINING_COMPLETED", "2026-03-01 09:30:00+00"),
        ("academy", "a-2", CODE, "APP_INSTALLED", "2026-03-01 04:30:00.5+00"),
    ]
    (event,) = await events(database_url, "ECP_ACTIVITIES_RECORDED")
    assert event == ("ECP_ACTIVITIES_RECORDED", world.accounts["INTEGRATION"].id, None, None)
    async with nothing_changes(database_url):
        assert await outcomes(system, *received) == ["DUPLICATE", "DUPLICATE"]
        same = activity(externalId=" a-1 ", ecpCode=" ecp-2026-000001 ", occurredAt="2026-03-01T15:00:00+05:30")
        payload = await report(system, same, source=" academy ")
        assert payload["results"] == [{"externalId": "a-1", "outcome": "DUPLICATE", "errors": []}]
    assert await outcomes(system, *received, activity(externalId="a-3")) == ["DUPLICATE", "DUPLICATE", "RECORDED"]
    assert len(await events(database_url, "ECP_ACTIVITIES_RECORDED")) == 2
    assert await outcomes(system, *received, source="till") == ["RECORDED", "RECORDED"]


async def test_an_id_stands_for_one_activity(system: Client, enrollments: EnrollmentFactory, database_url: str) -> None:
    """R20: with any other content it is rejected."""
    await enrollments.ecps.verified("Binod Thapa")
    await outcomes(system, activity())
    others = (
        {"ecpCode": "ECP-2026-000002"},
        {"kind": "TRAINING_BEGUN"},
        {"occurredAt": "2026-03-01T09:30:00.000001Z"},
    )
    async with nothing_changes(database_url):
        for changed in others:
            payload = await report(system, activity(**changed))
            assert (payload["recorded"], payload["duplicates"], payload["rejected"]) == (0, 0, 1)
            ((error,),) = [result["errors"] for result in payload["results"]]
            assert error == {
                "__typename": "InvalidInput",
                "code": "CONFLICT",
                "message": "Another activity was already recorded under this external id: give each activity its own.",
                "path": ["input", "activities", "0", "externalId"],
            }


async def test_an_id_that_comes_twice_in_one_report(system: Client, database_url: str) -> None:
    """R20: the first one that is good counts; what follows is the same again, or a conflict."""
    received = (
        activity(kind="wrong"),
        activity(),
        activity(),
        activity(kind="TRAINING_BEGUN"),
        activity(externalId="a-2"),
    )
    assert await outcomes(system, *received) == ["REJECTED", "RECORDED", "DUPLICATE", "REJECTED", "RECORDED"]
    assert await outcomes(system, *received) == ["REJECTED", "DUPLICATE", "DUPLICATE", "REJECTED", "DUPLICATE"]
    assert [row[:4] for row in await stored(database_url)] == [
        ("academy", "a-1", CODE, "TRAINING_COMPLETED"),
        ("academy", "a-2", CODE, "TRAINING_COMPLETED"),
    ]


UNKNOWN = ("NOT_FOUND", "ecpCode", "There is no ECP with this code.")
# What is changed of a good activity, and what is wrong with it then; it is 9 o'clock on 10 March.
CASES: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
    ({}, []),
    ({"ecpCode": "ECP-2026-000003"}, []),
    ({"ecpCode": "ECP-2026-000004"}, []),
    ({"ecpCode": "ECP-2026-000009"}, [UNKNOWN]),
    ({"ecpCode": ""}, [UNKNOWN]),
    ({"ecpCode": "ECP\x00"}, [UNKNOWN]),
    (
        {"ecpCode": "ECP-2026-000002"},
        [("ILLEGAL_STATE", "ecpCode", "This ECP is closed, so no more activities are recorded for it.")],
    ),
    ({"kind": "training"}, [("INVALID", "kind", KIND)]),
    ({"occurredAt": "2026-03-10T09:06:00Z"}, [("INVALID", "occurredAt", "This time is in the future.")]),
    (
        {"occurredAt": "1999-12-31T23:59:59Z"},
        [("INVALID", "occurredAt", "This time is before 2000: check the date.")],
    ),
    (
        {"externalId": "x" * 121, "kind": "", "ecpCode": "nobody"},
        [
            ("INVALID", "externalId", "The external id has 121 characters; at most 120 are allowed."),
            ("INVALID", "kind", KIND),
            UNKNOWN,
        ],
    ),
]


async def test_each_activity_is_rejected_by_itself(
    system: Client, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R26: all that is wrong with one, with paths; the others are recorded."""
    await enrollments.ecps.erased("Binod Thapa")
    await enrollments.ecps.suspended("Chitra Iyer")
    await enrollments.ecps.registered("Dev Nair")
    received = [activity(**{"externalId": f"a-{index}", **changed}) for index, (changed, _) in enumerate(CASES)]
    payload = await report(system, *received)
    assert (payload["recorded"], payload["duplicates"], payload["rejected"]) == (3, 0, 8)
    for index, ((_, expected), result) in enumerate(zip(CASES, payload["results"], strict=True)):
        assert result["outcome"] == ("REJECTED" if expected else "RECORDED")
        errors = result["errors"]
        assert all(error["path"][:3] == ["input", "activities", str(index)] for error in errors)
        assert [(error["code"], error["path"][3], error["message"]) for error in errors] == expected
    assert len(await stored(database_url)) == 3


async def test_an_invalid_report_is_rejected(system: Client, database_url: str) -> None:
    """R26: as a whole, with all of its problems, and nothing is recorded."""
    many = [activity(externalId=f"a-{number}") for number in range(1001)]
    async with nothing_changes(database_url):
        for source, activities, expected in (
            (" ", [], ["The source is missing.", "Report at least one activity."]),
            ("x" * 61, [activity()], ["The source has 61 characters; at most 60 are allowed."]),
            ("academy", many, ["1,001 activities are too many; report at most 1,000 at once."]),
        ):
            payload = await report(system, *activities, source=source)
            assert [error["message"] for error in payload["errors"]] == expected
            assert [payload[name] for name in ("results", "recorded", "duplicates", "rejected")] == [None] * 4
        missing = {"source": "academy", "activities": [activity(occurredAt=None)]}
        assert (await system.send(DOCUMENT, input=missing)).codes == ["BAD_USER_INPUT"]


SHAPE = "Write it like 2026-03-01T09:30:00Z or 2026-03-01T15:00:00+05:30."
MALFORMED: list[tuple[Any, str]] = [
    ("yesterday", f"This is not a DateTime. {SHAPE}"),
    ("2026-03-01T09:30:00", f"This DateTime has no offset from UTC. {SHAPE}"),
    ("2026-02-29T09:30:00Z", "February 2026 has no day 29: its days are 01 to 28."),
    ("२०२६-03-01T09:30:00Z", f"This DateTime has the digit “२”; only 0 to 9 are allowed. {SHAPE}"),
    ("x" * 1_001, f"This DateTime has 1,001 characters; at most 1,000 are allowed. {SHAPE}"),
    (1772357400, f"A DateTime is text. {SHAPE}"),
    (["2026-03-01T09:30:00Z"], f"A DateTime is text. {SHAPE}"),
]


async def test_a_malformed_time_rejects_only_its_own_activity(system: Client, database_url: str) -> None:
    """N1: of 200 activities, the others are recorded, and may be sent again with the mended ones."""
    received = [activity(externalId=f"a-{number}") for number in range(200)]
    for index, (value, _) in enumerate(MALFORMED):
        received[index * 20]["occurredAt"] = value
    payload = await report(system, *received)
    assert payload["errors"] == []
    assert (payload["recorded"], payload["duplicates"], payload["rejected"]) == (193, 0, 7)
    for index, (_, message) in enumerate(MALFORMED):
        path = ["input", "activities", str(index * 20), "occurredAt"]
        problem = {"__typename": "InvalidInput", "code": "INVALID", "message": message, "path": path}
        rejected = {"externalId": f"a-{index * 20}", "outcome": "REJECTED", "errors": [problem]}
        assert payload["results"][index * 20] == rejected
    assert len(await stored(database_url)) == 193
    assert await outcomes(system, activity(externalId="a-0"), activity(externalId="a-1")) == ["RECORDED", "DUPLICATE"]


async def test_a_malformed_time_in_the_text_of_a_document(system: Client, database_url: str) -> None:
    """N1: where no variable is decoded, the standard executor answers the same."""
    item = '{externalId: "a-1", ecpCode: "%s", kind: "TRAINING_COMPLETED", occurredAt: %s}'
    query = 'mutation { recordActivities(input: {source: "academy", activities: [%s]}) { results { outcome } } }'
    items = [
        item % (CODE, text) for text in ('"yesterday"', "1772357400", "{at: 1}", '"2026-03-01T09:30:00.123456789Z"')
    ]
    answer = await system.send(query % ", ".join(items))
    found = [result["outcome"] for result in answer.data["recordActivities"]["results"]]
    assert found == ["REJECTED", "REJECTED", "REJECTED", "RECORDED"]
    assert [row[4] for row in await stored(database_url)] == ["2026-03-01 09:30:00.123457+00"]


async def test_fractions_and_leap_seconds_are_recorded_to_the_microsecond(system: Client, database_url: str) -> None:
    """N1: so that the same activity from a clock of nanoseconds is the same again."""
    received = [
        activity(occurredAt="2026-03-01T09:30:00.123456499999999Z"),
        activity(externalId="a-2", occurredAt="2025-12-31T23:59:59.9999996Z"),
        activity(externalId="a-3", occurredAt="2026-01-01T05:29:60.5+05:30"),
    ]
    assert await outcomes(system, *received) == ["RECORDED", "RECORDED", "RECORDED"]
    assert [row[4] for row in await stored(database_url)] == [
        "2026-03-01 09:30:00.123456+00",
        "2026-01-01 00:00:00+00",
        "2025-12-31 23:59:59.999999+00",
    ]
    assert await outcomes(system, activity(occurredAt="2026-03-01T15:00:00.1234560001+05:30")) == ["DUPLICATE"]


async def test_a_thousand_take_four_statements(environment: Environment, world: World, database_url: str) -> None:
    """R20: however many there are, and for the same ones again."""
    now = environment.clock()
    received = [
        Activity(external_id=f"a-{number}", ecp_code=CODE, kind="TRAINING_COMPLETED", occurred_at=now)
        for number in range(1000)
    ]
    for known, recorded in ((0, 1000), (1000, 0)):
        operation = environment.operation(world.viewer(Role.INTEGRATION))
        results = await record_activities(operation, RecordActivities("academy", received))
        assert sum(result.outcome == "RECORDED" for result in results) == recorded
        assert operation.statements <= 4, known
        await operation.close()
    assert len(await stored(database_url)) == 1000


async def test_simultaneous_reports_record_each_activity_once(system: Client, database_url: str) -> None:
    """R20: each is recorded once, in any order."""
    received = [activity(externalId=f"a-{number}") for number in range(200)]
    reports = await asyncio.gather(
        *(outcomes(system, *(received if turn % 2 else received[::-1]), source="academy") for turn in range(6))
    )
    assert sum(found.count("RECORDED") for found in reports) == 200
    assert sum(found.count("DUPLICATE") for found in reports) == 1000
    rows = await stored(database_url)
    assert (len(rows), len({row[1] for row in rows})) == (200, 200)


async def test_only_connected_systems_report(clients: Clients, database_url: str) -> None:
    """R25: nobody else, and nothing is recorded."""
    assert roles_with(Permission.ACTIVITY_RECORD) == (Role.INTEGRATION,)
    given = {"source": "academy", "activities": [activity()]}
    async with nothing_changes(database_url):
        for role in set(Role) - {Role.INTEGRATION}:
            (error,) = (await clients[role].send(DOCUMENT, input=given)).errors
            assert error["message"] == str(Forbidden(Permission.ACTIVITY_RECORD))
        assert (await clients.anonymous.send(DOCUMENT, input=given)).codes == ["UNAUTHENTICATED"]


async def test_a_source_is_known_by_its_key(system: Client, database_url: str) -> None:
    """N1: another spelling of the source is no second system, and an external id is taken as it is."""
    assert await outcomes(system, activity(), source="Ac\u00e9demy  LMS") == ["RECORDED"]
    async with nothing_changes(database_url):
        assert await outcomes(system, activity(), source="ace\u0301demy lms") == ["DUPLICATE"]
        assert await outcomes(system, activity(kind="REFERRAL"), source="ACÉDEMY LMS") == ["REJECTED"]
    assert await outcomes(system, activity(externalId="A-1"), source="ACÉDEMY LMS") == ["RECORDED"]
