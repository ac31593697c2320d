"""The schemes in which an ECP can enroll today."""

from typing import Any
from uuid import UUID

from db.enrollments.locks import PLACES_OF_ECP
from db.enrollments.open_scheme_pages import CLOSING_FIRST, open_count, open_page
from db.schemes.rows import SchemeRow
from db.search import words_of
from domain.requests import BadArgument
from domain.viewers import EcpScope, SchemeScope
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, read_page


async def list_open_schemes(
    operation: Operation, arguments: PageArguments, *, search: str | None = None, ecp_id: UUID | None = None
) -> Page[SchemeRow]:
    """List the approved schemes in which the ECP can enroll today, earliest closing first. Raises BadArgument.

    The ECP is the viewer unless `ecp_id` names another. Viewers who are not ECPs see every open scheme.
    """
    words = words_of(search)
    parameters: dict[str, Any] = {"today": (await operation.calendar()).day_of(operation.now)}
    if words:
        parameters["words"] = words
    found = _choose_ecp(operation, ecp_id)
    if found is not None:
        parameters["place_ids"] = await operation.fetch(PLACES_OF_ECP, ecp_id=found)
        if not parameters["place_ids"]:
            raise _missing()
    # A vendor takes no part in the enrollment of ECPs.
    scope = operation.viewer.scheme_scope
    scope = SchemeScope.NONE if scope is SchemeScope.CHAIN else scope
    flags = {"searched": bool(words), "placed": found is not None}
    return await read_page(
        operation,
        arguments,
        CLOSING_FIRST,
        lambda **page: open_page(scope, **flags, **page),
        parameters,
        count=open_count(scope, **flags),
    )


def _choose_ecp(operation: Operation, named: UUID | None) -> UUID | None:
    viewer = operation.viewer
    if named is None or named == viewer.ecp_id:
        return viewer.ecp_id
    if viewer.ecp_scope is not EcpScope.ALL:
        raise _missing()
    return named


def _missing() -> BadArgument:
    return BadArgument("This ECP does not exist.", "ecpId")
