"""Lets a process read botocore's files of services once, for itself and all that it is forked into.

Each new session lists all services and parses the same files anew; moto makes one for each service.
They do not change, and no client changes what was parsed: a session's own clients share it, too.
Each session also finds out anew which names its events have by now.
"""

from __future__ import annotations

import functools
from typing import Any

from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader

_read, _list = JSONFileLoader.load_file, Loader.list_available_services
_named = EventAliaser(None)._alias_event_name  # it keeps what it has found


@functools.cache
def _parsed(path: str) -> Any:
    return _read(JSONFileLoader(), path)


@functools.cache
def _listed(place: str, kind: str) -> Any:
    return _list(Loader(extra_search_paths=[place], include_default_search_paths=False), kind)


JSONFileLoader.load_file = lambda _, file_path: _parsed(file_path)
# One of the places is in the home folder, which each process has of its own.
Loader.list_available_services = lambda self, type_name: sorted(
    {name for place in self.search_paths for name in _listed(place, type_name)}
)
EventAliaser._alias_event_name = lambda _, event_name: _named(event_name)
