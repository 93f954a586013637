"""A regular expression that would hang the server is stopped, and the next one is answered."""

import re

import pytest

from labkit.cloud.engine import patience


def refuse(words):
    raise ValueError(words)


@pytest.mark.parametrize(
    ("pattern", "end"), [(r"^(a|a)*$", ""), (r"(?:a+)+$", ""), (r"(?P<x>a*)*b", "b")]
)
def test_a_pattern_without_end_is_stopped(pattern, end, monkeypatch):
    monkeypatch.setattr(patience, "LIMIT_S", 0.3)
    tried = patience.patient(re.compile(pattern), refuse)
    with pytest.raises(ValueError, match="takes too long"):
        tried.search("a" * 60 + "!")
    monkeypatch.undo()
    assert tried.search("a" * 60 + end)


@pytest.mark.parametrize("pattern", [r"(a*,a*)+$", r"(\w+[.]?)+$", r"([^b]+\.)+$", r"((\w+)+\.)+"])
def test_rounds_that_a_text_does_not_tell_apart_are_risky(pattern):
    assert patience.is_risky(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        r"\w+@\w+\.\w+$", r"([^ ]*) (.*)$", r"(?:ab)*c", r"(a*)\1+", r"@([\w-]+\.)+[a-z]{2,}$",
        r"^(?:/[^/?]+)+", r"(?:[^,]*,)*x", r"(?i)(\d+(?:[a-z]?)-)+",
    ],
)  # fmt: skip
def test_a_pattern_that_ends_stays_itself(pattern):
    known = re.compile(pattern)
    assert patience.patient(known, refuse) is known
