"""Embedded sessions: a one-time code in a URL, and the session that it opens.

The code is good for five minutes and once; the session that it opens lasts from 15 minutes to ten
hours. Both are bearer tokens: the workspace keeps their digests alone.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForRegisteredUser.html
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.quicksight.words import denied
from labkit.cloud.state import Records

CODE_S = 300


@dataclass(frozen=True)
class Embedding:
    """What an embedded session shows, and to whom.

    Args:
        user: the ARN of the QuickSight user; of an anonymous one, ``arn:...:anonymousUser/...``.
        region: where its resources are.
        experience: the API's ``ExperienceConfiguration``: ``{"Dashboard": {...}}``.
        resources: the ARNs of what the session may show, what it starts with first.
        parameters: values that the session starts with, by name.
        tags: the session's tags, which row-level security reads, by key.
        domains: the origins that may frame the page.
        options: what ``GetDashboardEmbedUrl`` switches off (``UndoRedoDisabled``).
        lifetime_s: how long the session lasts.
        expires: when it ends, in seconds since 1970; 0 before it has begun.
    """

    user: str
    region: str
    experience: Mapping[str, Any]
    resources: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    lifetime_s: int = 36_000
    expires: float = 0.0

    @property
    def is_anonymous(self) -> bool:
        return ":anonymousUser/" in self.user

    @property
    def own_tags(self) -> Mapping[str, str] | None:
        """The tags that say what the reader sees; ``None`` where its user does."""
        return self.tags if self.is_anonymous else None


def issue(cloud: Cloud, embedding: Embedding) -> str:
    """A code that opens a session, once, within five minutes."""
    _sweep(cloud)
    return _keep(_codes(cloud), embedding, time.time() + CODE_S)


def embedding_session(cloud: Cloud, code: str) -> tuple[str, Embedding]:
    """Take up a code: the session's token, and what it shows.

    Raises:
        AwsError: ``AccessDeniedException``, the code is none, is used up or has expired.
    """
    with cloud.lock("quicksight"):
        found = _codes(cloud).pop(digest(code), None)
        if found is None or found["until"] < time.time():
            raise denied("The authorization code is not valid, or it has been used.")
        embedding = _read(found)
        expires = time.time() + embedding.lifetime_s
        return _keep(_sessions(cloud), embedding, expires), _read({**found, "until": expires}, True)


def session_of(cloud: Cloud, token: str) -> Embedding:
    """What an open session shows.

    Raises:
        AwsError: ``AccessDeniedException``, there is no such session, or its time is over.
    """
    found = _sessions(cloud).get(digest(token))
    if found is None or found["until"] < time.time():
        raise denied("The embedded session has expired.")
    return _read(found, True)


def _read(kept: dict[str, Any], begun: bool = False) -> Embedding:
    told = dict(kept["embedding"])
    told |= {name: tuple(told[name]) for name in ("resources", "domains")}
    return Embedding(**told | {"expires": kept["until"] if begun else 0.0})


def _keep(where: Records, embedding: Embedding, until: float) -> str:
    token = secrets.token_urlsafe(48)
    where[digest(token)] = {"embedding": asdict(embedding), "until": until}
    return token


def _sweep(cloud: Cloud) -> None:
    for where in (_codes(cloud), _sessions(cloud)):
        for name, kept in list(where.items()):
            if kept["until"] < time.time():
                del where[name]


def digest(token: str) -> str:
    """What is kept of a secret that opens a URL, so that a record does not tell it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _codes(cloud: Cloud) -> Records:
    return cloud.records("quicksight.embedding.code")


def _sessions(cloud: Cloud) -> Records:
    return cloud.records("quicksight.embedding.session")
