"""Personal information is found by what it looks like, and kept out of the statistics."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.cloud.databrew.profile.entities import ENTITIES, GROUPS, entity_types
from labkit.cloud.databrew.profile.entities.checks import luhn
from tests.databrew.profiling import profiled

#: Value, the column's name, the entity types.
VALUES = [
    ("078-05-1120", "x", ["USA_SSN"]),
    ("078051120", "x", []),
    ("078051120", "ssn", ["USA_SSN"]),
    ("000-12-3456", "ssn", []),
    ("666-12-3456", "ssn", []),
    ("912-70-1234", "x", ["USA_ITIN"]),
    ("912-69-1234", "x", []),
    ("912701234", "ITIN", ["USA_ITIN"]),
    ("mary_major@example.org", "x", ["EMAIL"]),
    ("márcia_oliveira@example.org", "x", ["EMAIL"]),
    ("mary@localhost", "x", []),
    ("mary@example.org, john@example.org", "x", []),
    ("C12345678", "x", []),
    ("C12345678", "passport_no", ["USA_PASSPORT_NUMBER"]),
    ("103-555-0159", "x", ["PHONE_NUMBER"]),
    ("+1 (415) 555-0123 x12", "x", ["PHONE_NUMBER"]),
    ("+14155550123", "x", ["PHONE_NUMBER"]),
    ("4155550123", "x", []),
    ("4155550123", "contactPhone", ["PHONE_NUMBER"]),
    ("A1234567", "driver_license", ["USA_DRIVING_LICENSE"]),
    ("A1234567", "x", []),
    ("000123456789", "bank_account", ["BANK_ACCOUNT"]),
    ("000123456789", "account_id", []),
    ("4111 1111 1111 1111", "x", ["CREDIT_CARD"]),
    ("5108758100972556", "x", ["CREDIT_CARD"]),
    ("378282246310005", "x", ["CREDIT_CARD"]),
    ("4111111111111112", "x", []),
    ("192.0.2.7", "x", ["IP_ADDRESS"]),
    ("192.0.2.256", "x", []),
    ("2001:db8::1", "x", ["IP_ADDRESS"]),
    ("::2:3:4:5:6:7:8", "x", ["IP_ADDRESS"]),
    ("::ffff:192.0.2.7", "x", ["IP_ADDRESS"]),
    ("::ffff:192.0.2.256", "x", []),
    ("12:30:45", "x", []),
    ("00:1A:2b:3c:4d:5e", "x", ["MAC_ADDRESS"]),
    ("001a.2b3c.4d5e", "x", ["MAC_ADDRESS"]),
    ("AB1234563", "x", ["USA_DEA_NUMBER"]),
    ("AB1234564", "x", []),
    ("J0120", "hcpcs_code", ["USA_HCPCS_CODE"]),
    ("J0120", "x", []),
    ("1234567893", "x", ["USA_NATIONAL_PROVIDER_IDENTIFIER"]),
    ("1234567890", "x", []),
    ("0777-3105-02", "x", ["USA_NATIONAL_DRUG_CODE"]),
    ("00777310502", "ndc", ["USA_NATIONAL_DRUG_CODE"]),
    ("123-45-6789A", "x", ["USA_HEALTH_INSURANCE_CLAIM_NUMBER"]),
    ("WA123456", "hicn", ["USA_HEALTH_INSURANCE_CLAIM_NUMBER"]),
    ("1EG4-TE5-MK73", "x", ["USA_MEDICARE_BENEFICIARY_IDENTIFIER"]),
    ("1SG4TE5MK73", "x", []),
    ("99213", "cpt", ["USA_CPT_CODE"]),
    ("99213", "zip", []),
    ("Márcia Oliveira", "full_name", ["PERSON_NAME"]),
    ("O'Neill-Smith", "lastName", ["PERSON_NAME"]),
    ("Introductory Biology", "course_name", []),
    ("user42", "first_name", []),
    ("2021-02-28", "x", ["DATE"]),
    ("2021-02-30", "x", []),
    ("02/28/2021", "x", ["DATE"]),
    ("28/02/2021", "x", ["DATE"]),
    ("Feb 28, 2021", "x", ["DATE"]),
    ("2021-02-28T23:59:59.5Z", "x", ["DATE"]),
    ("1.2.21", "x", []),
    ("", "x", []),
    ("hello", "x", []),
]


def matching(value, column=""):
    """The entity types that a value may be one of."""
    return [name for name, entity in ENTITIES.items() if entity.matches(value, column)]


@pytest.mark.parametrize(("value", "name", "found"), VALUES, ids=lambda v: str(v) or "empty")
def test_a_value(value, name, found):
    assert matching(value, name) == found


def test_every_entity_type_has_a_value_here():
    assert {name for _, _, found in VALUES for name in found} == set(ENTITIES)


def test_the_group_has_all_but_names_and_dates():
    assert set(entity_types(["USA_ALL"])) == set(ENTITIES) - {"PERSON_NAME", "DATE"}
    assert GROUPS.keys() == {"USA_ALL"}


@settings(max_examples=200)
@given(st.integers(10**11, 10**18 - 1), st.integers(1, 9), st.data())
def test_a_check_digit_finds_every_wrong_digit(number, change, data):
    [right] = [f"{number}{digit}" for digit in range(10) if luhn(f"{number}{digit}")]
    at = data.draw(st.integers(0, len(right) - 1))
    wrong = f"{right[:at]}{(int(right[at]) + change) % 10}{right[at + 1 :]}"
    assert not luhn(wrong)


@settings(max_examples=200)
@given(st.ip_addresses())
def test_addresses(address):
    assert matching(str(address)) == ["IP_ADDRESS"]
    assert ipaddress.ip_address(str(address)) == address


# In a profile -------------------------------------------------------------------------------------

PEOPLE = {
    "id": ("int", list(range(1, 11))),
    "full_name": ("string", ["Mary Major", "Richard Roe"] * 5),
    "email": ("string", [f"user{n}@example.org" for n in range(8)] + ["no mail", None]),
    "card": ("bigint", [5108758100972556, 5108751816536864] * 5),
    "note": ("string", ["call 1", "192.0.2.7", *["nothing"] * 8]),
    "rare": ("string", ["192.0.2.7", *[f"text {n}" for n in range(19)]][:10]),
    "gpa": ("double", [n / 3 for n in range(10)]),
}


def found(session, *entity_types, **more):
    """Each column's part of the document."""
    configuration = {"EntityDetectorConfiguration": {"EntityTypes": entity_types, **more}}
    return {c["name"]: c for c in profiled(session, PEOPLE, configuration)["columns"]}


def test_without_a_detector_nothing_is_told_of_entities(session):
    assert not any("entity" in told for told in profiled(session, PEOPLE)["columns"])


def test_every_column_has_an_entity_empty_where_there_is_none(session):
    told = found(session, "USA_ALL", "PERSON_NAME")
    assert {name: c["entity"] for name, c in told.items()} == {
        "id": {},
        "full_name": {"entityTypes": ["PERSON_NAME"], "rowsCount": 10},
        "email": {"entityTypes": ["EMAIL"], "rowsCount": 8},
        "card": {"entityTypes": ["CREDIT_CARD"], "rowsCount": 10},
        "note": {"entityTypes": ["IP_ADDRESS"], "rowsCount": 1},
        "rare": {"entityTypes": ["IP_ADDRESS"], "rowsCount": 1},
        "gpa": {},
    }


def test_only_what_is_asked_for_is_found(session):
    told = found(session, "EMAIL")
    assert [name for name, c in told.items() if c["entity"]] == ["email"]


def test_less_than_a_tenth_of_a_column_is_not_told(session):
    values = ["192.0.2.7", *[f"text {n}" for n in range(19)]]
    configuration = {"EntityDetectorConfiguration": {"EntityTypes": ["IP_ADDRESS"]}}
    [told] = profiled(session, {"x": ("string", values)}, configuration)["columns"]
    assert told["entity"] == {}


def test_numbers_that_are_cards_by_chance_are_none(session):
    values = list(range(4_000_000_000_000_000, 4_000_000_000_000_500))
    configuration = {"EntityDetectorConfiguration": {"EntityTypes": ["USA_ALL"]}}
    [told] = profiled(session, {"x": ("bigint", values)}, configuration)["columns"]
    assert told["entity"] == {}


def test_columns_with_entities_have_no_statistics(session):
    told = found(session, "USA_ALL")
    assert list(told["card"]) == ["name", "type", "columnConfigurationOverride", "entity"]
    assert list(told["id"]["correlations"]) == ["id", "gpa"]


@pytest.mark.parametrize(
    ("allowed", "attributes"),
    [
        (["MAX", "MEAN"], ["max", "mean"]),
        (["TOP_VALUES_GROUP"], ["mostCommonValues", "mode"]),
        (["MISSING_VALUES_COUNT", "CORRELATION"], ["missingValuesCount"]),
    ],
)
def test_statistics_that_are_allowed(session, allowed, attributes):
    told = found(session, "CREDIT_CARD", AllowedStatistics=[{"Statistics": allowed}])["card"]
    assert ("correlations" in told) == ("CORRELATION" in allowed)
    assert [name for name in told if name not in ("correlations",)][4:] == attributes


def test_the_three_groups_together_allow_all(session):
    groups = ["AGGREGATED_GROUP", "TOP_VALUES_GROUP", "CONTAINING_NUMERIC_VALUES_GROUP"]
    told = found(session, "CREDIT_CARD", AllowedStatistics=[{"Statistics": groups}])["card"]
    [plain] = [c for c in profiled(session, PEOPLE)["columns"] if c["name"] == "card"]
    assert {name: value for name, value in told.items() if name != "entity"} == plain
