"""Shortcuts: whether a network looks at the lungs, or at where an image comes from."""

import streamlit as st

from covid_model.common.errors import CovidModelError
from dashboard import audit_parts, audit_text, evidence
from dashboard.components import run_picker
from dashboard.components.run_picker import Chosen
from dashboard.i18n.translate import t


def audit_of(shown: Chosen) -> audit_text.Audit | None:
    """Return the audit of a network; where there is none, say why with what to do."""
    try:
        audit = shown.run.audit(shown.model)
    except CovidModelError as error:
        st.error(t(error.sentence), title=t("This audit cannot be shown"))
        return None
    if audit is None:
        st.info(audit_text.missing(shown.run), title=t("This network was not audited"))
    return audit


st.title(t("Shortcuts"))
st.markdown(t(audit_text.INTRODUCTION))
shown = run_picker.pick()
audit = audit_of(shown)
if audit is not None:
    audit_parts.banner(audit)
    st.caption(audit_text.basis(audit))
    audit_parts.conditions(audit, file=shown.file)
    audit_parts.source(audit, file=shown.file)
    audit_parts.maps(audit, evidence.comparison_of(shown.run), file=shown.file)
