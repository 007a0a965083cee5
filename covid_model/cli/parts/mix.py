"""Mix of classes as an option gives it."""

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError

ROUNDING = 1e-3


def parse_mix(text: str) -> dict[str, float]:
    """Read a mix such as ``covid=0.05,normal=0.7``; classes that are not named share the rest.

    Raises:
        UsageError: if a class is unknown, a share is none, or their sum is not 1.
    """
    mix: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        try:
            mix[name.strip().casefold()] = float(share)
        except ValueError:
            mix[name] = -1.0
    rest = [name for name in CLASS_NAMES if name not in mix]
    left = 1 - sum(mix.values())
    shares_are = all(0 <= share <= 1 for share in mix.values())
    if not (mix.keys() <= set(CLASS_NAMES) and shares_are and left > -ROUNDING) or (
        not rest and left > ROUNDING
    ):
        raise UsageError(
            f"Expected --prevalence CLASS=SHARE,... with classes of {', '.join(CLASS_NAMES)} and "
            f"shares of 0 to 1 that sum to 1, such as covid=0.05,normal=0.7. Received: {text!r}."
        )
    full = {name: mix.get(name, max(left, 0) / max(len(rest), 1)) for name in CLASS_NAMES}
    return {name: round(share / sum(full.values()), 6) for name, share in full.items()}
