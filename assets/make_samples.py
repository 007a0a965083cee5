"""Make the samples: averages of many radiographs, none a patient's image, and a test card.

    python assets/make_samples.py --data DIR [--run DIR]

Training radiographs of the run alone go in, one a patient, of sources whose licences allow it.
Several candidates are drawn of each class and source, and of each two classes; the run's networks
judge them, and those are kept that show most clearly an answer of each class (that is right), a
network that can't tell, and a refusal. ``samples.json`` says what each is and what to expect of it.
"""

import argparse
import itertools
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from assets.composites.drawn import Drawer, Drawn, drawn_card  # noqa: E402
from assets.composites.judged import Judge, Judged, best  # noqa: E402
from covid_model.common.classes import CLASS_NAMES  # noqa: E402
from covid_model.runs import load_run, open_shelf  # noqa: E402

log = logging.getLogger("make_samples")
LEAST = 6  # radiographs in a composite: an average of fewer might be known again


def drawn(drawer: Drawer, *, images: int, draws: int) -> Iterator[Drawn]:
    """Composites of each class and source, then half as many of each two classes."""
    groups = drawer.groups(images)
    pairs = [pair for pair in itertools.combinations(groups, 2) if pair[0][0] != pair[1][0]]
    for chosen, count in [((one,), draws) for one in groups] + [(p, draws // 2) for p in pairs]:
        for seed in range(count):
            if (one := drawer.draw(chosen, images, seed)) is not None:
                yield one


def chosen(candidates: list[Judged], card: Judged) -> dict[str, Judged]:
    """The samples by name: answered ones first, the clearest of all in front."""
    classes = {}
    for name in CLASS_NAMES:
        of_class = [one for one in candidates if one.drawn.classes == (name,)]
        if found := best(of_class, "ok") or best(of_class, "uncertain"):
            classes[name] = found
    answered = [name for name, one in classes.items() if one.status == "ok"]
    mixed = best([one for one in candidates if len(one.drawn.classes) == 2], "uncertain")
    if not answered or mixed is None or card.status != "refused":
        raise SystemExit(
            "Expected one candidate that is answered rightly, one of two classes that a network "
            f"can't tell, and a test card that is refused. Received: answered {answered}, can't "
            f"tell {mixed is not None}, the card {card.status}. Give more --draws."
        )
    order = sorted(
        classes, key=lambda name: (name in answered, classes[name].fitness("ok")), reverse=True
    )
    return {**{name: classes[name] for name in order}, "unclear": mixed, "test-card": card}


def write(out: Path, samples: dict[str, Judged], run: str) -> None:
    """Write the pictures with ``samples.json``, in place of those before."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    listed = []
    for name, one in samples.items():
        (out / f"{name}.png").write_bytes(one.drawn.png)
        entry = {"name": name, "file": f"{name}.png", "classes": one.drawn.classes}
        if one.drawn.classes:
            said = ("images", "seed", "sources", "likeness")
            entry |= {key: getattr(one.drawn, key) for key in said}
        listed.append({**entry, "status": one.status, "statuses": one.statuses})
        log.info("%s: %s, %s, %s", name, one.drawn.sources, one.statuses, one.fitness(one.status))
    described = {"schema": 2, "run": run, "network": next(iter(one.results)), "samples": listed}
    (out / "samples.json").write_text(json.dumps(described, indent=1) + "\n", "utf-8")


def main() -> None:
    """Write assets/samples."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("COVID_XRAY_DATA")
    arguments.add_argument("--data", type=Path, default=data, required=not data)
    arguments.add_argument("--run", type=Path, help="default: the newest that can predict")
    arguments.add_argument("--images", type=int, default=12, help="in a composite (%(default)s)")
    arguments.add_argument("--draws", type=int, default=6, help="of each kind (%(default)s)")
    arguments.add_argument(
        "--without", nargs="+", default=[], metavar="SOURCE", help="sources to leave out"
    )
    arguments.add_argument("--out", type=Path, default=HERE / "samples")
    args = arguments.parse_args()
    if args.images < LEAST:
        arguments.error(f"expected at least {LEAST} --images, so that nobody is known again")
    run = load_run(args.run) if args.run else open_shelf().default
    judge, found = Judge(run), Counter()
    candidates = []
    drawer = Drawer(run, args.data, without=args.without)
    for one in drawn(drawer, images=args.images, draws=args.draws):
        candidates.append(judge.judged(one))
        kind = " + ".join(f"{s['source']}" for s in one.sources), " + ".join(one.classes)
        found[(*kind, candidates[-1].status)] += 1
        log.info("%s seed %d: %s", kind, one.seed, candidates[-1].statuses)
    for kind, count in sorted(found.items()):
        log.info("%d of %s", count, kind)
    write(args.out, chosen(candidates, judge.judged(drawn_card())), run.name)


if __name__ == "__main__":
    main()
