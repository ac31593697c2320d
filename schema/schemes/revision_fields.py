"""Revising an approved scheme: the mutations with their inputs and payloads."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.schemes.loaders import schemes_by_id
from resolvers.schemes.reschedule_scheme_revision import reschedule_scheme_revision
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from schema.errors import UserError
from schema.fields import AppInfo, batched, leaf
from schema.ids import InputIds
from schema.payloads import error_list
from schema.roots import mutation
from schema.schemes.types import Scheme

What = strawberry.argument(description="What to do.")


@strawberry.input(description="Open the next revision of an approved scheme.")
class ReviseSchemeInput:
    """A revision to open."""

    scheme_id: strawberry.ID = leaf("The approved scheme.")
    effective_at: datetime = leaf(
        "When the revision shall take effect: in the future, before the scheme is over, and not together with another."
    )

    def to_command(self) -> ReviseScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return _command(self.scheme_id, self.effective_at)


@strawberry.input(description="Move a revision that is not decided yet to another time.")
class RescheduleSchemeRevisionInput:
    """A revision to move."""

    scheme_id: strawberry.ID = leaf("The revision.")
    effective_at: datetime = leaf("When it shall take effect instead; what was submitted before has to be again.")

    def to_command(self) -> ReviseScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return _command(self.scheme_id, self.effective_at)


@strawberry.type(description="The answer to `reviseScheme`.")
class ReviseSchemePayload:
    """An opened revision."""

    scheme: Scheme | None = batched(
        schemes_by_id,
        key="scheme_id",
        description="The revision, a draft beside the scheme that it `revises`; null when there are errors.",
    )
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `rescheduleSchemeRevision`.")
class RescheduleSchemeRevisionPayload:
    """A moved revision."""

    scheme: Scheme | None = batched(
        schemes_by_id, key="scheme_id", description="The revision after the mutation; null when there are errors."
    )
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type
class SchemeRevisionMutations:
    """Root fields that open and move revisions."""

    @mutation(
        requires=Permission.SCHEME_DEFINE,
        description="Open the next revision of an approved scheme as a draft beside it. It is saved, reviewed, "
        "submitted and approved like a scheme; the scheme itself stays as it is until the revision takes effect.",
    )
    async def revise_scheme(self, info: AppInfo, input: Annotated[ReviseSchemeInput, What]) -> ReviseSchemePayload:
        """Revise."""
        return ReviseSchemePayload(scheme_id=await revise_scheme(info.context, input.to_command()))

    @mutation(requires=Permission.SCHEME_DEFINE, description="Move a revision that is not decided yet to another time.")
    async def reschedule_scheme_revision(
        self, info: AppInfo, input: Annotated[RescheduleSchemeRevisionInput, What]
    ) -> RescheduleSchemeRevisionPayload:
        """Reschedule."""
        scheme_id = await reschedule_scheme_revision(info.context, input.to_command())
        return RescheduleSchemeRevisionPayload(scheme_id=scheme_id)


def _command(scheme_id: str, effective_at: datetime) -> ReviseScheme:
    ids = InputIds()
    key = ids.one(NodeKind.SCHEME, scheme_id, "schemeId")
    ids.check()
    return ReviseScheme(key, effective_at)
