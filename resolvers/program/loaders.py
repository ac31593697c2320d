"""Loaders of the program, and the log of its changes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from db.program import pages as statements
from db.program.rows import ProgramActivityRow, ProgramRow
from domain.program.facts import SettingChange
from domain.program.sentences import program_updated
from resolvers.accounts.loaders import accounts_by_id
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, read_page


async def programs_by_id(operation: Operation, ids: list[UUID]) -> list[ProgramRow | None]:
    """Load programs; None for unknown ids."""
    program = await operation.program()
    return [program if key == program.id else None for key in ids]


async def dates_by_program(operation: Operation, ids: list[UUID]) -> list[date]:
    """Load the date that a program's calendar shows at this moment."""
    return [(await operation.calendar()).day_of(operation.now)] * len(ids)


async def may_see_logo(operation: Operation, file_id: UUID) -> bool:
    """Whether a file is the logo of the program, which every account sees."""
    return (await operation.program()).logo_id == file_id


async def list_program_activity(operation: Operation, arguments: PageArguments) -> Page[ProgramActivityRow]:
    """List the changes of the program, newest first."""
    return await read_page(
        operation, arguments, statements.NEWEST_CHANGES, statements.change_page, {}, count=statements.CHANGE_COUNT
    )


async def sentences_of_changes(operation: Operation, actions: list[tuple[UUID, Sequence[SettingChange]]]) -> list[str]:
    """Write each change as a sentence, with the present name of the account that made it."""
    ids = list(dict.fromkeys(actor_id for actor_id, _ in actions))
    names = {row.id: row.display_name for row in await accounts_by_id(operation, ids) if row is not None}
    return [program_updated(names[actor_id], changes) for actor_id, changes in actions]
