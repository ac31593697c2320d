"""Uploaded marketing materials of schemes (R7, R16)."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.permissions import Role
from tests.support.client import Clients
from tests.support.factories.schemes import SchemeFactory
from tests.support.files import png, rows_left, upload
from tests.support.mutations.schemes import basics, expect_errors, mutate, scheme

CONTENT = png(50, 20, shade=99)
MATERIALS = """query ($id: ID!) { node(id: $id) { ... on Scheme { materials {
  title url contentType uploadId file { name contentType byteSize url expiresAt } } } } }"""
FILM = {"title": "Film", "url": "https://example.com/film.mp4"}


async def poster(clients: Clients) -> str:
    """An upload of a manager that is finished."""
    return await upload(clients[Role.PROGRAM_MANAGER], CONTENT, purpose="MARKETING_MATERIAL", fileName="poster.png")


async def save(clients: Clients, scheme_id: UUID, version: int, *materials: dict[str, Any]) -> Any:
    """Save the first step with these materials."""
    given = {"schemeId": scheme(scheme_id), "expectedVersion": version, **basics(materials=list(materials))}
    return await mutate(clients[Role.PROGRAM_MANAGER], "saveSchemeBasics", **given)


async def materials_of(clients: Clients, scheme_id: UUID, role: Role) -> Any:
    """The materials as a role sees them; None without the scheme."""
    node = (await clients[role].send(MATERIALS, id=scheme(scheme_id))).data["node"]
    return node and node["materials"]


async def test_a_material_is_an_upload_or_an_address(clients: Clients, factory: SchemeFactory) -> None:
    scheme_id = await factory.created()
    upload_id = await poster(clients)
    await save(clients, scheme_id, 0, FILM, {"title": "Poster", "uploadId": upload_id})
    film, uploaded = await materials_of(clients, scheme_id, Role.PROGRAM_MANAGER)
    assert film == {**FILM, "contentType": "video/mp4", "uploadId": None, "file": None}
    file = uploaded["file"]
    assert uploaded == {
        "title": "Poster",
        "url": file["url"],
        "contentType": "image/png",
        "uploadId": upload_id,
        "file": {
            "name": "poster.png",
            "contentType": "image/png",
            "byteSize": len(CONTENT),
            "url": file["url"],
            "expiresAt": file["expiresAt"],
        },
    }
    assert file["expiresAt"].startswith("2026-03-10T09:15:00.")
    assert (await clients.anonymous.http.get(file["url"])).content == CONTENT


async def test_a_material_stays_with_its_upload(clients: Clients, factory: SchemeFactory, database: Database) -> None:
    """Saving again names the same upload, which is used for this scheme already."""
    scheme_id = await factory.created()
    upload_id = await poster(clients)
    await save(clients, scheme_id, 0, {"title": "Poster", "uploadId": upload_id})
    await save(clients, scheme_id, 1, {"title": "Big poster", "uploadId": upload_id}, FILM)
    found = await materials_of(clients, scheme_id, Role.PROGRAM_MANAGER)
    assert [(item["title"], item["uploadId"]) for item in found] == [("Big poster", upload_id), ("Film", None)]
    document = "query ($id: ID!) { node(id: $id) { ... on Scheme { activity(first: 1) { nodes { message } } } } }"
    answer = await clients[Role.PROGRAM_MANAGER].send(document, id=scheme(scheme_id))
    (latest,) = answer.data["node"]["activity"]["nodes"]
    assert "“Poster” to “Big poster”" in latest["message"]
    assert "added the marketing material “Film”" in latest["message"]
    assert await rows_left(database) == (1, 1)


async def test_another_scheme_does_not_take_the_same_upload(clients: Clients, factory: SchemeFactory) -> None:
    first, second = await factory.created("First"), await factory.created("Second")
    material = {"title": "Poster", "uploadId": await poster(clients)}
    await save(clients, first, 0, material)
    given = {"schemeId": scheme(second), "expectedVersion": 0, **basics(materials=[FILM, material])}
    assert await expect_errors(clients[Role.PROGRAM_MANAGER], "saveSchemeBasics", **given) == [
        (
            "ILLEGAL_STATE",
            "input.materials.1.uploadId",
            "The upload of “poster.png” was used before. Upload the file again.",
        )
    ]
    assert await materials_of(clients, second, Role.PROGRAM_MANAGER) == []


@pytest.mark.parametrize("material", [{"title": "None"}, {**FILM, "uploadId": None, "url": None}])
async def test_a_material_needs_one_place(clients: Clients, factory: SchemeFactory, material: dict[str, Any]) -> None:
    scheme_id = await factory.created()
    both = {**FILM, "uploadId": await poster(clients)}
    for wrong in (material, both):
        given = {"schemeId": scheme(scheme_id), "expectedVersion": 0, **basics(materials=[wrong])}
        assert await expect_errors(clients[Role.PROGRAM_MANAGER], "saveSchemeBasics", **given) == [
            ("INVALID", "input.materials.0.url", "Give the material either an address or an upload.")
        ]


async def test_who_sees_the_scheme_downloads_its_material(
    clients: Clients, factory: SchemeFactory, database: Database
) -> None:
    """R16, R25: an ECP from the approval on, a manager always, and a vendor never."""
    scheme_id = await factory.complete()
    version = 1
    upload_id = await poster(clients)
    await save(clients, scheme_id, version, {"title": "Poster", "uploadId": upload_id})
    assert await materials_of(clients, scheme_id, Role.ECP) is None
    await factory.approved(scheme_id)
    for role in (Role.ECP, Role.DESIGNER, Role.ANALYST):
        (found,) = await materials_of(clients, scheme_id, role)
        assert (await clients.anonymous.http.get(found["url"])).content == CONTENT, role
    assert not await materials_of(clients, scheme_id, Role.VENDOR)
    # A link outlives no role.
    (found,) = await materials_of(clients, scheme_id, Role.ECP)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE account_role SET role = 'INTEGRATION' WHERE role = 'ECP'")
    assert (await clients.anonymous.http.get(found["url"])).status_code == 404


async def test_a_material_that_was_removed_is_not_downloaded(clients: Clients, factory: SchemeFactory) -> None:
    scheme_id = await factory.created()
    upload_id = await poster(clients)
    await save(clients, scheme_id, 0, {"title": "Poster", "uploadId": upload_id})
    (found,) = await materials_of(clients, scheme_id, Role.PROGRAM_MANAGER)
    await save(clients, scheme_id, 1, FILM)
    assert (await clients.anonymous.http.get(found["url"])).status_code == 404
