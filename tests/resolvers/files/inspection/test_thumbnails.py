"""Thumbnails: small pictures that look like the file and contain nothing else."""

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageCms

from domain.files.content_failures import ContentRejected
from domain.files.content_types import ContentType
from resolvers.files.inspection.thumbnails import render_thumbnail
from tests.support.contents import END, SIGNATURE, chunk, header, jpeg, pdf, png, svg

RED = (192, 32, 32)
STANDARD = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def draw(path: Path, data: bytes, content_type: ContentType) -> Image.Image:
    (path / "stored").write_bytes(data)
    drawn = render_thumbnail(path / "stored", content_type, f"label.{content_type.name.lower()}")
    image = Image.open(io.BytesIO(drawn), formats=["PNG"])
    image.load()
    assert not image.info.keys() & {"icc_profile", "exif", "Title"}
    return image


def near(pixel: Any, color: tuple[int, ...]) -> bool:
    return all(abs(found - expected) <= 4 for found, expected in zip(pixel, color, strict=True))


def painted(document: pikepdf.Pdf) -> None:
    document.pages[0].Contents = document.make_stream(b"1 0 0 rg 0 0 100 100 re f")


def half(mode: str, left: Any, right: Any, **options: Any) -> bytes:
    """An image of two colors, 100 by 50."""
    image = Image.new(mode, (100, 50), right)
    image.paste(left, (0, 0, 50, 50))
    target = io.BytesIO()
    image.save(target, **options)
    return target.getvalue()


def test_the_first_page_is_drawn_on_white(tmp_path: Path) -> None:
    image = draw(tmp_path, pdf(painted, pages=2), ContentType.PDF)
    assert (image.size, image.mode) == ((512, 256), "RGB")
    assert (image.getpixel((100, 100)), image.getpixel((400, 100))) == ((255, 0, 0), (255, 255, 255))


def test_a_drawing_keeps_its_proportions_and_its_transparency(tmp_path: Path) -> None:
    image = draw(tmp_path, svg('<rect width="50" height="9" fill="#c02020"/>', 'viewBox="0 0 100 9"'), ContentType.SVG)
    assert (image.size, image.mode) == ((512, 47), "RGBA")
    assert (image.getpixel((100, 20)), image.getpixel((400, 20))) == ((*RED, 255), (0, 0, 0, 0))


def test_texts_of_a_drawing_are_drawn_without_their_fonts(tmp_path: Path) -> None:
    text = '<text x="5" y="40" font-size="40" font-family="Some Foundry Sans">अंक</text>'
    image = draw(tmp_path, svg(text, 'viewBox="0 0 100 50"'), ContentType.SVG)
    assert image.getchannel("A").getbbox() is not None


@pytest.mark.parametrize(
    ("data", "size"),
    [(png(), (3, 2)), (png(size=(2000, 100)), (512, 26)), (png(size=(1, 3000)), (1, 512))],
    ids=["small", "wide", "high"],
)
def test_images_become_smaller_and_never_larger(tmp_path: Path, data: bytes, size: tuple[int, int]) -> None:
    image = draw(tmp_path, data, ContentType.PNG)
    assert image.size == size
    assert near(image.convert("RGB").getpixel((0, 0)), RED)


@pytest.mark.parametrize(
    ("data", "left", "right"),
    [
        (half("L", 0, 255, format="PNG"), (0, 0, 0), (255, 255, 255)),
        (half("P", 0, 1, format="PNG", transparency=1), (0, 0, 0, 255), (1, 1, 1, 0)),
        (half("I;16", 0, 65535, format="PNG"), (0, 0, 0), (255, 255, 255)),
        (half("RGBA", (*RED, 255), (0, 0, 0, 0), format="PNG"), (*RED, 255), (0, 0, 0, 0)),
    ],
    ids=["gray", "palette", "16 bits", "transparent"],
)
def test_png_images_of_all_kinds_are_drawn(tmp_path: Path, data: bytes, left: tuple[int, ...], right: Any) -> None:
    image = draw(tmp_path, data, ContentType.PNG)
    assert near(image.getpixel((10, 10)), left)
    assert image.mode != "RGBA" or len(right) == 4
    assert right[-1] == 0 or near(image.getpixel((90, 10)), right)


def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = draw(tmp_path, half("RGB", RED, "white", format="JPEG", exif=exif, quality=95), ContentType.JPEG)
    assert image.size == (50, 100)
    assert near(image.getpixel((25, 10)), RED)
    assert near(image.getpixel((25, 90)), (255, 255, 255))


@pytest.mark.parametrize(
    "profile",
    [None, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), b"no profile"],
    ids=["none", "sRGB", "broken"],
)
def test_a_photo_is_drawn_with_and_without_a_profile(tmp_path: Path, profile: bytes | None) -> None:
    image = draw(tmp_path, jpeg(quality=95, icc_profile=profile), ContentType.JPEG)
    assert (image.size, image.mode) == ((30, 20), "RGB")
    assert near(image.getpixel((9, 9)), RED)


def test_colors_of_printers_are_drawn(tmp_path: Path) -> None:
    image = draw(tmp_path, half("CMYK", (0, 0, 0, 255), (0, 0, 0, 0), format="JPEG", quality=95), ContentType.JPEG)
    assert near(image.getpixel((10, 10)), (0, 0, 0))
    assert near(image.getpixel((90, 10)), (255, 255, 255))


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (SIGNATURE + header(3, 2) + chunk(b"IDAT", b"x") + END, ContentType.PNG),
        (jpeg()[:100], ContentType.JPEG),
        (svg("", 'viewBox="0 0 0 0"')[:-1], ContentType.SVG),
        (pdf()[:100], ContentType.PDF),
        (b"a,b", ContentType.CSV),
    ],
    ids=["png", "jpeg", "svg", "pdf", "csv"],
)
def test_files_that_cannot_be_drawn_are_rejected(tmp_path: Path, data: bytes, content_type: ContentType) -> None:
    with pytest.raises(ContentRejected) as caught:
        draw(tmp_path, data, content_type)
    assert caught.value.message == (
        f"“label.{content_type.name.lower()}” cannot be drawn. "
        "Export it again and check that it opens before you upload it."
    )
