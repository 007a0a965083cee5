"""Zip archives: order, junk, and everything that somebody may hide in one."""

import io
import struct
import zipfile

import pytest

from covid_model.common.errors import RadiographError
from covid_model.imaging import archives
from covid_model.imaging.archives import is_archive, list_files, open_archive


def packed(files, method=zipfile.ZIP_DEFLATED):
    """A zip of ``{name: bytes}``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def listed(data):
    return list_files(open_archive(io.BytesIO(data)))


def flagged(data, name, *, bit=1):
    """The archive with a flag of one file set in its table of contents."""
    data, place = bytearray(data), 0
    while True:
        place = data.index(b"PK\x01\x02", place) + 4
        length = struct.unpack_from("<H", data, place + 24)[0]
        if data[place + 42 : place + 42 + length] == name.encode():
            data[place + 4] |= bit
            return bytes(data)


def reason(source, what="load"):
    with pytest.raises(RadiographError) as caught:
        getattr(source, what)()
    return str(caught.value)


def test_files_come_in_order_of_folder_and_number_with_their_bytes():
    names = ["b/IM10", "b/IM2", "a10/x", "a2/x", "IM1", "b/IM2.dcm"]
    sources = listed(packed({name: name.encode() for name in names}))
    assert [source.name for source in sources] == [
        "a2/x",
        "a10/x",
        "b/IM2",
        "b/IM2.dcm",
        "b/IM10",
        "IM1",
    ]
    assert [source.load() for source in sources] == [source.name.encode() for source in sources]
    assert [source.start() for source in sources] == [source.name.encode() for source in sources]


def test_what_systems_leave_behind_is_skipped():
    junk = ["DICOMDIR", "x/Thumbs.db", "x/desktop.ini", "__MACOSX/x/._IM1", "x/.DS_Store", "e/"]
    sources = listed(packed({**dict.fromkeys(junk, b"junk"), "x/IM1": b"1"}))
    assert [source.name for source in sources] == ["x/IM1"]


def test_paths_are_only_shown_and_lead_nowhere():
    names = ["../../etc/passwd", "/root/IM1", "C\\IM2", "x/./IM3", ".."]
    sources = listed(packed(dict.fromkeys(names, b"x")))
    assert {source.name for source in sources} == {"etc/passwd", "root/IM1", "C/IM2", "x/IM3"}


def test_folders_are_no_files_whichever_program_names_them():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        marked = zipfile.ZipInfo("marked")
        marked.external_attr = 0x10  # the attribute of a folder in DOS
        for entry in ("Study\\", "Study\\Serie 1\\", "above", marked):
            archive.writestr(entry, b"")
        for name in ("Study\\Serie 1\\IM1", "above/IM2", "empty", "x\\"):
            archive.writestr(name, b"1" if name != "empty" else b"")
    names = [source.name for source in listed(stream.getvalue())]
    assert names == ["above/IM2", "empty", "Study/Serie 1/IM1", "x"]


def test_an_archive_inside_without_files_is_listed():
    inner = {"none.zip": packed({}), "junk.zip": packed({"Thumbs.db": b"1"}), "IM1": b"1"}
    sources = listed(packed(inner))
    assert [source.name for source in sources] == ["IM1", "junk.zip", "none.zip"]
    assert all("zip archive holds no picture" in reason(source) for source in sources[1:])


def test_only_the_start_of_a_file_is_unpacked_to_tell_its_kind():
    (source,) = listed(packed({"IM1": bytes(9000)}))
    assert len(source.start()) == archives.START


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_a_damaged_archive_is_refused(cut):
    data = packed({"IM1": bytes(range(256))})
    assert is_archive(data)
    with pytest.raises(RadiographError, match="damaged or cut short"):
        listed(data[:cut])


def test_a_damaged_file_harms_no_other():
    data = bytearray(packed({"IM1": b"a" * 100, "IM2": b"b" * 100}, zipfile.ZIP_STORED))
    data[data.index(b"aaa") + 50] ^= 255
    first, second = listed(bytes(data))
    assert "damaged" in reason(first)
    assert second.load() == b"b" * 100


def test_a_locked_file_harms_no_other():
    first, second = listed(flagged(packed({"IM1": b"1", "IM2": b"2"}), "IM1"))
    assert "password" in reason(first)
    assert "password" in reason(first, "start")
    assert second.load() == b"2"


def test_an_archive_that_is_locked_is_refused_once():
    with pytest.raises(RadiographError, match="archive is locked with a password"):
        listed(flagged(packed({"IM1": b"1", "DICOMDIR": b"2"}), "IM1"))


def test_a_method_that_python_lacks_is_named_as_such():
    data = bytearray(packed({"IM1": b"1"}))
    for sign, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(sign) + place] = 9  # Deflate64, as Windows packs large files
    (source,) = listed(bytes(data))
    assert "packed in a way" in reason(source)


def test_a_bomb_is_refused_unopened_and_harms_no_other(monkeypatch):
    first, second = listed(packed({"IM1": bytes(2 * 2**20), "IM2": b"2"}))
    assert "more than 200 times" in reason(first)
    assert "more than 200 times" in reason(first, "start")
    assert second.load() == b"2"


def test_a_file_larger_than_a_radiograph_is_refused_by_its_size(monkeypatch):
    monkeypatch.setattr("covid_model.imaging.reader.MAX_BYTES", 1000)
    (source,) = listed(packed({"IM1": bytes(range(256)) * 8}))
    assert "at most" in reason(source)


def test_a_file_never_gives_more_than_it_states():
    data = bytearray(packed({"IM1": b"a" * 5000}))
    for sign, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(sign) + place, 100)
    (source,) = listed(bytes(data))
    assert "damaged" in reason(source)


def test_files_that_share_their_bytes_are_refused():
    data = packed({"IM1": b"a" * 1000, "IM2": b"a" * 1000}, zipfile.ZIP_STORED)
    place = data.index(b"PK\x01\x02")
    entry = data[place : data.index(b"PK\x01\x02", place + 4)]
    many = data[:place] + entry * 50
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 50, 50, 50 * len(entry), place, 0)
    with pytest.raises(RadiographError, match="overlap"):
        listed(many + end)


def test_a_huge_table_of_contents_is_refused_before_it_is_read(monkeypatch):
    data = packed({f"IM{number}": b"" for number in range(100)})
    monkeypatch.setattr(archives, "MAX_CONTENTS", 1000)
    monkeypatch.setattr("zipfile.ZipInfo.__init__", lambda *_: pytest.fail("read"))
    with pytest.raises(RadiographError, match="far too many files"):
        listed(data)


def test_an_archive_inside_is_opened():
    inner = {"IM1": b"one", "x/IM2": b"two", "Thumbs.db": b"junk"}
    sources = listed(packed({"p1.zip": packed(inner), "p2.ZIP": packed(inner), "IM0": b"zero"}))
    assert [source.name for source in sources] == [
        "IM0", "p1.zip/IM1", "p1.zip/x/IM2", "p2.ZIP/IM1", "p2.ZIP/x/IM2",
    ]  # fmt: skip
    expected = [b"zero", b"one", b"two", b"one", b"two"]
    assert [source.load() for source in sources] == expected
    assert [source.start() for source in reversed(sources)] == expected[::-1]


def test_an_archive_inside_an_archive_inside_is_refused_alone():
    third = packed({"IM1": b"1"})
    first, second = listed(packed({"b.zip": packed({"c.zip": third, "IM1": b"1"})}))
    assert (first.name, second.name) == ("b.zip/c.zip", "b.zip/IM1")
    assert "in an archive in an archive" in reason(first)
    assert second.load() == b"1"


@pytest.mark.parametrize(
    "data", [b"no zip", packed({"IM1": b"1"})[:30]], ids=["other", "cut short"]
)
def test_a_damaged_archive_inside_is_refused_alone(data):
    first, second = listed(packed({"IM1": b"1", "p.zip": data}))
    assert first.load() == b"1"
    assert (second.name, "damaged" in reason(second)) == ("p.zip", True)


def test_a_large_archive_inside_is_refused_unopened(monkeypatch):
    monkeypatch.setattr(archives, "MAX_INNER", 2**20)
    inner = packed({"IM1": bytes(2**21)}, zipfile.ZIP_STORED)
    (source,) = listed(packed({"p.zip": inner}, zipfile.ZIP_STORED))
    assert "at most 1 MiB" in reason(source)


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILES", 3)
    inner = packed({"IM1": b"1", "IM2": b"2"})
    with pytest.raises(RadiographError, match="far too many files"):
        listed(packed({"p1.zip": inner, "p2.zip": inner}))
