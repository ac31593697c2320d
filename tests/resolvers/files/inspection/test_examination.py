"""Uploaded files in processes of their own, as the server examines them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType, Inspection
from resolvers.files.inspection import examination
from resolvers.files.inspection.examination import draw_thumbnail, examine_file
from resolvers.files.inspection.limited import LimitExceeded, LimitKind
from tests.support.contents import png, svg

Store = Callable[[bytes], Path]

pytestmark = pytest.mark.process


@pytest.fixture
def store(tmp_path: Path) -> Store:
    def write(data: bytes) -> Path:
        (tmp_path / "stored").write_bytes(data)
        return tmp_path / "stored"

    return write


async def test_a_picture_is_inspected_and_drawn(store: Store) -> None:
    file = store(png())
    assert await examine_file(file, ContentType.PNG, "label.png") == Inspection(ContentType.PNG, 3, 2)
    assert (await draw_thumbnail(file, ContentType.PNG, "label.png")).startswith(b"\x89PNG")


async def test_a_text_is_inspected(store: Store) -> None:
    assert await examine_file(store(b"a,b"), ContentType.CSV, "sales.csv") == Inspection(ContentType.CSV)


async def test_active_content_is_rejected(store: Store) -> None:
    with pytest.raises(ContentRejected, match=r"^“label\.svg” contains a script"):
        await examine_file(store(svg("<script/>")), ContentType.SVG, "label.svg")


async def test_a_file_beyond_the_limits_is_rejected(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def exceed(*arguments: object, **limits: int) -> None:
        raise LimitExceeded(LimitKind.TIME)

    monkeypatch.setattr(examination, "run_limited", exceed)
    file = store(png())
    with pytest.raises(ContentRejected) as caught:
        await examine_file(file, ContentType.PNG, "label.png")
    assert caught.value.fault == ContentFault.TOO_COMPLEX
    assert caught.value.message == (
        "“label.png” contains more than this server can check. Simplify it and upload it again."
    )


def test_the_server_loads_no_decoders() -> None:
    program = (
        "import sys; import resolvers.files.inspection.examination; "
        "print({'PIL', 'pikepdf', 'pypdfium2', 'resvg_py', 'sqlalchemy', 'strawberry', 'starlette'} & {*sys.modules})"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"
