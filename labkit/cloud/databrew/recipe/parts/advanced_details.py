"""Details of values of advanced data types: the area code of a phone number, a ZIP code's state.

What needs data that is not here is refused: the time zone of a phone number, the city and type of a
ZIP code. Time zones are those of most people of a state, by their names in the tz database; how
DataBrew names them, and regions, is not documented.

Source:
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.EXTRACT_ADVANCED_DATATYPE_DETAILS.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.context import RecipeContext
from labkit.cloud.databrew.recipe.errors import RecipeError, unknown
from labkit.cloud.databrew.recipe.parameters import folded
from labkit.cloud.databrew.recipe.parts import phones
from labkit.cloud.databrew.recipe.parts.advanced_types import advanced_type
from labkit.cloud.databrew.recipe.parts.patterns import moment
from labkit.cloud.databrew.recipe.parts.vocabularies import State, states
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.engine.quoting import quoted_text

Detail = Callable[[RecipeContext, str], str]


def detail(table: Relation, column: Column, type_name: str, pattern: str) -> str:
    """SQL of a detail of a column's values, as text; NULL where a value is not of the type.

    Raises:
        RecipeError: the type has no such detail, or it cannot be told here.
    """
    kind = advanced_type(type_name)
    known = DETAILS.get(kind.name, {})
    if not known:
        raise RecipeError(f"The advanced data type {kind.name} has no details.")
    found = next((each for each in known if folded(each) == folded(pattern)), None)
    if found is None:
        raise unknown(f"detail of {kind.name}", pattern, known)
    work = known[found]
    if work is None:
        raise RecipeError(f"{found} of {kind.name} needs data that is not here.")
    text = f"trim({column.text})"
    test = kind.test(table.context, column.text)
    return f"CASE WHEN {test} THEN CAST({work(table.context, text)} AS VARCHAR) END"


def _python(work: Callable[[str], str | None]) -> Detail:
    def made(context: RecipeContext, text: str) -> str:
        def guarded(value: str | None) -> str | None:
            return None if value is None else work(value)

        return f"{context.function(guarded, ['VARCHAR'], 'VARCHAR')}({text})"

    return made


def _sql(template: str) -> Detail:
    return lambda context, text: template.format(text)


def _time(template: str) -> Detail:
    return lambda context, text: template.format(moment(text))


def _of_zip(member: Callable[[State], str]) -> Detail:
    """What the state has that a ZIP code's first three digits belong to."""
    return lambda context, text: _looked_up(
        f"left({text}, 3)", {prefix: member(each) for each in states() for prefix in each.prefixes}
    )


def _of_state(member: Callable[[State], str]) -> Detail:
    return lambda context, text: _looked_up(
        f"lower({text})",
        {key.lower(): member(each) for each in states() for key in (each.code, each.name)},
    )


def _looked_up(key: str, values: dict[str, str]) -> str:
    pairs = ", ".join(f"{quoted_text(k)}: {quoted_text(v)}" for k, v in sorted(values.items()))
    return f"map_extract_value(MAP {{{pairs}}}, {key})"


_DIGITS = "regexp_replace({0}, '[^0-9]', '', 'g')"
#: First digits → network, the narrower before the wider.
_NETWORKS = (
    ("4", "Visa"),
    ("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", "Mastercard"),
    ("3[47]", "American Express"),
    ("6011|64[4-9]|65", "Discover"),
    ("30[0-5]|36|3[89]", "Diners Club"),
    ("35(?:2[89]|[3-8])", "JCB"),
    ("62", "UnionPay"),
)
_NETWORK = " ".join(
    f"WHEN regexp_matches({_DIGITS}, '^(?:{digits})') THEN '{name}'" for digits, name in _NETWORKS
)
_HOST = (
    "lower(regexp_extract({0}, "
    r"'^(?:[A-Za-z]+://)?(?:[^/?#@]*@)?([^/?#:]+)', 1))"
)

#: Type → detail → its SQL; nothing for what cannot be told here.
DETAILS: dict[str, dict[str, Detail | None]] = {
    "Phone Number": {
        "AREA_CODE": _python(phones.area_code),
        "COUNTRY_CODE": _python(phones.country_code),
        "TIME_ZONE": None,
    },
    "ZipCode": {
        "TIME_ZONE": _of_zip(lambda state: state.zone),
        "COUNTRY": _sql("CASE WHEN {0} IS NOT NULL THEN 'US' END"),
        "STATE": _of_zip(lambda state: state.code),
        "REGION": _of_zip(lambda state: state.region),
        "CITY": None,
        "TYPE": None,
    },
    "DateTime": {
        "DAY": _time("day({})"),
        "MONTH": _time("month({})"),
        "MONTH_NAME": _time("monthname({})"),
        "WEEK": _time("week({})"),
        "QUARTER": _time("quarter({})"),
        "YEAR": _time("year({})"),
    },
    "State": {"TIME_ZONE": _of_state(lambda state: state.zone)},
    "Credit Card": {"LENGTH": _sql(f"length({_DIGITS})"), "NETWORK": _sql(f"CASE {_NETWORK} END")},
    "URL": {
        "PROTOCOL": _sql("nullif(lower(regexp_extract({0}, '^([A-Za-z]+)://', 1)), '')"),
        "TLD": _sql(f"nullif(regexp_extract({_HOST}, '[.]([a-z][a-z0-9-]*)$', 1), '')"),
        "DOMAIN": _sql(_HOST),
    },
}
