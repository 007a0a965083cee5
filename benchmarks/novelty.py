"""How well novelty parts chest radiographs from other pictures.

    python -m benchmarks.novelty --run DIR --data DIR [--limit N] [--unseen-sources]

Prints Markdown tables with a column a network: the area under the ROC curve (AUROC) of its
distance between the test radiographs and each kind of other picture, with the share refused; then
the share of the test radiographs refused, by source. DIR is judged by its own novelty.npz with its
threshold. A run that has none is judged by one fitted here on its training part, with the
threshold on its validation part. `--unseen-sources` refits without each source in turn, then
tells how many of that source's radiographs would be refused: what to expect of a new hospital,
although the network itself has been trained on them.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.novelty_pictures import Picture, altered, foreign
from benchmarks.novelty_tables import Measured, kinds_table, sources_table, unseen_table
from covid_model import read_radiograph
from covid_model.common.architectures import ARCHITECTURES
from covid_model.data.sampling import balanced_rows
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.network import Network
from covid_model.inference.network_input import network_input
from covid_model.inference.novelty import features
from covid_model.runs import Run, load_run
from covid_model.serving.reliability import Reliability
from covid_model.training.export.novelty import fit_novelty, threshold_of

ALTERED = 100  # test radiographs that are turned, cropped, inverted


@dataclass(frozen=True)
class Parts:
    """The radiographs of a run's three parts, as rows of its ``split.csv``, shortened by a limit.

    Attributes:
        data: the folder that ``path`` is relative to.
        frames: columns ``path``, ``source``, ``label`` by part.
    """

    data: Path
    frames: Mapping[str, pd.DataFrame]

    @classmethod
    def read(cls, run: Run, data: Path, *, limit: int) -> "Parts":
        """Draw at most ``limit`` rows of each part: training balanced, the others as they come."""
        split = pd.read_csv(run.folder / "split.csv")
        frames = {name: split[split["part"] == name] for name in ("train", "validation", "test")}
        for name, frame in frames.items():
            if name == "train":
                groups = list(zip(frame["source"], frame["label"], strict=True))
                rows = balanced_rows(groups, at_most=limit)
                frames[name] = frame.iloc[rows].reset_index(drop=True)
            else:
                count = min(limit, len(frame))
                frames[name] = frame.sample(count, random_state=0).reset_index(drop=True)
        return cls(data, frames)

    def pixels(self, part: str, rows: Sequence[int]) -> Iterator[np.ndarray]:
        """Yield pictures, float32 (H, W), range [0, 1]."""
        for path in self.frames[part]["path"].iloc[rows]:
            yield read_radiograph((self.data / path).read_bytes()).pixels

    def features(self, part: str, judged: "Judged") -> np.ndarray:
        """Return the features of every radiograph of a part, float32 (n, d)."""
        rows = range(len(self.frames[part]))
        title = f"{judged.title}: {part}"
        return judged.features(tqdm(self.pixels(part, rows), title, len(rows), unit="image"))


@dataclass(frozen=True)
class Judged:
    """A network with how its input is prepared.

    Attributes:
        title: its name for people.
        network: the network.
        preprocessing: as in training.
    """

    title: str
    network: Network
    preprocessing: Preprocessing

    @classmethod
    def of(cls, run: Run, name: str) -> "Judged":
        """Open a network of a run."""
        network = Network.load(run.model_folder(name) / "model.tflite")
        preprocessing = Preprocessing(**run.model_info(name).preprocessing)
        return cls(ARCHITECTURES[name], network, preprocessing)

    def features(self, pixels: Iterable[np.ndarray]) -> np.ndarray:
        """Run the network over pictures, each float32 (H, W); return their features, (n, d)."""
        rows, size = [], self.network.input_shape[1]
        for picture in pixels:
            image = network_input(
                Radiograph(picture), size=size, preprocessing=self.preprocessing
            ).image
            rows.append(features(self.network.run(image)[1], image[0]))
        return np.stack(rows)


def measure(
    run: Run, name: str, parts: Parts, others: Sequence[Picture], *, unseen: bool
) -> Measured:
    """Measure one network of a run."""
    judged = Judged.of(run, name)
    trust = Reliability.load(run.model_folder(name), run.model_info(name))
    model, limit = trust.novelty, trust.largest_distance
    shares: dict[str, float] = {}
    if model is None or unseen:
        fitted = [parts.features(part, judged) for part in ("train", "validation")]
        if model is None:
            model = fit_novelty(fitted[0])
            limit = threshold_of(model, fitted[1])
        if unseen:
            shares = unseen_sources(*fitted, parts)
    test = model.distance_of(parts.features("test", judged)) / limit
    title = f"{judged.title}: others"
    bar = tqdm((picture.pixels for picture in others), title, len(others), unit="image")
    return Measured(test, model.distance_of(judged.features(bar)) / limit, shares)


def unseen_sources(train: np.ndarray, validation: np.ndarray, parts: Parts) -> dict[str, float]:
    """Return the share of each source's radiographs refused by a fit that leaves it out."""
    sources = [parts.frames[part]["source"].to_numpy() for part in ("train", "validation")]
    shares = {}
    for source in np.unique(sources[0]):
        inside, held = (of == source for of in sources)
        model = fit_novelty(train[~inside])
        limit = threshold_of(model, validation[~held])
        away = np.concatenate([train[inside], validation[held]])
        shares[source] = float((model.distance_of(away) > limit).mean())
    return shares


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every network of the run, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, metavar="DIR", required=True)
    parser.add_argument("--data", type=Path, metavar="DIR", required=True)
    parser.add_argument("--limit", type=int, default=1500, help="images a part (%(default)s)")
    parser.add_argument("--only", choices=sorted(ARCHITECTURES), help="one network of the run")
    parser.add_argument("--unseen-sources", action="store_true")
    options = parser.parse_args(arguments)
    run = load_run(options.run)
    parts = Parts.read(run, options.data, limit=options.limit)
    frame, rng = parts.frames["test"], np.random.default_rng(0)
    rows = balanced_rows(frame["source"].tolist(), at_most=ALTERED)
    others = list(foreign())
    for origin, pixels in zip(frame["path"].iloc[rows], parts.pixels("test", rows), strict=True):
        others.extend(altered(pixels, origin, rng))
    measured = {
        name: measure(run, name, parts, others, unseen=options.unseen_sources)
        for name in ([options.only] if options.only else run.servable_models)
    }
    print(*kinds_table(others, measured), "", *sources_table(frame, measured), sep="\n")
    if options.unseen_sources:
        print("", *unseen_table(measured), sep="\n")


if __name__ == "__main__":
    main()
