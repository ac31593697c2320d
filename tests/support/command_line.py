"""The command line within the process of the tests: starting a process for each command takes seconds."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from graphql_api.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    printed: str
    complaints: str


class Command(Protocol):
    """Runs a command to its end."""

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        """Run it with the settings of `environment` and no others."""


def command_in(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Commands whose embedded database is in a folder."""

    def command(*arguments: str, **environment: str) -> Ended:
        for name in [name for name in os.environ if name.startswith(("TESSERA_", "DATABASE_", "PORT"))]:
            monkeypatch.delenv(name)
        for name, value in {"TESSERA_DATA_DIR": str(data_dir), **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["tessera", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return Ended(int(ended.value.code or 0), output.out, output.err)

    return command
