"""Measure uploads and downloads of many large files at once, beside a bare server that only hashes.

    make bench-files [ARGS="--files 50 --megabytes 100 --rounds 1 --quick"]

Every byte goes to the disk and is synced before an upload counts. Exits with 1 when a goal is missed. Writes
`benchmarks/results/files.json`, except with `--quick`, which moves a tenth.
"""

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
from msgspec import to_builtins
from rich.console import Console

from benchmarks.custody.place import LOGS, SECRETS, Place, embedded_server, fresh_place, opened
from benchmarks.custody.report import Line, line_of, print_report
from benchmarks.files.clients import Transfer, get, put, run_together
from benchmarks.servers import ROOT, Credentials, Server, Signer, our_command, running
from domain.files.facts import UploadLimits, UploadPurpose
from domain.links import Link, LinkKind, LinkSigner
from domain.permissions import Role
from graphql_api.files.storage import open_storage
from resolvers.files.create_upload import CreateUpload, create_upload
from resolvers.files.file_links import FILES_PATH

FOLDER: Final = ROOT / ".tessera" / "bench-files"
LATEST: Final = ROOT / "benchmarks" / "results" / "files.json"
_RATIO: Final = 0.5
# Each upload and download has a buffer of a quarter megabyte, and its connection has some, too.
_MOST_MEMORY: Final = 100.0
_MEGABYTE: Final = 2**20


def main() -> None:
    """Measure, print, and write."""
    chosen = _arguments()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    size = chosen.megabytes * _MEGABYTE
    with embedded_server() as server, fresh_place(server, "files") as place:
        lines = _measure(place, chosen.files, size, chosen.rounds)
    print_report(lines, console, "Files")
    if not chosen.quick:
        LATEST.write_bytes(orjson.dumps(to_builtins(lines), option=orjson.OPT_INDENT_2))
        console.print(f"Written to {LATEST}")
    sys.exit(not chosen.quick and any(line.reached is False for line in lines))


def _measure(place: Place, files: int, size: int, rounds: int) -> list[Line]:
    found: dict[str, list[float]] = {}

    def note(what: str, value: float) -> None:
        found.setdefault(what, []).append(value)

    moved = files * size / _MEGABYTE
    for _ in range(rounds):
        with _servers(place) as (ours, bare):
            uploads = asyncio.run(_begin(place, files, size))
            plain = [Transfer(port=bare.port, path=f"/{size}", size=size, number=number) for number in range(files)]
            for name, act, paths in (
                ("uploads", put, [url for _, url in uploads]),
                ("downloads", get, asyncio.run(_links(place, [upload_id for upload_id, _ in uploads]))),
            ):
                bare_seconds = run_together(act, plain)
                transfers = [
                    Transfer(port=ours.port, path=path, size=size, number=number) for number, path in enumerate(paths)
                ]
                with _watched(ours) as memory:
                    seconds = run_together(act, transfers)
                note(f"{name}, bare server", moved / bare_seconds)
                note(f"{name}", moved / seconds)
                note(f"{name}, of the bare server", bare_seconds / seconds)
                note(f"{name}, growth of memory", memory())
    return [_line(what, values) for what, values in found.items()]


def _line(what: str, values: list[float]) -> Line:
    if what.endswith("of the bare server"):
        return line_of(what, "x", values, _RATIO, at_least=True)
    if what.endswith("memory"):
        return line_of(what, "MB", values, _MOST_MEMORY)
    return line_of(what, "MB/s", values)


@contextlib.contextmanager
def _servers(place: Place) -> Iterator[tuple[Server, Server]]:
    """Both servers, with an empty store on the disk of the repository."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tessera-files-") as folder, contextlib.ExitStack() as stack:
            credentials = Credentials(Signer(Path(folder)).keys, "")
            settings = {**SECRETS, "TESSERA_FILES": str(FOLDER), "TESSERA_LOG_LEVEL": "warning"}

            def start(name: str, command: list[str]) -> Server:
                log = LOGS / f"files {name}.log"
                return stack.enter_context(running(name, command, place.url, credentials, log, settings=settings))

            ours = start("tessera", [*our_command("files.served"), "serve"])
            yield ours, start("bare", our_command("files.bare"))
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


async def _begin(place: Place, files: int, size: int) -> list[tuple[UUID, str]]:
    """The ids and URLs of new uploads."""
    limits = UploadLimits(
        bytes_by_purpose={UploadPurpose.MARKETING_MATERIAL: size},
        open_per_account=2 * files,
        bytes_per_day=10 * files * size,
    )
    async with opened(place) as environment:
        operation = environment.operation(place.viewer(Role.PROGRAM_MANAGER))
        operation.files = open_storage(str(FOLDER), FOLDER, limits)
        command = CreateUpload(
            file_name="poster.png",
            content_type="image/png",
            byte_size=size,
            purpose=UploadPurpose.MARKETING_MATERIAL,
        )
        begun = [await create_upload(operation, command) for _ in range(files)]
        await operation.close()
        return [(upload.id, upload.url) for upload in begun]


async def _links(place: Place, ids: list[UUID]) -> list[str]:
    """Links to the files of uploads, that open long enough."""
    async with opened(place) as environment:
        account_id, expires_at = place.viewer(Role.PROGRAM_MANAGER).account_id, environment.clock() + timedelta(hours=1)
        return [_link(environment.links, key, account_id=account_id, expires_at=expires_at) for key in ids]


def _link(links: LinkSigner, file_id: UUID, *, account_id: UUID, expires_at: datetime) -> str:
    link = Link(kind=LinkKind.FILE, id=file_id, subject_id=file_id, account_id=account_id, expires_at=expires_at)
    return f"{FILES_PATH}/{links.sign(link)}"


@contextlib.contextmanager
def _watched(server: Server) -> Iterator[Callable[[], float]]:
    """Watch the memory of a server; the function returns by how many megabytes it grew at most."""
    begun, highest, done = _resident(server), 0.0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.05):
            highest = max(highest, _resident(server))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: max(0.0, highest - begun)
    finally:
        done.set()
        thread.join()


def _resident(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50, help="how many at once")
    parser.add_argument("--megabytes", type=int, default=100, help="the size of each")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="move a tenth, and write nothing")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.megabytes = max(1, chosen.megabytes // 10)
    return chosen


if __name__ == "__main__":
    main()
