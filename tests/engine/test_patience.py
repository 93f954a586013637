"""A regular expression that would hang the server is stopped, and the next one is answered."""

import re

import pytest

from labkit.cloud.engine import patience
from labkit.cloud.engine.formats.grok import compile_pattern
from labkit.cloud.engine.formats.model import FormatError


def refuse(words):
    raise ValueError(words)


@pytest.mark.parametrize(
    ("pattern", "end"),
    [
        (r"^(a|a)*$", ""), (r"(?:a+)+$", ""), (r"(?P<x>a*)*b", "b"), (r"(a+a+)+b", "b"),
        ("a*" * 9 + "b", "b"), ("(?:a?){60}" + "a" * 60, "a" * 60), (r"(a|aa){1,50}b", "b"),
        (r"(?:a{1,3}){9,40}b", "b"), (r"(a*)*\1b", "b"), (r"(?=(a*a*a*a*a*a*b))", "b"),
    ],
)  # fmt: skip
def test_a_pattern_without_end_is_stopped(pattern, end, monkeypatch):
    monkeypatch.setattr(patience, "LIMIT_S", 0.1)
    tried = patience.patient(re.compile(pattern), refuse)
    with pytest.raises(ValueError, match="takes too long"):
        tried.search("a" * 59 + "!")
    monkeypatch.undo()
    assert tried.search("a" * 60 + end)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a*,a*)+$", "a" * 40), (r"(\w+[.]?)+$", "a" * 40), (r"([^b]+\.)+$", "." * 40),
        (r"((\w+)+\.)+", "a" * 40), (r"\S*\S*\S*\S* ", "a" * 400), (r"(.*),(.*),(.*);", "," * 4000),
    ],
)  # fmt: skip
def test_many_ways_to_divide_a_text_are_tried_first(pattern, text, monkeypatch):
    tried = []
    monkeypatch.setattr(patience, "_ends", lambda asked: tried.append(asked) or False)
    with pytest.raises(ValueError, match="takes too long"):
        patience.patient(re.compile(pattern), refuse).search(text)
    assert len(tried) == 1


@pytest.mark.parametrize(
    "pattern",
    [
        r"\w+@\w+\.\w+$", r"([^ ]*) (.*)$", r"(?:ab)*c", r"(a*)\1+", r"@([\w-]+\.)+[a-z]{2,}$",
        r"^(?:/[^/?]+)+", r"(?:[^,]*,)*x", r"(?i)(\d+(?:[a-z]?)-)+", r"(.*?),(.*?),(.*?)$",
        r'^(\S+) (\S+) (\S+) \[([^\]]*)\] "([^"]*)" (\d+) (\d+|-)$', r"-?\d+(?:\.\d+)?(?:e-?\d+)?$",
    ],
)  # fmt: skip
def test_a_pattern_that_ends_is_not_tried(pattern, monkeypatch):
    monkeypatch.setattr(patience, "_ends", lambda asked: pytest.fail("it is tried"))
    known, text = re.compile(pattern), "/a 1-, b.c@d " * 20
    tried = patience.patient(known, refuse)
    assert bool(tried.search(text)) == bool(known.search(text))


def test_a_pattern_with_one_way_stays_itself():
    known = re.compile(r"(\w+)\s(\d+)-[a-z]*;")
    assert patience.patient(known, refuse) is known


@pytest.mark.parametrize(
    "pattern", ["%{DATA}%{DATA}%{DATA}%{DATA};", "%{NOTSPACE},%{NOTSPACE},%{NOTSPACE},%{NOTSPACE};"]
)
def test_known_patterns_in_a_row_are_tried_first(pattern, monkeypatch):
    tried = []
    monkeypatch.setattr(patience, "_ends", lambda asked: tried.append(asked) or False)
    with pytest.raises(FormatError, match="takes too long"):
        compile_pattern(pattern)[0].search(",a" * 150)
    assert len(tried) == 1


def test_a_common_log_line_is_not_tried(monkeypatch):
    monkeypatch.setattr(patience, "_ends", lambda asked: pytest.fail("it is tried"))
    line = '10.0.0.1 - jo [10/Oct/2023:13:55:36 -0700] "GET /a/b?c=d HTTP/1.0" 200 2326 ' * 2
    assert compile_pattern(
        r'%{IPORHOST:host} %{USER:a} %{USER:b} \[%{HTTPDATE:at}\] "%{DATA:what}" %{INT:n} %{INT:m}'
    )[0].search(line)
