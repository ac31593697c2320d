"""The mutation createScheme."""

from uuid import UUID

from msgspec import Struct

from db.codes import next_code
from db.schemes import changes
from domain.channels import EarningChannel
from domain.events import EventKind
from domain.schemes.content import Basics, SchemeContent, content_hash
from domain.schemes.inputs import creation_problems
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stored_facts import SchemeCreated
from domain.text import trim_text
from resolvers.context import Operation
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from resolvers.schemes.rederive import rederive
from resolvers.validation import reject_invalid


class CreateScheme(Struct, frozen=True):
    """Create a scheme with a title and the channels through which ECPs earn."""

    title: str
    channels: tuple[EarningChannel, ...]


async def create_scheme(operation: Operation, command: CreateScheme) -> UUID:
    """Create a draft and return its id. Raises InvalidInput."""
    reject_invalid(creation_problems(command.title, command.channels))
    basics = Basics(trim_text(command.title), tuple(sorted(command.channels)))
    scheme_id = operation.new_id()
    async with operation.writing() as session:
        calendar = (await operation.share_program(session)).calendar
        await changes.add_scheme(
            session,
            scheme_id=scheme_id,
            code=await next_code(session, "SCH", calendar.day_of(operation.now).year),
            basics=basics,
            content_hash=content_hash(SchemeContent(basics)),
            created_by=operation.viewer.account_id,
            at=operation.now,
        )
        await join_scheme(operation, session, scheme_id)
        fact = SchemeCreated(SchemeName(basics.title))
        await record_activity(operation, session, scheme_id, NewActivity(EventKind.SCHEME_CREATED, fact))
        await rederive(operation, session, scheme_id)
    return scheme_id
