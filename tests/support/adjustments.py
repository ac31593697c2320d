"""Adjustments of points, made by the real mutations."""

from uuid import UUID

from domain.permissions import Role
from resolvers.adjustments.adjust_points import AdjustPoints, adjust_points
from resolvers.adjustments.decide_adjustment import DecideAdjustment, decide_adjustment
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import key


async def enrolled_ecp(factory: SchemeFactory, title: str = "Monsoon Care") -> tuple[UUID, UUID]:
    """The world's ECP, and a scheme in which it is enrolled."""
    enrollments = EnrollmentFactory(factory)
    scheme_id = await enrollments.open_scheme(title)
    known = list(factory.world.ecps.values())
    ecp_id = known[0] if known else await factory.ecps.verified()
    await enrollments.enrolled(scheme_id, ecp_id)
    return ecp_id, scheme_id


async def adjusted(  # noqa: PLR0913 - an adjustment
    factory: SchemeFactory,
    ecp_id: UUID,
    scheme_id: UUID,
    points: int,
    *,
    by: str = Role.PROGRAM_MANAGER,
    reason: str = "A sale was missed.",
) -> UUID:
    """An adjustment, pending above the threshold."""
    unique = str(factory.environment.new_id())
    command = AdjustPoints(ecp_id=ecp_id, scheme_id=scheme_id, points=points, reason=reason, idempotency_key=unique)
    return await adjust_points(factory.operation(by), command)


async def decided(
    factory: SchemeFactory, adjustment_id: UUID, *, accept: bool = True, by: str = "second manager"
) -> UUID:
    """A decision about a pending adjustment."""
    unique = str(key(f"decision {adjustment_id}"))
    command = DecideAdjustment(
        adjustment_id=adjustment_id, accept=accept, reason="Checked the receipts.", idempotency_key=unique
    )
    return await decide_adjustment(factory.operation(by), command)
