"""Embed URLs: good once, for whom they are made, for what may be seen."""

import http.client
import urllib.parse
from typing import Any

import pytest

from tests.quicksight.conftest import refused
from tests.quicksight.embedding.waiting import wait_for_rows
from tests.quicksight.orders import data_set

READ = ["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"]
READ = [f"quicksight:{action}" for action in READ]
BAR = {
    "KPIVisual": {
        "VisualId": "kpi",
        "ChartConfiguration": {
            "FieldWells": {
                "Values": [
                    {
                        "NumericalMeasureField": {
                            "FieldId": "n",
                            "Column": {"DataSetIdentifier": "o", "ColumnName": "quantity"},
                            "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
                        }
                    }
                ]
            }
        },
    }
}


@pytest.fixture(scope="module")
def dashboard(quicksight: Any, client: Any, allow_bucket: Any) -> str:
    """The ARN of a dashboard that nobody may see yet."""
    arn = data_set(quicksight, client, allow_bucket, "embedded-orders")
    wait_for_rows(quicksight, "embedded-orders")
    definition = {
        "DataSetIdentifierDeclarations": [{"Identifier": "o", "DataSetArn": arn}],
        "Sheets": [{"SheetId": "s1", "Name": "Orders", "Visuals": [BAR]}],
    }
    answer = quicksight.create_dashboard(
        DashboardId="embedded", Name="Orders <today>", Definition=definition
    )
    return str(answer["Arn"])


@pytest.fixture
def reader(quicksight: Any, fresh: Any) -> str:
    """The ARN of a new reader."""
    answer = quicksight.register_user(
        Namespace="default",
        IdentityType="QUICKSIGHT",
        UserName=fresh("reader"),
        Email="reader@example.edu",
        UserRole="READER",
    )
    return str(answer["User"]["Arn"])


def test_a_url_opens_once_and_its_session_stays(
    quicksight: Any, dashboard: str, reader: str
) -> None:
    _share(quicksight, reader)
    url = _registered(quicksight, reader)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    assert (query["isauthcode"], query["identityprovider"]) == ("true", "quicksight")
    first = _get(url)
    assert first.status == 200
    assert "<h1>Orders &lt;today&gt;</h1>" in first.body
    assert "has been used" in _get(url).body
    assert _get(url).status == 401
    assert _get(first.url).status == 200
    assert _get(url.partition("?")[0]).status == 401
    assert _get(first.url[:-2] + "/").status == 401


def test_whoever_may_not_see_it_gets_no_url(quicksight: Any, dashboard: str, reader: str) -> None:
    assert refused(_registered, quicksight=quicksight, user=reader)[0] == "AccessDeniedException"


def test_what_is_taken_away_is_shown_no_more(quicksight: Any, dashboard: str, reader: str) -> None:
    _share(quicksight, reader)
    first = _get(_registered(quicksight, reader))
    quicksight.update_dashboard_permissions(
        DashboardId="embedded", RevokePermissions=[{"Principal": reader, "Actions": READ}]
    )
    later = _get(first.url)
    assert (later.status, "Orders" in later.body) == (401, False)


def test_a_group_and_a_link_let_in(quicksight: Any, dashboard: str, reader: str) -> None:
    name = reader.rpartition("/")[2]
    group = quicksight.create_group(GroupName=name, Namespace="default")["Group"]["Arn"]
    member = {"MemberName": name, "GroupName": name, "Namespace": "default"}
    quicksight.create_group_membership(**member)
    _share(quicksight, group)
    assert _get(_registered(quicksight, reader)).status == 200
    quicksight.delete_group_membership(**member)
    assert refused(_registered, quicksight=quicksight, user=reader)[0] == "AccessDeniedException"
    everyone = [{"Principal": reader.split(":user/")[0] + ":namespace/default", "Actions": READ}]
    change = quicksight.update_dashboard_permissions
    change(DashboardId="embedded", GrantLinkPermissions=everyone)
    assert _get(_registered(quicksight, reader)).status == 200
    change(DashboardId="embedded", RevokeLinkPermissions=everyone)


def test_an_anonymous_reader_sees_what_is_authorized(quicksight: Any, dashboard: str) -> None:
    call = {"Namespace": "default", "ExperienceConfiguration": _experience("embedded")}
    answer = quicksight.generate_embed_url_for_anonymous_user(
        **call,
        AuthorizedResourceArns=[dashboard],
        SessionTags=[{"Key": "tenant", "Value": "north"}],
        AllowedDomains=["https://example.edu"],
    )
    assert ":anonymousUser/default/" in answer["AnonymousUserArn"]
    page = _get(answer["EmbedUrl"])
    assert page.status == 200
    assert "https://example.edu" in page.headers["Content-Security-Policy"]
    code, _ = refused(
        quicksight.generate_embed_url_for_anonymous_user,
        **call,
        AuthorizedResourceArns=[dashboard + "x"],
    )
    assert code == "InvalidParameterValueException"


def test_a_visual(quicksight: Any, dashboard: str, reader: str) -> None:
    _share(quicksight, reader)
    ids = {"DashboardId": "embedded", "SheetId": "s1", "VisualId": "kpi"}
    shown = {"DashboardVisual": {"InitialDashboardVisualId": ids}}
    make = quicksight.generate_embed_url_for_registered_user
    url = make(UserArn=reader, ExperienceConfiguration=shown)["EmbedUrl"]
    assert "/dashboards/embedded/sheets/s1/visuals/kpi?" in url
    ids["VisualId"] = "other"
    code, _ = refused(make, UserArn=reader, ExperienceConfiguration=shown)
    assert code == "ResourceNotFoundException"


def test_the_older_operations(quicksight: Any, dashboard: str, reader: str, author: str) -> None:
    _share(quicksight, reader)
    url = quicksight.get_dashboard_embed_url(
        DashboardId="embedded", IdentityType="QUICKSIGHT", UserArn=reader
    )["EmbedUrl"]
    assert _get(url).status == 200
    url = quicksight.get_session_embed_url(EntryPoint="/start/dashboards", UserArn=author)
    assert _get(url["EmbedUrl"]).status == 200
    code, _ = refused(quicksight.get_session_embed_url, EntryPoint="/start", UserArn=reader)
    assert code == "AccessDeniedException"


def test_no_such_user(quicksight: Any, dashboard: str, reader: str) -> None:
    code, _ = refused(_registered, quicksight=quicksight, user=reader + "x")
    assert code == "QuickSightUserNotFoundException"


def test_another_host_is_refused(quicksight: Any, dashboard: str, reader: str) -> None:
    _share(quicksight, reader)
    url = _registered(quicksight, reader)
    assert _get(url, Host="quicksight.example.com").status == 403
    assert _get(url).status == 200


class Page:
    """A page as a browser gets it."""

    def __init__(self, url: str, response: http.client.HTTPResponse) -> None:
        self.url, self.status, self.headers = url, response.status, response.headers
        self.body = response.read().decode()


def _get(url: str, **headers: str) -> Page:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        page = Page(url, connection.getresponse())
    finally:
        connection.close()
    place = page.headers.get("Location")
    return _get(urllib.parse.urljoin(url, place)) if place else page


def _experience(id: str) -> dict[str, Any]:
    return {"Dashboard": {"InitialDashboardId": id}}


def _registered(quicksight: Any, user: str) -> str:
    answer = quicksight.generate_embed_url_for_registered_user(
        UserArn=user, ExperienceConfiguration=_experience("embedded")
    )
    return str(answer["EmbedUrl"])


def _share(quicksight: Any, principal: str) -> None:
    quicksight.update_dashboard_permissions(
        DashboardId="embedded", GrantPermissions=[{"Principal": principal, "Actions": READ}]
    )
