"""What to install where a package is missing, in a checkout or an installed copy."""

import pytest

from covid_model.common.errors import UsageError
from covid_model.common.system import paths
from covid_model.common.system.requirements import needs


@pytest.mark.parametrize(
    ("files", "remedy"),
    [
        (["requirements.txt"], "pip install -r requirements.txt"),
        ([], 'pip install "covid-xray-models[train]"'),
    ],
)
def test_a_missing_package_is_named_with_its_remedy(tmp_path, monkeypatch, files, remedy):
    for name in files:
        (tmp_path / name).touch()
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    with pytest.raises(UsageError) as caught, needs("Verifying"):
        import no_such_package_of_anybody  # noqa: F401
    assert (
        str(caught.value)
        == f"Verifying needs no_such_package_of_anybody: install it with {remedy}."
    )
