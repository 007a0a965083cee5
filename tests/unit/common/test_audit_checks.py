"""Which networks cannot be audited: those that are no better than guessing."""

import pytest

from covid_model.common.audit_checks import cannot_be_audited, no_better_than_guessing


def figures(recall, auroc=(0.9, 0.8, 1.0), images=(10, 10, 10)):
    """A report's figures: each a value with the ends of its interval, or a value alone."""
    row = {"per_class": [{"images": count} for count in images]}
    for key, (value, *ends) in (("macro_recall", recall), ("auroc_macro", auroc)):
        row |= {key: value, f"{key}_interval": ends or None}
    return row


@pytest.mark.parametrize(
    ("found", "guesses"),
    [
        (figures((0.5, 0.4, 0.6)), False),
        (figures((0.4, 0.33, 0.5)), True),  # the interval holds a third
        (figures((0.2, 0.1, 0.3)), True),  # worse than guessing
        (figures((0.333333, 0.333333, 0.333333)), True),  # always the same class
        (figures((0.5, 0.4, 0.6), auroc=(0.55, 0.49, 0.6)), True),
        (figures((0.5, 0.4, 0.6), images=(10, 10, 0)), True),  # of two classes, half is guessed
        (figures((0.5,)), False),
        (figures((0.3,)), True),
        (figures((None,), auroc=(None,)), False),
    ],
)
def test_guessing(found, guesses):
    assert no_better_than_guessing(found) is guesses


def test_an_audit_needs_a_network_that_knows_something():
    row = {"condition": "untouched", "macro_recall": 0.5, "macro_recall_interval": [0.4, 0.6]}
    audit = {"conditions": [row], "chance": 0.333333}
    assert not cannot_be_audited(audit)
    assert not cannot_be_audited(audit, figures((0.5, 0.4, 0.6)))
    assert cannot_be_audited(audit, figures((0.5, 0.4, 0.6), auroc=(0.5, 0.5, 0.5)))
    assert cannot_be_audited({**audit, "chance": 0.5})
