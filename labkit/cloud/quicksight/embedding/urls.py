"""URLs that open an embedded dashboard, visual, question bar or console, once.

Where AWS's URL is ``https://<region>.quicksight.aws.amazon.com/embed/...``, ours is of this
workspace's own server, with the same query: ``code``, ``identityprovider`` and ``isauthcode``.
Source: https://docs.aws.amazon.com/quicksight/latest/user/embedded-analytics.html
"""

from __future__ import annotations

import re
import secrets
import urllib.parse
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, principals, records
from labkit.cloud.quicksight.accounts import namespaces
from labkit.cloud.quicksight.definitions import versions, walk
from labkit.cloud.quicksight.definitions.catalog import place_of
from labkit.cloud.quicksight.embedding import viewers
from labkit.cloud.quicksight.embedding.sessions import Embedding, issue
from labkit.cloud.quicksight.kinds import DASHBOARD, TOPIC
from labkit.cloud.quicksight.records import Record, answers
from labkit.cloud.quicksight.words import denied, invalid, not_here, refusal

PREFIX = "/labkit/quicksight/embed/"
MOST_DOMAINS = 3
_DOMAIN = re.compile(r"https?://(\*\.)?[\w.-]+(:\d+)?")
_ENTRY = re.compile(r"/start(/analyses|/dashboards|/favorites)?|/(dashboards|analyses)/[\w-]+")


@answers("GenerateEmbedUrlForRegisteredUser")
def for_registered_user(
    context: Context,
    *,
    UserArn: str,
    ExperienceConfiguration: Record,
    SessionLifetimeInMinutes: int = 600,
    AllowedDomains: list[str] | None = None,
) -> Answer:
    gate.check_enterprise(context, "Embedding is")
    user, path, arns = _user(context, UserArn), *_target(context, ExperienceConfiguration)
    embedding = Embedding(
        user=user["Arn"],
        region=context.region,
        experience=ExperienceConfiguration,
        resources=tuple(arns),
        domains=_domains(AllowedDomains),
        lifetime_s=SessionLifetimeInMinutes * 60,
    )
    return _url(context, embedding, path)


@answers("GenerateEmbedUrlForAnonymousUser")
def for_anonymous_user(
    context: Context,
    *,
    Namespace: str,
    AuthorizedResourceArns: list[str],
    ExperienceConfiguration: Record,
    SessionLifetimeInMinutes: int = 600,
    SessionTags: list[Record] | None = None,
    AllowedDomains: list[str] | None = None,
) -> Answer:
    gate.check_enterprise(context, "Embedding is")
    namespaces.check(context, Namespace)
    path, arns = _target(context, ExperienceConfiguration)
    if missing := [arn for arn in arns if arn not in AuthorizedResourceArns]:
        raise invalid(f"{', '.join(missing)} is not in AuthorizedResourceArns.")
    user = context.arn(f"anonymousUser/{Namespace}/{uuid.uuid4().hex}")
    embedding = Embedding(
        user=user,
        region=context.region,
        experience=ExperienceConfiguration,
        resources=tuple(dict.fromkeys([*arns, *AuthorizedResourceArns])),
        tags={each["Key"]: each["Value"] for each in SessionTags or ()},
        domains=_domains(AllowedDomains),
        lifetime_s=SessionLifetimeInMinutes * 60,
    )
    return _url(context, embedding, path) | {"AnonymousUserArn": user}


@answers("GetDashboardEmbedUrl")
def for_dashboard(
    context: Context,
    *,
    DashboardId: str,
    IdentityType: str,
    SessionLifetimeInMinutes: int = 15,
    UserArn: str | None = None,
    Namespace: str = namespaces.DEFAULT,
    AdditionalDashboardIds: list[str] | None = None,
    **options: Any,
) -> Answer:
    gate.check_enterprise(context, "Embedding is")
    if AdditionalDashboardIds and IdentityType != "ANONYMOUS":
        raise invalid("AdditionalDashboardIds are for the identity type ANONYMOUS.")
    path, arns = _target(context, {"Dashboard": {"InitialDashboardId": DashboardId}})
    more = [records.find(context, DASHBOARD, id)["Arn"] for id in AdditionalDashboardIds or ()]
    embedding = Embedding(
        user=_identity(context, IdentityType, UserArn, Namespace),
        region=context.region,
        experience={"Dashboard": {"InitialDashboardId": DashboardId}},
        resources=(*arns, *more),
        options=options,
        lifetime_s=SessionLifetimeInMinutes * 60,
    )
    return _url(context, embedding, path)


@answers("GetSessionEmbedUrl")
def for_session(
    context: Context,
    *,
    EntryPoint: str = "/start",
    SessionLifetimeInMinutes: int = 600,
    UserArn: str | None = None,
) -> Answer:
    gate.check_enterprise(context, "Embedding is")
    if not _ENTRY.fullmatch(EntryPoint):
        raise invalid(f"EntryPoint {EntryPoint} is not a path of the console.")
    user = _user(context, UserArn or principals.caller_arn(context))
    if user["Role"].startswith("READER"):
        raise denied(f"User {user['Arn']} is no author.")
    embedding = Embedding(
        user=user["Arn"],
        region=context.region,
        experience={"QuickSightConsole": {"InitialPath": EntryPoint}},
        resources=(),
        lifetime_s=SessionLifetimeInMinutes * 60,
    )
    return _url(context, embedding, EntryPoint.strip("/"))


def _url(context: Context, embedding: Embedding, path: str) -> Answer:
    """The URL of a session, for who may see all that it starts with."""
    first = () if embedding.is_anonymous else embedding.resources
    for arn in first:
        viewers.check(context.cloud, embedding, arn)
    code = issue(context.cloud, replace(embedding, parameters=_parameters(context, embedding)))
    query = {"code": code, "identityprovider": "quicksight", "isauthcode": "true"}
    place = f"{context.cloud.endpoint}{PREFIX}{secrets.token_hex(16)}/{path}"
    return {"EmbedUrl": f"{place}?{urllib.parse.urlencode(query)}"}


def _parameters(context: Context, embedding: Embedding) -> dict[str, Any]:
    """The values that the dashboard was made with."""
    shown = next((arn for arn in embedding.resources if ":dashboard/" in arn), "")
    if not shown:
        return {}
    version = versions.find(context, DASHBOARD, place_of(shown)[1])
    return walk.given_values(version["_"].get("parameters"))


def _target(context: Context, experience: Record) -> tuple[str, list[str]]:
    """The path of what an experience starts with, and the ARNs of what it shows.

    Raises:
        AwsError: there is no such dashboard, visual or topic; or more than one experience.
    """
    if len(experience) != 1:
        raise invalid("ExperienceConfiguration must have exactly one experience.")
    [(kind, settings)] = experience.items()
    match kind:
        case "Dashboard":
            return _dashboard(context, settings["InitialDashboardId"])
        case "DashboardVisual":
            return _visual(context, settings["InitialDashboardVisualId"])
        case "QSearchBar" if settings.get("InitialTopicId"):
            found = records.find(context, TOPIC, settings["InitialTopicId"])
            return f"topics/{found['TopicId']}", [found["Arn"]]
        case "QSearchBar":
            return "topics", []
        case "QuickSightConsole":
            return settings.get("InitialPath", "/start").strip("/"), []
    raise not_here(context.operation, f"the experience {kind} needs a language model")


def _dashboard(context: Context, id: str) -> tuple[str, list[str]]:
    return f"dashboards/{id}", [records.find(context, DASHBOARD, id)["Arn"]]


def _visual(context: Context, ids: Record) -> tuple[str, list[str]]:
    path, arns = _dashboard(context, ids["DashboardId"])
    version = versions.find(context, DASHBOARD, ids["DashboardId"])
    found = walk.visuals(version["_"]["definition"]).get(ids["VisualId"])
    if found is None or found.sheet["SheetId"] != ids["SheetId"]:
        raise refusal(
            "ResourceNotFoundException", f"Visual {ids['VisualId']} is not found on its sheet."
        )
    return f"{path}/sheets/{ids['SheetId']}/visuals/{ids['VisualId']}", arns


def _identity(context: Context, type: str, user_arn: str | None, namespace: str) -> str:
    match type:
        case "ANONYMOUS":
            namespaces.check(context, namespace)
            return context.arn(f"anonymousUser/{namespace}/{uuid.uuid4().hex}")
        case "QUICKSIGHT" if not user_arn:
            raise invalid("UserArn is required for the identity type QUICKSIGHT.")
    found = _user(context, user_arn or principals.caller_arn(context))
    return str(found["Arn"])


def _user(context: Context, arn: str) -> Record:
    found = principals.find(context.cloud, arn)
    if found is None or ":user/" not in arn:
        raise refusal("QuickSightUserNotFoundException", f"User {arn} is not found.")
    return found


def _domains(given: Sequence[str] | None) -> tuple[str, ...]:
    domains = tuple(given or ())
    if len(domains) > MOST_DOMAINS:
        raise invalid(f"AllowedDomains takes at most {MOST_DOMAINS} domains.")
    for each in domains:
        if not _DOMAIN.fullmatch(each.rstrip("/")):
            raise invalid(f"AllowedDomains: {each} is not a domain such as https://example.com")
    return tuple(each.rstrip("/") for each in domains)
