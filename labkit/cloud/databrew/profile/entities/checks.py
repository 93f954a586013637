"""What issuers promise of their numbers. Every function takes a value that matches the pattern."""

from __future__ import annotations

import functools
import ipaddress
import re
from datetime import datetime

_DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d %b %Y",
    "%d %B %Y",
)


def digits(text: str) -> str:
    """A number's digits alone.

    >>> digits("4111-1111 1")
    '411111111'
    """
    return re.sub(r"[^0-9]", "", text)


def luhn(number: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = [sum(divmod(2 * int(d), 10)) for d in number[-2::-2]]
    return (sum(doubled) + sum(int(d) for d in number[::-2])) % 10 == 0


def social_security(text: str) -> bool:
    """Never 000, 666 or 9xx, nor zeros alone in the other groups.

    Source: https://www.ssa.gov/employer/randomization.html

    >>> social_security("078-05-1120"), social_security("666-05-1120")
    (True, False)
    """
    area, group, serial = _three(text)
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def taxpayer(text: str) -> bool:
    """An ITIN's fourth and fifth digits are 50 to 65, 70 to 88, 90 to 92 or 94 to 99.

    Source: https://www.irs.gov/irm/part3/irm_03-021-263r

    >>> taxpayer("912-70-1234"), taxpayer("912-69-1234")
    (True, False)
    """
    group = int(_three(text)[1])
    return 50 <= group <= 65 or (70 <= group <= 99 and group not in (89, 93))


def card(text: str) -> bool:
    """A card's number: 13 to 19 digits with a check digit, not all the same."""
    number = digits(text)
    return 13 <= len(number) <= 19 and len(set(number)) > 1 and luhn(number)


def provider(text: str) -> bool:
    """A National Provider Identifier has its check digit with 80840 before it.

    Source: https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand/Downloads/NPIcheckdigit.pdf

    >>> provider("1234567893"), provider("1234567890")
    (True, False)
    """
    return luhn(f"80840{text}")


def prescriber(text: str) -> bool:
    """A DEA number's last digit checks the others.

    >>> prescriber("AB1234563"), prescriber("AB1234564")
    (True, False)
    """
    d = [int(digit) for digit in text[-7:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def address(text: str) -> bool:
    """An address of IP version 4 or 6.

    >>> address("192.0.2.256"), address("2001:db8::1"), address("12:30:45")
    (False, True, False)
    """
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def claim(text: str) -> bool:
    """A health insurance claim number starts with a social security number."""
    return len(digits(text)) < 9 or not text[0].isdigit() or social_security(text)


def date(text: str) -> bool:
    """A day that there is.

    >>> date("2021-02-30"), date("02/28/2021"), date("28 Feb 2021"), date("2021-02-28T10:00:00Z")
    (False, True, True, True)
    """
    return _day(re.sub(r"[.,](?= )", "", re.split(r"[T ](?=[0-9]{1,2}:)", text)[0]))


@functools.lru_cache(1 << 16)  # a log has more times than days
def _day(text: str) -> bool:
    return any(_parses(text, format_) for format_ in _DATES)


def _parses(text: str, format_: str) -> bool:
    try:
        return datetime.strptime(text, format_).year >= 1000
    except ValueError:
        return False


def _three(text: str) -> tuple[str, str, str]:
    number = digits(text)
    return number[:3], number[3:5], number[5:9]
