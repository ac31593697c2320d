"""What a real browser does with the server: a page of another origin, and GraphiQL without internet (R25, N10)."""

import pytest

from domain.permissions import Role
from tests.fixtures import LiveServer
from tests.support.browser import browser, browsing, page_server, rendered
from tests.support.client import Clients
from tests.support.npm_packages import SCRIPTS

pytestmark = [pytest.mark.process, pytest.mark.long]
MUTATION = 'mutation { createScheme(input: {title: "By browser", earningChannels: [SALE]}) { scheme { title } } }'


async def test_a_page_of_another_origin_uses_the_api(live_server: LiveServer, clients: Clients) -> None:
    """A query, a mutation, a stream of events, and a WebSocket; and it reads the reason of an error."""
    browser()
    client = clients[Role.PROGRAM_MANAGER]
    values = {"ADDRESS": live_server.address, "CREDENTIAL": client.headers["Authorization"], "MUTATION": MUTATION}
    constants = "".join(f"const {name} = {value!r};\n" for name, value in values.items())
    script = constants + (SCRIPTS / "portal.js").read_text(encoding="utf-8")
    async with page_server(script) as page, browsing(page.address):
        report = await page.report()
    assert report.get("failed") is None
    assert [tier["name"] for tier in report["query"]["data"]["tiers"]] == ["Bronze", "Silver", "Gold", "Platinum"]
    assert report["mutation"] == {"data": {"createScheme": {"scheme": {"title": "By browser"}}}}
    assert (await client.send("{ schemes { nodes { title } } }")).data["schemes"]["nodes"] == [{"title": "By browser"}]
    queues = report["stream"]["data"]["workQueuesChanged"]
    assert queues
    assert report["socket"]["data"]["workQueuesChanged"] == queues
    bad, missing = report["errors"]
    assert (bad[0], bad[1]["errors"][0]["message"], bad[2]) == (
        400,
        "The body must be a JSON object with a “query”.",
        True,
    )
    assert (missing[0], missing[1]["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_graphiql_works_without_internet(live_server: LiveServer, clients: Clients) -> None:
    """Under its policy of content, with an editor, the example, and the documentation that it read from the schema."""
    browser()
    document, log = await rendered(f"{live_server.address}/graphql")
    assert 'class="graphiql-container"' in document
    assert "CodeMirror" in document
    assert "LandingPage" in document
    assert '<option value="PROGRAM_MANAGER">' in document
    complaints = [line for line in log.splitlines() if "CONSOLE" in line]
    assert complaints == []
