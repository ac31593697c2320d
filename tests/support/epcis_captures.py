"""Documents that tests capture, and what became of them."""

from typing import Any

import httpx

from graphql_api.context import Environment
from graphql_api.jobs.worker import JobWorker
from schema.build import JOB_HANDLERS
from tests.support.client import Client
from tests.support.epcis import CAPTURE
from tests.support.jobs import POLICY, idle


async def send_document(client: Client, sent: dict[str, Any], behavior: str | None = None) -> httpx.Response:
    """Send a document to capture."""
    headers = {} if behavior is None else {"GS1-Capture-Error-Behaviour": behavior}
    return await client.http.post(CAPTURE, json=sent, headers={**client.headers, **headers})


async def captured(client: Client, environment: Environment, response: httpx.Response) -> dict[str, Any]:
    """What became of a document, once a worker has run its job."""
    assert response.status_code == 202, response.text
    location = response.headers["location"]
    waiting = (await client.http.get(location, headers=client.headers)).json()
    assert (waiting["running"], waiting["capturedCount"]) == (True, 0)
    worker = JobWorker(environment, JOB_HANDLERS, POLICY)
    assert await worker.take() == 1
    await idle(worker)
    await worker.stop()
    found: dict[str, Any] = (await client.http.get(location, headers=client.headers)).json()
    return found
