"""Fixtures that tests of commands share."""

import pytest

from covid_model.cli.parts import job


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The names of the files that the networks are asked about."""
    names = []
    real = job.classify_one

    def noting(source, *arguments, **options):
        names.append(source.name.rsplit("/")[-1])
        return real(source, *arguments, **options)

    monkeypatch.setattr(job, "classify_one", noting)
    return names
