"""The client of imports says what is wrong with what a person gave, and blames no server for it (R20)."""

from pathlib import Path

import pytest

from graphql_api.import_commands import name_of
from graphql_api.imports.client import ImportClient, ImportImpossible, ServerSilent, create_file


@pytest.mark.parametrize("server", ["http://[::1", "http://localhost:port", "ftp://localhost", "localhost"])
def test_what_is_no_address_is_named(server: str) -> None:
    """Without a traceback."""
    with pytest.raises(ImportImpossible) as impossible:
        ImportClient(server, "tsk_x")
    assert str(impossible.value) == f"{server} is no address of a server. Write it like https://tessera.example.com."


@pytest.mark.parametrize("token", ["tsk_x\n", "tsk_é"])
def test_a_token_with_other_characters_is_named(token: str) -> None:
    """The token itself is not shown."""
    with pytest.raises(ImportImpossible) as impossible:
        ImportClient("http://localhost", token)
    message = "The token has a character that no token has, such as a line break. Copy it again."
    assert str(impossible.value) == message


def test_a_file_that_cannot_be_written_is_not_a_silent_server(tmp_path: Path) -> None:
    """Its name and the reason are said, and what to do."""
    target = tmp_path / "missing" / "x.csv"
    with pytest.raises(ImportImpossible) as impossible:
        create_file(target)
    assert not isinstance(impossible.value, ServerSilent)
    reason = "No such file or directory. Download the rejected rows from the import."
    assert str(impossible.value) == f"{target} cannot be written: {reason}"


def test_a_name_that_is_not_of_utf_8_is_shown_without_its_bytes() -> None:
    """Requests and consoles take text only."""
    assert name_of(Path("m\udce4rz.csv")) == "m?rz.csv"
