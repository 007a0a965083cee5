"""Fit networks to a folder of labelled radiographs.

    python train_models.py --data DIR --weights imagenet

trains the paper's recipe on frozen convolutions, as a run that the dashboard opens.
``python train_models.py --help`` shows all recipes with their options; that text and what it
runs are in ``covid_model/training/cli``.
"""

import sys

from covid_model.training import cli


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done, 2 when it could not be."""
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
