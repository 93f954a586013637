"""Which actions belong to a kind of resource: what the console grants to viewers and owners."""

import pytest

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError
from labkit.cloud.quicksight import permissions
from labkit.cloud.quicksight.kinds import KINDS

# Actions that are no operations: of people who use a resource in another one, or ask it.
NO_OPERATIONS = {"PassDataSource", "PassDataSet", "QueryAnalysis", "QueryDashboard"}
SHARED = [kind for kind in KINDS if kind in permissions._VIEW]


@pytest.mark.parametrize("kind", SHARED, ids=lambda kind: kind.name)
def test_actions_are_operations_of_the_api(kind):
    actions = permissions.owner_actions(kind)
    names = {action.removeprefix("quicksight:") for action in actions} - NO_OPERATIONS
    assert names <= set(protocol.service_model("quicksight").operation_names)
    assert len(actions) == len(set(actions))


@pytest.mark.parametrize("kind", SHARED, ids=lambda kind: kind.name)
def test_an_owner_may_all_that_a_viewer_may_and_share(kind):
    view, own = permissions.view_actions(kind), permissions.owner_actions(kind)
    assert set(view) < set(own)
    assert f"quicksight:Describe{kind.noun}" in view
    assert f"quicksight:Update{kind.noun}Permissions" in own
    assert len(own) <= 20  # as many as the model lets one principal have


@pytest.mark.parametrize("kind", permissions._LEAST, ids=lambda kind: kind.name)
def test_what_a_viewer_needs_is_given_whole(kind):
    """One action alone is no set; what is held already counts, and more may come beside it."""
    least = [f"quicksight:{action}" for action in permissions._LEAST[kind].split()]
    one, view, own = least[:1], permissions.view_actions(kind), permissions.owner_actions(kind)
    for actions in (one, least[1:], own[-1:]):
        with pytest.raises(AwsError, match="unsupported permission sets"):
            permissions.grant(kind, [], [{"Principal": "p", "Actions": actions}])
    for actions in (least, view, own):
        [held] = permissions.grant(kind, [], [{"Principal": "p", "Actions": actions}])
        assert permissions.grant(kind, [held], [{"Principal": "p", "Actions": one}]) == [held]
