"""The cache of an exported network's outputs."""

from covid_model.imaging.preprocessing import Preprocessing
from covid_model.training.export import served_outputs as module


def test_the_cache_goes_by_the_model_and_all_code_that_reads_it(tmp_path, monkeypatch):
    (model := tmp_path / "model.tflite").write_bytes(b"model")
    names = {path.name for folder in module.CODE for path in folder.rglob("*.py")}
    assert {"reader.py", "windowing.py", "preprocessing.py", "network.py", "novelty.py"} <= names
    (tmp_path / "code" / "dicom").mkdir(parents=True)
    source = tmp_path / "code" / "dicom" / "reader.py"
    source.write_text("1")
    monkeypatch.setattr(module, "CODE", (tmp_path / "code",))
    monkeypatch.setattr(module, "DEFAULT_FOLDER", tmp_path)
    (segmenter := tmp_path / module.MODEL_FILE).write_bytes(b"lungs")
    lungs = Preprocessing(view="lungs")

    def digests():
        return module._digest_of(model, Preprocessing()), module._digest_of(model, lungs)

    first = digests()
    assert digests() == first
    source.write_text("2")
    second = digests()
    model.write_bytes(b"other")
    third = digests()
    assert len({*first, *second, *third}) == 6
    segmenter.write_bytes(b"other lungs")
    whole, cut = digests()
    assert whole == third[0]
    assert cut != third[1]
