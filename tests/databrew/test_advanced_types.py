"""Which texts are of an advanced data type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from labkit.cloud.databrew.recipe import RecipeContext, RecipeError
from labkit.cloud.databrew.recipe.parts.advanced_types import ADVANCED_TYPES, advanced_type
from labkit.cloud.databrew.recipe.parts.vocabularies import countries, states
from labkit.cloud.engine import DuckEngine

# Type, what is one, what is none.
TEXTS = [
    ("SSN", ["078-05-1120", "078051120"], ["000-05-1120", "078-05-112", "x"]),
    ("Email", ["ada@example.com", "a.b+c@d-e.co.uk"], ["ada@example", "ada example.com"]),
    ("Credit Card", ["4111 1111 1111 1111", "378282246310005"], ["4111 1111 1111 1112"]),
    ("IP Address", ["192.0.2.1", "2001:db8::1"], ["192.0.2.256", "1.2.3", "12:30:45"]),
    ("URL", ["https://a.b/c?d#e", "www.example.com", "ftp://a.b:21"], ["a.b", "https://", "x y"]),
    ("ZipCode", ["94105", "94105-1234"], ["9410", "94105-12", "A4105"]),
    ("DateTime", ["2021-03-04", "12/31/1999 1:05 PM", "4 March 2021"], ["2021-02-30", "soon"]),
    ("Phone Number", ["(408) 341-5669", "+41 44 668 18 00"], ["555", "12345678901234567890"]),
    ("Gender", ["F", "male", "Non-binary"], ["x", "malee"]),
    ("State", ["TX", "new york", "District of Columbia"], ["Bavaria", "XX"]),
    ("Country", ["CH", "usa", "Trinidad & Tobago", "Côte d'Ivoire"], ["Atlantis", "XX"]),
    ("Currency", ["USD", "$1,234.50", "12.50 EUR", "-£5", "€ 1.234,50"], ["12.50", "ABC 5", "$"]),
]


@pytest.fixture(scope="module")
def context() -> Iterator[RecipeContext]:
    with closing(DuckEngine()) as engine, engine.session() as session:
        yield RecipeContext(session)


def test_every_type_has_texts() -> None:
    assert [name for name, *_ in TEXTS] == [each.name for each in ADVANCED_TYPES]


@pytest.mark.parametrize(("name", "right", "wrong"), TEXTS, ids=[name for name, *_ in TEXTS])
def test_texts_of_a_type(
    name: str, right: list[str], wrong: list[str], context: RecipeContext
) -> None:
    test = advanced_type(name).test(context, "t")
    values = ", ".join(f"('{each.replace(chr(39), chr(39) * 2)}')" for each in (*right, *wrong))
    found = context.rows(f"SELECT t, {test} FROM (VALUES {values}) AS v(t)")
    assert {text for text, yes in found if yes} == set(right)


@pytest.mark.parametrize("name", ["Phone", "phone number", "PhoneNumber"])
def test_a_type_has_several_spellings(name: str) -> None:
    assert advanced_type(name).name == "Phone Number"


@pytest.mark.parametrize("name", ["City", "Region", "Shoe size"])
def test_a_type_that_is_not_here(name: str) -> None:
    with pytest.raises(RecipeError, match=name):
        advanced_type(name)


def test_every_zip_code_belongs_to_one_state() -> None:
    prefixes = [prefix for each in states() for prefix in each.prefixes]
    assert len(prefixes) == len(set(prefixes))
    assert len(states()) == 51


def test_the_countries_are_all_there() -> None:
    assert len([each for each in countries() if len(each) == 3 and each.isascii()]) >= 249
