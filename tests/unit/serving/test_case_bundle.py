"""A bundle is what was written, or its check says what is not."""

import io
import zipfile

import numpy as np
import pytest

from covid_model import cli
from covid_model.common.disclaimer import NOTICE
from covid_model.inference.overlay import overlay, to_png, with_caption
from covid_model.serving import case_bundle
from covid_model.serving.case_bundle.check import check
from tests.public_sources import zipped

RADIOGRAPH = np.arange(64 * 80, dtype=np.uint16).reshape(64, 80).astype(np.uint8)
HEATMAPS = np.linspace(0, 1, 3 * 7 * 7, dtype=np.float32).reshape(3, 7, 7)
PROBABILITIES = np.array([0.1, 0.7, 0.2], np.float32)


def written(**changed):
    """A bundle of one network; ``changed`` replaces parts of what it is made of."""
    parts = {"picture": HEATMAPS[1], "predicted": "normal", "told": PROBABILITIES} | changed
    blended = overlay(
        RADIOGRAPH.astype(np.float32) / np.float32(255), parts["picture"], opacity=0.4
    )
    members = {
        "overlay-vgg16.png": to_png(with_caption(blended, NOTICE)),
        "words.txt": b"some words",
        case_bundle.ARRAYS: case_bundle.pack_arrays(
            {
                case_bundle.RADIOGRAPH: RADIOGRAPH,
                case_bundle.probabilities_key("vgg16"): PROBABILITIES,
                case_bundle.heatmaps_key("vgg16"): HEATMAPS,
            }
        ),
    }
    network = {
        "model": "vgg16",
        "probabilities": dict(zip("abc", parts["told"].tolist(), strict=True)),
        "predicted": parts["predicted"],
    }
    entry = {"file": "overlay-vgg16.png", "model": "vgg16", "class": "normal"}
    return case_bundle.pack(members, {"networks": [network], "overlays": [entry], "opacity": 0.4})


def members_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_whole_bundle_passes():
    checked = check(written())
    assert checked.problems == ()
    assert (checked.files, checked.overlays) == (3, 1)


def test_the_same_case_is_the_same_zip_with_the_manifest_last():
    assert written() == written()
    assert list(members_of(written()))[-1] == case_bundle.MANIFEST
    assert zipfile.ZipFile(io.BytesIO(written())).infolist()[0].date_time[0] == 1980


@pytest.mark.parametrize("name", [*members_of(written())])
@pytest.mark.parametrize("place", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_a_changed_byte_is_found_in_any_member(name, place):
    members = members_of(written())
    changed = bytearray(members[name])
    changed[round(place * (len(changed) - 1))] ^= 1
    assert check(zipped(members)).problems == ()  # zipped anew, it still is a bundle
    assert check(zipped({**members, name: bytes(changed)})).problems


def test_a_changed_byte_is_found_inside_the_zip_as_it_is():
    data = bytearray(written())
    data[data.index(b"some words")] ^= 1
    assert check(bytes(data)).problems


def test_a_member_more_or_less_is_named():
    members = members_of(written())
    assert check(zipped({**members, "more.txt": b""})).problems == (
        "more.txt is not listed in the manifest.",
    )
    del members["words.txt"]
    assert check(zipped(members)).problems == ("words.txt is missing.",)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"picture": HEATMAPS[2]}, "overlay-vgg16.png is not what arrays.npz makes"),
        ({"predicted": "covid"}, "class of vgg16"),
        ({"told": PROBABILITIES[::-1]}, "figures of vgg16"),
    ],
)
def test_digests_of_what_does_not_belong_together_are_not_enough(changed, problem):
    assert problem in " ".join(check(written(**changed)).problems)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip",
        zipped({"a.txt": b""}),
        zipped({case_bundle.MANIFEST: b"[]"}),
        written()[:-30],
    ],
)
def test_what_is_no_bundle_is_said_to_be_none(data):
    checked = check(data)
    assert checked.files == 0
    assert "Expected a bundle" in checked.problems[0]


def test_arrays_that_are_missing_are_a_problem_and_no_crash():
    members = members_of(written())
    del members[case_bundle.MANIFEST], members[case_bundle.ARRAYS]
    members[case_bundle.ARRAYS] = case_bundle.pack_arrays({case_bundle.RADIOGRAPH: RADIOGRAPH})
    entry = {"file": "overlay-vgg16.png", "model": "vgg16", "class": "normal"}
    data = case_bundle.pack(members, {"networks": [], "overlays": [entry], "opacity": 0.4})
    assert "do not fit" in check(data).problems[0]


def test_the_command_checks_bundles(tmp_path, capsys):
    whole, broken = tmp_path / "whole.zip", tmp_path / "broken.zip"
    whole.write_bytes(written())
    broken.write_bytes(zipped({**members_of(written()), "words.txt": b"others"}))
    assert cli.main(["verify", str(whole)]) == 0
    output = capsys.readouterr().out
    assert "whole.zip: 3 files, 1 overlays laid again, all agree." in output
    assert NOTICE in output
    assert cli.main(["verify", str(whole), str(broken)]) == 1
    assert "broken.zip: words.txt differs" in capsys.readouterr().out
    assert cli.main(["verify", str(tmp_path / "none.zip")]) == 2


def test_a_bundle_that_unpacks_to_far_more_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("covid_model.serving.case_bundle.check.MAX_BYTES", 1_000)
    assert "MiB" in check(written()).problems[0]
