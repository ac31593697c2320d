"""The tracking page of a consignment and the board of 200, beside a server by hand; and the number of statements."""

import asyncio
import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from benchmarks.bench import WrongAnswer
from benchmarks.custody.acting import Actors
from benchmarks.custody.clients import body
from benchmarks.custody.place import LOGS, SECRETS, Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.custody.schemes import approved_scheme
from benchmarks.load import Measured, measure
from benchmarks.servers import ROOT, Credentials, Server, Signer, our_command, running
from domain.permissions import Role
from graphql_api.execution import CompiledSchema
from graphql_api.execution.limits import Limits
from resolvers.consignments.loaders import consignments_by_id
from schema.build import build_schema
from schema.scalars import NATIVES

CONSIGNMENTS: Final = 200
BATCHES: Final = 60
_RATIO: Final = 0.85
_STATEMENTS: Final = 10
_CONNECTIONS: Final = 8
_QUANTITY: Final = 10_000
_PAGE, _BOARD = "TrackingPage", "TrackingBoard"
_WORDS: Final = {_PAGE: "tracking page", _BOARD: "tracking board"}
# The documents of the portal and the wall screen.
_OPERATIONS: Final = {_PAGE: "portal/ConsignmentTracking", _BOARD: "dashboard/TrackingBoard"}


def measure_pages(
    place: Place, rounds: int, seconds: float, consignments: int = CONSIGNMENTS
) -> tuple[list[Line], dict[str, object]]:
    """Compare the answers of both servers, and load them in turn."""
    code, counts = asyncio.run(_filled(place, consignments))
    bodies = {_PAGE: body(_PAGE, {"code": code}), _BOARD: body(_BOARD, {})}
    found: dict[tuple[str, str], list[Measured]] = {}
    with contextlib.ExitStack() as stack:
        servers = _started(stack, place)
        for name, content in bodies.items():
            _check(name, servers, content)
            for server in servers:
                measure(server, content, seconds=min(seconds, 1.0), connections=_CONNECTIONS)
        for number in range(rounds):
            for name, content in bodies.items():
                for server in servers if number % 2 == 0 else servers[::-1]:
                    result = measure(server, content, seconds=seconds, connections=_CONNECTIONS)
                    found.setdefault((name, server.name), []).append(result)
    return _lines(found, counts, consignments), {" ".join(key): value for key, value in found.items()}


def _started(stack: contextlib.ExitStack, place: Place) -> list[Server]:
    signer = Signer(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tessera-custody-"))))
    credentials = Credentials(signer.keys, signer.token(place.viewer(Role.OPERATIONS).account_id))
    return [
        stack.enter_context(
            running(name, our_command(word), place.url, credentials, LOGS / f"pages {name}.log", settings=SECRETS)
        )
        for name, word in (("tessera", "tessera"), ("by hand", "custody.by_hand"))
    ]


def _check(name: str, servers: Sequence[Server], content: bytes) -> None:
    """Both must give the same answer, of which Tessera may leave no part out. Raises WrongAnswer."""
    answers = [server.post(content) for server in servers]
    documents = [orjson.loads(answer) if status == 200 else answer for status, answer in answers]  # noqa: PLR2004 - OK
    if documents[0] != documents[1] or "errors" in documents[0]:
        raise WrongAnswer(f"{name} differs {_difference(documents[0], documents[1])}")


def _difference(one: Any, other: Any, path: str = "") -> str:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next((_difference(one[key], other[key], f"{path}.{key}") for key in one if one[key] != other[key]), path)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((_difference(a, b, f"{path}.{place}") for place, (a, b) in pairs if a != b), path)
    return f"at {path}: {str(one)[:200]} and {str(other)[:200]}"


async def _filled(place: Place, consignments: int) -> tuple[str, Mapping[str, tuple[int, int]]]:
    """Consignments at various points of their way; return the code of one with many batches, and statement counts."""
    async with opened(place) as environment:
        actors, schema = Actors(environment, place), build_schema(CompiledSchema, natives=NATIVES, limits=Limits())
        alone = await approved_scheme(environment, place, "One Consignment", (_QUANTITY,))
        await actors.generate(alone)
        first = await actors.create(alone, place.catalog.chain(), _QUANTITY)
        await _proceed(actors, first, 0, BATCHES)
        (code,) = await _codes(actors, [first])
        before = {name: await _count(actors, schema, name, code) for name in _OPERATIONS}
        others = await approved_scheme(environment, place, "Many Consignments", (consignments * _QUANTITY,))
        await actors.generate(others)
        for number in range(1, consignments):
            printer = number % len(place.catalog.printers)
            made = await actors.create(others, place.catalog.chain(printer), _QUANTITY)
            await _proceed(actors, made, printer, number % 4)
        after = {name: await _count(actors, schema, name, code) for name in _OPERATIONS}
    await analyze(place)
    return code, {name: (before[name], after[name]) for name in _OPERATIONS}


async def _proceed(actors: Actors, consignment_id: UUID, printer: int, batches: int) -> None:
    """Produce half, and send batches, of which every second one arrives."""
    chain = actors.place.catalog.chain(printer)
    await actors.produce(consignment_id, chain[0], _QUANTITY // 2)
    for number in range(batches):
        batch = await actors.dispatch(consignment_id, chain[0], 50)
        if number % 2:
            await actors.receive(batch, chain[1], 50)


async def _codes(actors: Actors, ids: Sequence[UUID]) -> list[str]:
    operation = actors.environment.operation(actors.place.viewer(Role.OPERATIONS))
    try:
        return [row.code for row in await consignments_by_id(operation, list(ids)) if row is not None]
    finally:
        await operation.close()


async def _count(actors: Actors, schema: Any, name: str, code: str) -> int:
    document = (ROOT / "operations" / f"{_OPERATIONS[name]}.graphql").read_text("utf-8")
    operation = actors.environment.operation(actors.place.viewer(Role.OPERATIONS))
    variables = {"code": code} if name == _PAGE else {}
    result = await schema.execute(document, variables, context_value=operation)
    await operation.close()
    assert result.errors is None, result.errors
    return operation.statements


def _lines(
    found: Mapping[tuple[str, str], Sequence[Measured]], counts: Mapping[str, tuple[int, int]], consignments: int
) -> list[Line]:
    lines = []
    for name, words in _WORDS.items():
        ours, theirs = found[name, "tessera"], found[name, "by hand"]
        ratios = [one.rps / other.rps for one, other in zip(ours, theirs, strict=True)]
        cpu = [(one.cpu_ms or 0, other.cpu_ms or 0) for one, other in zip(ours, theirs, strict=True)]
        lines += [
            line_of(f"{words}: requests a second", "", [one.rps for one in ours]),
            line_of(f"{words}, by hand: requests a second", "", [other.rps for other in theirs]),
            line_of(f"{words}: of by hand", "", ratios, _RATIO, at_least=True),
            line_of(f"{words}: of by hand, by CPU", "", [other / (one or 1e-9) for one, other in cpu]),
            line_of(f"{words}: CPU of the server's process", "ms", [one for one, _ in cpu]),
            line_of(f"{words}, by hand: CPU of the server's process", "ms", [other for _, other in cpu]),
            Line(f"{words}: statements, 1 consignment", counts[name][0], "", goal=_STATEMENTS),
            Line(f"{words}: statements, {consignments} consignments", counts[name][1], "", goal=_STATEMENTS),
        ]
    return lines
