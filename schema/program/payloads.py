"""Payloads of the program."""

import strawberry

from resolvers.program.loaders import programs_by_id
from schema.fields import batched
from schema.payloads import KeyedPayload
from schema.program.types import Program


@strawberry.type(description="The result of `updateProgram`.")
class UpdateProgramPayload(KeyedPayload):
    program: Program | None = batched(
        programs_by_id, key="key", description="The program after the change. Null if there are errors."
    )
