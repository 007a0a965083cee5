"""The files that a server is set up with: container, service, pinned versions."""

import re
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from covid_model import cli
from tests.deployment.conftest import tool
from tests.imports import ROOT

DEPLOY = ROOT / "deploy"
UNITS = ("covid-xray.service", "covid-xray-pacs.service")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ \\]+)(?: ; .*?)?((?: \\\n    --hash=sha256:\w{64})+)$", re.M
)
HARDENED = 2.0  # of 10, as systemd-analyze counts: "OK" ends there


def requirements(name):
    """The requirements of a file with those of the files that it names."""
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if line.startswith("-r "):
            yield from requirements(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            yield Requirement(line)


@pytest.mark.parametrize("name", ["requirements-serve", "requirements"])
def test_the_lock_files_pin_what_the_requirements_allow_by_hash(name):
    lock = (DEPLOY / f"{name}.lock").read_text("utf-8")
    pinned = {}
    for package, version, _ in PIN.findall(lock):
        pinned.setdefault(canonicalize_name(package), set()).add(version)
    assert len(re.findall(r"^\w", lock, re.M)) == len(PIN.findall(lock)), "one is not pinned"
    assert "://" not in lock
    wanted = list(requirements(f"{name}.txt"))
    assert len(wanted) > 10
    for requirement in wanted:
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(version in requirement.specifier for version in versions), requirement


def test_the_lock_files_pin_the_same_versions():
    small, middle, whole = (
        {f"{name}=={version}" for name, version, _ in PIN.findall(path.read_text("utf-8"))}
        for path in (
            DEPLOY / f"{name}.lock"
            for name in ("requirements-serve", "requirements-pacs", "requirements")
        )
    )
    assert small < middle < whole


def test_a_lock_file_has_what_a_pacs_needs():
    lock = (DEPLOY / "requirements-pacs.lock").read_text("utf-8")
    pinned = {canonicalize_name(package) for package, *_ in PIN.findall(lock)}
    assert len(re.findall(r"^\w", lock, re.M)) == len(PIN.findall(lock)), "one is not pinned"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["pacs"]
    assert {canonicalize_name(Requirement(line).name) for line in needed} <= pinned


def test_the_linter_finds_nothing_in_the_dockerfile():
    hadolint = tool("hadolint")
    done = subprocess.run(
        [hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is():
    last = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.M)
    assert "/_stcore/health" in last.split("HEALTHCHECK", 1)[1].split("\n\n")[0]
    assert "--require-hashes" in DOCKERFILE
    assert "requirements.lock" not in DOCKERFILE
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert ignored[1] == "*", "everything is left out but what is named"
    kept = [line[1:] for line in ignored if line.startswith("!")]
    assert all((ROOT / path).exists() for path in kept)
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M):
        assert all(path == "." or path in kept for path in line.split())


@pytest.mark.parametrize("name", UNITS)
def test_the_service_is_sound_and_hardened(name, tmp_path):
    analyze = tool("systemd-analyze", promised=False)
    text = (DEPLOY / name).read_text("utf-8")
    [program] = re.findall(r"^ExecStart=(\S+)", text, re.M)
    unit = tmp_path / name
    unit.write_text(text.replace(program, "/bin/true"))  # it has to be there
    for command in (
        ["verify", "--man=no"],
        ["security", "--offline=true", "--no-pager", f"--threshold={int(10 * HARDENED)}"],
    ):
        done = subprocess.run(
            [analyze, *command, unit], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert not done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_the_service_keeps_memory_off_the_disk_and_the_network_out(name):
    text = (DEPLOY / name).read_text("utf-8")
    for line in ("LimitCORE=0", "MemorySwapMax=0", "IPAddressDeny=any", "DynamicUser=yes"):
        assert f"\n{line}\n" in text


def test_the_watch_is_started_with_options_that_there_are():
    text = (DEPLOY / "covid-xray-pacs.service").read_text("utf-8")
    [line] = re.findall(r"^ExecStart=\S+ (.*)$", text, re.M)
    options = cli._parse(line.split())
    assert (options.store, options.watch is not None) == (True, True)
