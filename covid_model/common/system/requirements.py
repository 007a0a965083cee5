"""What to install where a command needs more than the small installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from covid_model.common.errors import UsageError
from covid_model.common.system import paths


@contextmanager
def needs(what: str) -> Iterator[None]:
    """Say what to install where the block imports a package that only training has.

    Args:
        what: what the command does, the beginning of the sentence.

    Raises:
        UsageError: naming the package with the remedy.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"{what} needs {error.name}: install it with {_remedy()}.") from None


def _remedy() -> str:
    """The command that installs everything, in a checkout or beside an installed copy."""
    if (paths.CHECKOUT / "requirements.txt").is_file():
        return "pip install -r requirements.txt"
    return 'pip install "covid-xray-models[train]"'
