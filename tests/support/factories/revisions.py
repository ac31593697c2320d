"""Revisions of schemes brought to any point through the real resolvers."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.schemes.apply_revisions import apply_revisions, list_due_schemes
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from tests.support.factories.schemes import SchemeFactory
from tests.support.remembered import remembered

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


class RevisionFactory:
    """Makes revisions as the program manager of the world."""

    def __init__(self, environment: Environment, schemes: SchemeFactory) -> None:
        self.environment = environment
        self.schemes = schemes

    @remembered
    async def opened(
        self, scheme_id: UUID, at: datetime = JUNE, by: str | Role = Role.PROGRAM_MANAGER, **basics: Any
    ) -> UUID:
        """A revision of an approved scheme that takes effect at a time, with these basics changed."""
        revision_id = await revise_scheme(self.schemes.operation(by), ReviseScheme(scheme_id, at))
        if basics:
            await self.changed(revision_id, by, **basics)
        return revision_id

    @remembered
    async def changed(self, revision_id: UUID, by: str | Role = Role.PROGRAM_MANAGER, **basics: Any) -> None:
        """Change some of the basics of a revision."""
        found = await self.schemes.definition(revision_id)
        version = found.sections[next(iter(found.sections))].version
        command = SaveSchemeBasics(revision_id, version, replace(found.content.basics, **basics))
        await save_scheme_basics(self.schemes.operation(by), command)

    @remembered
    async def approved(self, scheme_id: UUID, at: datetime = JUNE, **basics: Any) -> UUID:
        """An approved revision that takes effect at a time."""
        return await self.schemes.approved(await self.opened(scheme_id, at, **basics))

    @remembered
    async def apply_due(self) -> int:
        """Let everything take effect that is due by now, as the leading process does; how many revisions that were."""
        operation = self.environment.operation(None, fresh=True)
        try:
            return sum([await apply_revisions(operation, found) for found in await list_due_schemes(operation)])
        finally:
            await operation.close()

    @remembered
    async def apply(self, scheme_id: UUID) -> int:
        """Let those of one scheme take effect that are due by now."""
        operation = self.environment.operation(None, fresh=True)
        try:
            return await apply_revisions(operation, scheme_id)
        finally:
            await operation.close()
