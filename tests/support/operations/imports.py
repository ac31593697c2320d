"""Documents of imports: managers in the portal, and connected systems."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from db.imports.reads import IMPORTS_BY_ID
from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.jobs.cancel_job import CancelJob, cancel_job
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.imports import begun_import, finished_upload
from tests.support.operations.documents import Prepared, key_of
from tests.support.world import World

_Preparation = Callable[[SchemeFactory, World], Awaitable[Prepared]]


def _a_file(role: Role) -> _Preparation:
    async def prepared(factory: SchemeFactory, world: World) -> Prepared:
        upload_id = gid(NodeKind.UPLOAD, await finished_upload(factory.environment, world.viewer(role)))
        return role, {"input": {"uploadId": upload_id, "source": "till", "dryRun": True, "idempotencyKey": "k-1"}}

    return prepared


async def _begun(factory: SchemeFactory, world: World) -> UUID:
    return await begun_import(factory.environment, world.viewer(Role.INTEGRATION))


async def _a_list(factory: SchemeFactory, world: World) -> Prepared:
    await _begun(factory, world)
    chosen = {"sources": ["till"], "statuses": ["QUEUED"], "dryRun": False}
    return "PROGRAM_MANAGER", {"filter": chosen, "first": 10}


async def _a_detail(factory: SchemeFactory, world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SALES_IMPORT, await _begun(factory, world))}


async def _a_result(factory: SchemeFactory, world: World) -> Prepared:
    return "INTEGRATION", {"id": gid(NodeKind.SALES_IMPORT, await _begun(factory, world))}


async def _to_follow(factory: SchemeFactory, world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"importId": gid(NodeKind.SALES_IMPORT, await _begun(factory, world))}


async def _to_cancel(factory: SchemeFactory, world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"input": {"importId": gid(NodeKind.SALES_IMPORT, await _begun(factory, world))}}


async def _to_retry(factory: SchemeFactory, world: World) -> Prepared:
    account, variables = await _to_cancel(factory, world)
    await cancel_import(factory, variables["input"])
    return account, variables


async def cancel_import(factory: SchemeFactory, variables: dict[str, Any]) -> None:
    """Cancel the job of the import that a subscription follows."""
    operation = factory.operation(Role.INTEGRATION)
    (row,) = await operation.fetch(IMPORTS_BY_ID, ids=[key_of(variables["importId"])])
    await cancel_job(operation, CancelJob(row.job_id))
    await operation.close()


OF_IMPORTS: dict[str, _Preparation] = {
    "portal/ImportSales": _a_file(Role.PROGRAM_MANAGER),
    "portal/Imports": _a_list,
    "portal/ImportDetail": _a_detail,
    "portal/FollowImport": _to_follow,
    "portal/CancelImport": _to_cancel,
    "portal/RetryImport": _to_retry,
    "vendor/ImportSales": _a_file(Role.INTEGRATION),
    "vendor/ImportResult": _a_result,
}
