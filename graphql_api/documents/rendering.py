"""Sets documents as PDF with Typst, in a few threads of this process."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Final, Literal

import fontpkg_noto_sans  # type: ignore[import-untyped]
import fontpkg_noto_sans_arabic  # type: ignore[import-untyped]
import fontpkg_noto_sans_devanagari  # type: ignore[import-untyped]
import fontpkg_noto_sans_khmer  # type: ignore[import-untyped]
import fontpkg_noto_sans_tamil  # type: ignore[import-untyped]
import fontpkg_noto_sans_telugu  # type: ignore[import-untyped]
import fontpkg_noto_sans_thai  # type: ignore[import-untyped]
import msgspec
import structlog
import typst

from domain.documents.labels import LabelSheet
from domain.documents.packing_list import PackingList
from domain.requests import Overloaded
from resolvers.documents.contents import Document, Draft

# How long a client waits for a document, in seconds.
RENDER_TIMEOUT_S: Final = 20.0
# Documents that are set or wait at once. One of 2,000 packs takes some tens of megabytes while it is set.
MOST_DOCUMENTS: Final = 16
_THREADS: Final = 2
_TEMPLATES: Final = Path(__file__).parent / "templates"
_NAMES: Final = {PackingList: "packing_list.typ", LabelSheet: "labels.typ"}
_FONTS: Final[Sequence[ModuleType]] = (
    fontpkg_noto_sans,
    fontpkg_noto_sans_devanagari,
    fontpkg_noto_sans_arabic,
    fontpkg_noto_sans_khmer,
    fontpkg_noto_sans_tamil,
    fontpkg_noto_sans_telugu,
    fontpkg_noto_sans_thai,
)
_FIRST_FAMILY: Final = "Noto Sans"
# Archives can keep it (PDF/A), and screen readers can read it aloud (PDF/UA).
_STANDARDS: Final[Sequence[Literal["a-2a", "ua-1"]]] = ("a-2a", "ua-1")
_log = structlog.get_logger("tessera.documents")


class Renderer:
    """Sets documents. The same content gives the same bytes. Fonts are read once, when the first document is set."""

    def __init__(self, fonts: Path | None = None) -> None:
        """`fonts` is a folder with fonts for scripts beyond those of the packages."""
        self._folder = fonts
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="documents")
        self._local = threading.local()
        self._running = 0

    async def render(self, draft: Draft) -> bytes:
        """Write and set a document off the event loop. Raises Overloaded if too many wait, or if it takes too long."""
        if self._running >= MOST_DOCUMENTS:
            raise Overloaded
        self._running += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._finish, draft)
        future.add_done_callback(self._count_down)
        try:
            async with asyncio.timeout(RENDER_TIMEOUT_S):
                # A thread cannot be stopped. Its content is bounded, and it counts until it has ended.
                return await asyncio.shield(future)
        except TimeoutError:
            _log.warning("a document took too long", document=draft.name)
            raise Overloaded from None

    def _finish(self, draft: Draft) -> bytes:
        return self.pdf(draft.finish())

    def pdf(self, document: Document) -> bytes:
        """Set a document as PDF."""
        try:
            return self._compile(document, _STANDARDS)
        except typst.TypstError as error:
            if "font" not in error.message:
                raise
            # The standards demand a glyph for every character; without them, a box stands for what is missing.
            _log.warning("fonts are missing: set TESSERA_FONTS", document=document.name, problem=error.message)
            return self._compile(document, ())

    def pictures(self, document: Document, ppi: float) -> list[bytes]:
        """Draw the pages of a document as PNG."""
        compiler, inputs = self._compiler(document), self._inputs(document)
        found = compiler.compile(format="png", ppi=ppi, sys_inputs=inputs)
        return found if isinstance(found, list) else [found or b""]

    def _compile(self, document: Document, standards: Sequence[Literal["a-2a", "ua-1"]]) -> bytes:
        found = self._compiler(document).compile(
            format="pdf",
            sys_inputs=self._inputs(document),
            pdf_standards=list(standards),
            timestamp=int(document.dated.timestamp()),
        )
        if not isinstance(found, bytes):
            message = "Typst returned no file."
            raise TypeError(message)
        return found

    def _compiler(self, document: Document) -> typst.Compiler:
        """The compiler of this thread for the template of a document."""
        name = _NAMES[type(document.content)]
        compilers: dict[str, typst.Compiler] = self._local.__dict__.setdefault("compilers", {})
        if name not in compilers:
            compilers[name] = typst.Compiler(_TEMPLATES / name, root=_TEMPLATES, font_paths=self._fonts)
        return compilers[name]

    def _inputs(self, document: Document) -> dict[str, str]:
        return {
            "content": msgspec.json.encode(document.content).decode(),
            "families": msgspec.json.encode(self._families).decode(),
        }

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return _load_fonts(self._folder)

    @cached_property
    def _families(self) -> list[str]:
        """The families in the order in which a glyph is looked for."""
        return sorted(self._fonts.families(), key=lambda family: (family != _FIRST_FAMILY, family))

    def _count_down(self, _future: object) -> None:
        self._running -= 1


@cache
def _load_fonts(folder: Path | None) -> typst.Fonts:
    """The fonts of the packages and of a folder. Fonts of the system would make documents differ."""
    paths = [Path(package.__path__[0]) / "files" for package in _FONTS]
    if folder is not None:
        paths.append(folder)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
