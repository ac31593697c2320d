"""Both kinds of stores do the same: a folder, and an object store over the protocol of S3 (R16)."""

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.files.facts import UploadLimits, UploadPurpose
from domain.files.names import content_key
from domain.files.ranges import ByteRange
from graphql_api.files import local, remote
from graphql_api.files.spool import SpoolBusy
from graphql_api.files.storage import FileStorage, StorageUnavailable, open_storage
from graphql_api.settings import Settings
from resolvers.file_store import ContentMissing, StoreUnavailable
from tests.support.s3_server import BUCKET, S3Server, client_settings, running_s3

SMALL = b"a small content"
LARGE = bytes(range(256)) * 4096 * 11
LIMITS = UploadLimits()


def digest_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


async def read(storage: FileStorage, content: bytes, first: int, length: int) -> bytes:
    """A part of a content, chunk by chunk."""
    return b"".join([chunk async for chunk in storage.read(digest_of(content), ByteRange(first, length))])


@pytest.fixture
async def s3(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[S3Server]:
    """An object store; the settings of its clients are those of the environment."""
    async with running_s3() as (store, address):
        for name, value in client_settings(address).items():
            monkeypatch.setenv(name, value)
        yield store


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> FileStorage:
    """A store of each kind."""
    if request.param == "folder":
        return open_storage(str(tmp_path), tmp_path, LIMITS)
    request.getfixturevalue("s3")
    if endpoint := os.environ.get("TEST_S3_ENDPOINT"):
        request.getfixturevalue("monkeypatch").setenv("AWS_ENDPOINT", endpoint)
    return open_storage(f"s3://{BUCKET}/{uuid4()}/prefix", tmp_path, LIMITS)


async def test_a_content_is_stored_and_read(storage: FileStorage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for content in (SMALL, LARGE):
        source.write_bytes(content)
        assert await storage.find(digest_of(content)) is None
        await storage.add(source, digest_of(content))
        found = await storage.find(digest_of(content))
        assert found is not None
        assert abs(found.written_at - datetime.now(UTC)) < timedelta(minutes=1)
        size = len(content)
        for first, length in ((0, size), (0, 1), (size - 1, 1), (3, size - 5)):
            assert await read(storage, content, first, length) == content[first : first + length]
        async with storage.open_path(digest_of(content), size) as path:
            assert path.read_bytes() == content
        source.unlink()


async def test_a_content_from_memory(storage: FileStorage) -> None:
    await storage.add(SMALL, digest_of(SMALL))
    await storage.add(SMALL, digest_of(SMALL))
    assert await read(storage, SMALL, 0, len(SMALL)) == SMALL


async def test_chunks_are_small(storage: FileStorage) -> None:
    """Memory does not grow with the size of a file."""
    await storage.add(LARGE, digest_of(LARGE))
    chunks = [chunk async for chunk in storage.read(digest_of(LARGE), ByteRange(0, len(LARGE)))]
    assert max(map(len, chunks)) <= 4 * local.CHUNK_BYTES
    assert local.CHUNK_BYTES == remote.CHUNK_BYTES


async def test_contents_are_listed_in_pages_and_deleted(
    storage: FileStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "PAGE_SIZE", 3)
    contents = [bytes([number]) for number in range(8)]
    for content in contents:
        await storage.add(content, digest_of(content))
    pages = [page async for page in storage.pages()]
    assert sorted(found.sha256 for page in pages for found in page) == sorted(map(digest_of, contents))
    for content in contents[1:] * 2:
        await storage.delete(digest_of(content))
    assert [found.sha256 for page in [page async for page in storage.pages()] for found in page] == [
        digest_of(contents[0])
    ]
    del tmp_path


async def test_a_missing_content_is_no_file(storage: FileStorage) -> None:
    with pytest.raises(ContentMissing):
        await read(storage, SMALL, 0, 1)
    with pytest.raises(ContentMissing):
        async with storage.open_path(digest_of(SMALL), len(SMALL)):
            pass


async def test_storing_again_renews_the_time(tmp_path: Path) -> None:
    """The deletion of orphans goes by it."""
    storage = open_storage(str(tmp_path), tmp_path, LIMITS)
    await storage.add(SMALL, digest_of(SMALL))
    path = tmp_path / content_key(digest_of(SMALL))
    os.utime(path, (1, 1))
    source = tmp_path / "source"
    source.write_bytes(SMALL)
    await storage.add(source, digest_of(SMALL))
    found = await storage.find(digest_of(SMALL))
    assert found is not None
    assert found.written_at > datetime.now(UTC) - timedelta(minutes=1)


async def test_a_content_that_a_crash_cut_off_is_replaced(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path), tmp_path, LIMITS)
    path = tmp_path / content_key(digest_of(SMALL))
    path.parent.mkdir(parents=True)
    source = tmp_path / "source"
    source.write_bytes(SMALL)
    for add_from in (source, SMALL):
        path.write_bytes(SMALL[:4])
        await storage.add(add_from, digest_of(SMALL))
        assert path.read_bytes() == SMALL
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name]


async def test_only_the_owner_reads_files_on_disk(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    storage = open_storage(str(folder), tmp_path, LIMITS)
    key = uuid4()
    with storage.spool.open(key) as spooled:
        spooled.append(SMALL)
        await storage.add(spooled.path, digest_of(SMALL))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert {mode for name, mode in modes.items() if (folder / "uploads" / name).is_file()} == {0o600}
    assert modes[content_key(digest_of(SMALL)).rpartition("/")[2]] == 0o600
    assert modes["uploads"] == 0o700


async def test_an_interrupted_finish_leaves_the_content_alone(tmp_path: Path) -> None:
    """The parts of an upload and its content are one file on disk until the upload is finished."""
    storage = open_storage(str(tmp_path), tmp_path, LIMITS)
    key = uuid4()
    with storage.spool.open(key) as spooled:
        spooled.append(SMALL)
        await storage.add(spooled.path, digest_of(SMALL))
    with storage.spool.open(key) as spooled:
        spooled.restart()
        spooled.append(b"something else")
        assert storage.spool.size(key) == len(b"something else")
        with pytest.raises(SpoolBusy):
            storage.spool.open(key)
    assert await read(storage, SMALL, 0, len(SMALL)) == SMALL


async def test_a_store_that_is_away_is_busy(s3: S3Server, tmp_path: Path) -> None:
    storage = open_storage(f"s3://{BUCKET}", tmp_path, LIMITS)
    s3.fails = True
    message = "^The store of files does not answer. Try again in a few seconds.$"
    for attempt in (
        storage.add(SMALL, digest_of(SMALL)),
        storage.find(digest_of(SMALL)),
        read(storage, SMALL, 0, 1),
    ):
        with pytest.raises(StoreUnavailable, match=message):
            await attempt


@pytest.mark.parametrize("place", ["ftp://example.com/files", "s3://", "nothing://x"])
def test_a_wrong_setting_is_reported(place: str, tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match=r"^TESSERA_FILES does not name an object store: "):
        open_storage(place, tmp_path, LIMITS)


def test_limits_come_from_the_settings() -> None:
    limits = Settings(upload_limits="LOGO:3, ARTWORK:150", open_uploads=5, upload_volume=0.5).file_limits
    megabyte = 2**20
    assert limits == UploadLimits(
        bytes_by_purpose={
            UploadPurpose.ARTWORK: 150 * megabyte,
            UploadPurpose.MARKETING_MATERIAL: 50 * megabyte,
            UploadPurpose.SALES_IMPORT: 4_096 * megabyte,
            UploadPurpose.LOGO: 3 * megabyte,
        },
        open_per_account=5,
        bytes_per_day=512 * megabyte,
    )
    assert Settings().file_limits == UploadLimits()


@pytest.mark.parametrize("text", ["LOGO", "LOGO:x", "LOGO:0", "ICON:1", "LOGO:-1"])
def test_a_wrong_limit_stops_the_server(text: str) -> None:
    with pytest.raises(ValidationError, match="upload_limits"):
        Settings(upload_limits=text)
