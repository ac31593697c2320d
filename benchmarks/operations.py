"""The measured operations and their requests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from msgspec import Struct

_HERE: Final = Path(__file__).parent
_PORTAL: Final = _HERE.parent / "operations" / "portal"


class Operation(Struct, frozen=True):
    """An operation of the benchmark: its name in results, its document in our schema and in PostGraphile's."""

    key: str
    name: str
    document: Path
    peer_document: Path

    def body(self, variables: Mapping[str, Any]) -> bytes:
        """The request for a server of our schema."""
        return _body(self.document, self.name, variables)

    def peer_body(self, variables: Mapping[str, Any]) -> bytes:
        """The request for PostGraphile, for the same amount of data."""
        return _body(self.peer_document, self.name, variables)


LANDING: Final = "LandingPage"
DETAIL: Final = "SchemeDetail"
SMALL: Final = "Small"

OPERATIONS: Final = (
    Operation(
        key="landing_50",
        name=LANDING,
        document=_PORTAL / "LandingPage.graphql",
        peer_document=_HERE / "documents/postgraphile/LandingPage.graphql",
    ),
    Operation(
        key="scheme_detail",
        name=DETAIL,
        document=_HERE / "documents/SchemeDetail.graphql",
        peer_document=_HERE / "documents/postgraphile/SchemeDetail.graphql",
    ),
    Operation(
        key="small",
        name=SMALL,
        document=_HERE / "documents/Small.graphql",
        peer_document=_HERE / "documents/postgraphile/Small.graphql",
    ),
)


def variables_of(operation: Operation, code: str, account_id: UUID, *, peer: bool = False) -> dict[str, Any]:
    """Build the variables of an operation; for PostGraphile they include the viewer, which it does not know."""
    if operation.name == LANDING:
        return {"first": 50}
    if peer and operation.name == SMALL:
        return {"code": code, "account": str(account_id)}
    return {"code": code}


def leaves(value: Any) -> int:
    """Count the scalar values in an answer."""
    if isinstance(value, dict):
        return sum(leaves(part) for part in value.values())
    if isinstance(value, list):
        return sum(leaves(part) for part in value)
    return 1


def _body(document: Path, name: str, variables: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"query": document.read_text("utf-8"), "operationName": name, "variables": variables})
