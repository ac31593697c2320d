"""ECPs brought to any status through the real resolvers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from db.accounts.changes import put_account
from db.accounts.rows import AccountRow
from db.ecps.tables import EcpTable
from db.text_columns import with_text_columns
from domain.ecps.facts import EcpStatus
from domain.ecps.inputs import EcpDetails
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.accounts.viewers import load_viewers
from resolvers.adjustments.erase_ecp import erase_ecp
from resolvers.context import Operation
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.register_ecp import RegisterEcp, register_ecp
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.verify_ecp import VerifyEcp, verify_ecp
from tests.support.remembered import remembered
from tests.support.world import World, key

DETAILS: dict[str, Any] = {
    "display_name": "Asha Rao",
    "practice": "Rao Garage",
    "email": "asha.rao@example.org",
    "phone": "+91 (20) 555-0101",
    "license_number": "MH-4711",
}


class EcpFactory:
    """Makes ECPs of the world's account of the role ECP, or of accounts of their own."""

    def __init__(self, environment: Environment, world: World) -> None:
        self.environment = environment
        self._world = world

    @remembered
    async def account(self, name: str, roles: Sequence[Role] = (Role.ECP,)) -> UUID:
        """A new account, "Binod Thapa", with the address binod.thapa@example.com."""
        account = AccountRow(
            id=key(f"account {name}"),
            display_name=name,
            email=f"{name.lower().replace(' ', '.')}@example.com",
            vendor_id=None,
            created_at=self.environment.clock(),
            disabled_at=None,
            roles=[role.value for role in roles],
        )
        async with self.environment.database.writing() as session:
            await put_account(session, account)
        return account.id

    async def operation(self, account_id: UUID) -> Operation:
        """A new operation of an account as it is now; close it when it has read something."""
        reading = self.environment.database.reading()
        viewers = await load_viewers(reading, [account_id])
        await reading.close()
        return self.environment.operation(viewers[account_id])

    def manager(self) -> Operation:
        """A new operation of the program manager; close it when it has read something."""
        return self.environment.operation(self._world.viewer(Role.PROGRAM_MANAGER))

    @remembered
    async def registered(self, name: str | None = None, *, place: str = "Pune", **details: Any) -> UUID:
        """An ECP that waits for verification: of a new account with this name, or of the world's ECP."""
        account_id = self._world.accounts[Role.ECP].id if name is None else await self.account(name)
        own = {} if name is None else {"display_name": name, "email": f"{name.lower().replace(' ', '.')}@example.org"}
        registration = EcpDetails(**{**DETAILS, **own, **details})
        command = RegisterEcp(registration, self._world.geographies[place].id)
        ecp_id = await register_ecp(await self.operation(account_id), command)
        self._world.ecps[account_id] = ecp_id
        return ecp_id

    @remembered
    async def verified(self, name: str | None = None, *, tier: str = "Gold", **given: Any) -> UUID:
        """An active ECP."""
        ecp_id = await self.registered(name, **given)
        return await verify_ecp(self.manager(), VerifyEcp(ecp_id, self._world.tiers[tier].id))

    @remembered
    async def crowd(self, count: int, *, place: str = "Pune", tier: str = "Gold") -> list[UUID]:
        """Active ECPs without accounts, all at once: the audience of a scheme."""
        city = self._world.geographies[place]
        region = next((row for row in self._world.geographies.values() if row.id == city.parent_id), city)
        shared = {
            "geography_id": city.id,
            "region_id": region.id,
            "country_id": region.parent_id,
            "tier_id": self._world.tiers[tier].id,
            "status": EcpStatus.ACTIVE.value,
            "registered_at": self.environment.clock(),
            "verified_at": self.environment.clock(),
            "updated_at": self.environment.clock(),
        }
        names = [f"{tier} {place} {number}" for number in range(count)]
        ids = [key(name) for name in names]
        rows = [
            with_text_columns(
                EcpTable,
                {"id": ecp_id, "code": f"ECP-2025-{ecp_id.hex[-8:]}", "display_name": name, "practice": None, **shared},
            )
            for ecp_id, name in zip(ids, names, strict=True)
        ]
        async with self.environment.database.writing() as session:
            await session.execute(insert(EcpTable), rows)
        return ids

    @remembered
    async def suspended(self, name: str | None = None, **given: Any) -> UUID:
        """A suspended ECP."""
        return await suspend_ecp(self.manager(), EcpWithReason(await self.verified(name, **given), "Under review."))

    @remembered
    async def erased(self, name: str | None = None, **given: Any) -> UUID:
        """An erased ECP."""
        return await erase_ecp(
            self.manager(), EcpWithReason(await self.verified(name, **given), "A request by letter.")
        )
