"""The command line: rows, exit codes, overlays and the notice."""

import csv
import io
import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import covid_model
from covid_model import cli
from covid_model.cli.parts.table_files import COLUMNS
from covid_model.cli.parts.tally import Tally
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.disclaimer import NOTICE
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.runs import LEFT_OUT, ModelInfo, load_run, write_json, write_model_info
from covid_model.serving import Classifier
from covid_model.serving.batch_outputs import note
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import UNFORESEEN
from tests.imports import ROOT


class FakeClassifier:
    input_size, preprocessing = 32, Preprocessing()

    def __init__(self, info):
        self.info = info

    def prepare(self, radiograph):
        return None

    def predict(self, radiograph, *, prepared):
        heatmaps = np.ones((3, 4, 4), np.float32)
        scores = np.array([0.1, 0.2, 0.7], np.float32)
        return Prediction(self.info.architecture, scores, heatmaps, 0.01)


def make_run(folder, *, created, models=("resnet50v2", "vgg16"), servable=True):
    for model in models:
        (folder / model).mkdir(parents=True)
        for name in ("model.tflite", "head.npz") if servable else ():
            (folder / model / name).write_bytes(b"x")
        info = ModelInfo(model, CLASS_NAMES, (1, 32, 32, 3), "layer", "nowhere")
        write_model_info(folder / model, info)
    write_json(folder / "run.json", {"schema": 1, "created": created})
    return folder


@pytest.fixture
def runs(tmp_path, monkeypatch):
    root = tmp_path / "runs"
    make_run(root / "old", created="2020")
    make_run(root / "new", created="2021")
    make_run(root / "reports", created="2022", servable=False)
    monkeypatch.setenv("COVID_MODEL_RUNS", str(root))
    loaded = []

    def load(folder, **options):
        loaded.append(f"{folder.parent.name}/{folder.name}")
        return FakeClassifier(load_run(folder.parent).model_info(folder.name))

    monkeypatch.setattr(Classifier, "load", load)
    return loaded


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 256, (90, 70), np.uint8)
    Image.fromarray(values).save(folder / "b ä.png")
    (folder / "a.bin").write_text("no radiograph")
    (folder / "notes.txt").write_text("plainly no radiograph")
    return folder


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_table_to_stdout_and_notice_to_stderr(files, runs, capsys):
    assert cli.main(["classify", str(files)]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines()[0] == ",".join(COLUMNS)
    rows = rows_of(output.out)
    assert [(Path(row["file"]).name, row["model"], row["status"]) for row in rows] == [
        ("a.bin", "", "refused"),
        ("b ä.png", "resnet50v2", "uncalibrated"),
        ("b ä.png", "vgg16", "uncalibrated"),
    ]
    assert rows[0]["reason"].startswith("Expected a DICOM, PNG or JPEG file")
    assert rows[1]["predicted"] == "infection"
    assert {(row["run"], row["version"]) for row in rows} == {("new", covid_model.__version__)}
    assert rows[1]["reason"].startswith("No threshold was set for ResNet50V2 and VGG16: ")
    assert output.err.endswith(
        "Files: 2 (1 refused, 1 uncalibrated). Left out, as they are no pictures: 1. "
        f"Run new: ResNet50V2, VGG16. {NOTICE}\n"
    )
    assert runs == ["new/resnet50v2", "new/vgg16"]


def test_csv_file_keeps_its_columns_and_has_the_notice_beside_it(files, runs, tmp_path, capsys):
    path = tmp_path / "made" / "here" / "table.csv"
    assert cli.main(["classify", str(files), "--csv", str(path), "--model", "vgg16"]) == 0
    assert capsys.readouterr().out == ""
    text = path.read_text("utf-8")
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert len(rows_of(text)) == 2
    note = path.with_name("table.csv.notice.txt").read_text("utf-8")
    assert note.startswith(NOTICE)
    assert "run new, models VGG16" in note
    assert "p_infection are scores in [0, 1], not probabilities of disease." in note


def test_overlays_carry_the_notice(files, runs, tmp_path, capsys):
    folder = tmp_path / "cams"
    assert cli.main(["classify", str(files), "--cam-dir", str(folder)]) == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["00002-b_ä.png.resnet50v2.png", "00002-b_ä.png.vgg16.png"]
    with Image.open(folder / names[1]) as image:
        assert image.text["Notice"] == NOTICE
        assert image.text["Title"] == "VGG16: infection"
        assert image.text["Caption"].startswith(
            "VGG16: infection, score 0.70 (uncalibrated), run new. "
        )
        assert image.text["Source"].endswith("b ä.png")
        assert image.height > 90  # the caption
        assert image.width > 70


def test_large_radiographs_give_overlays_of_at_most_1024_pixels(runs, tmp_path):
    Image.effect_noise((3000, 1500), 50).save(tmp_path / "large.png")
    arguments = ["classify", str(tmp_path / "large.png"), "--model", "vgg16"]
    assert cli.main([*arguments, "--cam-dir", str(tmp_path / "cams")]) == 0
    (path,) = (tmp_path / "cams").iterdir()
    with Image.open(path) as image:
        assert image.width == 1024
        assert 512 < image.height < 560


def test_a_long_name_has_its_overlay(runs, tmp_path):
    name = "胸" * 80 + ".png"  # 244 bytes, of 255 that a file system takes
    Image.effect_noise((90, 70), 50).save(tmp_path / name)
    given = ["classify", str(tmp_path / name), "--model", "vgg16"]
    assert cli.main([*given, "--cam-dir", str(tmp_path / "cams")]) == 0
    (path,) = (tmp_path / "cams").iterdir()
    assert path.name.endswith("胸胸.png.vgg16.png")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_names_that_the_standard_output_lacks_are_spelled_out(files, runs, monkeypatch, encoding):
    (files / "b ä.png").rename(files / "胸部.png")
    shutil.copy(files / "胸部.png", files / "é.png")
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream, encoding=encoding))
    assert cli.main(["classify", str(files), "--model", "vgg16"]) == 0
    names = [Path(row["file"]).name for row in rows_of(stream.getvalue().decode(encoding))]
    spelled = {
        "utf-8": ["é.png", "胸部.png"],
        "cp1252": ["é.png", r"\u80f8\u90e8.png"],
        "ascii": [r"\xe9.png", r"\u80f8\u90e8.png"],
    }
    assert names == ["a.bin", *spelled[encoding]]


def test_a_table_without_a_picture_exits_with_1(files, runs, capsys):
    assert cli.main(["classify", str(files / "a.bin"), str(files / "notes.txt")]) == 1
    output = capsys.readouterr()
    assert [row["status"] for row in rows_of(output.out)] == ["refused", "refused"]
    assert "Files: 2 (2 refused). " in output.err


def test_what_nobody_foresaw_has_a_row_and_exits_with_1(files, runs, monkeypatch, capsys):
    shutil.copy(files / "b ä.png", files / "0.png")
    prepare = FakeClassifier.prepare

    def fails(self, radiograph):
        if radiograph.name.endswith("0.png"):
            raise ZeroDivisionError(f"nobody foresaw {radiograph.name}")
        return prepare(self, radiograph)

    monkeypatch.setattr(FakeClassifier, "prepare", fails)
    assert cli.main(["classify", str(files), "--model", "vgg16"]) == 1
    output = capsys.readouterr()
    rows = rows_of(output.out)
    assert [row["status"] for row in rows] == [*("refused", "refused", "uncalibrated")]
    [line] = [line for line in output.err.splitlines() if "ZeroDivisionError at " in line]
    assert "0.png" not in output.err  # a file's name may be a patient's
    number = re.search(r"\[id (\w+)\]", line)[1]
    assert rows[0]["reason"] == UNFORESEEN.format(id=number)


def test_what_nobody_foresaw_of_a_command_is_a_sentence(files, monkeypatch, capsys):
    def fails():
        raise LookupError(f"no room for {files}")

    monkeypatch.setattr("covid_model.cli.classify.open_shelf", fails)
    assert cli.main(["classify", str(files), "--log-format", "json"]) == cli.UNFORESEEN
    line, sentence = capsys.readouterr().err.splitlines()
    logged = json.loads(line)
    assert sentence.startswith("error: Something unforeseen stopped this command")
    assert f"under {logged['id']}." in sentence
    assert logged["errors"][0]["type"] == "LookupError"
    assert files.name not in line + sentence


RESUME = "The same command with --resume goes on."


def unstopped(number, frame):
    raise AssertionError("nobody handles this signal")


@pytest.fixture
def unhandled():
    """A signal that the command does not handle fails the test, not the tests."""
    before = {
        number: signal.signal(number, unstopped) for number in (signal.SIGINT, signal.SIGTERM)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("where", "at", "told"),
    [
        ("classifier.predict", 0, "0 of 4 files are done, with their rows in {csv}; next come "
         "{files}/1.png and the 3 after it. {resume}"),
        ("classifier.predict", 2, "2 of 4 files are done, with their rows in {csv}; next come "
         "{files}/3.png and the 1 after it. {resume}"),
        ("Tally.add", 1, "2 of 4 files are done, with their rows in {csv}; next come "
         "{files}/3.png and the 1 after it. {resume}"),
        ("Tally.add", 2, "3 of 4 files are done, with their rows in {csv}; next comes "
         "{files}/4.png. {resume}"),
        ("Tally.add", 3, "all 4 files are done, with their rows in {csv}."),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_a_stop_keeps_every_row_that_is_done(
    tmp_path, runs, unhandled, monkeypatch, capsys, where, at, told, number, code
):
    """A signal while file ``at`` is classified takes its rows, one while they are written waits."""
    files, table = tmp_path / "films", tmp_path / "table.csv"
    files.mkdir()
    for name in "1234":
        Image.effect_noise((90, 70), 50).save(files / f"{name}.png")
    calls = []

    def stops(real):
        def stopping(*arguments, **options):
            calls.append(1)
            if len(calls) == at + 1:
                signal.raise_signal(number)
            return real(*arguments, **options)

        return stopping

    if where == "Tally.add":
        monkeypatch.setattr(Tally, "add", stops(Tally.add))
    else:
        monkeypatch.setattr(FakeClassifier, "predict", stops(FakeClassifier.predict))
    given = ["--csv", str(table), "--model", "vgg16", "--cam-dir", str(tmp_path / "cams")]
    assert cli.main(["classify", str(files), *given, "--workers", "1"]) == code
    assert (
        capsys.readouterr().err
        == f"stopped: {told.format(csv=table, files=files, resume=RESUME)}\n"
    )
    done = at if where == "classifier.predict" else at + 1
    names = [Path(row["file"]).name for row in rows_of(table.read_text("utf-8"))]
    assert names == [f"{name}.png" for name in "1234"[:done]]
    assert table.read_text("utf-8").endswith("\n")
    assert len(list((tmp_path / "cams").iterdir())) == done


def test_named_run_is_used(files, runs, tmp_path):
    assert cli.main(["classify", str(files), "--run", str(tmp_path / "runs" / "old")]) == 0
    assert runs == ["old/resnet50v2", "old/vgg16"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["missing.png"], "missing.png does not exist"),
        (["{files}", "--run", "{files}"], "run.json is missing"),
        (["{files}", "--model", "xception"], "Expected a model of run 'new'"),
        (["{files}", "--csv", "{files}"], "cannot be written"),
        (["{files}", "--cam-dir", "{files}/a.bin"], "cannot be written"),
    ],
)
def test_wrong_use_exits_with_2_and_a_reason(files, runs, capsys, arguments, reason):
    given = [argument.format(files=files) for argument in arguments]
    assert cli.main(["classify", *given]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert reason in output.err
    assert "Traceback" not in output.err


def test_no_run_that_can_predict_says_how_to_get_one(files, tmp_path, monkeypatch, capsys):
    root = tmp_path / "only"
    make_run(root / "reports", created="2022", servable=False)
    monkeypatch.setenv("COVID_MODEL_RUNS", str(root))
    assert cli.main(["classify", str(files)]) == 2
    assert "train_models.py" in capsys.readouterr().err


def test_reports_only_run_is_refused_by_name(files, tmp_path, capsys):
    run = make_run(tmp_path / "reports", created="2022", servable=False)
    assert cli.main(["classify", str(files), "--run", str(run)]) == 2
    assert "holds reports only" in capsys.readouterr().err


def test_unknown_model_exits_with_2(files):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["classify", str(files), "--model", "alexnet"])


def test_help_loads_no_model_library():
    code = (
        "import sys; from covid_model.__main__ import main\n"
        "try: main(['classify', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'tensorflow', 'keras', 'ai_edge_litert', 'cv2', 'pydicom'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "--cam-dir" in result.stdout


def test_the_whole_way_with_real_networks(files, tiny_run_root, tmp_path, capsys):
    run = tiny_run_root / "tiny"
    assert cli.main(["classify", str(files), "--run", str(run), "--cam-dir", str(tmp_path)]) == 0
    rows = [row for row in rows_of(capsys.readouterr().out) if row["status"] != "refused"]
    assert [row["model"] for row in rows] == ["xception", "resnet50v2", "vgg16"]
    for row in rows:
        scores = [float(row[f"p_{name}"]) for name in CLASS_NAMES]
        assert sum(scores) == pytest.approx(1, abs=1e-4)
        assert row["predicted"] == CLASS_NAMES[int(np.argmax(scores))]
        assert float(row["seconds"]) >= 0
        assert (tmp_path / f"00002-b_ä.png.{row['model']}.png").is_file()


@pytest.fixture
def three(tmp_path, trusted_pictures):
    """A folder with a picture for each status."""
    folder = tmp_path / "three"
    folder.mkdir()
    for status, data in trusted_pictures.items():
        (folder / f"{status}.png").write_bytes(data)
    return folder


def test_a_trusted_run_says_when_not_to_believe_it(three, trusted_run_root, tmp_path, capsys):
    table, cams = tmp_path / "table.csv", tmp_path / "cams"
    given = ["--run", str(trusted_run_root / "trusted"), "--csv", str(table)]
    assert cli.main(["classify", str(three), *given, "--cam-dir", str(cams)]) == 0
    assert "Files: 3 (1 ok, 1 refused, 1 uncertain)" in capsys.readouterr().err
    rows = rows_of(table.read_text("utf-8"))
    assert len(rows) == 9
    for row in rows:
        assert Path(row["file"]).stem == row["status"], "every row has the image's status"
        refused = row["status"] == "refused"
        assert bool(row["reason"]) == (row["status"] != "ok")
        assert (row["predicted"] == "") == refused
        assert all((row[f"p_{name}"] == "") == refused for name in CLASS_NAMES)
        assert (float(row["novelty"]) > 1) == refused
        if row["status"] == "uncertain":
            assert "VGG16 gives Normal a calibrated probability of only 0." in row["reason"]
    captions = {}
    for path in cams.iterdir():
        with Image.open(path) as image:
            captions[path.name] = image.text["Caption"]
    assert len(captions) == 6, "none for the refused image"
    assert captions["00001-ok.png.vgg16.png"].startswith("VGG16: normal, calibrated probability 0.")
    assert "(uncertain)" in captions["00003-uncertain.png.vgg16.png"]


def test_the_note_says_which_networks_are_calibrated(
    tiny_run_root, trusted_run_root, three, capsys
):
    old = tiny_run_root / "tiny"
    for name in ("xception", "vgg16"):
        shutil.rmtree(old / name)
        shutil.copytree(trusted_run_root / "trusted" / name, old / name)

    def written(model):
        table = tiny_run_root / f"{model}.csv"
        given = ["--run", str(old), "--model", model, "--csv", str(table)]
        assert cli.main(["classify", str(three / "ok.png"), *given]) == 0
        return table.with_name(f"{table.name}.notice.txt").read_text("utf-8")

    calibrated, score = "are calibrated probabilities in [0, 1]", "are scores in [0, 1]"
    assert calibrated in written("vgg16")
    assert score not in written("vgg16")
    lines = written("all").splitlines()
    assert any(calibrated in x and x.endswith("rows of Xception, VGG16.") for x in lines)
    assert any(score in x and x.endswith("rows of ResNet50V2.") for x in lines)


def test_the_note_says_what_probabilities_were_fitted_on(trusted_run_root):
    run = load_run(trusted_run_root / "trusted")
    info = run.model_info("vgg16")
    assert "fitted on the validation radiographs of the run." in note("a.csv", "trusted", [info])
    apart = replace(info, fitted_on=LEFT_OUT)
    said = note("a.csv", "trusted", [apart])
    assert "fitted on radiographs of groups left out of training." in said
    assert "validation" not in said


@pytest.mark.parametrize(
    "given",
    [
        ["classify", str(ROOT / "assets/samples/covid.png"), "--profile"],
        ["evaluate", "--data", str(ROOT / "assets/samples"), "--out", "new", "--labels"],
    ],
)
def test_an_input_that_is_not_there_cannot_be_read(given, tmp_path, capsys):
    assert cli.main([*given, str(tmp_path / "none")]) == 2
    assert f"{tmp_path / 'none'} cannot be read (No such file" in capsys.readouterr().err
