"""Advanced data types: what DataBrew finds in the texts of a column by pattern matching.

``the column is flagged as the corresponding advanced data type if 50% or more of the values in the
column meet the criteria``; the criteria are not documented. Here they are patterns, check digits
and small vocabularies. City and Region would need gazetteers, which are not here: they are refused.

Source: https://docs.aws.amazon.com/databrew/latest/dg/projects.adv-data-types.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labkit.cloud.databrew.profile.entities import ENTITIES
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import folded
from labkit.cloud.databrew.recipe.parts import phones, vocabularies
from labkit.cloud.databrew.recipe.parts.patterns import moment
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

Test = Callable[[RecipeContext, str], str]


@dataclass(frozen=True)
class AdvancedType:
    """An advanced data type.

    Args:
        name: DataBrew's.
        test: SQL of whether a text is one.
        also: how else the pages spell it.
    """

    name: str
    test: Test
    also: tuple[str, ...] = ()


def advanced_type(name: str) -> AdvancedType:
    """The advanced data type of a name, in any of its spellings.

    Raises:
        RecipeError: there is none, or it cannot be told here.
    """
    if folded(name) in ("city", "region"):
        raise RecipeError(f"The advanced data type {name} needs a gazetteer, which is not here.")
    for each in ADVANCED_TYPES:
        if folded(name) in map(folded, (each.name, *each.also)):
            return each
    raise unknown("advanced data type", name, [each.name for each in ADVANCED_TYPES])


def detected(table: Relation, column: Column) -> str | None:
    """The advanced data type that half of a column's values are of; ``None`` for none."""
    if not column.is_text:
        return None
    fits = [f"count_if({each.test(table.context, column.sql)})" for each in ADVANCED_TYPES]
    counted = f"SELECT count(*), {', '.join(fits)} FROM {table.name} WHERE NOT {column.missing}"
    [(values, *found)] = table.context.rows(f"WITH {', '.join(table.ctes)} {counted}")
    named = zip(ADVANCED_TYPES, found, strict=True)
    return next((each.name for each, fit in named if values and 2 * fit >= values), None)


def _like(pattern: str) -> Test:
    return lambda context, text: f"regexp_full_match(trim({text}), {quoted_text(pattern)})"


def _by(work: Callable[[str], bool], pattern: str) -> Test:
    """A Python function, for those texts that match a pattern."""

    def test(context: RecipeContext, text: str) -> str:
        def guarded(value: str | None) -> bool:
            return value is not None and work(value.strip())

        name = context.function(guarded, ["VARCHAR"], "BOOLEAN")
        return f"CASE WHEN {_like(pattern)(context, text)} THEN {name}({text}) ELSE false END"

    return test


def _entity(name: str) -> Test:
    """An entity type of the profile, in a column that is known to be of it."""
    entity = ENTITIES[name]
    pattern = "|".join(f"(?:{each})" for each in (entity.pattern, entity.hinted) if each)
    return _by(entity.check, pattern) if entity.check else _like(pattern)


def _among(words: Callable[[], Iterable[str]]) -> Test:
    def test(context: RecipeContext, text: str) -> str:
        listed = ", ".join(map(quoted_text, sorted(words())))
        return f"lower(replace(trim({text}), '&', 'and')) IN ({listed})"

    return test


def _states() -> set[str]:
    return {text.lower() for each in vocabularies.states() for text in (each.code, each.name)}


def _currency(text: str) -> bool:
    """A code alone, or an amount with a code or a sign, which the pattern has seen to."""
    codes = "".join(each if each.isalpha() else " " for each in text).split()
    return all(code.upper() in vocabularies.currencies() for code in codes)


_GENDERS = ("male", "female", "m", "f", "man", "woman", "nonbinary", "non-binary", "transgender")
_AMOUNT = r"[-(]?[0-9]{1,3}(?:[0-9]*|(?:[, .][0-9]{3})*)(?:[.,][0-9]{1,2})?\)?"
_SIGN = r"[$€£¥₹₩₽₺₫฿₦₱₴₪₡]|[A-Za-z]{3}"
_MONEY = rf"[A-Za-z]{{3}}|-?(?:{_SIGN}) ?{_AMOUNT}|{_AMOUNT} ?(?:{_SIGN})"
_URL = r"(?i:(?:https?|ftp)://|www\.)[^\s/?#.]+(?:\.[^\s/?#.]+)*(?::[0-9]+)?(?:[/?#]\S*)?"

ADVANCED_TYPES = (
    AdvancedType("SSN", _entity("USA_SSN")),
    AdvancedType("Email", _entity("EMAIL")),
    AdvancedType("Credit Card", _entity("CREDIT_CARD")),
    AdvancedType("IP Address", _entity("IP_ADDRESS")),
    AdvancedType("URL", _like(_URL)),
    AdvancedType("ZipCode", _like("[0-9]{5}(?:-[0-9]{4})?"), ("Zip",)),
    AdvancedType(
        "DateTime",
        lambda context, text: f"({moment(text)}) IS NOT NULL",
        ("Date/timestamp", "Date"),
    ),
    AdvancedType(
        "Phone Number",
        _by(lambda text: phones.parsed(text, "US") is not None, r"\+?[0-9() .x/-]{7,25}"),
        ("Phone",),
    ),
    AdvancedType("Gender", _among(lambda: _GENDERS)),
    AdvancedType("State", _among(_states)),
    AdvancedType("Country", _among(vocabularies.countries)),
    AdvancedType("Currency", _by(_currency, _MONEY)),
)
"""Every type, the narrower before the wider: a column is of the first that fits."""
