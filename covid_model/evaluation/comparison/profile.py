"""Content of a hospital's profile, fitted on the tables of its evaluation."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.architectures import TOGETHER
from covid_model.common.errors import RunError
from covid_model.common.rounding import mean
from covid_model.evaluation.comparison.before_after import before_and_after
from covid_model.evaluation.comparison.local_fit import (
    estimated_mix,
    fit_adjustment,
    mix_adjustment,
    require_enough,
    require_for_mix,
    to_fit_on,
)
from covid_model.evaluation.reliability.selective_prediction import WANTED_ACCURACY
from covid_model.evaluation.tables import scores_of
from covid_model.inference.calibration import mean_probabilities
from covid_model.inference.calibration.profile import KIND, SCHEMA, Adjustment
from covid_model.runs import OWN_DIGEST, own_digest

WANTED = WANTED_ACCURACY  # share of the answers that are to be right
LABELS, PRIOR = "labels", "prior"  # what a profile is fitted on: --adjust, --adjust prior
FITTED = {
    LABELS: "temperature, offsets, threshold and sets, on labelled images",
    PRIOR: "the mix of classes alone, on images without their labels",
}
Tables = Mapping[str, pd.DataFrame]


def require_calibrated(networks: Mapping[str, Any]) -> None:
    """Refuse networks whose probabilities hold for no mix of classes that is known.

    Raises:
        RunError: if one is not calibrated for equally frequent classes, with a threshold.
    """
    for name, row in networks.items():
        if (
            row["temperature"] is None
            or not row["offsets"]
            or "probability" not in row["thresholds"]
        ):
            raise RunError(
                "{network} of this run is not calibrated for equally frequent classes, so that "
                "nothing can be adjusted. Take a run that is.",
                network=name,
            )


def profile_content(facts: Mapping[str, Any], tables: Tables, unlabelled: Tables) -> dict[str, Any]:
    """Fit a profile.

    With labels, half of the patients are fitted on, the others judge. The mix alone is estimated
    from that half too, without its labels, with all images that have none.

    Args:
        facts: of the evaluation: ``name``, ``created``, ``version``, ``run``, ``adjust``, ``mix``,
            ``networks``.
        tables: ``predictions.csv`` of each network, of the same images; without rows where there
            are none with a truth.
        unlabelled: likewise, of images without truth.

    Raises:
        DataError: if there are too few images, with the number needed.
        RunError: if a network is not calibrated.
    """
    require_calibrated(facts["networks"])
    first = next(iter(tables.values()))
    half = to_fit_on(first)
    mix = None
    if facts["adjust"] == LABELS:
        require_enough(first)
        adjustments = {
            name: fit_adjustment(
                table[half], mix=facts["mix"], belongs_to=facts["networks"][name]["belongs_to"]
            )
            for name, table in tables.items()
        }
    else:
        whole = pd.concat([first, next(iter(unlabelled.values()))])
        require_for_mix(whole)
        rows = {name: pd.concat([table[half], unlabelled[name]]) for name, table in tables.items()}
        mix = estimated_mix(_deciding(rows), next(iter(rows.values()))["patient_id"])
        shares = {name: row["share"] for name, row in mix.items()}
        for name, row in mix.items():
            row["of_judged"] = mean((first["label"][~half] == name).to_numpy())
        adjustments = {
            name: mix_adjustment(shares, belongs_to=facts["networks"][name]["belongs_to"])
            for name in tables
        }
    fitted = int(half.sum()) + (0 if mix is None else len(next(iter(unlabelled.values()))))
    content = {
        "schema": SCHEMA,
        "kind": KIND,
        **{key: facts[key] for key in ("name", "created", "version", "run")},
        "fitted": FITTED[facts["adjust"]],
        "fitted_on": {"images": fitted, **_patients(first[half])},
        "judged_on": {"images": int((~half).sum()), **_patients(first[~half])},
        "classes_as_in": facts["mix"] or "the patients of the images",
        **({} if mix is None else {"mix": mix}),
        "networks": {
            name: _row(one, facts, name, tables[name][~half]) for name, one in adjustments.items()
        },
    }
    return {**content, OWN_DIGEST: own_digest(content)}


def _patients(table: pd.DataFrame) -> dict[str, int]:
    return {"patients": int(table["patient_id"].nunique())}


def _deciding(tables: Tables) -> np.ndarray:
    """The probabilities of the networks together, else their mean, float (n, 3)."""
    if TOGETHER in tables:
        return scores_of(tables[TOGETHER])
    return mean_probabilities([scores_of(table) for table in tables.values()])


def _row(
    adjustment: Adjustment, facts: Mapping[str, Any], name: str, judge: pd.DataFrame
) -> dict[str, Any]:
    threshold, mix = facts["networks"][name]["thresholds"]["probability"], facts["mix"]
    enough = judge["label"].nunique() > 1
    return {
        "belongs_to": adjustment.belongs_to,
        "temperature": adjustment.temperature,
        "offsets": list(adjustment.offsets),
        "threshold": adjustment.threshold,
        "sets": dict(adjustment.sets),
        "figures": before_and_after(judge, adjustment, threshold=threshold, mix=mix)
        if enough
        else [],
    }
