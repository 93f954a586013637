"""The entity types, each a line or two: see the package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labkit.cloud.databrew.profile.entities import checks


@dataclass(frozen=True)
class Entity:
    """One entity type. Patterns are of RE2 and of Python alike, and match a whole value.

    Args:
        pattern: what is such a value in any column; nothing when empty.
        hinted: what else is one in a column whose name says so.
        hint: a regular expression for words in the column's name, which are small and joined by _.
        check: whether a value that matches can be one.
        share: the least part of a column's values that must be such for the column to have them:
            a tenth, as in Glue's ``classifyColumns``; more where one number in ten has the right
            check digit by chance.
    """

    pattern: str = ""
    hinted: str = ""
    hint: str = ""
    check: Callable[[str], bool] | None = None
    share: float = 0.1

    def pattern_in(self, column: str) -> str:
        """What a value matches in a column of this name; nothing when empty.

        >>> ENTITIES["PERSON_NAME"].pattern_in("course_name")
        ''
        """
        called = bool(self.hint) and re.search(rf"(?:^|_)(?:{self.hint})(?:_|$)", _words(column))
        patterns = [self.pattern, self.hinted if called else ""]
        return "|".join(f"(?:{pattern})" for pattern in patterns if pattern)

    def matches(self, value: str, column: str = "") -> bool:
        """Whether a value is one, in a column of this name.

        >>> ENTITIES["USA_SSN"].matches("078-05-1120"), ENTITIES["USA_SSN"].matches("078051120")
        (True, False)
        >>> ENTITIES["USA_SSN"].matches("078051120", "customerSSN")
        True
        """
        text, pattern = value.strip(), self.pattern_in(column)
        if not pattern or not re.fullmatch(pattern, text):
            return False
        return self.check is None or self.check(text)


_LETTER = "[AC-HJKMNP-RT-Y]"  # of a Medicare identifier: none that looks like a digit
_EITHER = "[AC-HJKMNP-RT-Y0-9]"
_HEX = "[0-9A-Fa-f]"
_QUAD = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_WORD = r"[^\s@,;:\"<>()\[\]]"
_PEOPLE = (
    "first|last|middle|full|given|family|maiden|sur|customer|patient|employee|contact|person|"
    "student|teacher|staff|member|client|owner|author|parent|sortable"
)

ENTITIES = {
    "USA_SSN": Entity(
        r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
        r"[0-9]{3} ?[0-9]{2} ?[0-9]{4}",
        r"ssn|social_security\w*",
        checks.social_security,
    ),
    "EMAIL": Entity(rf"{_WORD}+@{_WORD}+\.[^\s@,;:\"<>()\[\].0-9]{{2,}}"),
    "USA_ITIN": Entity(
        r"9[0-9]{2}-[0-9]{2}-[0-9]{4}", r"9[0-9]{8}", r"itin|taxpayer\w*|tax_id", checks.taxpayer
    ),
    "USA_PASSPORT_NUMBER": Entity("", r"[0-9]{9}|[A-Z][0-9]{8}", r"passport\w*"),
    "PHONE_NUMBER": Entity(  # of the United States and Canada, as on Glue's page of types
        r"(?:\+?1[ .-]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}"
        r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?|\+1[0-9]{10}",
        r"1?[0-9]{10}",
        r"\w*phone\w*|tel|mobile\w*|cell\w*|fax\w*",
    ),
    "USA_DRIVING_LICENSE": Entity(
        "", r"[A-Z]{0,3}[0-9]{4,14}[A-Z0-9]{0,4}", r"driv\w*_licen[cs]e\w*|dl|dln|dl_n\w*"
    ),
    "BANK_ACCOUNT": Entity(
        "",
        r"[0-9]{6,17}|[0-9]{5}-[0-9]{3}-[0-9]{7,12}",
        r"bank\w*|acct\w*|account_(?:n|no|num|number)",
    ),
    "CREDIT_CARD": Entity(
        r"[2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,4}[ -]?[0-9]{0,3}"
        r"|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}",
        check=checks.card,
        share=0.5,
    ),
    "IP_ADDRESS": Entity(
        rf"(?:{_HEX}{{0,4}}(?::{_HEX}{{0,4}}){{1,6}}:)?{_QUAD}|{_HEX}{{0,4}}(?::{_HEX}{{0,4}}){{2,8}}",
        check=checks.address,
    ),
    "MAC_ADDRESS": Entity(
        rf"{_HEX}{{2}}(?::{_HEX}{{2}}){{5}}|{_HEX}{{2}}(?:-{_HEX}{{2}}){{5}}"
        rf"|{_HEX}{{4}}(?:\.{_HEX}{{4}}){{2}}"
    ),
    "USA_DEA_NUMBER": Entity(
        r"[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}", check=checks.prescriber, share=0.5
    ),
    "USA_HCPCS_CODE": Entity("", r"[A-V][0-9]{4}", r"hcpcs\w*|procedure\w*"),
    "USA_NATIONAL_PROVIDER_IDENTIFIER": Entity(r"[12][0-9]{9}", check=checks.provider, share=0.5),
    "USA_NATIONAL_DRUG_CODE": Entity(
        r"[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-[0-9]{3}-[0-9]{2}|[0-9]{5}-[0-9]{4}-[0-9]{1,2}",
        r"[0-9]{10,11}",
        r"ndc\w*|drug_code\w*|national_drug\w*",
    ),
    "USA_HEALTH_INSURANCE_CLAIM_NUMBER": Entity(
        r"[0-9]{3}-?[0-9]{2}-?[0-9]{4}-?[ABCDEFGHJKMTW][0-9A-Z]?",
        r"[A-Z]{1,3}-?(?:[0-9]{6}|[0-9]{9})",
        r"hicn?|medicare\w*|health_insurance\w*",
        checks.claim,
    ),
    "USA_MEDICARE_BENEFICIARY_IDENTIFIER": Entity(
        rf"[1-9]{_LETTER}{_EITHER}[0-9]-?{_LETTER}{_EITHER}[0-9]-?{_LETTER}{{2}}[0-9]{{2}}"
    ),
    "USA_CPT_CODE": Entity("", r"[0-9]{4}[0-9FTU]", r"cpt\w*"),
    "PERSON_NAME": Entity(
        "",
        r"[^0-9@#$%&*/\\_=+<>{}\[\]|~^!?;:\"]{2,80}",
        rf"(?:{_PEOPLE})_?names?|forename|fname|lname",
    ),
    "DATE": Entity(
        r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}(?:[T ][0-9]{1,2}:[0-9:.]+ ?(?:Z|UTC|[+-][0-9:]+)?)?"
        r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})"
        r"|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4}|[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}",
        check=checks.date,
    ),
}
"""Every entity type by name, in the order of AWS's list."""

GROUPS = {"USA_ALL": [name for name in ENTITIES if name not in ("PERSON_NAME", "DATE")]}
"""Groups of entity types, which may stand for them."""


def entity_types(names: Iterable[str]) -> list[str]:
    """The entity types that names and groups stand for, in the order of AWS's list.

    >>> entity_types(["DATE", "EMAIL"])
    ['EMAIL', 'DATE']
    """
    wanted = {each for name in names for each in GROUPS.get(name, [name])}
    return [name for name in ENTITIES if name in wanted]


def _words(column: str) -> str:
    """A column's name in small words joined by _."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", column).lower()
