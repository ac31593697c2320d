"""Root fields of the program."""

import strawberry

from db.program.rows import ProgramActivityRow, ProgramRow
from domain.permissions import Permission
from resolvers.paging import Page, PageArguments
from resolvers.program.loaders import list_program_activity
from resolvers.program.update_program import update_program
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.program import inputs, payloads
from schema.program.types import Program, ProgramActivity
from schema.roots import mutation, query


@strawberry.type
class ProgramQueries:
    @query(requires=Permission.VIEWER_READ, returns=Program, description="Returns the program with its settings.")
    async def program(self, info: AppInfo) -> ProgramRow:
        return await info.context.program()

    @query(
        requires=Permission.PROGRAM_MANAGE,
        returns=Connection[ProgramActivity],
        description="Returns the changes of the program's settings, newest first.",
    )
    async def program_activity(
        self,
        info: AppInfo,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ProgramActivityRow]:
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_program_activity(info.context, page)


@strawberry.type
class ProgramMutations:
    @mutation(
        requires=Permission.PROGRAM_MANAGE,
        description="Change settings of the program. A new time zone takes effect immediately for all schemes.",
    )
    async def update_program(self, info: AppInfo, input: inputs.UpdateProgramInput) -> payloads.UpdateProgramPayload:
        return payloads.UpdateProgramPayload(key=await update_program(info.context, input.to_command()))
