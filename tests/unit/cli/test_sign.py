"""Signatures of runs and bundles: whose they are, what is refused, the same to minisign itself."""

import base64
import io
import shutil
import subprocess
import sys

import minisign
import pytest

from covid_model import cli
from covid_model.common.system.signatures import signature_path
from tests.computed_run import edit, list_again, write_run
from tests.deployment.conftest import tool
from tests.unit.serving import test_case_bundle

pytestmark = pytest.mark.usefixtures("few_replicates")
PASSWORD = "made up"


@pytest.fixture(scope="module")
def written(tmp_path_factory, few_replicates):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "runs" / "whole")


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "case.zip"
    path.write_bytes(test_case_bundle.written())
    return path


@pytest.fixture(params=["run", "bundle"])
def signable(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def keys(tmp_path):
    return write_keys(tmp_path, "mine")


def write_keys(folder, name, *, password=""):
    """Write a pair of keys as minisign does; return where the secret and the public one lie."""
    pair = minisign.KeyPair.generate()
    secret, public = folder / f"{name}.key", folder / f"{name}.pub"
    public.write_bytes(bytes(pair.public_key) + b"\n")
    if password:
        pair.secret_key.encrypt(password)
    secret.write_bytes(bytes(pair.secret_key) + b"\n")
    return secret, public


def sign(path, secret):
    return cli.main(["sign", str(path), "--key", str(secret)])


def verify(path, public, capsys):
    """The exit code of a verification and the line on the signature."""
    capsys.readouterr()
    code = cli.main(["verify", str(path), "--key", str(public)])
    return code, capsys.readouterr().out.splitlines()[-1]


def file_of(path):
    return path if path.is_file() else path / "run.json"


def test_what_is_signed_says_by_whom(signable, keys, capsys):
    secret, public = keys
    assert sign(signable, secret) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    key_id = said.split("by key ")[1][:16]
    assert len(bytes.fromhex(key_id)) == 8
    assert said == f"{signable.name}: signed by key {key_id}, in {file_of(signable).name}.minisig."
    code, line = verify(signable, public, capsys)
    assert code == 0
    assert line.startswith(f"{signable.name}: signed by key {key_id}: valid (signed 20")


def test_what_is_not_signed_fails_where_a_key_is_given(signable, keys, capsys):
    code, line = verify(signable, keys[1], capsys)
    beside = signature_path(file_of(signable)).name
    assert (code, line) == (1, f"{signable.name}: not signed: {beside} is missing.")
    assert cli.main(["verify", str(signable)]) == 0


def test_a_signature_is_named_where_no_key_is_given(signable, keys, capsys):
    sign(signable, keys[0])
    capsys.readouterr()
    assert cli.main(["verify", str(signable)]) == 0
    assert "was not checked: give the signer's public key" in capsys.readouterr().out


def test_another_key_is_refused(signable, keys, tmp_path, capsys):
    sign(signable, keys[0])
    _, other = write_keys(tmp_path, "other")
    code, line = verify(signable, other, capsys)
    assert code == 1
    assert ", not by " in line
    assert line.endswith(f" of {other}.")


def test_another_key_under_the_same_id_is_refused(bundle, keys, tmp_path, capsys):
    sign(bundle, keys[0])
    _, other = write_keys(tmp_path, "other")
    mine, theirs = (
        base64.b64decode(minisign.PublicKey.from_file(key).to_base64()) for key in (keys[1], other)
    )
    mixed = base64.b64encode(mine[:10] + theirs[10:])  # algorithm and id, then the key
    other.write_bytes(b"untrusted comment: made up\n" + mixed)
    code, line = verify(bundle, other, capsys)
    assert code == 1
    assert "is not valid: case.zip, the signature or the key is another one" in line


def test_a_run_that_was_changed_with_all_its_digests_is_refused(run, keys, capsys):
    sign(run, keys[0])
    signature = signature_path(run / "run.json").read_bytes()
    (run / "split.csv").write_text("path,part\nanother.png,test\n")
    list_again(run)
    assert cli.main(["verify", str(run)]) == 0
    assert verify(run, keys[1], capsys)[1].endswith("not signed: run.json.minisig is missing.")
    signature_path(run / "run.json").write_bytes(signature)
    code, line = verify(run, keys[1], capsys)
    assert code == 1
    assert "is not valid: run.json, the signature or the key is another one" in line


def test_a_damaged_file_fails_though_the_signature_is_valid(run, keys, capsys):
    sign(run, keys[0])
    (run / "vgg16" / "history.csv").write_text("epoch,loss\n1,0.1\n")
    code, line = verify(run, keys[1], capsys)
    assert code == 1
    assert ": valid (signed " in line


def test_a_bundle_that_was_written_again_is_refused(bundle, keys, capsys):
    sign(bundle, keys[0])
    bundle.write_bytes(test_case_bundle.written(told=test_case_bundle.PROBABILITIES[::-1]))
    code, line = verify(bundle, keys[1], capsys)
    assert code == 1
    assert "is not valid: case.zip, the signature" in line


@pytest.mark.parametrize("line", range(4))
def test_a_changed_signature_is_refused(bundle, keys, capsys, line):
    sign(bundle, keys[0])
    path = signature_path(bundle)
    lines = path.read_text().splitlines()
    lines[line] = lines[line][:-9] + ("x" if lines[line][-9] != "x" else "y") + lines[line][-8:]
    path.write_text("\n".join(lines) + "\n")
    code, said = verify(bundle, keys[1], capsys)
    assert code == (1 if line else 0), "only the first line, the untrusted comment, is not signed"
    assert ("is not valid" in said) == bool(line)


@pytest.mark.parametrize("content", [b"", b"nothing\n", b"\xff\n\n\n\n", b"a\nb\nc\nd\n"])
def test_what_is_no_signature_is_refused(bundle, keys, capsys, content):
    signature_path(bundle).write_bytes(content)
    code, line = verify(bundle, keys[1], capsys)
    assert code == 1
    assert "Expected a signature of minisign in " in line


def test_a_run_is_signed_again(run, keys, tmp_path, capsys):
    sign(run, keys[0])
    secret, public = write_keys(tmp_path, "other")
    assert sign(run, secret) == 0
    assert verify(run, public, capsys)[0] == 0
    assert verify(run, keys[1], capsys)[0] == 1


def test_a_report_that_changes_a_run_removes_its_signature(run, keys, capsys):
    assert cli.main(["report", str(run)]) == 0  # adds the card
    sign(run, keys[0])
    assert cli.main(["report", str(run)]) == 0
    assert signature_path(run / "run.json").is_file(), "nothing was written"
    edit(run / "vgg16" / "report.json", lambda report: report.update(accuracy=0.99))
    capsys.readouterr()
    assert cli.main(["report", str(run)]) == 0
    assert "whole: run.json.minisig removed: sign the run again." in capsys.readouterr().out
    assert sign(run, keys[0]) == 0
    assert verify(run, keys[1], capsys)[0] == 0


def test_what_does_not_verify_is_not_signed(run, bundle, keys, capsys):
    (run / "split.csv").write_text("another\n")
    bundle.write_bytes(bundle.read_bytes()[:-50])
    for path in (run, bundle):
        assert sign(path, keys[0]) == 1
        assert capsys.readouterr().out.endswith("not signed, as it does not verify.\n")
        assert not signature_path(file_of(path)).exists()


def test_a_run_whose_digests_do_not_cover_it_is_neither_signed_nor_valid(run, keys, capsys):
    sign(run, keys[0])
    edit(run / "run.json", lambda info: info.pop("own_sha256"))
    assert cli.main(["verify", str(run)]) == 0
    assert sign(run, keys[0]) == 1
    with minisign.SecretKey.from_file(keys[0]) as secret:
        signature = secret.sign((run / "run.json").read_bytes())
    signature_path(run / "run.json").write_bytes(bytes(signature))
    code, line = verify(run, keys[1], capsys)
    assert code == 1
    assert ": valid (" in line


@pytest.mark.parametrize(("typed", "code"), [(PASSWORD, 0), ("another", 2), ("", 2)])
def test_a_password_is_asked_for(bundle, tmp_path, monkeypatch, capsys, typed, code):
    secret, public = write_keys(tmp_path, "locked", password=PASSWORD)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))
    assert sign(bundle, secret) == code
    if code:
        assert "locked.key cannot be used: wrong password" in capsys.readouterr().err
    else:
        assert verify(bundle, public, capsys)[0] == 0


def test_keys_that_are_none_are_named(bundle, keys, tmp_path, capsys):
    secret, public = keys
    for key, words in (
        (tmp_path / "none.key", "none.key cannot be read (No such file or directory): check it."),
        (tmp_path, "cannot be read (Is a directory): check it."),
        (public, f"Expected a secret key of minisign in {public}. Received: "),
        (file_of(bundle), "Expected a secret key of minisign in "),
    ):
        assert sign(bundle, key) == 2
        assert words in capsys.readouterr().err
    assert cli.main(["verify", str(bundle), "--key", str(secret)]) == 2
    assert f"Expected a public key of minisign in {secret}. Received: " in capsys.readouterr().err


def test_what_to_install_is_said_where_the_library_is_missing(bundle, keys, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "minisign", None)
    assert sign(bundle, keys[0]) == 2
    assert "Signing needs minisign: install it with pip install" in capsys.readouterr().err
    assert cli.main(["verify", str(bundle), "--key", str(keys[1])]) == 2
    assert cli.main(["verify", str(bundle)]) == 0


def test_minisign_itself_agrees(signable, keys, tmp_path, capsys):
    program = tool("minisign")
    file = file_of(signable)
    sign(signable, keys[0])
    ask = [program, "-V", "-m", file, "-p", keys[1]]
    done = subprocess.run(ask, capture_output=True, text=True, check=True)
    assert "Trusted comment: signed 20" in done.stdout

    secret, public = tmp_path / "theirs.key", tmp_path / "theirs.pub"
    subprocess.run([program, "-G", "-W", "-s", secret, "-p", public], check=True)
    subprocess.run([program, "-S", "-m", file, "-s", secret], check=True)
    code, line = verify(signable, public, capsys)
    assert code == 0
    assert f"signed by key {key_shown(public)}: valid (timestamp:" in line
    assert sign(signable, secret) == 0
    assert verify(signable, public, capsys)[0] == 0


def key_shown(public):
    """The id of a public key that minisign wrote: its comment has it, without leading zeros."""
    return public.read_text().splitlines()[0].split()[-1].zfill(16)
