"""Profile of a hospital on its page: what it gained, and which one the pages answer by."""

from functools import partial

import streamlit as st

from covid_model.common.architectures import title_of
from covid_model.common.errors import CovidModelError
from covid_model.evaluation.comparison.hospital import PROFILE_FILE, json_of
from covid_model.runs import OWN_DIGEST, Shelf
from dashboard.components import display
from dashboard.components.formatting import count
from dashboard.components.text import capital, plain
from dashboard.i18n.translate import t
from dashboard.reports.hospital import findings, tables, text
from dashboard.reports.hospital.work import Work
from dashboard.session import profile
from dashboard.session.intake import uploader

UPLOADER = "hospital-profile"


def loaded(shelf: Shelf) -> None:
    """Show, folded, the profile that is used, and take one."""
    opened = profile.own() is not None
    with st.expander(t("Profile of a hospital"), opened, icon=":material/tune:"):
        st.caption(
            t(
                "A profile that evaluate --adjust or this page made adjusts the probabilities on "
                "Classify and Compare, and is named on all that comes of them. The networks stay "
                "as they are. It belongs to the networks of one run and is refused for others."
            )
        )
        file = st.file_uploader(t("Load a profile (profile.json)"), type=["json"], key=UPLOADER)
        if file is not None and file.size:
            data = file.getvalue()
            uploader.release(file)
            _take(data, shelf)
        if own := profile.own():
            names = {"name": plain(own.name), "run": plain(own.run)}
            st.info(t("Profile {name} of the run {run} is loaded.", **names))
            st.button(t("Remove the profile"), on_click=profile.forget, icon=":material/delete:")


def _take(data: bytes, shelf: Shelf) -> None:
    try:
        profile.load(data, shelf)
    except CovidModelError as error:
        st.error(plain(capital(t(error.message))))


def fitted(done: Work, shelf: Shelf) -> None:
    """Show what the profile of an evaluation changes; why there is none where one was asked for."""
    if done.no_profile:
        st.warning(plain(capital(t(done.no_profile))), title=t("No profile was made"))
    content = json_of(done.files, PROFILE_FILE)
    if not content:
        return
    st.subheader(t("Adjustment to this hospital"))
    judged = content["judged_on"]
    st.markdown(
        t(
            "Fitted on {fitted} images; judged on the other half of the patients with a truth, "
            "{images} images of {patients}.",
            fitted=count(content["fitted_on"]["images"]),
            images=count(judged["images"]),
            patients=count(judged["patients"]),
        )
    )
    if mix := content.get("mix"):
        display.draw_table(partial(tables.mix, mix), alt=t("Estimated mix of classes"))
        st.caption(t(text.ADJUST["prior"]))
    for name, row in content["networks"].items():
        if row["figures"]:
            st.markdown(f"**{t(title_of(name))}** {findings.worth(row['figures'])}")
            title = t("{network}, before and after", network=title_of(name))
            display.draw_table(
                partial(tables.change, row["figures"]), alt=title, file=f"hospital-{name}-change"
            )
    own = profile.own()
    if own is not None and own.digest == content[OWN_DIGEST]:
        st.caption(t("Classify and Compare answer by this profile."))
    else:
        data = done.files[PROFILE_FILE]
        label, icon = t("Use this profile"), ":material/check:"
        st.button(label, icon=icon, on_click=_take, args=(data, shelf))
