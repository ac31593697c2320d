"""What all payloads share: the description of `errors`, and its field."""

from typing import Any, Final

import strawberry

ERRORS: Final = "What kept the mutation from being carried out; empty when it was."


def error_list() -> Any:
    """The field `errors` of a payload: `list[UserError]`, empty unless told otherwise."""
    return strawberry.field(default_factory=list, description=ERRORS)
