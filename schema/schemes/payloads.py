"""Payloads of the mutations of schemes: the scheme as it is after the commit, and errors."""

from typing import Any
from uuid import UUID

import strawberry

from resolvers.schemes.edit import SavedStep
from resolvers.schemes.loaders import schemes_by_id
from resolvers.schemes.wizard import steps_by_key
from schema.errors import UserError
from schema.fields import batched
from schema.payloads import error_list
from schema.schemes.enums import WizardStepKind
from schema.schemes.types import Scheme, WizardStep


def _scheme_after() -> Any:
    description = "The scheme after the mutation; null when there are errors."
    return batched(schemes_by_id, key="scheme_id", description=description)


@strawberry.type(description="The answer to `createScheme`.")
class CreateSchemePayload:
    """A created scheme."""

    scheme: Scheme | None = _scheme_after()
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to saving a step of the wizard.")
class SaveSchemeStepPayload:
    """A saved step."""

    scheme: Scheme | None = _scheme_after()
    step: WizardStep | None = batched(
        steps_by_key, key="step_key", description="The step after the mutation; null when there are errors."
    )
    notices: list[str] = strawberry.field(
        default_factory=list, description="What the save did or left behind elsewhere in the scheme, a sentence each."
    )
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None
    step_key: strawberry.Private[tuple[UUID, WizardStepKind] | None] = None

    @classmethod
    def of(cls, saved: SavedStep) -> "SaveSchemeStepPayload":
        """The payload of a step that was saved."""
        return cls(scheme_id=saved.scheme_id, step_key=(saved.scheme_id, saved.step), notices=list(saved.notices))


@strawberry.type(description="The answer to `submitScheme`.")
class SubmitSchemePayload:
    """A submitted scheme."""

    scheme: Scheme | None = _scheme_after()
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `approveScheme`.")
class ApproveSchemePayload:
    """An approved scheme."""

    scheme: Scheme | None = _scheme_after()
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `requestSchemeChanges`.")
class RequestSchemeChangesPayload:
    """A scheme that was given back."""

    scheme: Scheme | None = _scheme_after()
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `rejectScheme`.")
class RejectSchemePayload:
    """A rejected scheme."""

    scheme: Scheme | None = _scheme_after()
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `addSchemeParticipant` and `removeSchemeParticipant`.")
class SchemeParticipantPayload:
    """A scheme with its participants."""

    scheme: Scheme | None = _scheme_after()
    errors: list[UserError] = error_list()
    scheme_id: strawberry.Private[UUID | None] = None
