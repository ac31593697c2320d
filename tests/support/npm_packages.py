"""Packages of npm that tests run with Node, kept under `.tessera`: clients and audits that others wrote."""

import asyncio
import base64
import json
import shutil
import subprocess
import tarfile
from hashlib import sha512
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.databases import ROOT

FOLDER: Final = ROOT / ".tessera" / "npm"
SCRIPTS: Final = Path(__file__).parent / "node"
_TIMEOUT_S: Final = 120
_INTEGRITY: Final = {
    "graphql-http-1.23.1": "h6AcykL7+xp22QvOnK0fu1eHk9AZG1ngF71rk0ZGuGupnjm1yqXRFrZ/eMv4Q1FTCWILJ5o6hVAxzt3S8/wPHQ==",
    "graphql-sse-2.6.1": "0KbuzZlrSx2a3BlnyaL0Rf6nHd/giVUGpo8MZiEEugeQIwitnKk5RVWkriXUpuPKxMw1p4GfxYLlEmR9DR21dQ==",
}


def npm_package(name: str, version: str) -> Path:
    """The folder of a package; skips the test where there is no Node, or npm cannot fetch the package."""
    release = f"{name}-{version}"
    folder = FOLDER / release / "package"
    if shutil.which("node") is None:
        pytest.skip(f"node is not installed: it runs the package {name}")
    if not folder.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"npm is not installed: it fetches the package {name}")
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", f"{name}@{version}", "--silent", "--pack-destination", str(FOLDER)]
        fetched = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, text=True)
        if fetched.returncode:
            pytest.skip(f"npm cannot fetch {name} {version}: {fetched.stderr[-200:]}")
        archive = FOLDER / f"{release}.tgz"
        assert base64.b64encode(sha512(archive.read_bytes()).digest()).decode() == _INTEGRITY[release]
        with tarfile.open(archive) as opened:
            opened.extractall(folder.parent, filter="data")
    return folder


async def node(script: str, *words: str) -> Any:
    """Run a script of `tests/support/node`, beside the server of the test, and return the JSON that it prints."""
    running = await asyncio.create_subprocess_exec(
        "node", str(SCRIPTS / script), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(_TIMEOUT_S):
        printed, complaints = await running.communicate()
    assert running.returncode == 0, complaints.decode()
    return json.loads(printed)
