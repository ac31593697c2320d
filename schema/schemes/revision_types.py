"""The type of approved revisions, and the argument for a point in time."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers.accounts.loaders import accounts_by_id
from schema.accounts.types import Account
from schema.fields import batched, leaf
from schema.schemes.change_types import FieldChange

MomentArgument = Annotated[datetime, strawberry.argument(description="The point in time, which may be in the future.")]


@strawberry.type(description="An approved revision of a scheme. It determines the value of sales while it is in force.")
class SchemeRevision:
    number: int = leaf(
        "The number of the revision. The first approval creates revision 1. The numbers of rejected "
        "revisions are skipped."
    )
    effective_at: datetime = leaf(
        "When the revision takes effect. It stays in force until the next revision takes effect."
    )
    approved_at: datetime = leaf("When the revision was approved.")
    approved_by: Account = batched(
        accounts_by_id, key="approved_by", description="The account that approved the revision."
    )
    content_hash: str = leaf("The hash of the approved content.")
    changes: list[FieldChange] = leaf(
        "The fields that it changed in the revision in force before it. Empty for the first revision."
    )


def moment(at: MomentArgument) -> datetime:
    """The argument of fields that depend on a point in time."""
    return at
