"""Jobs over HTTP: who sees, cancels, and retries which, and what people read (N9, R25, R26)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from domain.jobs.facts import JobKind
from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.jobs.running import RunningJob
from tests.support.client import Clients, document, gid
from tests.support.clock import TestClock
from tests.support.jobs import Numbers, count_up, enqueue, query, run_all, stored
from tests.support.unchanged import nothing_changes
from tests.support.world import World

LIST = """query ($filter: JobFilter, $first: Int, $after: String) {
  jobs(filter: $filter, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"""
NOTIFICATIONS = "{ viewer { notifications { nodes { message } } } }"
OWNER, OTHER = Role.INTEGRATION, Role.OPERATIONS


async def listed(clients: Clients, role: Role, **variables: Any) -> list[str]:
    """The ids of a page of jobs, as a role reads it."""
    page = (await clients[role].send(LIST, **variables)).data["jobs"]
    return [node["id"] for node in page["nodes"]]


async def shown(clients: Clients, role: Role, job_id: UUID) -> dict[str, Any]:
    """A job, as the screen of the portal reads it."""
    nodes = (await clients[role].run("Jobs"))["jobs"]["nodes"]
    (found,) = [node for node in nodes if node["id"] == gid(NodeKind.JOB, job_id)]
    return dict(found)


async def test_owners_see_their_jobs_and_administrators_all(
    clients: Clients, environment: Environment, world: World
) -> None:
    """R25: everybody else sees nothing of them, and those of the server are for administrators only."""
    first, second = [await enqueue(environment, world.viewer(OWNER)) for _ in range(2)]
    others, servers = await enqueue(environment, world.viewer(OTHER)), await enqueue(environment, None)
    expected = {
        OWNER: [second, first],
        OTHER: [others],
        Role.ADMIN: [servers, others, second, first],
    }
    for role in Role:
        ids = [gid(NodeKind.JOB, key) for key in expected.get(role, [])]
        answer = (await clients[role].send(LIST)).data["jobs"]
        assert [node["id"] for node in answer["nodes"]] == ids
        assert answer["totalCount"] == len(ids)


async def test_the_list_has_pages_and_filters(clients: Clients, environment: Environment, world: World) -> None:
    """All conditions must hold."""
    owner = world.viewer(OWNER)
    done = await enqueue(environment, owner)
    await run_all(environment)
    waiting = await enqueue(environment, owner)
    picture = await enqueue(environment, world.viewer(OTHER), kind=JobKind.THUMBNAIL)
    of = {name: gid(NodeKind.JOB, key) for name, key in (("done", done), ("waiting", waiting), ("picture", picture))}
    account = gid(NodeKind.ACCOUNT, owner.account_id)
    for chosen, names in (
        ({}, ["picture", "waiting", "done"]),
        ({"statuses": ["SUCCEEDED"]}, ["done"]),
        ({"statuses": ["SUCCEEDED", "QUEUED"], "kinds": ["EPCIS_CAPTURE"]}, ["waiting", "done"]),
        ({"kinds": ["THUMBNAIL"]}, ["picture"]),
        ({"ownerId": account, "statuses": ["QUEUED"]}, ["waiting"]),
        ({"statuses": []}, []),
        ({"kinds": []}, []),
    ):
        assert await listed(clients, Role.ADMIN, filter=chosen) == [of[name] for name in names], chosen
    page = (await clients[Role.ADMIN].send(LIST, first=2)).data["jobs"]
    assert page["pageInfo"]["hasNextPage"]
    assert await listed(clients, Role.ADMIN, first=2, after=page["pageInfo"]["endCursor"]) == [of["done"]]
    (error,) = (await clients[Role.ADMIN].send(LIST, filter={"ownerId": of["done"]})).errors
    assert error["message"] == "This is the ID of a job, not of an account."


async def test_people_read_how_far_a_job_is(
    clients: Clients, environment: Environment, world: World, clock: TestClock
) -> None:
    """From waiting to the notification of its end; the labels come from the server."""
    owner = world.viewer(OWNER)
    job_id = await enqueue(environment, owner, 4)
    began = clock.now
    job = await shown(clients, OWNER, job_id)
    account = {"id": gid(NodeKind.ACCOUNT, owner.account_id), "displayName": "Integration"}
    assert {name: job[name] for name in job if name not in {"id", "createdAt"}} == {
        "kind": "EPCIS_CAPTURE",
        "label": "Capture of EPCIS events",
        "owner": account,
        "status": "QUEUED",
        "statusLabel": "Waiting to start",
        "done": 0,
        "total": 4,
        "percent": 0,
        "attempts": 0,
        "error": None,
        "startedAt": None,
        "finishedAt": None,
        "viewerActions": ["CANCEL"],
    }
    read: list[dict[str, Any]] = []

    async def half(job: RunningJob[Numbers]) -> None:
        async with job.operation() as operation, operation.writing() as session:
            await job.save_checkpoint(session, 2, done=2)
        read.append(await shown(clients, OWNER, job_id))
        raise RuntimeError("a bug")

    await run_all(environment, half)
    (running,) = read
    assert [running[name] for name in ("status", "statusLabel", "done", "percent", "attempts", "viewerActions")] == [
        "RUNNING",
        "Running",
        2,
        50,
        1,
        ["CANCEL"],
    ]
    job = await shown(clients, OWNER, job_id)
    assert job["statusLabel"].startswith("An attempt failed. The next one starts on ")
    assert job["error"].startswith("Something went wrong on our side. Quote the reference ")
    clock.advance(minutes=1)
    await run_all(environment)
    job = await shown(clients, OWNER, job_id)
    assert [job[name] for name in ("status", "statusLabel", "done", "percent", "error", "viewerActions")] == [
        "SUCCEEDED",
        "Finished",
        4,
        100,
        None,
        [],
    ]
    assert job["finishedAt"] > job["startedAt"] > job["createdAt"] > began.isoformat()[:10]
    notified = (await clients[OWNER].send(NOTIFICATIONS)).data["viewer"]["notifications"]["nodes"]
    assert [one["message"] for one in notified] == ["Capture of EPCIS events: finished."]


async def test_a_job_is_canceled_and_retried_by_its_owner_or_an_administrator(
    clients: Clients, environment: Environment, world: World
) -> None:
    """It continues where it stopped, and begins to count failures again."""
    job_id = await enqueue(environment, world.viewer(OWNER))

    async def stop_after_two(job: RunningJob[Numbers]) -> None:
        if job.checkpoint is None:
            async with job.operation() as operation, operation.writing() as session:
                await job.save_checkpoint(session, 2, done=2)
            raise ValueError("a bug")
        await count_up(job)

    await run_all(environment, stop_after_two)
    for canceling, retrying in ((OWNER, Role.ADMIN), (Role.ADMIN, OWNER)):
        variables = {"input": {"jobId": gid(NodeKind.JOB, job_id)}}
        canceled = (await clients[canceling].run("CancelJob", **variables))["cancelJob"]
        assert canceled["errors"] == []
        assert (canceled["job"]["status"], canceled["job"]["statusLabel"]) == ("CANCELED", "Canceled")
        assert canceled["job"]["viewerActions"] == ["RETRY"]
        assert await run_all(environment) == 0
        retried = (await clients[retrying].run("RetryJob", **variables))["retryJob"]
        assert retried["errors"] == []
        assert (retried["job"]["status"], retried["job"]["finishedAt"]) == ("QUEUED", None)
        assert await stored(environment, "failures, error, checkpoint", job_id) == (0, None, "2")
    assert await run_all(environment) == 1
    assert await query(environment, "SELECT object_id FROM event WHERE kind = 'PRODUCT_SAVED'") == [UUID(int=3)]


@pytest.mark.parametrize("name", ["CancelJob", "RetryJob"])
async def test_jobs_of_others_do_not_exist(
    name: str, clients: Clients, environment: Environment, world: World, database_url: str
) -> None:
    """R25: nothing changes, and the answer is the same as for an unknown id."""
    job_id = await enqueue(environment, world.viewer(OWNER))
    field = name[0].lower() + name[1:]
    async with nothing_changes(database_url):
        for role in set(Role) - {OWNER, Role.ADMIN}:
            for wanted in (job_id, UUID(int=7)):
                answer = (await clients[role].run(name, input={"jobId": gid(NodeKind.JOB, wanted)}))[field]
                (error,) = answer["errors"]
                assert answer["job"] is None
                assert (error["code"], error["message"]) == ("NOT_FOUND", "This job does not exist.")
                assert error["path"] == ["input", "jobId"]


async def test_what_a_status_does_not_allow_changes_nothing(
    clients: Clients, environment: Environment, world: World, database_url: str
) -> None:
    """The sentence says why."""
    owner = world.viewer(OWNER)
    made = {status: await enqueue(environment, owner, kind=JobKind.THUMBNAIL) for status in ("FAILED", "CANCELED")}
    made |= {"SUCCEEDED": await enqueue(environment, owner)}
    await run_all(environment)
    made |= {"QUEUED": await enqueue(environment, owner, kind=JobKind.THUMBNAIL)}
    ended = "due_at = NULL, finished_at = now(), error = 'It broke.'"
    for status in ("FAILED", "CANCELED"):
        await query(environment, f"UPDATE job SET status = '{status}', {ended} WHERE id = $1", made[status])
    cases = (
        ("cancelJob", "SUCCEEDED", "This job has already finished. There is nothing to cancel."),
        ("cancelJob", "FAILED", "This job has already failed. There is nothing to cancel."),
        ("cancelJob", "CANCELED", "This job was already canceled. There is nothing to cancel."),
        ("retryJob", "QUEUED", "This job is already waiting to run."),
        ("retryJob", "SUCCEEDED", "This job has finished, so there is nothing to retry."),
    )
    async with nothing_changes(database_url):
        for field, status, message in cases:
            text = document(f"portal/{field[0].upper()}{field[1:]}")
            answer = (await clients[OWNER].send(text, input={"jobId": gid(NodeKind.JOB, made[status])})).data[field]
            (error,) = answer["errors"]
            assert (error["__typename"], error["code"], error["message"]) == ("ActionRefused", "ILLEGAL_STATE", message)


async def test_a_stream_of_an_unknown_job_is_rejected(clients: Clients, environment: Environment, world: World) -> None:
    """R25: the job of another account is unknown, too; events of it reach only those who see it."""
    job_id = await enqueue(environment, world.viewer(OWNER))
    events = "{ events(kinds: [JOB_PROGRESSED]) { nodes { kind data } } }"
    # A transaction of another test may still hold the horizon back.
    async with asyncio.timeout(30):
        while not (await clients[Role.ADMIN].send(events)).data["events"]["nodes"]:  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.05)
    for role in Role:
        nodes = (await clients[role].send(events)).data["events"]["nodes"]
        expected = [{"kind": "JOB_PROGRESSED", "data": {"jobId": gid(NodeKind.JOB, job_id)}}]
        assert nodes == (expected if role in {OWNER, Role.ADMIN} else []), role
