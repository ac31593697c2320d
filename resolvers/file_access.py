"""Who may download a file: each area with files declares a check, and one that agrees is enough."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from resolvers.context import Operation

# Whether the viewer sees an object of the area that has the file.
FileAccess = Callable[[Operation, UUID], Awaitable[bool]]


async def may_see_file(operation: Operation, checks: Sequence[FileAccess], file_id: UUID) -> bool:
    """Whether the viewer sees an object that has the file. A file that no object has is visible to nobody."""
    for check in checks:
        if await check(operation, file_id):
            return True
    return False
