"""The schemes in which an ECP can enroll today."""

from typing import Any
from uuid import UUID

from db.enrollments.locks import PLACES_OF_ECP
from db.enrollments.open_scheme_pages import CLOSING_FIRST, open_count, open_page
from db.schemes.rows import SchemeRow
from db.search import words_of
from domain.permissions import EcpScope
from domain.requests import BadArgument
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, read_page


async def list_open_schemes(
    operation: Operation, arguments: PageArguments, *, search: str | None = None, ecp_id: UUID | None = None
) -> Page[SchemeRow]:
    """A page of the approved schemes whose enrollment window is open today where the ECP is, that close first first.

    The ECP is the viewer unless named; for somebody who is none, the schemes of all places. Raises BadArgument.
    """
    words = words_of(search)
    parameters: dict[str, Any] = {"today": operation.now.date()}
    if words:
        parameters["words"] = words
    found = _whom(operation, ecp_id)
    if found is not None:
        parameters["place_ids"] = await operation.fetch(PLACES_OF_ECP, ecp_id=found)
        if not parameters["place_ids"]:
            raise _missing()
    scope, flags = operation.viewer.scheme_scope, {"searched": bool(words), "placed": found is not None}
    return await read_page(
        operation,
        arguments,
        CLOSING_FIRST,
        lambda **page: open_page(scope, **flags, **page),
        parameters,
        count=open_count(scope, **flags),
    )


def _whom(operation: Operation, named: UUID | None) -> UUID | None:
    viewer = operation.viewer
    if named is None or named == viewer.ecp_id:
        return viewer.ecp_id
    if viewer.ecp_scope is not EcpScope.ALL:
        raise _missing()
    return named


def _missing() -> BadArgument:
    return BadArgument("This ECP does not exist.", "ecpId")
