"""Where the shipped files lie, in a checkout and in an installed copy."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
CHECKOUT = PACKAGE.parent  # of an installed copy, the folder of all packages

# A wheel carries the assets inside the package; a checkout has them beside it.
ASSETS = next(
    (folder for folder in (PACKAGE / "assets", CHECKOUT / "assets") if folder.is_dir()),
    CHECKOUT / "assets",
)
SHIPPED_RUNS = ASSETS / "runs"
LUNGS = ASSETS / "lungs"
SAMPLES = ASSETS / "samples"
DASHBOARD = CHECKOUT / "dashboard" / "app.py"
