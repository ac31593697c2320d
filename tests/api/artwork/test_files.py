"""The files of artwork over HTTP: their small pictures, and who may download them (R16)."""

from typing import Any

import httpx
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.artwork.thumbnails import JOBS
from tests.support.client import Client, Clients, document, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.files import png, upload
from tests.support.jobs import run_due
from tests.support.vendors import vendor_client

CONTENT = png(600, 300, shade=90)
SHOWN = """query ($id: ID!) { node(id: $id) { ... on Artwork {
  currentVersion { url thumbnailUrl contentType byteSize } } } }"""


async def _uploaded(designer: Client, scheme_id: str, variant_id: str) -> str:
    upload_id = await upload(designer, CONTENT, fileName="label.png", purpose="ARTWORK")
    given = {"schemeId": scheme_id, "variantId": variant_id, "uploadId": upload_id}
    payload = (await designer.send(document("portal/UploadArtwork"), input=given)).data["uploadArtwork"]
    assert payload["errors"] == []
    return str(payload["artwork"]["id"])


async def _version(client: Client, artwork_id: str) -> Any:
    shown = (await client.send(SHOWN, id=artwork_id)).data["node"]
    return None if shown is None else shown["currentVersion"]


def _size(picture: bytes) -> tuple[int, int]:
    """The width and height in the header of a PNG."""
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


@pytest.mark.process
async def test_reviewers_download_artwork_and_its_small_picture(
    clients: Clients, consignments: ConsignmentFactory, environment: Environment
) -> None:
    """A vendor of another chain gets neither; and a link is of no use to it."""
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, approved=False, chain=("PRN-1", "FAC-1"))
    variant_id = gid(NodeKind.VARIANT, consignments.variant())
    designer, printer = clients[Role.DESIGNER], clients[Role.VENDOR]
    artwork_id = await _uploaded(designer, gid(NodeKind.SCHEME, scheme_id), variant_id)
    before = await _version(printer, artwork_id)
    assert (before["contentType"], before["byteSize"], before["thumbnailUrl"]) == ("image/png", len(CONTENT), None)

    assert await run_due(environment, JOBS) == 1
    shown = await _version(printer, artwork_id)
    original, small = [await _get(clients, shown[name]) for name in ("url", "thumbnailUrl")]
    assert original.content == CONTENT
    assert original.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in original.headers["content-security-policy"]
    assert _size(small.content) == (512, 256)
    assert small.headers["content-disposition"] == 'attachment; filename="label preview.png"'

    other = await vendor_client(clients, environment.database, "PCK-1")
    assert await _version(other, artwork_id) is None
    stolen = await other.http.get(shown["url"], headers=other.headers)
    assert (stolen.status_code, CONTENT in stolen.content) == (403, False)


async def _get(clients: Clients, url: str) -> httpx.Response:
    response = await clients[Role.VENDOR].http.get(url)
    assert response.status_code == 200, response.text
    return response
