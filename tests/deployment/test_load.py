"""The visitors of the load test: each gets its own answer, and tells it from another's."""

import pytest

from benchmarks import load_client
from benchmarks.load_client import marked, numbers_of, visit_at_once


@pytest.mark.slow
def test_visitors_at_once_each_get_their_own_answer(served):
    visits = visit_at_once(served[0], range(1, 7))
    assert all(visit.own for visit in visits)
    assert all(0 < visit.answered <= visit.drawn for visit in visits)


def test_a_page_with_the_name_or_picture_of_another_is_told_apart():
    page = b"%s, read in 9 ms. data:image/png;base64,%s"
    shown = {number: load_client.base64.b64encode(marked(number)) for number in (5, 6, 4095)}
    for number, picture in shown.items():
        assert numbers_of(page % (b"radiograph-%04d.png" % number, picture)) == {number}
    assert numbers_of(page % (b"radiograph-0005.png", shown[6])) == {5, 6}
    assert numbers_of(page % (b"radiograph-0005.png", b"")) == {-1}
    assert numbers_of(shown[5]) == {-1}
