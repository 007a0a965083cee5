"""What is asked for beside the figures: a mix of classes, an adjustment, hidden lungs."""

import streamlit as st

from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.common.errors import UsageError
from covid_model.evaluation.comparison.asking import AUDITED
from covid_model.evaluation.comparison.asking.evaluation import Request
from covid_model.evaluation.comparison.profile import LABELS, PRIOR
from covid_model.inference import lung_segmentation
from dashboard.i18n.translate import t
from dashboard.reports.hospital import text as hospital_text

ADJUST, MIX, AUDIT, NAME = (f"hospital-{part}" for part in ("adjust", "mix", "audit", "name"))
FIRST = {"covid": 10, "normal": 60}  # percent, to begin with
MAX_NAME = 40  # characters


def adjust() -> str | None:
    """Let the visitor choose what a profile is fitted on, None for no profile."""
    kinds = {"": t("No"), LABELS: t("By the truth"), PRIOR: t("Mix of classes alone")}
    kind = st.segmented_control(
        t("Adjust to this hospital"), list(kinds), default="", required=True,
        format_func=kinds.__getitem__, key=ADJUST, persist_state="session", wrap=True,
    )  # fmt: skip
    if kind:
        st.caption(t(hospital_text.ADJUST[kind]))
    return kind or None


def request(adjusted: str | None) -> Request:
    """Let the visitor choose the rest, folded.

    Raises:
        UsageError: if the shares of the mix are more than all.
    """
    with st.expander(t("More to set"), icon=":material/tune:"):
        name = st.text_input(
            t("Name of the report and its profile"), t("hospital"), max_chars=MAX_NAME, key=NAME,
            help=t("It is on every answer that the profile adjusts. Name no patient."),
        ).strip()  # fmt: skip
        mix = _mix()
        audit = lung_segmentation.segmenter_available() and st.checkbox(
            t("Ask again with the lungs hidden, about {count} images at most", count=AUDITED),
            True,
            key=AUDIT,
            help=t("How far an answer does without the lungs. It takes as long again for these."),
        )
    return Request(name or "hospital", adjusted, mix, AUDITED if audit else 0)


def _mix() -> dict[str, float] | None:
    """The mix of classes for PPV, NPV and the profile, None for that of the images."""
    if not st.checkbox(
        t("Another mix of classes than that of the images"),
        key=MIX,
        help=t("PPV, NPV and the probabilities of a profile hold for one mix of classes."),
    ):
        return None
    mix = {
        name: column.number_input(
            t("{title}, in percent", title=TITLES[name]), 0, 100, first, key=f"{MIX}-{name}"
        )
        / 100
        for column, (name, first) in zip(st.columns(2), FIRST.items(), strict=True)
    }
    rest = 1 - sum(mix.values())
    if rest < -1e-9:
        raise UsageError("The shares of the classes are more than 100 % together: lower one.")
    last = CLASS_NAMES[-1]
    st.caption(t("{title}: the rest, {rest:.0f} %.", title=TITLES[last], rest=100 * rest))
    return {**mix, last: round(max(rest, 0.0), 6)}
