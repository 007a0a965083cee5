"""Parts of a batch through the actors of a Ray cluster."""

import logging
import os
import pickle
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from covid_model.cli.cluster.files import File
from covid_model.cli.cluster.part_files import name_of
from covid_model.cli.cluster.worker import Task, Worker
from covid_model.cli.parts.tally import Tally
from covid_model.common.errors import UsageError
from covid_model.common.system import stopping
from covid_model.common.system.requirements import needs

Answer = dict[str, Any]
RETRIES = 4  # of a part over which a worker dies, by its machine or by a file that it cannot bear
NO_STATISTICS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_USAGE_STATS_PROMPT_ENABLED": "0"}


def require_ray() -> None:
    """Refuse to begin where a package is missing.

    Raises:
        UsageError: with the remedy.
    """
    with needs("--ray", extra="cluster"):
        import fsspec  # noqa: F401
        import ray.data  # noqa: F401


@contextmanager
def connected(address: str) -> Iterator[int]:
    """Give the number of a cluster's processor cores, and leave the cluster when the block ends.

    Args:
        address: of the cluster, as ``ray.init`` takes it; ``local`` starts one on this machine.

    Raises:
        UsageError: if no cluster answers.
    """
    import ray

    os.environ.update(NO_STATISTICS)
    options = {"include_dashboard": False} if address == "local" else {}
    try:
        with stopping.given_back():
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UsageError(f"No Ray cluster answers at {address} ({_first_line(error)}).") from None
    try:
        yield int(ray.cluster_resources().get("CPU", 1))
    finally:
        ray.shutdown()


def classify_parts(
    files: Sequence[File], task: Task, *, parts: int, workers: int
) -> Iterator[tuple[Tally, int]]:
    """Classify files by the actors of the cluster that is connected; each part is given once.

    Ray starts an actor again that dies, wherever there is room, and has its part done again, so
    many times: a file that ends every process that reads it must not keep the others waiting.

    Args:
        files: what to classify.
        task: what every worker is asked.
        parts: into how many the files are divided.
        workers: how many actors, each with one processor core and one copy of the networks.

    Yields:
        For each part the tally, then how many files are plainly no pictures.

    Raises:
        UsageError: if a worker cannot go on, or died too often over a part.
    """
    import ray.util.client

    divided: dict[str, list[File]] = defaultdict(list)
    for file in files:
        divided[name_of(str(file.path), parts=parts)].append(file)
    rows = [{"name": name, "files": pickle.dumps(some)} for name, some in sorted(divided.items())]
    remote = ray.util.client.ray.is_connected()
    lacking = len(rows)
    for answer in (_answers_from_afar if remote else _answers)(rows, task, workers):
        if answer["error"]:
            raise UsageError(answer["error"])
        lacking -= 1
        yield pickle.loads(answer["done"])  # noqa: S301
    if lacking:
        raise UsageError(
            f"{lacking} of {len(rows)} parts are not done, as workers died {RETRIES + 1} times "
            "over each of them. The same command with --resume tries them again."
        )


def _answers(rows: list[Answer], task: Task, workers: int) -> Iterator[Answer]:
    """What a worker says of each part, as soon as it does."""
    import ray.data

    with warnings.catch_warnings():  # Ray's context warns of its own settings
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # one part does not stop the others
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    pool = ray.data.ActorPoolStrategy(size=min(workers, len(rows)), max_tasks_in_flight_per_actor=1)
    parts = ray.data.from_items(rows, override_num_blocks=len(rows))
    with warnings.catch_warnings():  # these two options have no other name yet
        warnings.simplefilter("ignore", DeprecationWarning)
        done = parts.map(
            Worker,
            fn_constructor_args=(task,),
            compute=pool,
            num_cpus=1,
            max_restarts=-1,
            max_task_retries=RETRIES,
        )
    yield from done.iter_rows()


class _Head:
    """Runs on the cluster's first machine for a command outside, whose process Ray Data needs."""

    def __init__(self, rows: list[Answer], task: Task, workers: int) -> None:
        self._answers = _answers(rows, task, workers)

    def following(self) -> Answer | None:
        return next(self._answers, None)


def _answers_from_afar(rows: list[Answer], task: Task, workers: int) -> Iterator[Answer]:
    import ray

    head = ray.remote(num_cpus=0, resources={"node:__internal_head__": 0.001})(_Head)
    asked = head.remote(rows, task, workers)
    while (answer := ray.get(asked.following.remote())) is not None:
        yield answer


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
