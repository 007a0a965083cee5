"""Split a data set into training, validation and test by patient or by image."""

import numpy as np
import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.dataset import Dataset
from covid_model.runs import PARTS

LEAST_IMAGES = 5  # of which some are held out


def split_by_patient(
    data: Dataset, *, seed: int, test: float = 0.2, validation: float = 0.1
) -> pd.Series:
    """Give each image a part so that no patient stands in two, stratified by label and source.

    Images that may only be trained on stay in train, with all others of their patients; the
    shares are of the rest.

    Args:
        data: the images.
        seed: seed of the shuffle.
        test: share of the images for test.
        validation: share of the rest for validation, 0 for none.

    Returns:
        One of ``PARTS`` an image.

    Raises:
        DataError: if there are too few patients for three parts.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    part = pd.Series("train", index=data.frame.index)
    units = "patients" if data.patients_known else "images"
    fixed = data.frame["group"].isin(data.frame["group"][data.fixed])  # whole patients
    for name, share in (("test", test), ("validation", validation)):
        rest = data.frame[(part == "train") & ~fixed]
        if not share:
            continue
        folds = round(1 / share)
        if rest["group"].nunique() < folds:
            raise DataError(
                f"Expected at least {folds} {units} to hold some out for {name}. "
                f"Received: {rest['group'].nunique()}. Add {units}."
            )
        strata = _finest_strata(rest, folds)
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        _, held = next(splitter.split(rest, strata, rest["group"]))
        part.loc[rest.index[held]] = name
    return part


def _finest_strata(frame: pd.DataFrame, folds: int) -> pd.Series:
    """Label with source, label, or nothing: the finest that has enough images for every fold."""
    for strata in (frame["label"] + "|" + frame["source"], frame["label"]):
        if strata.value_counts().min() >= folds:
            return strata
    return pd.Series("", index=frame.index)


def split_by_image(
    data: Dataset, *, seed: int = 40, test: float = 0.2, validation: float = 0.1
) -> pd.Series:
    """Split as the paper did: by image, so that one patient may stand in several parts.

    With the paper's 375 images in the order covid, normal, infection, seed 40 gives the very
    test counts that the paper reports: 39, 17 and 19. Images that may only be trained on stay in
    train.

    Raises:
        DataError: if there are too few images for three parts.
    """
    from sklearn.model_selection import train_test_split

    rows = np.argsort(data.labels.argmax(axis=1), kind="stable")
    rows = rows[~data.fixed[rows]]
    if data.fixed.any() and len(rows) < LEAST_IMAGES:
        raise DataError(
            f"Expected at least {LEAST_IMAGES} images that may be held out. Received: {len(rows)}, "
            "as metadata.csv has the part train for the others. Add images."
        )
    rest, test_rows = train_test_split(rows, test_size=test, random_state=seed)
    _, validation_rows = train_test_split(rest, test_size=validation, random_state=seed)
    part = pd.Series("train", index=data.frame.index)
    part.iloc[test_rows], part.iloc[validation_rows] = "test", "validation"
    return part


def counts(data: Dataset, part: pd.Series) -> pd.DataFrame:
    """Images and patients by part, source and label; no patients where they are unknown."""
    frame = data.frame.assign(
        part=pd.Categorical(part, PARTS), patient=data.frame["patient_id"].where(data.known)
    )
    grouped = frame.groupby(["part", "source", "label"], observed=True)
    return grouped.agg(images=("path", "size"), patients=("patient", "nunique")).reset_index()


def shared_patients(data: Dataset, part: pd.Series) -> int:
    """How many known patients have images both in the test part and outside it."""
    group = data.frame["group"].where(data.known)
    test = (part == "test").to_numpy()
    return len(set(group[test].dropna()) & set(group[~test].dropna()))


def patients_in_several(data: Dataset, part: pd.Series) -> list[str]:
    """Known patients with images in more than one part, as ``group`` merges them."""
    known = data.known
    parts = part[known].groupby(data.frame["group"][known]).nunique()
    return list(parts.index[parts > 1])


def unknown_sources(data: Dataset) -> list[str]:
    """The sources of images whose patients are unknown."""
    return sorted(data.frame["source"][~data.known].unique())
