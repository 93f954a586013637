"""Which recipe step hides which personal information.

The steps are those of https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.pii.html.
"""

from __future__ import annotations

_HASH = (
    "CRYPTOGRAPHIC_HASH",
    "gives equal values equal hashes, so that tables can still be joined.",
)
_LAST = ("MASK_RANGE", "covers all but the last four characters.")
_CODE = ("DETERMINISTIC_ENCRYPT", "keeps equal codes equal, and can be undone with the secret.")

_STEPS = {
    "PERSON_NAME": (
        "SHUFFLE_ROWS",
        "gives every name to another row; DELETE if nobody needs them.",
    ),
    "EMAIL": (
        "MASK_DELIMITER",
        "covers what stands before the @; CRYPTOGRAPHIC_HASH to join by it.",
    ),
    "PHONE_NUMBER": _LAST,
    "CREDIT_CARD": _LAST,
    "BANK_ACCOUNT": _LAST,
    "DATE": ("MASK_DATE", "keeps the year and covers the rest."),
    "USA_HCPCS_CODE": _CODE,
    "USA_CPT_CODE": _CODE,
    "USA_NATIONAL_DRUG_CODE": _CODE,
    "USA_NATIONAL_PROVIDER_IDENTIFIER": _CODE,
    "USA_DEA_NUMBER": _CODE,
}


def suggestion(entity_type: str) -> tuple[str, str]:
    """A recipe step for an entity type, and what it does.

    >>> suggestion("USA_SSN")[0]
    'CRYPTOGRAPHIC_HASH'
    """
    return _STEPS.get(entity_type, _HASH)
