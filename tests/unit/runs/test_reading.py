import hashlib
import json

import pytest

from covid_model import runs
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import ReportsOnlyError, RunError
from covid_model.runs import catalog
from tests import stored_reports

REPORT = stored_reports.report()
HISTORY = "epoch,loss\n1,0.7\n2,0.5\n"


def write_run(destination, *, created="2026-01-01", servable=True, models=("vgg16",)):
    """A run whose files are small texts: enough for everything but a prediction."""
    with runs.new_run(destination) as folder:
        runs.write_json(folder / "run.json", {"schema": runs.SCHEMA, "created": created})
        for name in models:
            (folder / name).mkdir()
            runs.write_json(folder / name / "report.json", REPORT)
            (folder / name / "history.csv").write_text(HISTORY)
            if servable:
                for file in runs.SERVING_FILES:
                    (folder / name / file).write_bytes(b"weights")
            info = runs.ModelInfo(name, CLASS_NAMES, (1, 237, 237, 3), "layer", "random")
            runs.write_model_info(folder / name, info)
    return runs.load_run(destination)


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "first")


def test_what_was_written_is_read_back(run):
    info = run.model_info("vgg16")
    assert (run.name, run.models, run.servable_models) == ("first", ("vgg16",), ("vgg16",))
    assert (info.classes, info.input_shape) == (CLASS_NAMES, (1, 237, 237, 3))
    assert info.title == "VGG16"
    assert run.report("vgg16") == REPORT
    assert run.table("vgg16", "history.csv") == [
        {"epoch": "1", "loss": "0.7"},
        {"epoch": "2", "loss": "0.5"},
    ]


def test_sessions_share_what_a_run_says_until_it_says_something_else(run):
    again = runs.load_run(run.folder)
    assert again.info is runs.load_run(run.folder).info
    runs.write_json(run.folder / "run.json", {**again.info, "created": "2026-02-02"})
    changed = runs.load_run(run.folder)
    assert changed.info["created"] == "2026-02-02"
    assert again.info["created"] == "2026-01-01"


def test_model_json_lists_the_digest_of_every_other_file(run):
    digests = run.model_info("vgg16").sha256
    assert set(digests) == {"report.json", "history.csv", *runs.SERVING_FILES}
    assert digests["head.npz"] == hashlib.sha256(b"weights").hexdigest()


def test_models_stand_in_the_fixed_order(tmp_path):
    run = write_run(tmp_path / "run", models=("vgg16", "xception"))
    assert run.models == ("xception", "vgg16")


def test_a_changed_file_is_refused_by_name(run):
    (run.folder / "vgg16" / "report.json").write_text('{"accuracy": 1.0}')
    with pytest.raises(RunError, match=r"report\.json differs from the digest"):
        run.report("vgg16")


@pytest.mark.parametrize("data", [b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_a_report_that_is_none_is_refused_though_its_digest_fits(run, data):
    folder = run.folder / "vgg16"
    (folder / "report.json").write_bytes(data)
    runs.write_model_info(folder, run.model_info("vgg16"))
    with pytest.raises(RunError, match=r"JSON .*report\.json|report\.json cannot be read as JSON"):
        run.report("vgg16")


@pytest.mark.parametrize("data", [b"epoch\n\xff\n", b'"' + b"x" * 200_000], ids=["bytes", "long"])
def test_a_table_that_is_none_is_refused_though_its_digest_fits(run, data):
    folder = run.folder / "vgg16"
    (folder / "history.csv").write_bytes(data)
    runs.write_model_info(folder, run.model_info("vgg16"))
    with pytest.raises(RunError, match=r"history\.csv cannot be read as a table"):
        run.table("vgg16", "history.csv")


@pytest.mark.parametrize(
    ("file", "value"),
    [
        ("run.json", ["report.json"]),
        ("run.json", 7),
        ("vgg16/model.json", ["report.json"]),
        ("vgg16/model.json", {"report.json": 1}),
    ],
)
def test_digests_of_another_type_are_refused(run, file, value):
    listing = json.loads((run.folder / file).read_text())
    (run.folder / file).write_text(json.dumps({**listing, "sha256": value}))
    with pytest.raises(RunError, match="digest|sha256"):
        runs.load_run(run.folder).model_info("vgg16")


def test_a_missing_file_is_refused_by_name(run):
    (run.folder / "vgg16" / "history.csv").unlink()
    with pytest.raises(RunError, match=r"history\.csv is missing"):
        run.table("vgg16", "history.csv")


def test_a_file_that_nobody_listed_is_refused(run):
    (run.folder / "vgg16" / "predictions.csv").write_text("label\ncovid\n")
    with pytest.raises(RunError, match=r"predictions\.csv is not listed"):
        run.table("vgg16", "predictions.csv")


def test_a_model_that_the_run_lacks_is_refused(run):
    with pytest.raises(RunError, match="Expected a model of run 'first': vgg16. Received: 'x'"):
        run.model_folder("x")


def test_another_schema_is_refused(run):
    runs.write_json(run.folder / "run.json", {"schema": 99})
    with pytest.raises(RunError, match="Expected run schema 1 .* Received: 99"):
        runs.load_run(run.folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[1]", "Received: list"),
        ("{}", "does not have this version's fields"),
        ('{"classes": [], "input_shape": [], "colour": 1}', "does not have this version's fields"),
    ],
)
def test_a_damaged_model_json_is_refused(run, text, message):
    (run.folder / "vgg16" / "model.json").write_text(text)
    with pytest.raises(RunError, match=message) as caught:
        run.model_info("vgg16")
    assert "vgg16/model.json" in str(caught.value)


def test_a_folder_without_run_json_or_models_is_no_run(tmp_path):
    with pytest.raises(RunError, match=r"run\.json is missing"):
        runs.load_run(tmp_path)
    runs.write_json(tmp_path / "run.json", {"schema": runs.SCHEMA})
    with pytest.raises(RunError, match="holds no model folder"):
        runs.load_run(tmp_path)


def test_a_reports_only_run_shows_reports_but_cannot_predict(tmp_path):
    run = write_run(tmp_path / "paper", servable=False)
    assert run.servable_models == ()
    assert run.report("vgg16") == REPORT
    with pytest.raises(ReportsOnlyError, match="VGG16 in .*paper holds reports only"):
        runs.require_servable(run.model_folder("vgg16"), run.model_info("vgg16"))


def test_list_puts_runs_that_predict_first_then_the_newest(tmp_path):
    write_run(tmp_path / "old", created="2026-01-01")
    write_run(tmp_path / "new", created="2026-03-01")
    write_run(tmp_path / "paper", created="2026-05-01", servable=False)
    (tmp_path / "no-run").mkdir()
    shelf = runs.open_shelf(tmp_path)
    assert [run.name for run in shelf.runs] == ["new", "old", "paper"]
    assert shelf.newest.name == "new"
    assert runs.open_shelf(tmp_path / "absent").runs == ()


def test_the_shipped_run_is_the_default_until_another_is_chosen(tmp_path, monkeypatch):
    shipped = write_run(tmp_path / "runs" / catalog.SHIPPED_RUN, created="2026-01-01")
    write_run(tmp_path / "runs" / "mine", created="2026-03-01")
    elsewhere = write_run(tmp_path / "elsewhere" / "theirs", created="2025-01-01")
    root = shipped.folder.parent
    shelf = runs.open_shelf(root)
    assert (shelf.default.name, shelf.newest.name) == (shipped.name, "mine")
    for named, chosen in (("mine", "mine"), (str(elsewhere.folder), "theirs")):
        monkeypatch.setenv(runs.CHOSEN, named)
        shelf = runs.open_shelf(root)
        assert shelf.default.name == shelf.runs[0].name == shelf.servable[0].name == chosen
        assert {run.name for run in shelf.runs} == {shipped.name, "mine", chosen}


def test_a_chosen_run_that_cannot_predict_has_no_other_in_its_place(tmp_path, monkeypatch):
    write_run(tmp_path / catalog.SHIPPED_RUN)
    write_run(tmp_path / "paper", servable=False)
    monkeypatch.setenv(runs.CHOSEN, "paper")
    assert runs.open_shelf(tmp_path).runs[0].name == "paper"
    with pytest.raises(RunError, match="COVID_MODEL_RUN names paper, which is no run that can"):
        _ = runs.open_shelf(tmp_path).default
    monkeypatch.setenv(runs.CHOSEN, "absent")
    assert "absent/run.json is missing" in runs.open_shelf(tmp_path).damaged[0].replace("\\", "/")
    with pytest.raises(RunError, match="COVID_MODEL_RUN names absent"):
        _ = runs.open_shelf(tmp_path).default


def test_the_shipped_run_is_shipped():
    assert (runs.DEFAULT_ROOT / catalog.SHIPPED_RUN / "run.json").is_file()


def test_a_damaged_run_never_hides_the_others(tmp_path):
    write_run(tmp_path / "good")
    write_run(tmp_path / "bad")
    (tmp_path / "bad" / "run.json").write_text("{")
    shelf = runs.open_shelf(tmp_path)
    assert [run.name for run in shelf.servable] == ["good"]
    assert "run.json cannot be read" in shelf.damaged[0]


def test_no_run_that_predicts_says_how_to_train_one(tmp_path):
    with pytest.raises(RunError, match="train_models.py --data DIR"):
        _ = runs.open_shelf(tmp_path).newest


def test_an_existing_folder_is_never_overwritten(run):
    before = (run.folder / "run.json").read_bytes()
    with pytest.raises(RunError, match="already exists and is never overwritten"):
        write_run(run.folder)
    assert (run.folder / "run.json").read_bytes() == before


def test_a_run_appears_whole_or_not_at_all(tmp_path):
    def interrupted():
        with runs.new_run(tmp_path / "run") as folder:
            (folder / "run.json").write_text("{}")
            assert not (tmp_path / "run").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_json_keeps_accents_readable(tmp_path):
    runs.write_json(tmp_path / "x.json", {"authors": "César"})
    assert "César" in (tmp_path / "x.json").read_text("utf-8")
    assert json.loads((tmp_path / "x.json").read_text("utf-8")) == {"authors": "César"}


def test_files_that_older_runs_lack_are_read_where_they_are_listed(run):
    assert (run.audit("vgg16"), run.comparison()) == (None, None)
    runs.write_json(run.folder / "vgg16" / runs.AUDIT_FILE, stored_reports.audit())
    runs.write_model_info(run.folder / "vgg16", run.model_info("vgg16"))
    assert run.audit("vgg16") == stored_reports.audit()
    path = run.folder / runs.COMPARISON_FILE
    runs.write_json(path, {"schema": runs.SCHEMA, "pairs": []})
    assert run.comparison() is None  # nobody listed it
    digests = {path.name: runs.sha256_of(path)}
    runs.write_json(run.folder / "run.json", {"schema": runs.SCHEMA, "sha256": digests})
    listed = runs.load_run(run.folder)
    assert listed.comparison() == {"schema": runs.SCHEMA, "pairs": []}
    path.write_text("{}")
    with pytest.raises(RunError, match=r"comparison\.json differs from the digest in run\.json"):
        listed.comparison()
    path.unlink()
    with pytest.raises(RunError, match=r"comparison\.json is missing"):
        listed.comparison()
