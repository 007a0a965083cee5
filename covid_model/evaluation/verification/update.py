"""Update of a run: its metrics written again from the tables beside them."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from covid_model.common.architectures import TOGETHER
from covid_model.common.errors import CovidModelError, RunError
from covid_model.evaluation.verification import json_diff, together
from covid_model.evaluation.verification.recompute import (
    REPORT_FILE,
    Computation,
    computations,
    computed,
    merged,
    shared_computations,
)
from covid_model.runs import (
    AUDIT_FILE,
    MODEL_FILE,
    OWN_DIGEST,
    RUN_FILE,
    SCHEMA,
    Run,
    digests_of,
    load_run,
    own_digest,
    read_json,
    read_model_info,
    sha256_of,
    write_json,
    write_run_file,
)
from covid_model.runs.model_card.card import CARD_FILE, model_card

REWRITTEN = (".json", ".md")  # files of a run that may change; weights and tables do not


def update_run(folder: Path) -> list[str]:
    """Write the reports, the comparison, the audits' metrics and the card of a run again.

    A file is written only where it differs from what is computed, by more than the last digit.
    The digests in ``model.json`` and ``run.json`` follow. All of it is done in a copy that takes
    the run's place at the end, so that a failure leaves the run as it was.

    Args:
        folder: of the run.

    Returns:
        The files that were written, relative to the folder, those with digests left out.

    Raises:
        RunError: if the run cannot be opened, a file that is not written again differs from its
            digest, a table does not have the expected shape, or those of the networks' mean are not
            the mean of theirs.
    """
    folder = folder.resolve()
    _refuse_damage(load_run(folder))
    with _copy_of(folder) as copy:
        run = load_run(copy)
        written = [f"{name}/{file}" for name in run.reported for file in _update_network(run, name)]
        written += _update_shared(run, changed=bool(written))
        if written:
            _swap(folder, copy)
    return written


def _refuse_damage(run: Run) -> None:
    """Refuse a run with a file that is not as it was written and that cannot be computed."""
    run.require_whole()
    if run.info.get(OWN_DIGEST, own_digest(run.info)) != own_digest(run.info):
        raise RunError(
            f"{run.folder / RUN_FILE} differs from its own digest: it was changed after it was "
            "written. Restore it, or make the run again."
        )
    listings = [(run.folder, RUN_FILE, run.listed, (CARD_FILE,))]
    for name in run.reported:
        digests = read_model_info(run.folder / name).sha256
        listings.append((run.folder / name, MODEL_FILE, digests, (REPORT_FILE,)))
    for folder, listing, digests, computed_whole in listings:
        for name, digest in digests.items():
            path = folder / name
            if name in computed_whole:
                continue
            if not path.is_file():
                raise RunError(f"{path} is missing, though {listing} lists it: restore it.")
            if sha256_of(path) != digest:
                raise RunError(
                    f"{path} differs from the digest in {listing}: it was changed or damaged after "
                    "it was written. Restore it, or make the run again."
                )


def _update_network(run: Run, name: str) -> list[str]:
    """Write what differs in a model folder, then its digests; return the files' names."""
    folder = run.folder / name
    listed = run.model_info(name)
    if name == TOGETHER and (unlike := together.differences(run.folder, listed)[1]):
        raise RunError(f"{' '.join(unlike)} Restore the tables of {name}, or make the run again.")
    written = _write_changed(folder, computations(folder, listed), listed.sha256)
    if written:
        info = read_json(folder / MODEL_FILE)
        digests = _renewed(listed.sha256, folder, written)
        write_json(folder / MODEL_FILE, {**info, "sha256": digests})
    return written


def _update_shared(run: Run, *, changed: bool) -> list[str]:
    """Write what differs in the run's own folder, its card last; return the files' names.

    The words of a card change from version to version: it is written again where a metric of the
    run changed, or where it is missing or not as it was written.
    """
    written = _write_changed(run.folder, shared_computations(run), run.listed)
    # An earlier version listed no files of the run's own folder, then no model.json.
    digests = run.listed or digests_of(run.folder, but=RUN_FILE)
    models = [f"{name}/{MODEL_FILE}" for name in run.reported]
    digests = _renewed(digests, run.folder, [*written, *models])
    if not {OWN_DIGEST, "sha256"} <= run.info.keys():
        written.append(RUN_FILE)
    card = run.folder / CARD_FILE
    if changed or written or not card.is_file() or sha256_of(card) != digests.get(CARD_FILE):
        write_run_file(run.folder, run.info, digests)
        card.write_text(model_card(load_run(run.folder)), "utf-8")
        digests = _renewed(digests, run.folder, [CARD_FILE])
        written.append(CARD_FILE)
    write_run_file(run.folder, run.info, digests)
    return written


def _write_changed(
    folder: Path, jobs: Mapping[str, Computation], listed: Mapping[str, str]
) -> list[str]:
    """Write each file that differs from what is computed or listed; return their names."""
    written = []
    for file, compute in jobs.items():
        path = folder / file
        if file == AUDIT_FILE and not path.is_file():
            raise RunError(
                f"{file} of {folder.name} is missing, and no table tells all of it: restore it."
            )
        before = _content(path)
        try:
            after = merged(file, before, computed(compute))
        except CovidModelError as error:
            raise RunError(f"{file} cannot be computed again: {error}") from None
        damaged = path.is_file() and file in listed and sha256_of(path) != listed[file]
        if damaged or json_diff.compare(file, before, after):
            write_json(path, after)
            written.append(file)
    return written


def _content(path: Path) -> dict[str, object]:
    """What a file holds; what an earlier version did not write, or a damaged report, is empty."""
    if path.name == REPORT_FILE:
        try:
            return read_json(path)
        except RunError:
            return {}
    return read_json(path) if path.is_file() else {"schema": SCHEMA}


def _renewed(digests: Mapping[str, str], folder: Path, names: list[str]) -> dict[str, str]:
    """The digests of a folder's files with those of some files taken again, by name."""
    return dict(sorted({**digests, **{name: sha256_of(folder / name) for name in names}}.items()))


@contextmanager
def _copy_of(folder: Path) -> Iterator[Path]:
    """Yield a copy beside a run, of the same name, which is gone afterwards.

    Files that stay as they are share their content with the run where the file system lets them.
    """
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        copy = Path(temporary, folder.name)
        shutil.copytree(folder, copy, copy_function=_link_or_copy)
        yield copy


def _link_or_copy(source: str, destination: str) -> None:
    if not source.endswith(REWRITTEN):
        try:
            os.link(source, destination)
        except OSError:  # another file system, or one without links
            pass
        else:
            return
    shutil.copy2(source, destination)


def _swap(folder: Path, copy: Path) -> None:
    """Put a copy in the place of a run, or leave the run where that fails."""
    aside = copy.with_name(f"{folder.name}.before")
    folder.rename(aside)
    try:
        copy.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
