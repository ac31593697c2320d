"""Common parts of all payloads: errors, and the key of the object to load after the commit."""

from uuid import UUID

import strawberry

from schema.errors import UserError


@strawberry.type
class Payload:
    """A payload that shows errors; subclasses add the object of the mutation, null if there are errors."""

    errors: list[UserError] = strawberry.field(
        default_factory=list, description="The reasons why the mutation changed nothing. Empty if it succeeded."
    )


@strawberry.type
class KeyedPayload(Payload):
    """A payload that loads one object by its key, after the commit and from the primary."""

    key: strawberry.Private[UUID | None] = None
