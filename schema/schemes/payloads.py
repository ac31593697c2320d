"""Payloads of the mutations of schemes."""

from uuid import UUID

import strawberry

from resolvers.schemes.edit import SavedStep
from resolvers.schemes.loaders import schemes_by_id
from resolvers.schemes.wizard import steps_by_key
from schema.fields import batched
from schema.payloads import KeyedPayload
from schema.schemes.enums import WizardStepKind
from schema.schemes.types import Scheme, WizardStep


@strawberry.type
class SchemePayload(KeyedPayload):
    """A payload with a scheme."""

    scheme: Scheme | None = batched(
        schemes_by_id, key="key", description="The scheme after the mutation; null when there are errors."
    )


@strawberry.type(description="The answer to `createScheme`.")
class CreateSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The answer to saving a step of the wizard.")
class SaveSchemeStepPayload(SchemePayload):
    step: WizardStep | None = batched(
        steps_by_key, key="step_key", description="The step after the mutation; null when there are errors."
    )
    notices: list[str] = strawberry.field(
        default_factory=list, description="What the save did or left behind elsewhere in the scheme, a sentence each."
    )
    step_key: strawberry.Private[tuple[UUID, WizardStepKind] | None] = None

    @classmethod
    def of(cls, saved: SavedStep) -> "SaveSchemeStepPayload":
        """The payload of a step that was saved."""
        return cls(key=saved.scheme_id, step_key=(saved.scheme_id, saved.step), notices=list(saved.notices))


@strawberry.type(description="The answer to `submitScheme`.")
class SubmitSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The answer to `approveScheme`.")
class ApproveSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The answer to `requestSchemeChanges`.")
class RequestSchemeChangesPayload(SchemePayload):
    pass


@strawberry.type(description="The answer to `rejectScheme`.")
class RejectSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The answer to `addSchemeParticipant` and `removeSchemeParticipant`.")
class SchemeParticipantPayload(SchemePayload):
    pass


@strawberry.type(description="The answer to `reviseScheme`.")
class ReviseSchemePayload(SchemePayload):
    scheme: Scheme | None = batched(
        schemes_by_id,
        key="key",
        description="The revision, a draft beside the scheme that it `revises`; null when there are errors.",
    )


@strawberry.type(description="The answer to `rescheduleSchemeRevision`.")
class RescheduleSchemeRevisionPayload(SchemePayload):
    pass
