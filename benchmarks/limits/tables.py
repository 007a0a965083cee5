"""The tables of limits, as lines of Markdown."""

from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from benchmarks.limits.peaks import GIGA, Peaks, stated
from benchmarks.limits.work import Work

KINDS = ("in_float", "in_int8")


def peaks_table(peaks: Sequence[Peaks], cores: int) -> list[str]:
    """Write the peaks."""
    features = stated(cores)
    rows = {
        "float32 multiply-adds (G/s)": "in_float",
        "int8 multiply-adds (G/s)": "in_int8",
        "memory read and written (GB/s)": "moved",
    }
    lines = ["| | median | best | from the features |", "| --- | --- | --- | --- |"]
    for title, name in rows.items():
        found = [getattr(each, name) / GIGA for each in peaks]
        said = getattr(features, name, np.nan) / GIGA
        known = "" if np.isnan(said) else f"{said:.0f}"
        lines.append(f"| {title} | {median(found):.0f} | {max(found):.0f} | {known} |")
    return lines


def limits_table(
    works: Mapping[str, Work], peaks: Sequence[Peaks], times: Mapping[str, Sequence[float]]
) -> list[str]:
    """Write a row a network: medians of the rounds, then the ratio of the best of them too."""
    lines = [
        "| | multiply-adds (G) | in int8 | all in float (ms) | all in int8 (ms) "
        "| bytes moved (MB) | at the bandwidth (ms) | limit (ms) | reached (ms) | ratio "
        "| at best |",
        f"|{' --- |' * 11}",
    ]
    best = Peaks(*(max(getattr(each, name) for each in peaks) for name in vars(peaks[0])))
    for name, work in works.items():
        in_float, in_int8 = ([work.all / getattr(p, k) for p in peaks] for k in KINDS)
        moving = [work.moved / each.moved for each in peaks]
        limits = [_limit(work, each) for each in peaks]
        ratio = median(a / b for a, b in zip(times[name], limits, strict=True))
        shown = [1000 * median(own) for own in (in_float, in_int8, moving, limits, times[name])]
        lines.append(
            f"| {name} | {work.all / GIGA:.2f} | {work.in_int8 / work.all:.0%} | {shown[0]:.1f} "
            f"| {shown[1]:.1f} | {work.moved / 1e6:.0f} | {shown[2]:.1f} | {shown[3]:.1f} "
            f"| {shown[4]:.1f} | {ratio:.2f} | {min(times[name]) / _limit(work, best):.2f} |"
        )
    return lines


def _limit(work: Work, peaks: Peaks) -> float:
    """Seconds that a pass takes at least."""
    multiplying = work.in_float / peaks.in_float + work.in_int8 / peaks.in_int8
    return max(multiplying, work.moved / peaks.moved)


def case_table(parts: Sequence[Mapping[str, float]]) -> list[str]:
    """Write what one case takes, part by part."""
    lines = ["| | ms | share |", "| --- | --- | --- |"]
    *_, whole = parts[0]
    for title in parts[0]:
        share = median(each[title] / each[whole] for each in parts)
        taken = 1000 * median(each[title] for each in parts)
        lines.append(f"| {title} | {taken:.1f} | {share:.0%} |")
    return lines
