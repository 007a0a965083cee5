"""Nothing but the project's own errors comes of mutated files, in bounded time and memory."""

import sys

import pytest

from tests.fuzz.session import fuzz
from tests.fuzz.subjects import subjects

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's"),
]


@pytest.mark.parametrize("name", sorted(subjects()))
def test_the_files_before_mutation_are_right(name):
    for data in subjects()[name].bases:
        subjects()[name].read(data)


def test_mutated_files_raise_errors_of_the_project_alone(tiny_runs):
    tally = fuzz(15, run=tiny_runs / "trusted" / "trusted", count=1000)
    assert tally.wrong == []
    assert tally.next == 1000
    # Were all refused at once, nothing would be tried; of PNG files few pass their checksums.
    assert {name for name, outcome in tally.counts if outcome == "read"} >= {"jpeg", "tiff", "run"}
