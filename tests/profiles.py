"""Profiles of a hospital made by hand, for tests of what uses one."""

from pathlib import Path

from covid_model.inference.calibration.profile import KIND, SCHEMA, fingerprint
from covid_model.runs import OWN_DIGEST, json_bytes, load_run, own_digest


def profile_of(run: Path, *, name: str = "St. Mary's", threshold: float = 0.99) -> bytes:
    """The bytes of a profile for a run's networks that takes normal for much more frequent."""
    served = load_run(run)
    row = {"temperature": 1.0, "offsets": [0.0, 2.0, 0.0], "threshold": threshold, "sets": {}}
    networks = {
        network: {"belongs_to": fingerprint(served.model_info(network)), **row}
        for network in served.reported
    }
    content = {
        "kind": KIND,
        "schema": SCHEMA,
        "name": name,
        "run": {"name": served.name},
        "networks": networks,
    }
    return json_bytes({**content, OWN_DIGEST: own_digest(content)})
