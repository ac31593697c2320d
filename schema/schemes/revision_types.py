"""The type of approved revisions, and the argument of a moment."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers.accounts.loaders import accounts_by_id
from schema.accounts.types import Account
from schema.fields import batched, leaf
from schema.schemes.change_types import FieldChange

MomentArgument = Annotated[datetime, strawberry.argument(description="The moment; it may lie in the future.")]


@strawberry.type(description="An approved revision of a scheme, by which sales are valued while it is in force.")
class SchemeRevision:
    number: int = leaf("Its number; the first approval makes revision 1. Numbers of rejected revisions are left out.")
    effective_at: datetime = leaf("From when on it is in force, until the next one in time.")
    approved_at: datetime = leaf("When it was approved.")
    approved_by: Account = batched(accounts_by_id, key="approved_by", description="Who approved it.")
    content_hash: str = leaf("The hash of its content, which the approval named.")
    changes: list[FieldChange] = leaf(
        "What it changed of the revision in force before it, field by field; empty for the first."
    )


def moment(at: MomentArgument) -> datetime:
    """The argument of what holds at a moment."""
    return at
