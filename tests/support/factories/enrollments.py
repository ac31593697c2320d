"""Enrollments brought to any status through the real resolvers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.ecps.inputs import EcpDetails
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.adjustments.erase_ecp import erase_ecp
from resolvers.context import Operation
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.register_ecp import RegisterEcp, register_ecp
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.verify_ecp import VerifyEcp, verify_ecp
from resolvers.enrollments.decide_enrollment import DecideEnrollment, decide_enrollment
from resolvers.enrollments.enroll import Enroll, enroll
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment, withdraw_enrollment
from tests.support.factories.ecps import DETAILS
from tests.support.factories.schemes import SchemeFactory
from tests.support.remembered import remembered

# Enrollment is open at the time of the tests, and the scheme has not begun.
OPEN = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 7, 31))


class EnrollmentFactory:
    """Makes schemes that are open, and enrollments in them."""

    def __init__(self, schemes: SchemeFactory) -> None:
        self.schemes = schemes
        self.ecps = schemes.ecps

    @property
    def environment(self) -> Environment:
        """The environment of its operations."""
        return self.schemes.environment

    def manager(self, name: str | Role = Role.PROGRAM_MANAGER) -> Operation:
        """A new operation of a manager; close it when it has read something."""
        return self.schemes.operation(name)

    @remembered
    async def open_scheme(
        self,
        title: str = "Monsoon Care",
        *,
        places: Sequence[str] = ("Maharashtra",),
        dates: tuple[date, date, date, date] = OPEN,
        **given: Any,
    ) -> UUID:
        """An approved scheme in which enrollment is open."""
        return await self.schemes.approved(
            await self.schemes.complete(title, places=places, dates=dates, rules=(), **given)
        )

    @remembered
    async def pending(self, scheme_id: UUID, ecp_id: UUID) -> UUID:
        """An enrollment that an ECP has asked for."""
        (account_id,) = [account for account, found in self.schemes.world.ecps.items() if found == ecp_id]
        return await enroll(await self.ecps.operation(account_id), Enroll(scheme_id, 1, None))

    @remembered
    async def enrolled(self, scheme_id: UUID, ecp_id: UUID) -> UUID:
        """An enrollment by a manager."""
        return await enroll(self.manager(), Enroll(scheme_id, 1, ecp_id))

    @remembered
    async def rejected(self, scheme_id: UUID, ecp_id: UUID, reason: str = "Too far away.") -> UUID:
        """An application that a manager rejected."""
        command = DecideEnrollment(await self.pending(scheme_id, ecp_id), accept=False, reason=reason)
        return await decide_enrollment(self.manager(), command)

    @remembered
    async def withdrawn(self, scheme_id: UUID, ecp_id: UUID) -> UUID:
        """An enrollment that ended."""
        command = WithdrawEnrollment(await self.enrolled(scheme_id, ecp_id))
        return await withdraw_enrollment(self.manager(), command)

    @remembered
    async def suspend(self, ecp_id: UUID) -> UUID:
        """Suspend an active ECP."""
        return await suspend_ecp(self.manager(), EcpWithReason(ecp_id, "Under review."))

    @remembered
    async def erase(self, ecp_id: UUID) -> UUID:
        """Erase the personal data of an ECP."""
        return await erase_ecp(self.manager(), EcpWithReason(ecp_id, "A request by letter."))

    @remembered
    async def verified_of(self, account_id: UUID) -> UUID:
        """An active ECP of an account that exists."""
        details = EcpDetails(**{**DETAILS, "email": f"{account_id}@example.org"})
        command = RegisterEcp(details, self.schemes.world.geographies["Pune"].id)
        ecp_id = await register_ecp(await self.ecps.operation(account_id), command)
        self.schemes.world.ecps[account_id] = ecp_id
        return await verify_ecp(self.manager(), VerifyEcp(ecp_id, self.schemes.world.tiers["Gold"].id))
