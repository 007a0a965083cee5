"""How one network's answer changes once the lungs are hidden."""

from pathlib import Path

import numpy as np
import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.inference.occlusion import hide_lungs
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.lung_occlusion import LungOcclusion
from dashboard.cases.lung_occlusion import wording as lung_occlusion_text
from dashboard.components import text
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.session import inference, results, state


def without_lungs(key: str, result: CaseResult, folder: Path) -> LungOcclusion | None:
    """Say how one network's answer to a file changes without the lungs; None where unknown.

    Args:
        key: of the file.
        result: what the network says of the file, not refused.
        folder: of the network.
    """
    try:
        with st.spinner(t("Asking again with the lungs hidden")):
            occlusion = inference.occlude_lungs(key, result, folder)
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t(lung_occlusion_text.UNUSABLE))
        return None
    if occlusion is None:
        return None
    if occlusion.hidden is None:
        st.caption(t(lung_occlusion_text.NO_MASK))
        return None
    if occlusion.hardly_changes:
        st.warning(lung_occlusion_text.compared(occlusion), title=t(lung_occlusion_text.HARDLY))
    else:
        st.caption(lung_occlusion_text.compared(occlusion))
    return occlusion


@error_boundary.fragment
def hidden_picture(result: CaseResult, occlusion: LungOcclusion) -> None:
    """Show, once it is asked for, the picture without lungs that the network was asked about."""
    with st.expander(t(lung_occlusion_text.HIDDEN), key=state.HIDDEN, on_change="rerun") as panel:
        if not panel.open or occlusion.hidden is None or occlusion.mask is None:
            return
        left, right = st.columns(2)
        covered = hide_lungs(results.radiograph_of(result).pixels, occlusion.mask)
        picture = (255 * covered).round().astype(np.uint8)
        left.image(picture, width="stretch", alt=t(lung_occlusion_text.HIDDEN))
        measure = occlusion.hidden.measure
        right.markdown(f"{text.scores(occlusion.hidden.probabilities, measure=measure)}.")
        right.caption(t(lung_occlusion_text.EXPLAINED))
