"""Reads the request that brings a file of sales, and rejects what is no such request with a sentence."""

from typing import Final

from starlette.requests import Request

from domain.files.facts import OTHER_SALES_TYPES, SALES_TYPES
from domain.text import join_words, quote, shorten
from graphql_api.files.credentials import Rejected
from resolvers.imports.receive_sales import ReceiveSales
from resolvers.imports.start_import import ImportOptions

_PARAMETERS: Final = ("source", "dryRun", "park", "fileName")
# The last one is what programs send where nobody named a type; how a file is written, its beginning says.
_TYPES: Final = (*SALES_TYPES, *OTHER_SALES_TYPES, "application/x-www-form-urlencoded")
_DEFAULT_NAME: Final = "sales"
# Of what is quoted from a request.
_QUOTED: Final = 40


def read_command(request: Request) -> ReceiveSales:
    """Read the parameters and the headers. Raises Rejected."""
    _check_headers(request)
    given = request.query_params
    for name in given:
        if name not in _PARAMETERS:
            unknown, known = quote(shorten(name, _QUOTED)), join_words(_PARAMETERS, "and")
            raise _bad(f"There is no parameter {unknown}. The parameters are {known}.")
        if len(given.getlist(name)) > 1:
            raise _bad(f"The parameter {name} is given more than once. Keep one of them.")
    if "source" not in given:
        raise _bad("Name the source of the sales: POST /imports/sales?source=till.")
    options = ImportOptions(source=given["source"], dry_run=_flag(request, "dryRun"), park=_flag(request, "park"))
    return ReceiveSales(
        file_name=given.get("fileName", _DEFAULT_NAME).strip(),
        options=options,
        idempotency_key=request.headers.get("idempotency-key"),
    )


def announced_size(request: Request) -> int | None:
    """The size of the body, if the request says it. The server has checked that it is a number."""
    text = request.headers.get("content-length", "")
    return int(text) if text else None


def _check_headers(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        message = f"The body is compressed ({shorten(encoding, _QUOTED)}). Send the text itself."
        raise Rejected(415, "BAD_USER_INPUT", message)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        message = "Send the file itself as the body, not as a part of a form: curl --data-binary @sales.csv, not -F."
        raise Rejected(415, "BAD_USER_INPUT", message)
    if kind not in _TYPES:
        message = f"Sales are text/csv or application/x-ndjson, not {shorten(kind, _QUOTED)}."
        raise Rejected(415, "BAD_USER_INPUT", message)


def _flag(request: Request, name: str) -> bool:
    text = request.query_params.get(name, "false").strip().lower()
    if text not in {"true", "false"}:
        raise _bad(f"Write {name}=true or {name}=false.")
    return text == "true"


def _bad(message: str) -> Rejected:
    return Rejected(400, "BAD_USER_INPUT", message)
