"""Fetches the files of GraphiQL and React from npm into `static`: `make graphiql`.

Each package is pinned by its version and its integrity, as npm computes it. To upgrade one, change them here and in
`static/NOTICE.md`.
"""

import base64
import shutil
import subprocess
import sys
import tarfile
import tempfile
from hashlib import sha256, sha512
from pathlib import Path
from typing import Final

from msgspec import Struct

from graphql_api.pages.assets import STATIC

_TIMEOUT_S: Final = 120


class Package(Struct, frozen=True):
    """A release on npm, the SHA-512 of its archive in base64, the file in it that pages load, and its SHA-256."""

    release: str
    integrity: str
    member: str
    digest: str


PACKAGES: Final = (
    Package(
        "graphiql@3.8.3",
        integrity="cuPDYtXVKV86Pu5PHBX642Odi/uVEE2y1Jxq5rGO/Qy1G2lRp7ZZ7a/T30RzxhuLSWo9zUbzq0P3U49//H0Ugw==",
        member="graphiql.min.js",
        digest="22faab94067b695e5f7959619fbe686ebcc8955002a0c97d986bcbba4ad4bc2c",
    ),
    Package(
        "graphiql@3.8.3",
        integrity="cuPDYtXVKV86Pu5PHBX642Odi/uVEE2y1Jxq5rGO/Qy1G2lRp7ZZ7a/T30RzxhuLSWo9zUbzq0P3U49//H0Ugw==",
        member="graphiql.min.css",
        digest="b1868247f8e0502cd869e581f5f3cb55b334862e7f51b1d6cbace11059b9adc2",
    ),
    Package(
        "react@18.2.0",
        integrity="/3IjMdb2L9QbBdWiW5e3P2/npwMBaU9mHCSCUzNln0ZCYbcfTsGbTJrU/kGemdH2IWmB2ioZ+zkxtmq6g09fGQ==",
        member="umd/react.production.min.js",
        digest="4b4969fa4ef3594324da2c6d78ce8766fbbc2fd121fff395aedf997db0a99a06",
    ),
    Package(
        "react-dom@18.2.0",
        integrity="6IMTriUmvsjHUjNtEDudZfuDQUoWXVxKHhlEGSk81n4YFS+r/Kl99wXiwlVXtPBtJenozv2P+hxDsw9eA7Xo6g==",
        member="umd/react-dom.production.min.js",
        digest="21758ed084cd0e37e735722ee4f3957ea960628a29dfa6c3ce1a1d47a2d6e4f7",
    ),
)


class NotFetched(Exception):
    """A package could not be had, or is not the pinned one."""


def fetch(package: Package, folder: Path) -> bytes:
    """Return the file of a package, whose archive npm puts into `folder`. Raises NotFetched."""
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not installed: it fetches GraphiQL and React."
        raise NotFetched(message)
    words = [npm, "pack", package.release, "--silent", "--pack-destination", str(folder)]
    packed = subprocess.run(words, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - npm itself
    if packed.returncode:
        raise NotFetched(f"npm cannot fetch {package.release}: {packed.stderr[-200:]}")
    archive = folder / f"{package.release.replace('@', '-')}.tgz"
    if base64.b64encode(sha512(archive.read_bytes()).digest()).decode() != package.integrity:
        raise NotFetched(f"{package.release} is not the release that is pinned: its integrity differs.")
    with tarfile.open(archive) as opened:
        member = opened.extractfile(f"package/{package.member}")
        if member is None:
            raise NotFetched(f"{package.release} has no file {package.member}.")
        content = member.read()
    if sha256(content).hexdigest() != package.digest:
        raise NotFetched(f"{package.member} of {package.release} is not the file that is pinned.")
    return content


def main() -> None:
    """Write the files of all packages."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            contents = {package.member: fetch(package, Path(folder)) for package in PACKAGES}
        except NotFetched as failure:
            sys.exit(str(failure))
    for member, content in contents.items():
        (STATIC / Path(member).name).write_bytes(content)


if __name__ == "__main__":
    main()
