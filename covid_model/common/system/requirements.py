"""What to install where a command needs more than the small installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from covid_model.common.errors import UsageError
from covid_model.common.system import paths


@contextmanager
def needs(what: str, *, extra: str = "train") -> Iterator[None]:
    """Say what to install where the block imports a package that the small installation lacks.

    Args:
        what: what the command does, the beginning of the sentence.
        extra: of the project, in which the package is.

    Raises:
        UsageError: naming the package with the remedy.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"{what} needs {error.name}: install it with {_remedy(extra)}.") from None


def _remedy(extra: str) -> str:
    """The command that installs everything, in a checkout or beside an installed copy."""
    if (paths.CHECKOUT / "requirements.txt").is_file():
        return "pip install -r requirements.txt"
    return f'pip install "covid-xray-models[{extra}]"'
