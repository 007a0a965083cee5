"""The cache of an exported network's outputs."""

from covid_model.training.export import served_outputs as module


def test_the_cache_goes_by_the_model_and_all_code_that_reads_it(tmp_path, monkeypatch):
    (model := tmp_path / "model.tflite").write_bytes(b"model")
    names = {path.name for folder in module.CODE for path in folder.rglob("*.py")}
    assert {"reader.py", "windowing.py", "preprocessing.py", "network.py", "novelty.py"} <= names
    (tmp_path / "code" / "dicom").mkdir(parents=True)
    source = tmp_path / "code" / "dicom" / "reader.py"
    source.write_text("1")
    monkeypatch.setattr(module, "CODE", (tmp_path / "code",))
    first = module._digest_of(model)
    assert module._digest_of(model) == first
    source.write_text("2")
    second = module._digest_of(model)
    model.write_bytes(b"other")
    assert len({first, second, module._digest_of(model)}) == 3
