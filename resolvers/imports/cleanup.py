"""Deletes the staged sales of an import that needs them no longer."""

from typing import Final

from db.imports.changes import forget_staged, set_import
from resolvers.imports.running import RunningImport

# Rows of one transaction.
_ROWS: Final = 20_000


async def forget_all(running: RunningImport) -> None:
    """Delete what was staged, in pieces."""
    while True:
        async with running.writing() as session:
            if not await forget_staged(session, running.id, _ROWS):
                await set_import(session, running.id, is_staged=False)
                return
