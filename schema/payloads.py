"""What all payloads share: errors, and the key of the object to load after the commit."""

from uuid import UUID

import strawberry

from schema.errors import UserError


@strawberry.type
class Payload:
    """A payload that shows errors; subclasses add what the mutation made or changed, null when there are errors."""

    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why the mutation changed nothing; empty when it succeeded."
    )


@strawberry.type
class KeyedPayload(Payload):
    """A payload that loads one object by its key, after the commit and from the primary."""

    key: strawberry.Private[UUID | None] = None
