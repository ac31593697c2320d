"""The list of packs: its filter and its pages."""

import re
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from db.consignments.pack_pages import NEWEST_PACK, PackFilters, pack_count, pack_page
from db.consignments.pack_rows import PackViewRow
from domain.consignments.packs import normalize_sscc
from domain.requests import BadArgument
from resolvers.consignments.loaders import scope_parameters
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, read_page

_SSCC_DIGITS: Final = 18
_DIGITS: Final = re.compile(r"[0-9]{1,18}")


class PackFilter(Struct, frozen=True):
    """Filters of a list. None does not restrict the list; all other filters must match."""

    consignment_id: UUID | None = None
    batch_id: UUID | None = None
    variant_id: UUID | None = None
    sscc: str | None = None
    open: bool | None = None


async def list_packs(operation: Operation, arguments: PageArguments, chosen: PackFilter) -> Page[PackViewRow]:
    """List the packs that the viewer may see, last packed first. Raises BadArgument."""
    viewer, scope = operation.viewer, operation.viewer.consignment_scope
    given = {
        "consignment_id": chosen.consignment_id,
        "batch_id": chosen.batch_id,
        "variant_id": chosen.variant_id,
        **_range_of_codes(chosen.sscc),
    }
    parameters: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    filters = PackFilters(open=chosen.open, **dict.fromkeys(parameters, True))
    return await read_page(
        operation,
        arguments,
        NEWEST_PACK,
        lambda **page: pack_page(scope, filters, **page),
        {**parameters, **scope_parameters(viewer, scope)},
        count=pack_count(scope, filters),
    )


def _range_of_codes(text: str | None) -> dict[str, str]:
    """The lowest and the highest SSCC that begin with these digits. Raises BadArgument."""
    digits = "" if text is None else normalize_sscc(text)
    if not digits:
        return {}
    if not _DIGITS.fullmatch(digits):
        message = f"An SSCC has {_SSCC_DIGITS} digits. Filter by the first digits of it."
        raise BadArgument(message, "filter")
    return {"lowest_sscc": digits.ljust(_SSCC_DIGITS, "0"), "highest_sscc": digits.ljust(_SSCC_DIGITS, "9")}
