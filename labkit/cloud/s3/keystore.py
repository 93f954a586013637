"""moto's index of a bucket's keys, which now remembers what changed and what to delete.

moto keeps a bucket's objects in a `_VersionedKeyStore`: key → list of versions. `KeyStore` notes
each version that is new, changed or gone, so that the state file gets one row a change however many
versions a key has, and holds deleted bodies back until that row is written: a crash in between
loses neither the object nor the index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from moto.s3.utils import _VersionedKeyStore


@dataclass
class Changes:
    """What of a bucket's versions is not on disk yet, by key and number."""

    written: dict[tuple[str, int], Any] = field(default_factory=dict)
    gone: set[tuple[str, int]] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.written or self.gone)


class KeyStore(_VersionedKeyStore):
    """Key → versions, with a note of the touched ones; their numbers are in the order of age."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.changes = Changes()
        self.trash: list[str] = []
        self._last = 0

    def __setitem__(self, key: str, value: Any) -> Any:
        self._write(key, [value])
        return super().__setitem__(key, value)

    def setlist(self, key: Any, list_: Any) -> Any:
        versions = list_ if isinstance(list_, list) else [*list_]
        former = self.versions(key)
        if versions[: len(former)] != former:
            stay = {id(version) for version in versions}
            self._discard(key, [each for each in former if id(each) not in stay])
            known = {id(version) for version in former}
            self._write(key, [each for each in versions if id(each) not in known])
        else:
            self._write(key, versions[len(former) :])
        dict.__setitem__(self, key, versions)

    def pop(self, key: str) -> None:  # type: ignore[override]
        self._discard(key, self.versions(key))
        return super().pop(key)

    def __delitem__(self, key: str) -> None:
        self._discard(key, self.versions(key))
        super().__delitem__(key)

    def touch(self, key: str, version: Any) -> None:
        """Note that a version was changed where it stands."""
        self.changes.written[key, version.number] = version

    def restore(self, key: str, number: int, version: Any) -> None:
        """Put back the next version of a key as it was stored, without a note."""
        version.number = number
        self._last = max(self._last, number)
        dict.setdefault(self, key, []).append(version)

    def versions(self, key: str) -> list[Any]:
        """All versions of a key, oldest first; empty when it is gone."""
        found: list[Any] = dict.get(self, key, [])
        return found

    def take_changes(self) -> Changes:
        """What was touched since the last call."""
        taken, self.changes = self.changes, Changes()
        return taken

    def put_back(self, changes: Changes) -> None:
        """Note again what could not be written."""
        self.changes.written = changes.written | self.changes.written
        self.changes.gone |= changes.gone
        for gone in self.changes.gone:
            self.changes.written.pop(gone, None)

    def take_trash(self) -> list[str]:
        """The bodies that no longer belong to a version, since the last call."""
        trash, self.trash = self.trash, []
        return trash

    def _write(self, key: str, versions: Iterable[Any]) -> None:
        for version in versions:
            self._last += 1
            version.number = self._last
            self.changes.written[key, version.number] = version

    def _discard(self, key: str, versions: Iterable[Any]) -> None:
        for version in versions:
            self.changes.written.pop((key, version.number), None)
            self.changes.gone.add((key, version.number))
            release: Callable[[], str | None] = getattr(version, "release", lambda: None)
            if path := release():
                self.trash.append(path)
