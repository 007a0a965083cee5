"""Content of a run's files, read once for its model card."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from covid_model.common.architectures import TOGETHER
from covid_model.common.classes import CLASS_NAMES
from covid_model.runs import ModelInfo, Run
from covid_model.runs.audit_schema import Audit
from covid_model.runs.model_card.markdown import all_as_text
from covid_model.runs.report_schema import Comparison, Report

# Of the public sources, by the names that ``python -m covid_model data`` and the runs give them.
CAVEATS: Mapping[str, str] = {
    "covid-chestxray-dataset": "Collected from publications and web pages: many images are scans "
    "of journal figures, cropped, compressed or marked with arrows and text.",
    "kermany": "The patients are children of one to five years; every view is anteroposterior.",
    "kermany-224": "Kermany's images at 224 x 224 pixels, their aspect ratio lost: children of one "
    "to five years. A patient may also have images in kermany.",
    "nih-chestxray8": "The labels were mined from text reports and are noisy: a share of what "
    "counts as wrong is an error of the label.",
}
CHILDREN = ("kermany", "kermany-224")


@dataclass(frozen=True)
class RunFacts:
    """A run with the content of its files, the networks in the fixed order.

    Every text in it is escaped: what a run says is text in its card, whatever signs it has.

    Attributes:
        run: the run.
        models: architecture -> what its ``model.json`` says.
        reports: architecture -> the content of its ``report.json``.
        audits: architecture -> the content of its ``audit.json``, where it has one.
        comparison: the content of ``comparison.json``, None where the run has none.
        mean: the networks that the run's mean is of, with its report; None where it has none.
    """

    run: Run
    models: Mapping[str, ModelInfo]
    reports: Mapping[str, Report]
    audits: Mapping[str, Audit]
    comparison: Comparison | None
    mean: tuple[tuple[str, ...], Report] | None = None

    @classmethod
    def of(cls, run: Run) -> Self:
        """Read the files of a run.

        Raises:
            RunError: if one is damaged.
        """
        run.require_whole()
        audits = {name: run.audit(name) for name in run.models}
        mean = (run.model_info(TOGETHER).members, run.report(TOGETHER)) if run.together else None
        return cls(
            run=replace(run, info=all_as_text(run.info)),
            models=all_as_text({name: run.model_info(name) for name in run.models}),
            reports=all_as_text({name: run.report(name) for name in run.models}),
            audits=all_as_text({name: audit for name, audit in audits.items() if audit}),
            comparison=all_as_text(run.comparison()),
            mean=all_as_text(mean),
        )

    @property
    def info(self) -> Mapping[str, Any]:
        """The content of ``run.json``."""
        return self.run.info

    @property
    def name(self) -> str:
        """The run's name, which its folder may not have yet while it is written."""
        return str(self.info.get("name") or all_as_text(self.run.name))

    @property
    def data(self) -> Mapping[str, Any]:
        """What ``run.json`` says of the data."""
        return self.info.get("data") or {}

    @property
    def recipe(self) -> Mapping[str, Any]:
        """Every value of the training."""
        return self.info.get("recipe") or {}

    @property
    def counts(self) -> list[Mapping[str, Any]]:
        """Images with patients by part, source and label."""
        return list(self.data.get("counts") or ())

    @property
    def report(self) -> Report:
        """One of the reports, for what is alike in all."""
        return next(iter(self.reports.values()))

    @property
    def reported(self) -> Mapping[str, Report]:
        """The networks' reports by their names, then that of their mean where there is one."""
        return {**self.reports, **({TOGETHER: self.mean[1]} if self.mean else {})}

    def sources(self, *parts: str) -> list[str]:
        """The sources of the images of some parts, of all parts when none is given."""
        names = {row["source"] for row in self.counts if not parts or row["part"] in parts}
        return sorted(names)

    def images(self, **wanted: str) -> int:
        """How many images there are with a part, source or label."""
        return sum(
            row["images"]
            for row in self.counts
            if all(row[key] == value for key, value in wanted.items())
        )

    def concentrations(self) -> Iterator[tuple[str, str, int, int]]:
        """For each class its largest source, the images of it there, its images in all."""
        for name in CLASS_NAMES:
            total = self.images(label=name)
            if total:
                largest = max(self.sources(), key=lambda s: self.images(label=name, source=s))
                yield name, largest, self.images(label=name, source=largest), total
