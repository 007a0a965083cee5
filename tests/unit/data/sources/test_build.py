"""From archives to a data folder: what is kept, what is dropped and why, nothing half."""

import csv
import json
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from covid_model import cli
from covid_model.data.dataset import read_dataset
from covid_model.data.duplicates.perceptual_hash import LIMIT, copies, one_id_each, perceptual_hash
from covid_model.data.sources import build, http_file, registry
from covid_model.data.sources.registry import SOURCES
from tests.imports import ROOT
from tests.public_sources import (
    COVID_ROOT,
    KERMANY,
    covid_members,
    drawing,
    encoded,
    kermany_members,
    serving,
    zipped,
)


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(http_file, "PAUSE", 0)
    files = {"/covid.zip": zipped(covid_members()), "/kermany.zip": zipped(kermany_members())}
    with serving(files) as site:
        yield site


def data(site, out, *more):
    urls = ("--covid-url", f"{site.url}/covid.zip", "--kermany-url", f"{site.url}/kermany.zip")
    return cli.main(["data", "--out", str(out), *urls, *more])


def table(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_both_sources_become_a_folder_that_training_reads(site, tmp_path, capsys):
    out = tmp_path / "data"
    assert data(site, out) == 0
    dataset = read_dataset(out)
    rows = table(out / "metadata.csv")
    assert tuple(rows[0]) == build.COLUMNS
    assert dataset.patients_known
    assert [(row["source"], row["label"], row["original"], row["patient_id"]) for row in rows] == [
        ("covid-chestxray-dataset", "covid", "a-1.jpeg", "covid-2"),
        ("covid-chestxray-dataset", "covid", "a-2.png", "covid-2"),
        ("covid-chestxray-dataset", "normal", "b.jpeg", "covid-3"),
        ("covid-chestxray-dataset", "infection", "c.png", "covid-4"),
        ("kermany", "normal", "IM-0001-0001.jpeg", "kermany-IM-0001"),
        ("kermany", "infection", "person3_virus_15.jpeg", "kermany-person3"),
        ("kermany", "normal", "NORMAL2-IM-0001-0001.jpeg", "kermany-NORMAL2-IM-0001"),
        ("kermany", "infection", "person5_bacteria_15.jpeg", "covid-2"),
    ]
    assert rows[0]["path"] == "images/covid-chestxray-dataset/a-1.jpeg"
    copied = (out / rows[0]["path"]).read_bytes()
    assert copied == covid_members()[f"{COVID_ROOT}/images/a-1.jpeg"]
    assert [row["sha256"] for row in rows] == list(dataset.frame["sha256"])
    assert {(row["width"], row["height"]) for row in rows} == {("96", "96")}
    assert len(list((out / "images").rglob("*.*"))) == len(rows)
    printed = capsys.readouterr().out
    assert "8 radiographs of 6 patients" in printed
    assert "covid-chestxray-dataset: 2 covid, 1 normal, 1 infection" in printed
    assert f"train_models.py --data {out}" in printed


def test_what_was_dropped_is_listed_with_its_reason(site, tmp_path, capsys):
    out = tmp_path / "data"
    assert data(site, out) == 0
    rows = {row["original"]: row for row in table(out / "dropped.csv")}
    assert {name: row["reason"] for name, row in rows.items()} == {
        "lateral.png": registry.LATERAL,
        "ct.png": registry.CT,
        "todo.png": registry.UNKNOWN,
        "damaged.png": registry.UNREADABLE,
        "gone.png": registry.MISSING,
        "../../escaped.png": registry.UNSAFE,
        "unlisted.png": registry.UNLISTED,
        "person5_bacteria_14.jpeg": registry.DUPLICATE,
    }
    assert "cut short" in rows["damaged.png"]["detail"]
    copy = rows["person5_bacteria_14.jpeg"]
    assert copy["equals"] == "images/covid-chestxray-dataset/a-1.jpeg"
    assert int(copy["bits"]) <= LIMIT
    assert copy["detail"] == "class there: covid; patient there: covid-2"
    assert copy["patient_id"] == "kermany-person5"
    printed = capsys.readouterr().out
    assert "dropped.csv: 8" in printed
    assert f"1 {registry.DUPLICATE}" in printed


def test_the_sources_are_recorded(site, tmp_path, capsys):
    out = tmp_path / "data"
    assert data(site, out) == 0
    record = json.loads((out / "sources.json").read_text("utf-8"))
    assert record["patients_merged"] == {"kermany-person5": "covid-2"}
    assert [(s["name"], s["checked"]) for s in record["sources"]] == [
        ("covid-chestxray-dataset", False),
        ("kermany", False),
    ]
    assert "No digest was known" in record["sources"][0]["note"]
    assert f"SHA-256 {record['sources'][0]['sha256']}" in capsys.readouterr().out


def test_one_source_alone_is_built(site, tmp_path):
    assert data(site, tmp_path / "data", "--only", "kermany") == 0
    assert {row["source"] for row in table(tmp_path / "data" / "metadata.csv")} == {"kermany"}
    assert len(site.asked) == 1


def test_the_sources_own_address_is_held_to_its_digest(site, tmp_path, monkeypatch, capsys):
    own = replace(SOURCES["kermany"], url=f"{site.url}/kermany.zip")
    monkeypatch.setitem(SOURCES, "kermany", own)
    out = tmp_path / "data"
    assert cli.main(["data", "--out", str(out), "--only", "kermany"]) == 2
    assert f"Expected the SHA-256 {own.sha256}" in capsys.readouterr().err
    assert [path.suffix for path in (tmp_path / "data-downloads").glob("kermany*")] == [".bad"]
    assert left_in(tmp_path) == ["data-downloads"]


def test_a_folder_that_is_there_is_never_overwritten(site, tmp_path, capsys):
    out = tmp_path / "data"
    out.mkdir()
    assert data(site, out) == 0  # empty, so it may be filled
    before = (out / "metadata.csv").read_bytes()
    assert data(site, out) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert (out / "metadata.csv").read_bytes() == before
    assert len(site.asked) == 2


@pytest.mark.parametrize("body", [b"<!DOCTYPE html> sign in", zipped({"a": b"x" * 9000})[:5000]])
def test_a_broken_archive_is_said_then_fetched_anew(site, tmp_path, capsys, body):
    whole, site.files["/covid.zip"] = site.files["/covid.zip"], body
    assert data(site, tmp_path / "data") == 2
    assert "damaged or no zip" in capsys.readouterr().err
    assert left_in(tmp_path) == ["data-downloads"]
    site.files["/covid.zip"] = whole
    site.asked.clear()
    assert data(site, tmp_path / "data") == 0
    assert len(site.asked) == 1  # Kermany's was whole


def test_a_member_with_flipped_bytes_breaks_the_archive(site, tmp_path, capsys):
    data_of_zip = bytearray(site.files["/kermany.zip"])
    place = data_of_zip.index(b"\xff\xd8\xff") + 300
    data_of_zip[place] ^= 0xFF
    site.files["/kermany.zip"] = bytes(data_of_zip)
    assert data(site, tmp_path / "data") == 2
    said = capsys.readouterr().err
    assert "damaged or no zip" in said
    assert "Bad CRC-32" in said
    assert [path.suffix for path in (tmp_path / "data-downloads").glob("kermany*")] == [".bad"]
    assert left_in(tmp_path) == ["data-downloads"]


def test_archives_that_are_here_are_read_where_they_are(site, tmp_path, capsys):
    mine = tmp_path / "mine.zip"
    mine.write_bytes(site.files["/kermany.zip"])
    out = tmp_path / "data"
    arguments = ["data", "--out", str(out), "--only", "kermany", "--kermany-url", str(mine)]
    assert cli.main(arguments) == 0
    assert left_in(tmp_path) == ["data", "mine.zip"]
    assert "archives stay" not in capsys.readouterr().out
    mine.write_bytes(b"no zip")
    assert cli.main([*arguments[:2], str(tmp_path / "other"), *arguments[3:]]) == 2
    assert "copy it again" in capsys.readouterr().err
    assert left_in(tmp_path) == ["data", "mine.zip"]


def test_an_archive_of_something_else_is_said(site, tmp_path, capsys):
    site.files["/kermany.zip"] = zipped({"OCT2017/test/CNV/CNV-1.jpeg": b"x"})
    assert data(site, tmp_path / "data") == 2
    assert "check --kermany-url" in capsys.readouterr().err


def test_archives_without_a_usable_picture_are_said(site, tmp_path, capsys):
    site.files["/kermany.zip"] = zipped({f"{KERMANY}/test/NORMAL/IM-0001-0001.jpeg": b"x"})
    assert data(site, tmp_path / "data", "--only", "kermany") == 2
    assert "no usable radiograph" in capsys.readouterr().err


def test_an_address_that_is_gone_is_said(site, tmp_path, capsys):
    del site.files["/kermany.zip"]
    assert data(site, tmp_path / "data") == 2
    assert "kermany.zip is not there (HTTP 404)" in capsys.readouterr().err


def test_a_full_disk_is_said_before_unpacking(site, tmp_path, capsys, monkeypatch):
    assert data(site, tmp_path / "other") == 0
    (tmp_path / "other-downloads").rename(tmp_path / "data-downloads")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("usage", (), {"free": 10}))
    assert data(site, tmp_path / "data") == 2
    assert "Free space" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_ctrl_c_is_no_traceback(site, tmp_path, capsys, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "drop_copies", stop)
    assert data(site, tmp_path / "data") == 130
    assert "run the same command again" in capsys.readouterr().err
    assert left_in(tmp_path) == ["data-downloads"]


KILLED = """
import os, signal, sys
from covid_model import cli
from covid_model.data.sources import unpack
real, seen = unpack.read_radiograph, []
def read(data, name):
    seen.append(name)
    assert not {"keras", "tensorflow", "torch", "jax"} & set(sys.modules)
    if len(seen) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(data, name)
unpack.read_radiograph = read
cli.main(sys.argv[1:])
"""


def test_a_killed_build_leaves_nothing_half(site, tmp_path):
    out = tmp_path / "data"
    urls = ("--covid-url", f"{site.url}/covid.zip", "--kermany-url", f"{site.url}/kermany.zip")
    arguments = ["data", "--out", str(out), *urls]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert left_in(tmp_path) == [".data.unfinished", "data-downloads"]
    site.asked.clear()
    assert cli.main(arguments) == 0
    assert left_in(tmp_path) == ["data", "data-downloads"]
    assert len(table(out / "metadata.csv")) == 8
    assert site.asked == []  # the archives were whole


def test_nothing_is_written_outside(site, tmp_path):
    evil = encoded(drawing(50))
    site.files["/covid.zip"] = zipped(
        {**covid_members(), f"{COVID_ROOT}/images/../../escaped.png": evil, "../../up.png": evil}
    )
    site.files["/kermany.zip"] = zipped({**kermany_members(), "/train/NORMAL/IM-9.jpeg": evil})
    inner = tmp_path / "one" / "two"
    assert data(site, inner / "data") == 0
    assert left_in(inner) == ["data", "data-downloads"]
    assert left_in(tmp_path) == ["one"]
    assert left_in(tmp_path / "one") == ["two"]
    written = {path.name for path in (inner / "data").rglob("*") if path.is_file()}
    assert "escaped.png" not in written
    assert "IM-9.jpeg" in written  # by its last three names, inside


def test_a_member_too_large_to_be_a_radiograph_is_dropped_unread(site, tmp_path, monkeypatch):
    monkeypatch.setattr("covid_model.imaging.reader.MAX_BYTES", 5000)
    site.files["/kermany.zip"] = zipped(
        {**kermany_members(), f"{KERMANY}/test/NORMAL/IM-0009-0001.jpeg": b"\xff\xd8\xff" * 2000}
    )
    real, opened = zipfile.ZipFile.open, []
    monkeypatch.setattr(
        zipfile.ZipFile, "open", lambda zip, name: opened.append(name) or real(zip, name)
    )
    assert data(site, tmp_path / "data", "--only", "kermany") == 0
    reasons = {row["original"]: row for row in table(tmp_path / "data" / "dropped.csv")}
    row = reasons["IM-0009-0001.jpeg"]
    assert row["reason"] == registry.UNREADABLE
    assert "Expected a file of at most" in row["detail"]
    assert len(opened) == 5
    assert f"{KERMANY}/test/NORMAL/IM-0009-0001.jpeg" not in opened


def test_names_that_differ_in_capitals_alone_are_taken_once(site, tmp_path):
    folder = f"{KERMANY}/test/NORMAL"
    site.files["/kermany.zip"] = zipped(
        {
            f"{folder}/IM-0001-0001.jpeg": encoded(drawing(1)),
            f"{folder}/IM-0001-0001.JPEG": encoded(drawing(2)),
        }
    )
    assert data(site, tmp_path / "data", "--only", "kermany") == 0
    assert [row["reason"] for row in table(tmp_path / "data" / "dropped.csv")] == [registry.TWICE]


def pixels(image):
    return np.asarray(image.convert("L"), np.float32) / 255


def test_a_hash_forgives_size_brightness_and_a_label():
    image = drawing(3, side=300)
    darker = image.point(lambda value: value * 0.8)
    labelled = image.copy()
    labelled.paste(255, (10, 10, 40, 25))
    others = [image.resize((180, 190), Image.Resampling.LANCZOS), darker, labelled]
    hashes = np.stack([perceptual_hash(pixels(one)) for one in (image, *others)])
    assert hashes.shape == (4, 4)
    assert set(copies(hashes)) == {1, 2, 3}
    strangers = np.stack([perceptual_hash(pixels(drawing(seed))) for seed in range(30)])
    assert copies(strangers) == {}


def flipped(bits, of=0):
    """The hash ``of`` with some of its 256 bits flipped."""
    values = np.unpackbits(np.full(32, of, np.uint8))
    values[:bits] ^= 1
    return np.packbits(values).view(np.uint64)


def test_a_copy_is_one_within_the_limit_of_a_kept_picture():
    hashes = np.stack([flipped(n) for n in (0, LIMIT + 1, LIMIT, 2 * LIMIT + 1)])
    assert copies(hashes) == {2: (1, 1), 3: (1, LIMIT)}
    assert copies(hashes[[0, 1]]) == {}
    assert copies(hashes[[0, 2]]) == {1: (0, LIMIT)}
    assert copies(np.stack([flipped(n) for n in (0, 2, 100, 104)])) == {1: (0, 2), 3: (2, 4)}
    assert copies(np.empty((0, 4), np.uint64)) == {}


def test_patients_who_share_a_radiograph_are_one():
    patients = ["b", "a", "c", "b", "d", "c"]
    assert one_id_each(patients, []) == patients
    assert one_id_each(patients, [(1, 2)]) == ["b", "a", "a", "b", "d", "a"]
    assert one_id_each(patients, [(1, 2), (2, 3)]) == ["b", "b", "b", "b", "d", "b"]


@pytest.mark.data
def test_real_copies_lie_far_from_real_strangers(real_data):
    rows = table(real_data / "metadata.csv")
    paths = [row["path"] for row in rows if row["source"] == "covid-chestxray-dataset"]
    if len(paths) < 100:
        pytest.skip("too few radiographs of covid-chestxray-dataset in COVID_XRAY_DATA")
    hashes = np.stack([perceptual_hash(pixels(Image.open(real_data / path))) for path in paths])
    one, other = np.triu_indices(len(paths), 1)
    distances = np.bitwise_count(hashes[one] ^ hashes[other]).sum(axis=1)
    assert (distances <= LIMIT).any()
    assert not ((distances > LIMIT - 2) & (distances < LIMIT + 12)).any()
