"""Keys of the tags of IAM's users and roles, which are one in capitals and small letters.

A tag ``department`` replaces ``Department``; moto keeps both, of which a policy would see either.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend

from labkit.cloud.cloud import Cloud, on_start

_of_user: dict[str, Any] = {"tag": IAMBackend.tag_user, "untag": IAMBackend.untag_user}
_of_role: dict[str, Any] = {"tag": IAMBackend.tag_role, "untag": IAMBackend.untag_role}
Tags = list[dict[str, str]]


@on_start
def install(_: Cloud) -> None:
    """Let moto see them so."""
    backend: Any = IAMBackend
    backend.tag_user, backend.untag_user = _tag_user, _untag_user
    backend.tag_role, backend.untag_role = _tag_role, _untag_role


def _tag_user(iam: Any, name: str, tags: Tags) -> None:
    _untag_user(iam, name, [each["Key"] for each in tags])
    _of_user["tag"](iam, name, tags)


def _untag_user(iam: Any, name: str, tag_keys: list[str]) -> None:
    known = iam.tagger.list_tags_for_resource(iam.get_user(name).arn)["Tags"]
    _of_user["untag"](iam, name, _spelled(tag_keys, known))


def _tag_role(iam: Any, role_name: str, tags: Tags) -> None:
    role = iam.get_role(role_name)
    others = _spelled([each["Key"] for each in tags], role.tags)
    kept, role.tags = role.tags, [each for each in role.tags if each["Key"] not in others]
    try:
        _of_role["tag"](iam, role_name, tags)
    except Exception:
        role.tags = kept
        raise


def _untag_role(iam: Any, role_name: str, tag_keys: list[str]) -> None:
    spelled = _spelled(tag_keys, iam.get_role(role_name).tags)
    lower = {each.lower() for each in spelled}
    unknown = [each for each in tag_keys if each.lower() not in lower]
    _of_role["untag"](iam, role_name, [*spelled, *unknown])


def _spelled(keys: list[str], known: Tags) -> list[str]:
    """Keys as they are kept."""
    wanted = {each.lower() for each in keys}
    return [each["Key"] for each in known if each["Key"].lower() in wanted]
