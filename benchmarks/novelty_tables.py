"""The Markdown tables of ``benchmarks.novelty``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.novelty_pictures import Picture
from covid_model.common.architectures import ARCHITECTURES


@dataclass(frozen=True, eq=False)
class Measured:
    """Novelty, above 1 where refused, as one network measures it.

    Attributes:
        test: float32 (n,), of the test radiographs.
        others: float32 (m,), of the other pictures.
        unseen: share refused by source, of radiographs of a source that the fit leaves out.
    """

    test: np.ndarray
    others: np.ndarray
    unseen: Mapping[str, float]


def kinds_table(others: Sequence[Picture], measured: Mapping[str, Measured]) -> list[str]:
    """Return the lines that tell radiographs from each kind of other picture."""
    kinds = np.array([picture.kind for picture in others])
    read = np.array([picture.read for picture in others])
    lines = header(["kind", "pictures", "reader refuses"], measured)
    for kind in sorted(set(kinds), key=lambda kind: ("radiograph" in kind, kind)):
        of = kinds == kind
        cells = [kind, str(of.sum()), str((of & ~read).sum())]
        for network in measured.values():
            truth = np.repeat([0, 1], [len(network.test), of.sum()])
            area = roc_auc_score(truth, np.concatenate([network.test, network.others[of]]))
            cells.append(f"{area:.3f}, {percent(network.others[of] > 1)}")
        cells.append(percent(together([network.others[of] for network in measured.values()])))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def sources_table(frame: pd.DataFrame, measured: Mapping[str, Measured]) -> list[str]:
    """Return the lines of false refusals by source."""
    lines = header(["test radiographs refused", "images"], measured)
    of_all = {"all": np.ones(len(frame), bool)}
    sources = frame["source"].to_numpy()
    for name, of in {**of_all, **{str(s): sources == s for s in np.unique(sources)}}.items():
        refused = [percent(network.test[of] > 1) for network in measured.values()]
        refused.append(percent(together([network.test[of] for network in measured.values()])))
        lines.append(f"| {' | '.join([name, str(of.sum()), *refused])} |")
    return lines


def unseen_table(measured: Mapping[str, Measured]) -> list[str]:
    """Return the lines of false refusals of sources that the fit has not seen."""
    lines = header(["refused where the fit leaves the source out"], measured, last=())
    for source in next(iter(measured.values())).unseen:
        shares = [f"{100 * network.unseen[source]:.1f} %" for network in measured.values()]
        lines.append(f"| {' | '.join([source, *shares])} |")
    return lines


def together(novelty: Sequence[np.ndarray]) -> np.ndarray:
    """Return where at least half of the networks refuse, as the served decision does, bool (n,)."""
    return (np.stack(novelty) > 1).mean(axis=0) >= 0.5


def header(
    first: Sequence[str],
    measured: Mapping[str, Measured],
    *,
    last: Sequence[str] = ("refused together",),
) -> list[str]:
    """Return a table's first two lines."""
    names = [*first, *(ARCHITECTURES[name] for name in measured), *last]
    return [f"| {' | '.join(names)} |", f"| {' | '.join(['---'] * len(names))} |"]


def percent(refused: np.ndarray) -> str:
    """Return a share as a percentage."""
    return f"{100 * refused.mean():.1f} %"
