"""Functions in a process of their own: their results, and how the limits end them."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection import limited
from resolvers.files.inspection.inspect import inspect_file
from resolvers.files.inspection.limited import FunctionFailed, LimitExceeded, LimitKind, run_limited
from resolvers.files.inspection.thumbnails import render_thumbnail
from tests.resolvers.files.inspection import limited_functions as functions
from tests.support.contents import svg

pytestmark = pytest.mark.process

MEMORY = 2**29


@pytest.fixture(autouse=True)
def tests_are_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.getcwd())  # noqa: PTH109


async def test_results_and_arguments_keep_their_types() -> None:
    found = await run_limited(
        functions.describe, Path("stored"), ContentType.PNG, "label.png", seconds=5, memory=MEMORY
    )
    assert found == Inspection(ContentType.PNG, width=9)


async def test_a_declared_failure_is_raised() -> None:
    with pytest.raises(ContentRejected) as caught:
        await run_limited(functions.reject, "label.svg", seconds=5, memory=MEMORY)
    assert (caught.value.file_name, caught.value.fault, caught.value.detail) == (
        "label.svg",
        ContentFault.TOO_LARGE,
        "20 MB",
    )
    assert caught.value.message == "“label.svg” is larger than 20 MB. Reduce its size and upload it again."


@pytest.mark.parametrize(
    ("function", "seconds", "kind"),
    [
        (functions.spin, 1, LimitKind.TIME),
        (functions.sleep, 1, LimitKind.TIME),
        (functions.allocate, 5, LimitKind.MEMORY),
        (functions.map_memory, 5, LimitKind.MEMORY),
        (functions.flood, 5, LimitKind.MEMORY),
        (functions.abort, 5, LimitKind.CRASH),
    ],
)
async def test_limits_end_a_process(
    monkeypatch: pytest.MonkeyPatch, function: Callable[[], object], seconds: int, kind: LimitKind
) -> None:
    monkeypatch.setattr(limited, "WALL_SECONDS_PER_SECOND", 1)
    with pytest.raises(LimitExceeded) as caught:
        await run_limited(function, seconds=seconds, memory=MEMORY)
    assert caught.value.kind == kind
    assert not children()


async def test_a_bug_is_reported_with_its_traceback() -> None:
    with pytest.raises(FunctionFailed, match=r"in fail\n(?s:.*)LookupError: a bug"):
        await run_limited(functions.fail, seconds=5, memory=MEMORY)


async def test_a_process_writes_no_files_and_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_SECRET", "x")
    with pytest.raises(FunctionFailed, match="File too large"):
        await run_limited(functions.write, tmp_path / "file", seconds=5, memory=MEMORY)
    assert (tmp_path / "file").read_bytes() == b""
    assert "TESSERA_SECRET" not in await run_limited(functions.variables, seconds=5, memory=MEMORY)


async def test_a_canceled_caller_leaves_no_process() -> None:
    task = asyncio.create_task(run_limited(functions.sleep, seconds=20, memory=MEMORY))
    while not (pids := children()):  # noqa: ASYNC110 - the system does not announce it
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not pids & children()


async def test_processes_are_bounded() -> None:
    tasks = [asyncio.create_task(run_limited(functions.sleep, seconds=20, memory=MEMORY)) for _ in range(5)]
    await asyncio.sleep(0.5)
    assert len(children()) == limited.MAX_PROCESSES
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not children()


async def test_a_file_is_inspected_and_drawn(tmp_path: Path) -> None:
    file = tmp_path / "stored"
    file.write_bytes(svg("<text y='9'>Label</text>"))
    arguments = (file, ContentType.SVG, "label.svg")
    assert await run_limited(inspect_file, *arguments, seconds=10, memory=2**30) == Inspection(ContentType.SVG, 30, 20)
    drawn = await run_limited(render_thumbnail, *arguments, seconds=10, memory=2**30)
    assert drawn.startswith(b"\x89PNG")


def children() -> set[int]:
    """Return the processes of `limited` that this one started."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid() and b"limited_process" in command:
            found.add(int(folder.name))
    return found
