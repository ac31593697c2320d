"""The type of a changed field, which errors, activity, reviews, and revisions show."""

import strawberry
from strawberry.scalars import JSON

from schema.fields import computed, leaf
from schema.public_json import public_json


@strawberry.type(description="A changed field, with its value before and after.")
class FieldChange:
    field: str = leaf("The name of the field in the input of its step.")
    before: JSON | None = computed(
        lambda row: public_json(row.field, row.before), "The value before. IDs are global IDs."
    )
    after: JSON | None = computed(lambda row: public_json(row.field, row.after), "The value after. IDs are global IDs.")
