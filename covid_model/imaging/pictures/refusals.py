"""Reasons that pictures of several formats are refused for."""

from covid_model.common.errors import RadiographError


def cut_refusal(kind: str) -> RadiographError:
    """For a file that ends before its picture does."""
    return RadiographError(
        "This {kind} file is cut short, as by a copy that broke off: copy or export it again.",
        kind=kind,
    )


def damaged_refusal(kind: str) -> RadiographError:
    """For a file that no reader here takes, whatever the reader says of it."""
    return RadiographError(
        "This {kind} file is damaged, or of a rare kind that is not read here: export it again, "
        "or save it as PNG.",
        kind=kind,
    )


def pages_refusal(kind: str) -> RadiographError:
    """For an animation, or a file of several pages."""
    return RadiographError(
        "Expected one picture. Received: a {kind} file with several. Save the radiograph alone, "
        "as PNG.",
        kind=kind,
    )
