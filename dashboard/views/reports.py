"""Reports: how well each trained network does on images it never saw."""

import streamlit as st

from covid_model import paper
from covid_model.errors import CovidModelError
from covid_model.runs import ARCHITECTURES, Run
from dashboard import charts, parts, tables, text, trust, trust_text
from dashboard.state import REPORT_MODEL, REPORT_RUN


def facts(run: Run) -> None:
    """Say where the run comes from, with whatever weakens its figures."""
    data = run.info.get("data", {})
    st.caption(f"{run.name} · made {str(run.info.get('created', 'at an unknown time'))[:10]}")
    sentence, shared = text.split_note(data)
    (st.warning if shared else st.info)(sentence)
    if not run.servable_models:
        st.info(text.REPORTS_ONLY)
    if notes := run.info.get("notes"):
        st.markdown("\n".join(f"- {note}" for note in notes))


def network(run: Run, name: str) -> None:
    """Show one network's figures, its confusion matrix, its curves, its tables."""
    report = run.report(name)
    figures = st.grid(4, min_column_width=150, gap="small")
    for label, value in (
        ("Accuracy", text.percent(report["accuracy"])),
        ("Macro recall", text.percent(report["macro_recall"])),
        ("AUROC, macro", tables.number(report["auroc_macro"])),
        ("Test images (patients)", f"{report['images']} ({report['patients']})"),
    ):
        figures.metric(label, value, border=True)
    st.caption(f"{ARCHITECTURES[name]}: {run.model_info(name).backbone_origin}")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        matrix = report["confusion_matrix"]
        parts.draw_chart(
            charts.confusion_chart(matrix), alt=text.confusion(matrix), key="confusion"
        )
    with right:
        st.markdown("**Each class**")
        parts.draw_table(tables.per_class(report), alt="Figures of each class")
        st.markdown("**Each source of images**")
        parts.draw_table(tables.by_source(report), alt="Figures of each source")
        if noisy := trust_text.noisy(report):
            st.caption(noisy)
    history = [{key: float(row[key]) for key in row} for row in run.table(name, "history.csv")]
    for column, quantity in zip(st.columns(2, gap="medium"), ("accuracy", "loss"), strict=True):
        with column:
            parts.draw_chart(
                charts.history_chart(history, quantity=quantity),
                alt=text.history(history, quantity),
                key=f"history-{quantity}",
            )


def all_networks(run: Run) -> dict[str, dict]:
    """Return the reports of the run that can be read; say which cannot."""
    reports = {}
    for name in run.models:
        try:
            reports[name] = run.report(name)
        except CovidModelError as error:
            st.error(str(error), title=f"{ARCHITECTURES[name]} is left out")
    return reports


def companion(run: Run, reports: dict[str, dict], runs: dict[str, Run]) -> None:
    """Show the run that this one names to be read beside it."""
    other = runs.get(run.info.get("companion") or "")
    if other is None:
        return
    st.subheader("Beside its companion run")
    st.caption(f"{parts.run_title(other)}. {text.split_note(other.info.get('data', {}))[0]}")
    pair = {parts.run_title(run): reports, parts.run_title(other): all_networks(other)}
    parts.draw_table(tables.beside(pair), alt="Accuracy and macro recall of both runs")


st.title("Reports")
shelf = parts.open_shelf(to_predict=False)
if not shelf.runs:
    st.stop()
runs = {run.name: run for run in shelf.runs}
left, right = st.columns(2, vertical_alignment="bottom")
with left:
    chosen = st.selectbox(
        "Run",
        list(runs),
        format_func=lambda name: parts.run_title(runs[name]),
        key=REPORT_RUN,
        persist_state="session",
    )
run = runs.get(chosen, shelf.runs[0])
with right:
    model = parts.pick_network(run.models, key=REPORT_MODEL)
facts(run)
try:
    network(run, model)
except CovidModelError as error:
    st.error(str(error), title="This report cannot be shown")
reports = all_networks(run)
trust.section(run, model, reports)
st.subheader("The networks of this run, beside the paper")
table, chart = st.columns([3, 2], gap="medium")
with table:
    parts.draw_table(tables.networks(reports), alt="Figures of each network")
    st.caption(text.paper_note())
    with st.expander("The paper's protocol"):
        parts.draw_table(
            [{"Part": part, "Value": value} for part, value in paper.PROTOCOL.items()],
            alt="Protocol of the paper",
        )
with chart:
    theirs = {name: result.accuracy for name, result in paper.RESULTS.items()}
    parts.draw_chart(
        charts.models_chart(reports, paper=theirs), alt=text.networks(reports), key="networks"
    )
companion(run, reports, runs)
