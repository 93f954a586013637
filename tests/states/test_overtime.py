"""Work that takes too long is broken off in the middle of a function."""

import pytest

from labkit.cloud.states.overtime import Overtime, within


def _endless():
    while True:
        try:
            sum(1 for _ in range(1000))
        except Exception:
            continue


def test_what_does_not_end_is_broken_off():
    with pytest.raises(Overtime):
        within(0.05, _endless)
    assert within(5, lambda: "in time") == "in time"
