"""The mutation createScheme."""

from uuid import UUID

from msgspec import Struct

from db.codes import next_code
from db.schemes import changes
from domain.channels import EarningChannel
from domain.events import EventKind
from domain.schemes.activity_sentences import called, created
from domain.schemes.content import Basics, SchemeContent, content_hash
from domain.schemes.inputs import creation_problems
from resolvers.context import Operation
from resolvers.refusing import refuse
from resolvers.schemes.activity import Act, record, take_part
from resolvers.schemes.drafts import derive_again


class CreateScheme(Struct, frozen=True):
    """Start a scheme with a title and the ways in which ECPs earn."""

    title: str
    channels: tuple[EarningChannel, ...]


async def create_scheme(operation: Operation, command: CreateScheme) -> UUID:
    """Create a draft and return its id. Raises InvalidInput."""
    refuse(creation_problems(command.title, command.channels))
    basics = Basics(command.title.strip(), tuple(sorted(command.channels)))
    scheme_id = operation.new_id()
    async with operation.writing() as session:
        await changes.add_scheme(
            session,
            scheme_id=scheme_id,
            code=await next_code(session, "SCH", operation.now.year),
            basics=basics,
            content_hash=content_hash(SchemeContent(basics)),
            created_by=operation.viewer.account_id,
            at=operation.now,
        )
        await take_part(operation, session, scheme_id)
        message = created(operation.viewer.display_name, called(basics.title))
        await record(operation, session, scheme_id, Act(EventKind.SCHEME_CREATED, message))
        await derive_again(operation, session, scheme_id)
    return scheme_id
