"""The type of a field that differs, which errors, activity, reviews, and revisions show."""

import strawberry
from strawberry.scalars import JSON

from schema.fields import computed, leaf
from schema.public_json import public_json


@strawberry.type(description="A field that differs, with its value before and after.")
class FieldChange:
    field: str = leaf("The field's name in the input of its step.")
    before: JSON | None = computed(
        lambda row: public_json(row.field, row.before), "The value before; ids are global ids."
    )
    after: JSON | None = computed(lambda row: public_json(row.field, row.after), "The value after; ids are global ids.")
