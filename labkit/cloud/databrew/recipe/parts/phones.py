"""Telephone numbers, by Google's libphonenumber, which AWS's pages speak the language of.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.FORMAT_PHONE_NUMBER.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from labkit.cloud.databrew.recipe.errors import unknown
from labkit.cloud.databrew.recipe.parts.vocabularies import countries

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


@lru_cache(maxsize=10_000)
def parsed(text: str, region: str | None) -> PhoneNumber | None:
    """A number that there can be; ``None`` when it is none.

    Args:
        region: the two letters of the country that it is in where it does not say; a number that
            starts with a plus sign says.

    >>> parsed("408-341-5669", None) is None
    True
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


@lru_cache(maxsize=10_000)
def printed(text: str, region: str | None, form: str) -> str:
    """A number in a form; what is none stays as it is.

    >>> printed("408-341-5669", "US", "E164"), printed("no number", "US", "E164")
    ('+14083415669', 'no number')
    """
    import phonenumbers

    number = parsed(text, region)
    if number is None:
        return text
    return phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, form))


def region_of(country: str) -> str:
    """A region's two letters, from its two or three or a country's name; any other text stays.

    >>> region_of("che"), region_of("US"), region_of("Switzerland")
    ('CH', 'US', 'CH')
    """
    return countries().get(country.strip().lower(), country.strip().upper())


def checked_region(code: str) -> str:
    """The same for a region that there must be.

    Raises:
        RecipeError: there is none.
    """
    import phonenumbers

    if region_of(code) not in phonenumbers.SUPPORTED_REGIONS:
        raise unknown("region", code, sorted(phonenumbers.SUPPORTED_REGIONS))
    return region_of(code)


def area_code(text: str) -> str | None:
    """The area code of a number, without a country it is of the United States.

    >>> area_code("(408) 341-5669"), area_code("+41 44 668 18 00")
    ('408', '44')
    """
    import phonenumbers

    number = parsed(text, "US")
    if number is None:
        return None
    length = phonenumbers.length_of_geographical_area_code(number)
    return phonenumbers.national_significant_number(number)[:length] or None


def country_code(text: str) -> str | None:
    """The country calling code of a number.

    >>> country_code("(408) 341-5669"), country_code("+41 44 668 18 00")
    ('1', '41')
    """
    number = parsed(text, "US")
    return str(number.country_code) if number else None
