"""Lets a process read botocore's files of services once, for itself and all that it is forked into.

Each new session lists all services and parses the same files anew; moto makes one for each service.
They do not change, and no client changes what was parsed: a session's own clients share it, too.
Each session also finds out anew which names its events have by now, and each client makes the
service's methods and the rules of its endpoints anew.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from botocore import endpoint_provider
from botocore.client import ClientCreator
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.loaders import JSONFileLoader, Loader

_read, _list = JSONFileLoader.load_file, Loader.list_available_services
_make, _rules = ClientCreator._create_methods, endpoint_provider.RuleSet
_renamed = re.compile("|".join(map(re.escape, EVENT_ALIASES)))  # all other names stay
_named = EventAliaser(None)._alias_event_name  # it keeps what it has found
_METHODS: dict[tuple[str, str], dict[str, Any]] = {}
_RULES: dict[tuple[int, int], tuple[Any, Any]] = {}


@functools.cache
def _parsed(path: str) -> Any:
    return _read(JSONFileLoader(), path)


@functools.cache
def _listed(place: str, kind: str) -> Any:
    return _list(Loader(extra_search_paths=[place], include_default_search_paths=False), kind)


def _methods(creator: ClientCreator, model: Any) -> dict[str, Any]:
    """A service's methods, which know nothing of the client that they will be of."""
    known = (model.service_name, model.api_version)
    if known not in _METHODS:
        _METHODS[known] = _make(creator, model)
    return dict(_METHODS[known])


def _ruled(*, rules: Any, partitions: Any, **named: Any) -> Any:
    """What a file's rules say, which stays in memory as the file does."""
    known = (id(rules), id(partitions))
    if known not in _RULES:
        _RULES[known] = _rules(rules=rules, partitions=partitions, **named), (rules, partitions)
    return _RULES[known][0]


JSONFileLoader.load_file = lambda _, file_path: _parsed(file_path)
# One of the places is in the home folder, which each process has of its own.
Loader.list_available_services = lambda self, type_name: sorted(
    {name for place in self.search_paths for name in _listed(place, type_name)}
)
EventAliaser._alias_event_name = lambda _, name: _named(name) if _renamed.search(name) else name
ClientCreator._create_methods = _methods
endpoint_provider.RuleSet = _ruled
