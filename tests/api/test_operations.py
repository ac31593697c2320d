"""Every document of `operations/` is executed against a real server, and answers without errors."""

from typing import Any

import pytest

from resolvers.nodes import NodeKind
from tests.api.client import OPERATIONS, Clients, document, gid
from tests.factories.schemes import SchemeFactory
from tests.factories.world import World

DOCUMENTS = sorted(path.relative_to(OPERATIONS).with_suffix("").as_posix() for path in OPERATIONS.rglob("*.graphql"))


Prepared = tuple[str, dict[str, Any]]


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_answers_without_errors(
    name: str, clients: Clients, factory: SchemeFactory, world: World
) -> None:
    account, variables = await PREPARATIONS[name](factory, world)
    data = (await clients[account].send(document(name), **variables)).data
    for payload in data.values():
        if isinstance(payload, dict) and "errors" in payload:
            assert payload["errors"] == []


def test_no_document_is_forgotten() -> None:
    assert sorted(PREPARATIONS) == DOCUMENTS


async def _nothing(_factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {}


async def _a_list(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.approved()
    return "PROGRAM_MANAGER", {"filter": {"search": "monsoon"}, "orderBy": "TITLE_ASC", "first": 10}


async def _a_scheme(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, await factory.complete())}


async def _creation(_factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"input": {"title": "Monsoon Care", "earningChannels": ["COUPON"]}}


def _save(version: int, **values: Any) -> Any:
    async def prepared(factory: SchemeFactory, _world: World) -> Prepared:
        scheme_id = gid(NodeKind.SCHEME, await factory.complete())
        return "PROGRAM_MANAGER", {"input": {"schemeId": scheme_id, "expectedVersion": version, **values}}

    return prepared


async def _submission(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.complete()
    content_hash = (await factory.definition(scheme_id)).content_hash
    return "PROGRAM_MANAGER", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}}


async def _approval(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.submitted()
    content_hash = (await factory.definition(scheme_id)).content_hash
    return "APPROVER", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}}


async def _refusal(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = gid(NodeKind.SCHEME, await factory.submitted())
    return "APPROVER", {"input": {"schemeId": scheme_id, "reason": "Not in this form."}}


BASICS = {
    "title": "Monsoon Care",
    "earningChannels": ["COUPON", "SALE"],
    "enrollmentOpensOn": "2026-04-01",
    "enrollmentClosesOn": "2026-04-30",
    "startsOn": "2026-05-01",
    "endsOn": "2026-07-31",
    "termsMarkdown": "Be fair.",
}
PREPARATIONS = {
    "portal/Viewer": _nothing,
    "portal/CatalogPickers": _nothing,
    "portal/LandingPage": _a_list,
    "portal/SchemeList": _a_list,
    "portal/SchemeWizard": _a_scheme,
    "portal/SchemeReview": _a_scheme,
    "portal/CreateScheme": _creation,
    "portal/SaveSchemeBasics": _save(1, **BASICS),
    "portal/SaveSchemeProducts": _save(1, variantIds=[]),
    "portal/SaveSchemeGeographies": _save(1, geographyIds=[]),
    "portal/SaveSchemeCouponValues": _save(1, values=[]),
    "portal/SaveSchemeBonusRules": _save(1, rules=[]),
    "portal/SubmitScheme": _submission,
    "portal/ApproveScheme": _approval,
    "portal/RequestSchemeChanges": _refusal,
    "portal/RejectScheme": _refusal,
}
