"""Commands that need more than the small installation, without what they need."""

import re
import shutil
import subprocess
import sys

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.system import paths
from tests.imports import ROOT

# None in sys.modules: importing the package fails as if it were not installed.
CODE = """
import sys
lacking = "imagehash keras requests scipy skimage sklearn tensorboardX tensorflow urllib3"
sys.modules.update(dict.fromkeys(lacking.split()))
from {main} import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments, main="covid_model.training.cli"):
    return subprocess.run(
        [sys.executable, "-c", CODE.format(main=main), *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_needs_no_package_of_training():
    done = run("--help")
    assert done.returncode == 0, done.stderr
    assert "--recipe" in done.stdout


def test_the_shipped_figures_are_verified_without_packages_of_training():
    done = run("verify", paths.SHIPPED_RUNS / "paper", main="covid_model.cli")
    assert done.returncode == 0, done.stderr


def test_building_data_names_what_to_install_before_it_downloads(tmp_path):
    done = run("data", "--out", tmp_path / "data", main="covid_model.cli")
    assert done.returncode == 2
    assert "Building data needs imagehash: install it with pip install -r" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_training_names_what_to_install(tmp_path):
    for name in CLASS_NAMES:
        shutil.copytree(paths.SAMPLES, tmp_path / name)
    done = run("--data", tmp_path, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    sentence = r"Training needs \w+: install it with pip install -r requirements\.txt\."
    assert re.search(sentence, done.stderr), done.stderr
    assert not (tmp_path / "run").exists()
