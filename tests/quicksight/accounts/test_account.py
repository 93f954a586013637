"""What holds for the whole account: assignments, addresses, customization, and what is absent."""

import pytest

from tests.quicksight.conftest import refused

HERE = {"Namespace": "default"}
THEME = "arn:aws:quicksight::aws:theme/"


def test_a_draft_of_an_assignment_is_told(quicksight, author, fresh):
    name = {"AssignmentName": fresh("read")}
    draft = {"AssignmentStatus": "DRAFT", "Identities": {"User": ["author"]}}
    made = quicksight.create_iam_policy_assignment(**HERE, **name, **draft)
    told = quicksight.describe_iam_policy_assignment(**HERE, **name)["IAMPolicyAssignment"]
    assert told["AssignmentId"] == made["AssignmentId"]
    assert told["Identities"] == {"User": ["author"]}
    quicksight.update_iam_policy_assignment(**HERE, **name, AssignmentStatus="DISABLED")
    listed = quicksight.list_iam_policy_assignments(**HERE, AssignmentStatus="DISABLED")
    assert name["AssignmentName"] in [
        each["AssignmentName"] for each in listed["IAMPolicyAssignments"]
    ]
    active = quicksight.list_iam_policy_assignments_for_user(**HERE, UserName="author")
    assert active["ActiveAssignments"] == []
    quicksight.delete_iam_policy_assignment(**HERE, **name)
    assert refused(quicksight.describe_iam_policy_assignment, **HERE, **name)[0] == (
        "ResourceNotFoundException"
    )


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"AssignmentStatus": "ENABLED"}, "NotImplementedException"),
        ({"Identities": {"User": ["nobody"]}}, "ResourceNotFoundException"),
        ({"Identities": {"Robot": ["r2"]}}, "InvalidParameterValueException"),
    ],
    ids=["enabled", "nobody", "no such kind"],
)
def test_an_assignment_is_refused(quicksight, members, code):
    given = HERE | {"AssignmentName": "read", "AssignmentStatus": "DRAFT"} | members
    assert refused(quicksight.create_iam_policy_assignment, **given)[0] == code


def test_rules_for_addresses_stay_when_not_named(quicksight):
    quicksight.update_ip_restriction(IpRestrictionRuleMap={"10.0.0.0/8": "campus"})
    quicksight.update_ip_restriction(Enabled=False)
    told = quicksight.describe_ip_restriction()
    assert told["IpRestrictionRuleMap"] == {"10.0.0.0/8": "campus"}
    assert told["Enabled"] is False


def test_a_rule_for_no_network_is_refused(quicksight):
    code, _ = refused(quicksight.update_ip_restriction, IpRestrictionRuleMap={"10.0.0.1/8": "x"})
    assert code == "InvalidParameterValueException"


def test_a_namespace_is_customized_over_the_account(quicksight, fresh):
    school = {"Namespace": fresh("school")}
    quicksight.create_namespace(**school, IdentityStore="QUICKSIGHT")
    quicksight.create_account_customization(
        AccountCustomization={"DefaultTheme": f"{THEME}SEASIDE"}
    )
    describe = quicksight.describe_account_customization
    assert refused(describe, **school)[0] == "ResourceNotFoundException"
    inherited = describe(**school, Resolved=True)["AccountCustomization"]
    quicksight.create_account_customization(
        **school, AccountCustomization={"DefaultTheme": f"{THEME}RAINIER"}
    )
    own = describe(**school)
    assert (inherited, own["AccountCustomization"]) == (
        {"DefaultTheme": f"{THEME}SEASIDE"},
        {"DefaultTheme": f"{THEME}RAINIER"},
    )
    assert (own["AwsAccountId"], own["Namespace"]) == (quicksight.account, school["Namespace"])
    quicksight.update_account_customization(
        AccountCustomization={"DefaultTheme": f"{THEME}MIDNIGHT"}
    )
    assert describe()["AccountCustomization"] == {"DefaultTheme": f"{THEME}MIDNIGHT"}
    quicksight.delete_account_customization()
    assert refused(describe)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("customization", "code"),
    [
        ({"DefaultTheme": "arn:aws:quicksight:us-east-1:1:theme/no"}, "ResourceNotFoundException"),
        ({"DefaultEmailCustomizationTemplate": "arn"}, "NotImplementedException"),
    ],
    ids=["theme", "mail"],
)
def test_a_customization_is_refused(quicksight, customization, code):
    call = quicksight.create_account_customization
    assert refused(call, AccountCustomization=customization)[0] == code


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("q_personalization_configuration", "PersonalizationMode"),
        ("quick_sight_q_search_configuration", "QSearchStatus"),
        ("dashboards_qa_configuration", "DashboardsQAStatus"),
    ],
    ids=["personalization", "search", "dashboards"],
)
def test_what_needs_a_language_model_stays_off(quicksight, name, member):
    change = getattr(quicksight, f"update_{name}")
    assert refused(change, **{member: "ENABLED"})[0] == "NotImplementedException"
    assert change(**{member: "DISABLED"})[member] == "DISABLED"
    assert getattr(quicksight, f"describe_{name}")()[member] == "DISABLED"


@pytest.mark.parametrize(
    ("call", "member"),
    [
        ("list_action_connectors", "ActionConnectorSummaries"),
        ("list_agents", "AgentSummaries"),
        ("list_brands", "Brands"),
        ("list_flows", "FlowSummaryList"),
        ("list_spaces", "SpaceSummaries"),
        ("list_vpc_connections", "VPCConnectionSummaries"),
    ],
)
def test_lists_of_what_nobody_can_make_are_empty(quicksight, call, member):
    answer = getattr(quicksight, call)()
    assert answer[member] == []
    assert "NextToken" not in answer


@pytest.mark.parametrize(
    ("call", "members"),
    [
        ("describe_brand", {"BrandId": "b"}),
        ("describe_vpc_connection", {"VPCConnectionId": "v"}),
        ("list_role_memberships", HERE | {"Role": "READER"}),
        ("update_spice_capacity_configuration", {"PurchaseMode": "MANUAL"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_absent_says_so(quicksight, call, members):
    code, message = refused(getattr(quicksight, call), **members)
    assert code == "NotImplementedException"
    assert "not available in the local AWS: " in message
