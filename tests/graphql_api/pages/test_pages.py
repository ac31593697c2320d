"""Pages: GraphiQL in development, links in production, and JSON at every other address (N10)."""

import json
import re
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from domain.permissions import Role
from graphql_api.pages.assets import SITE_FILES, STATIC, VENDORED_FILES, Assets
from graphql_api.pages.graphiql import NOBODY, examples
from graphql_api.pages.routes import GUIDES
from graphql_api.pages.vendoring import PACKAGES
from tests.support.client import Clients
from tests.support.databases import ROOT
from tests.support.sockets import following

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOWHERE = "The server has nothing at this address. The GraphQL API is at /graphql."


def setup_of(page: httpx.Response) -> dict[str, dict[str, str]]:
    """What GraphiQL is given."""
    found = re.search(r'<script type="application/json" id="setup">(.*?)</script>', page.text, re.DOTALL)
    assert found is not None
    setup: dict[str, dict[str, str]] = json.loads(found[1])
    return setup


async def test_graphiql_has_a_token_and_an_example_for_every_role(clients: Clients) -> None:
    page = await clients.anonymous.http.get("/graphql", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    setup = setup_of(page)
    assert setup["tokens"].keys() == set(Role)
    assert setup["examples"].keys() == {*Role, NOBODY}
    assert page.headers["cache-control"] == "no-store"


async def test_another_host_name_gets_no_tokens(clients: Clients) -> None:
    """A page of another site could give its own name the address of this machine."""
    page = await clients.anonymous.http.get("/graphql", headers={**HTML, "Host": "evil.example"})
    assert setup_of(page)["tokens"] == {}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "*/*"])
async def test_a_program_gets_no_page(clients: Clients, accept: str) -> None:
    answer = await clients.anonymous.http.get("/graphql", headers={"Accept": accept})
    message = "There is no “query”: send a GraphQL document as text."
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, message)


async def test_graphiql_loads_nothing_from_elsewhere(clients: Clients) -> None:
    """Its files have names with a hash, and are kept forever."""
    http = clients.anonymous.http
    page = await http.get("/graphql/", headers=HTML)
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(loaded) == 7
    for address in sorted(set(loaded) - {"data:,"}):
        answer = await http.get(address)
        digest = sha256(answer.content).hexdigest()[:16]
        assert re.fullmatch(rf"/static/[a-z.-]+-{digest}\.(js|css)", address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "<script>" not in page.text


@pytest.mark.parametrize("role", Role)
async def test_the_example_of_a_role_is_allowed(clients: Clients, role: Role) -> None:
    client, example = clients[role], examples()[role]
    if "subscription" in example:
        async with following(client, example) as stream:
            assert "workQueuesChanged" in (await stream.next()).data
    else:
        assert (await client.send(example)).data


async def test_the_example_of_nobody_is_allowed(clients: Clients) -> None:
    assert (await clients.anonymous.send(examples()[NOBODY])).data["__schema"]["queryType"]["name"] == "Query"


def test_vendored_files_are_those_of_the_pinned_releases() -> None:
    found = {Path(package.member).name: package.digest for package in PACKAGES}
    assert found == {name: sha256((STATIC / name).read_bytes()).hexdigest() for name in VENDORED_FILES}
    notice = (STATIC / "NOTICE.md").read_text(encoding="utf-8")
    for package in PACKAGES:
        assert f"`{Path(package.member).name}`" in notice
        assert package.release.replace("@", " ") in notice


def test_every_guide_is_in_the_repository() -> None:
    assert [name for name in GUIDES if not (ROOT / "docs" / f"{name}.md").is_file()] == []


async def test_the_first_page_of_development_is_graphiql(clients: Clients) -> None:
    answer = await clients.anonymous.http.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/graphql")


async def test_the_first_page_of_production_has_links(production: httpx.AsyncClient) -> None:
    page = await production.get("/", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    links = re.findall(r'href="(/[^"]*)"', page.text)
    assert {"/schema.graphql", "/healthz", "/readyz", "/docs/points.md"} <= set(links)
    for address in links:
        assert (await production.get(address)).status_code == 200, address
    assert "{{" not in page.text
    schema = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert (await production.get("/schema.graphql")).text == schema


async def test_production_has_no_graphiql_and_suggests_no_names(production: httpx.AsyncClient) -> None:
    """A browser gets an error, not tokens; a guess at a name is not helped."""
    page = await production.get("/graphql", headers=HTML)
    message = "There is no “query”: send a GraphQL document as text."
    assert (page.status_code, page.json()["errors"][0]["message"]) == (400, message)
    guess = (await production.post("/graphql", json={"query": "{ tier }"})).json()
    assert [error["message"] for error in guess["errors"]] == ["Cannot query field 'tier' on type 'Query'."]
    graphiql = Assets(VENDORED_FILES)
    served = [address for address in graphiql.addresses if (await production.get(address)).status_code != 404]
    assert (served, SITE_FILES) == ([], ("site.css",))


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/nothing", None),
        ("GET", "/graphql/x", None),
        ("GET", "/static/x.js", None),
        ("GET", "/docs/../README.md", None),
        ("GET", "/docs/architecture.md", None),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/graphql", "GET, HEAD, POST"),
        ("POST", "/", "GET, HEAD"),
    ],
)
async def test_everything_else_is_answered_in_json(clients: Clients, method: str, path: str, allow: str | None) -> None:
    """Also for pages of other origins, and without a redirect."""
    status, code = (404, "NOT_FOUND") if allow is None else (405, "METHOD_NOT_ALLOWED")
    origin = "http://localhost:5173"
    answer = await clients.anonymous.http.request(method, path, headers={"Origin": origin})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json; charset=utf-8")
    message = NOWHERE if allow is None else f"This address does not take this method. It takes {allow}."
    assert answer.json() == {"errors": [{"message": message, "extensions": {"code": code}}]}
    assert answer.headers.get("allow") == allow
    assert answer.headers["access-control-allow-origin"] == origin
