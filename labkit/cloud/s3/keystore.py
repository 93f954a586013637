"""moto's index of a bucket's keys, which now remembers what changed and what to delete.

moto keeps a bucket's objects in a `_VersionedKeyStore`: key → list of versions. `KeyStore` notes
each touched key, so that the state file gets one row a change, and holds deleted bodies back until
that row is written: a crash in between loses neither the object nor the index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.s3.utils import _VersionedKeyStore


class KeyStore(_VersionedKeyStore):
    """Key → versions, with a note of the touched keys."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.dirty: set[str] = set()
        self.trash: list[str] = []

    def __setitem__(self, key: str, value: Any) -> Any:
        self.dirty.add(key)
        return super().__setitem__(key, value)

    def setlist(self, key: Any, list_: Any) -> Any:
        self.dirty.add(key)
        self._discard(key, kept=list_)
        return super().setlist(key, list_)

    def pop(self, key: str) -> None:  # type: ignore[override]
        self.dirty.add(key)
        self._discard(key, kept=())
        return super().pop(key)

    def __delitem__(self, key: str) -> None:
        self.dirty.add(key)
        super().__delitem__(key)

    def restore(self, key: str, versions: list[Any]) -> None:
        """Put a key back as it was stored, without a note."""
        dict.__setitem__(self, key, versions)

    def versions(self, key: str) -> list[Any]:
        """All versions of a key, oldest first; empty when it is gone."""
        found: list[Any] = dict.get(self, key, [])
        return found

    def take_dirty(self) -> list[str]:
        """The keys touched since the last call."""
        touched, self.dirty = sorted(self.dirty), set()
        return touched

    def take_trash(self) -> list[str]:
        """The bodies that no longer belong to a version, since the last call."""
        trash, self.trash = self.trash, []
        return trash

    def _discard(self, key: str, *, kept: Any) -> None:
        stay = {id(version) for version in kept}
        for version in self.versions(key):
            if id(version) not in stay:
                discard: Callable[[], str | None] = getattr(version, "release", lambda: None)
                path = discard()
                if path:
                    self.trash.append(path)
