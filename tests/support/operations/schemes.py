"""Documents of schemes: lists, the wizard, review, approval, revisions, and working together."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.node_kinds import NodeKind
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.participants import Participation
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared, key_of
from tests.support.world import World


async def _nothing(_factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {}


async def _a_list(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.approved()
    return "PROGRAM_MANAGER", {"filter": {"search": "monsoon"}, "orderBy": "TITLE_ASC", "first": 10}


async def _a_scheme(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, await factory.complete())}


async def _a_scheme_to_follow(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"schemeId": gid(NodeKind.SCHEME, await factory.complete())}


async def _an_approver(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.submitted()
    return "APPROVER", {}


async def _reading(factory: SchemeFactory, world: World) -> Prepared:
    account, _ = await _an_approver(factory, world)
    return account, {"input": {"all": True}}


async def _inviting(factory: SchemeFactory, world: World) -> Prepared:
    scheme_id, account_id = gid(NodeKind.SCHEME, await factory.created()), world.accounts["ANALYST"].id
    return "PROGRAM_MANAGER", {"input": {"schemeId": scheme_id, "accountId": gid(NodeKind.ACCOUNT, account_id)}}


async def _excluding(factory: SchemeFactory, world: World) -> Prepared:
    account, variables = await _inviting(factory, world)
    participation = Participation(key_of(variables["input"]["schemeId"]), world.accounts["ANALYST"].id)
    await add_scheme_participant(factory.operation(), participation)
    return account, variables


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
    named = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}
    return "PROGRAM_MANAGER", {"input": {**named, "acknowledgeWarnings": True}}


async def _approval(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.submitted()
    content_hash = (await factory.definition(scheme_id)).content_hash
    return "APPROVER", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}}


async def _rejection(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = gid(NodeKind.SCHEME, await factory.submitted())
    return "APPROVER", {"input": {"schemeId": scheme_id, "reason": "Not in this form."}}


async def _revising(factory: SchemeFactory, _world: World) -> Prepared:
    given = {"schemeId": gid(NodeKind.SCHEME, await factory.approved()), "effectiveAt": "2026-06-01T00:00:00Z"}
    return "PROGRAM_MANAGER", {"input": given}


async def _opened(factory: SchemeFactory) -> UUID:
    command = ReviseScheme(await factory.approved(), datetime(2026, 6, 1, tzinfo=UTC))
    return await revise_scheme(factory.operation(), command)


async def _rescheduling(factory: SchemeFactory, _world: World) -> Prepared:
    given = {"schemeId": gid(NodeKind.SCHEME, await _opened(factory)), "effectiveAt": "2026-07-01T00:00:00Z"}
    return "PROGRAM_MANAGER", {"input": given}


async def _a_revision(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, await _opened(factory))}


async def _a_history(factory: SchemeFactory, _world: World) -> Prepared:
    code = (await factory.definition(await _opened(factory))).scheme.code
    return "PROGRAM_MANAGER", {"code": code, "at": "2026-07-01T00:00:00Z"}


BASICS = {
    "title": "Monsoon Care",
    "earningChannels": ["COUPON", "SALE"],
    "enrollmentOpensOn": "2026-04-01",
    "enrollmentClosesOn": "2026-04-30",
    "startsOn": "2026-05-01",
    "endsOn": "2026-07-31",
    "termsMarkdown": "Be fair.",
}

OF_SCHEMES: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "dashboard/SchemeActivityFeed": _a_scheme_to_follow,
    "dashboard/WorkQueues": _a_list,
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
    "portal/RequestSchemeChanges": _rejection,
    "portal/RejectScheme": _rejection,
    "portal/SchemeActivity": _a_scheme,
    "portal/AddSchemeParticipant": _inviting,
    "portal/RemoveSchemeParticipant": _excluding,
    "portal/Notifications": _an_approver,
    "portal/MarkNotificationsRead": _reading,
    "portal/FollowSchemeActivity": _a_scheme_to_follow,
    "portal/FollowNotifications": _an_approver,
    "portal/FollowWorkQueues": _nothing,
    "portal/ReviseScheme": _revising,
    "portal/RescheduleSchemeRevision": _rescheduling,
    "portal/SchemeDiff": _a_revision,
    "portal/SchemeRevisions": _a_history,
}
