"""pyiceberg's files, kept in the lake.

A table's metadata, manifests and data files are objects; pyiceberg reads and writes them through a
`FileIO`, here over `labkit.cloud.s3.store.Store`, so each access is judged as the caller's own.
Source: https://py.iceberg.apache.org/configuration/#fileio
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from labkit.cloud.s3.store import Object, Store


class StoreIO(FileIO):
    """The objects of a principal, as pyiceberg's files.

    Args:
        store: the lake.
    """

    def __init__(self, store: Store) -> None:
        super().__init__({})
        self.store = store

    def new_input(self, location: str) -> StoredFile:
        return StoredFile(location, self.store)

    def new_output(self, location: str) -> StoredFile:
        return StoredFile(location, self.store)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        found = self.store.find(location if isinstance(location, str) else location.location)
        if found is not None:
            self.store.delete([found])

    def path(self, location: str) -> Path:
        """The file of an object on disk.

        Raises:
            FileNotFoundError: there is no such object.
            AwsError: the caller may not read it.
        """
        return self.store.read(self.find(location))

    def find(self, location: str) -> Object:
        """The object at a location.

        Raises:
            FileNotFoundError: there is none.
        """
        found = self.store.find(location)
        if found is None:
            raise FileNotFoundError(location)
        return found


class StoredFile(InputFile, OutputFile):
    """One object, to read or to write."""

    def __init__(self, location: str, store: Store) -> None:
        super().__init__(location)
        self.store = store

    def __len__(self) -> int:
        return StoreIO(self.store).find(self.location).size

    def exists(self) -> bool:
        return self.store.find(self.location) is not None

    def open(self, seekable: bool = True) -> InputStream:
        return StoreIO(self.store).path(self.location).open("rb")

    def create(self, overwrite: bool = False) -> OutputStream:
        if not overwrite and self.exists():
            raise FileExistsError(self.location)
        return _Written(self.location, self.store)

    def to_input_file(self) -> StoredFile:
        return self


class _Written(io.BytesIO):
    """An object's content until it is closed; then the object is there as a whole."""

    def __init__(self, location: str, store: Store) -> None:
        super().__init__()
        self.location, self.store = location, store

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            self.close()
        else:
            super().close()

    def close(self) -> None:
        if not self.closed:
            content = self.getvalue()
            super().close()
            self.store.put_bytes(self.location, content)
