"""The actions on coupons that are offered on schemes: offered if and only if they can be done (R11, R12)."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from domain.channels import EarningChannel
from domain.failures import Failure
from domain.permissions import Role
from domain.schemes.guards import SchemeAction
from domain.spans import Span
from resolvers.consignments.chain_loaders import lines_by_consignment, serials_by_line
from resolvers.consignments.create_consignment import CreateConsignment, LineOrder, create_consignment
from resolvers.consignments.void_coupons import VoidCoupons, void_coupons
from resolvers.coupons.close_shortfall import CloseShortfall, close_shortfall
from resolvers.coupons.generate_coupons import GenerateCoupons, generate_coupons
from resolvers.schemes.standing import actions_by_scheme
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.world import key

EXECUTION = (
    SchemeAction.GENERATE_COUPONS,
    SchemeAction.CREATE_CONSIGNMENT,
    SchemeAction.CLOSE_SHORTFALL,
    SchemeAction.VOID_COUPONS,
)
Making = Callable[[ConsignmentFactory], Awaitable[UUID]]


async def _approved(made: ConsignmentFactory) -> UUID:
    return await made.schemes.approved()


async def _submitted(made: ConsignmentFactory) -> UUID:
    return await made.schemes.submitted()


async def _generated(made: ConsignmentFactory) -> UUID:
    return await made.generated()


async def _partly_allocated(made: ConsignmentFactory) -> UUID:
    scheme_id = await made.generated()
    await made.created(scheme_id, quantities={"AMB-1L": 10})
    return scheme_id


async def _allocated(made: ConsignmentFactory) -> UUID:
    scheme_id = await made.generated()
    await made.created(scheme_id, quantities={"AMB-1L": 1000, "AMB-4L": 1000})
    return scheme_id


async def _spoiled(made: ConsignmentFactory) -> UUID:
    scheme_id = await made.generated()
    consignment_id = await made.created(scheme_id, quantities={"AMB-1L": 1000, "AMB-4L": 1000})
    operation = made.operations()
    ((line, *_),) = await lines_by_consignment(operation, [consignment_id])
    (serials,) = await serials_by_line(operation, [line.id])
    await operation.close()
    first = serials.ranges[0].first
    await made.produce(consignment_id, sku=line.variant.sku, spoiled_serials=(Span(first, first),))
    return scheme_id


STATES: dict[str, tuple[Making, list[str]]] = {
    "submitted": (_submitted, []),
    "approved": (_approved, ["GENERATE_COUPONS", "CLOSE_SHORTFALL"]),
    "generated": (_generated, ["CREATE_CONSIGNMENT"]),
    "partly allocated": (_partly_allocated, ["CREATE_CONSIGNMENT", "VOID_COUPONS"]),
    "allocated": (_allocated, ["VOID_COUPONS"]),
    "spoiled": (_spoiled, ["GENERATE_COUPONS", "CLOSE_SHORTFALL", "VOID_COUPONS"]),
}


async def do(made: ConsignmentFactory, action: SchemeAction, scheme_id: UUID) -> None:
    """Try an action; only the state of the scheme may be wrong."""
    operation, variant_id = made.operations(), made.variant()
    given: dict[str, Any] = {"scheme_id": scheme_id, "idempotency_key": made.idempotency_key()}
    match action:
        case SchemeAction.GENERATE_COUPONS:
            await generate_coupons(operation, GenerateCoupons(scheme_id))
        case SchemeAction.CLOSE_SHORTFALL:
            await close_shortfall(operation, CloseShortfall(variant_id=variant_id, reason="Enough.", **given))
        case SchemeAction.VOID_COUPONS:
            await void_coupons(operation, VoidCoupons(serials=(Span(5, 5),), reason="A misprint.", **given))
        case _:
            vendors = (key("vendor PRN-1"), key("vendor FAC-1"))
            command = CreateConsignment(scheme_id, vendors, (LineOrder(variant_id, 1),))
            await create_consignment(operation, command)


@pytest.mark.parametrize("state", STATES)
async def test_an_action_is_offered_if_and_only_if_it_can_be_done(consignments: ConsignmentFactory, state: str) -> None:
    """R11, R12: to Operations, and to nobody else."""
    make, expected = STATES[state]
    scheme_id = await make(consignments)
    for role in Role:
        operation = consignments.schemes.operation(role)
        (offered,) = await actions_by_scheme(operation, [scheme_id])
        await operation.close()
        execution = [action.value for action in offered if action in EXECUTION]
        assert execution == (expected if role is Role.OPERATIONS else []), role
    for action in EXECUTION:
        if action.value not in expected:
            with pytest.raises(Failure):
                await do(consignments, action, scheme_id)
    for name in expected:
        fresh = await make(consignments)
        if name != SchemeAction.VOID_COUPONS:
            await do(consignments, SchemeAction(name), fresh)
    if "VOID_COUPONS" in expected:
        await do(consignments, SchemeAction.VOID_COUPONS, scheme_id)


async def test_a_scheme_without_coupons_offers_nothing_about_them(consignments: ConsignmentFactory) -> None:
    """R11."""
    schemes = consignments.schemes
    scheme_id = await schemes.approved(await schemes.complete(channels=(EarningChannel.SALE,)))
    operation = consignments.operations()
    assert await actions_by_scheme(operation, [scheme_id]) == [[]]
    await operation.close()
