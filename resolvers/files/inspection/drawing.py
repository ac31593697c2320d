"""Drawing the first page of a file, or its picture, as a PNG of at most 512 by 512 pixels."""

import contextlib
import io
from pathlib import Path
from typing import Final

import fontpkg_noto_sans  # type: ignore[import-untyped]
import fontpkg_noto_sans_devanagari  # type: ignore[import-untyped]
import pypdfium2  # type: ignore[import-untyped]
import resvg_py
from PIL import Image, ImageCms, ImageOps

from domain.files.content_failures import ContentFault, ContentRejected
from domain.files.content_types import ContentType
from resolvers.files.inspection.png import MAX_PIXELS

MAX_SIDE: Final = 512
_FORMATS: Final = {ContentType.PNG: "PNG", ContentType.JPEG: "JPEG"}
# What Pillow, PDFium, and resvg raise for a file that they cannot draw.
_FAILURES: Final = (OSError, ValueError, SyntaxError, OverflowError, TypeError, KeyError, IndexError, EOFError)
# Texts that are not outlines look the same on every server, which may have no fonts of its own.
_FONT: Final = "Noto Sans"
_FONT_FOLDERS: Final = [
    str(Path(package.__path__[0]) / "files") for package in (fontpkg_noto_sans, fontpkg_noto_sans_devanagari)
]
_SHOWN_MODES: Final = frozenset({"RGB", "RGBA"})


def draw(path: Path, content_type: ContentType, name: str) -> bytes:
    """Draw a file. Raises `ContentRejected` if it cannot be drawn, as CSV never can."""
    # Inspections allow this many; Pillow warns at a limit, and raises at twice as many.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        if content_type is ContentType.PDF:
            picture = _draw_page(path)
        elif content_type is ContentType.SVG:
            picture = _draw_svg(path)
        else:
            picture = _read_image(path, _FORMATS[content_type])
    except (*_FAILURES, pypdfium2.PdfiumError, Image.DecompressionBombError):
        raise ContentRejected(name, ContentFault.NOT_DRAWABLE) from None
    return _encode(picture)


def _draw_page(path: Path) -> Image.Image:
    """Draw the first page with its annotations, on white paper."""
    with contextlib.closing(pypdfium2.PdfDocument(path)) as document:
        page = document[0]
        scale = MAX_SIDE / max(page.get_size())
        picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
        return picture


def _draw_svg(path: Path) -> Image.Image:
    """Draw an SVG; its proportions stay."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=path.read_text(encoding="utf-8-sig"),
        width=MAX_SIDE,
        height=MAX_SIDE,
        skip_system_fonts=True,
        font_dirs=_FONT_FOLDERS,
        font_family=_FONT,
        serif_family=_FONT,
        sans_serif_family=_FONT,
        monospace_family=_FONT,
        cursive_family=_FONT,
        fantasy_family=_FONT,
    )
    return Image.open(io.BytesIO(drawn), formats=["PNG"])


def _read_image(path: Path, image_format: str) -> Image.Image:
    """Decode an image, a JPEG in a reduced size, in the colors and the orientation that people see."""
    with Image.open(path, formats=[image_format]) as file:
        file.draft(None, (2 * MAX_SIDE, 2 * MAX_SIDE))
        profile = file.info.get("icc_profile")
        image = _with_shades(file)
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        # An image that needed no other mode is the file itself, which closes here.
        turned = ImageOps.exif_transpose(image)
    return _in_standard_colors(turned, profile)


def _with_shades(image: Image.Image) -> Image.Image:
    """Convert palettes and 16-bit grays, which would become coarse or white."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode in {"P", "PA", "LA"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _in_standard_colors(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert colors of printers and cameras to sRGB. A profile that does not fit is ignored."""
    if profile and image.mode in {"RGB", "CMYK"}:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
    return image


def _encode(picture: Image.Image) -> bytes:
    """Write pixels and nothing else: no profile, no place, no camera."""
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    shown = picture if picture.mode in _SHOWN_MODES else picture.convert("RGB")
    clean = Image.frombytes(shown.mode, shown.size, shown.tobytes())
    target = io.BytesIO()
    clean.save(target, "PNG", optimize=True)
    return target.getvalue()
