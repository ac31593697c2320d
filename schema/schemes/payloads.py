"""Payloads of the mutations of schemes."""

from uuid import UUID

import strawberry

from resolvers.schemes.edit import SavedStep
from resolvers.schemes.loaders import schemes_by_id
from resolvers.schemes.wizard import steps_by_key
from schema.fields import batched
from schema.payloads import KeyedPayload
from schema.schemes.enums import WizardStepKind
from schema.schemes.types import Scheme
from schema.schemes.wizard_types import WizardStep


@strawberry.type
class SchemePayload(KeyedPayload):
    scheme: Scheme | None = batched(
        schemes_by_id, key="key", description="The scheme after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `createScheme`.")
class CreateSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The result of saving a step of the wizard.")
class SaveSchemeStepPayload(SchemePayload):
    step: WizardStep | None = batched(
        steps_by_key, key="step_key", description="The step after the mutation. Null if there are errors."
    )
    notices: list[str] = strawberry.field(
        default_factory=list,
        description="What else the save changed or left incomplete in the scheme, one sentence each.",
    )
    step_key: strawberry.Private[tuple[UUID, WizardStepKind] | None] = None

    @classmethod
    def of(cls, saved: SavedStep) -> "SaveSchemeStepPayload":
        """Builds the payload of a saved step."""
        return cls(key=saved.scheme_id, step_key=(saved.scheme_id, saved.step), notices=list(saved.notices))


@strawberry.type(description="The result of `submitScheme`.")
class SubmitSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The result of `approveScheme`.")
class ApproveSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The result of `requestSchemeChanges`.")
class RequestSchemeChangesPayload(SchemePayload):
    pass


@strawberry.type(description="The result of `rejectScheme`.")
class RejectSchemePayload(SchemePayload):
    pass


@strawberry.type(description="The result of `addSchemeParticipant` and `removeSchemeParticipant`.")
class SchemeParticipantPayload(SchemePayload):
    pass


@strawberry.type(description="The result of `reviseScheme`.")
class ReviseSchemePayload(SchemePayload):
    scheme: Scheme | None = batched(
        schemes_by_id,
        key="key",
        description="The revision, as a draft beside the scheme that it `revises`. Null if there are errors.",
    )


@strawberry.type(description="The result of `rescheduleSchemeRevision`.")
class RescheduleSchemeRevisionPayload(SchemePayload):
    pass
