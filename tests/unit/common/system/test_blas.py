"""Threads of NumPy's linear algebra where networks are served."""

import os
import subprocess
import sys

import pytest

NAME = "OPENBLAS_NUM_THREADS"


@pytest.mark.parametrize(("given", "threads"), [({}, "1"), ({NAME: "2"}, "2")])
def test_serving_asks_for_one_thread_where_nobody_chose(given, threads):
    code = f"import covid_model.serving, os; print(os.environ[{NAME!r}])"
    free = {name: value for name, value in os.environ.items() if name != NAME}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**free, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == threads
