"""Readings of a person held to the truth, beside those of the networks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.common.rounding import mean
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.comparison.models import compare_pairs
from covid_model.evaluation.tables import scores_of, truth_of
from covid_model.runs import SCHEMA

READER = "reader"
COLUMNS = ("path", "reader_class")


def readings_compared(readings: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Hold a reader's classes to the truth, and each network's on the same images.

    Args:
        readings: a row a picture by ``COLUMNS``, text; what is no class is a reader who was
            unsure.
        tables: ``predictions.csv`` of each network, of the same images.

    Returns:
        The content of ``readings.json``: ``readings``, ``unsure`` and ``images`` (that have a
        class); the reader's ``accuracy`` and ``recall`` a class; a row a ``network``, with its
        accuracy, how often both name the same class (``agree``) and are right then
        (``right_if_agreed``), and what ``compare_pairs`` says of the reader and the network.
    """
    classed = readings[readings["reader_class"].isin(CLASS_NAMES)]
    named = dict(zip(classed["path"], classed["reader_class"].map(CLASS_NAMES.index), strict=True))
    read = {
        name: table[table["path"].isin(named)].reset_index(drop=True)
        for name, table in tables.items()
    }
    first = next(iter(read.values()))
    reader = first["path"].map(named).to_numpy(int)
    truth, bootstrap = truth_of(first), PatientBootstrap(first["patient_id"])
    as_table = first.assign(
        **dict(zip(SCORE_COLUMNS, np.eye(len(CLASS_NAMES))[reader].T, strict=True))
    )
    return {
        "schema": SCHEMA,
        "readings": len(readings),
        "unsure": len(readings) - len(classed),
        "images": len(first),
        **_share("accuracy", reader == truth, bootstrap),
        "recall": {name: mean((reader == c)[truth == c]) for c, name in enumerate(CLASS_NAMES)},
        "networks": [
            {"network": name, **_beside(reader, as_table, table, bootstrap)}
            for name, table in read.items()
        ],
    }


def _beside(
    reader: np.ndarray, as_table: pd.DataFrame, table: pd.DataFrame, bootstrap: PatientBootstrap
) -> dict[str, Any]:
    truth, network = truth_of(table), scores_of(table).argmax(axis=1)
    agree = reader == network
    (pair,) = compare_pairs({READER: as_table, "network": table})
    keys = ("only_first", "only_second", "both_right", "both_wrong", "p_value")
    kept = ("accuracy_difference", "accuracy_difference_interval")
    return {
        **_share("accuracy", network == truth, bootstrap),
        **_share("agree", agree, bootstrap),
        **_share("right_if_agreed", np.where(agree, reader == truth, np.nan), bootstrap),
        **{key: pair[key] for key in (*keys, *kept)},  # type: ignore[literal-required]
    }


def _share(key: str, values: np.ndarray, bootstrap: PatientBootstrap) -> dict[str, Any]:
    values = np.asarray(values, float)
    return {
        key: mean(values[~np.isnan(values)]),
        f"{key}_interval": bootstrap.mean_interval(values),
    }
