"""Which folders are tables, which are partitions of one, and which objects stand alone.

Glue compares schemas folder by folder, from the deepest up: when the majority of a folder's
subfolders are similar, they are partitions of one table; else each is a table. A folder ``k=v``
names the partition key, others get ``partition_0``, ``partition_1``. A folder whose own objects
differ gives a table an object. Sources:
https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html,
https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html and
https://docs.aws.amazon.com/glue/latest/dg/crawler-table-level.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from labkit.cloud.glue.names import hive_key, partition_keys
from labkit.cloud.glue.shape import UNKNOWN, Shape, compatible, merge, similar


@dataclass(frozen=True)
class Found:
    """A classified object: its key, its size in bytes and its shape."""

    key: str
    size: int
    shape: Shape


@dataclass(frozen=True)
class Part:
    """The objects of one folder of a table.

    Args:
        names: the folders between the table's and this one.
        folder: the key prefix, with its slash.
        objects: what lies in it.
    """

    names: tuple[str, ...]
    folder: str
    objects: tuple[Found, ...]


@dataclass(frozen=True)
class Draft:
    """A table to be: where it lies, its parts and the shape of all its objects.

    Args:
        folder: the key prefix of its location; an object's key where the object stands alone.
        parts: one of no names, or one a partition.
        shape: of all objects together.
    """

    folder: str
    parts: tuple[Part, ...]
    shape: Shape

    @property
    def depth(self) -> int:
        return len(self.parts[0].names)

    @property
    def alone(self) -> bool:
        """Whether this is a table of one object beside others that differ from it."""
        return bool(self.folder) and not self.folder.endswith("/")

    @property
    def objects(self) -> list[Found]:
        return [each for part in self.parts for each in part.objects]

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the partition keys."""
        return partition_keys([p.names for p in self.parts], [n for n, _ in self.shape.columns])


@dataclass
class Folder:
    """A folder of the lake: its objects and its subfolders."""

    path: str
    objects: list[Found] = field(default_factory=list)
    children: dict[str, Folder] = field(default_factory=dict)

    def child(self, name: str) -> Folder:
        return self.children.setdefault(name, Folder(f"{self.path}{name}/"))


@dataclass(frozen=True)
class Rules:
    """How to tell tables apart.

    Args:
        combine: whether to take all compatible objects as one table, however their schemas differ.
        level: how deep the tables lie, the bucket being 1; ``None`` to find out.
    """

    combine: bool = False
    level: int | None = None

    def alike(self, one: Shape, other: Shape) -> bool:
        return compatible(one, other) and (self.combine or similar(one, other))

    def above_tables(self, folder: Folder) -> bool:
        """Whether tables can only lie below this folder."""
        return self.level is not None and folder.path.count("/") + 1 < self.level


def find_tables(root: str, objects: Iterable[Found], rules: Rules) -> list[Draft]:
    """The tables under a folder.

    Args:
        root: the include path's key prefix, ending in a slash (or empty: the whole bucket).
        objects: all objects under it that hold data; those of no known format count as folders
            that differ.
        rules: how to tell tables apart.
    """
    top = _tree(root, objects)
    while name := _lone_table(top, rules):
        top = top.children[name]
    whole, apart = _draft(top, rules)
    drafts = [*apart, whole] if whole else apart
    return sorted(drafts, key=lambda draft: draft.folder)


def _lone_table(folder: Folder, rules: Rules) -> str | None:
    """The only subfolder, when its name is no value of a key: a table whose siblings may come.

    One folder makes no majority. Taken for a partition of its parent, ``raw/orders/`` would be the
    table ``raw`` until ``raw/customers/`` came, and then vanish. Hive keys and dates do partition.
    """
    if rules.combine or rules.level or folder.objects or len(folder.children) != 1:
        return None
    name = next(iter(folder.children))
    return name if name[:1].isalpha() and not hive_key(name) else None


def _tree(root: str, objects: Iterable[Found]) -> Folder:
    top = Folder(root)
    for each in objects:
        at = top
        for name in each.key[len(root) :].split("/")[:-1]:
            at = at.child(name)
        if each.shape.classification != UNKNOWN:
            at.objects.append(each)
    return top


def _draft(folder: Folder, rules: Rules) -> tuple[Draft | None, list[Draft]]:
    """The table that the folder is as a whole, if it is one, and the tables apart from it."""
    apart: list[Draft] = []
    below: list[tuple[str, Draft]] = []
    for name, child in folder.children.items():
        whole, others = _draft(child, rules)
        apart += others
        below += [(name, whole)] if whole else []
    own = _own_table(folder, rules)
    if folder.objects and (own is None or folder.children):
        return _with_own_objects(folder, own, below, apart, rules)
    if own:
        return own, apart
    return _join(folder, below, apart, rules)


def _own_table(folder: Folder, rules: Rules) -> Draft | None:
    """The folder's own objects as one table, when they are alike."""
    if not folder.objects or rules.above_tables(folder):
        return None
    groups = _cluster(folder.objects, lambda found: found.shape, rules.alike)
    if len(groups) > 1:
        return None
    part = Part((), folder.path, tuple(folder.objects))
    return Draft(folder.path, (part,), merge([f.shape for f in folder.objects]))


def _with_own_objects(
    folder: Folder,
    own: Draft | None,
    below: list[tuple[str, Draft]],
    apart: list[Draft],
    rules: Rules,
) -> tuple[Draft | None, list[Draft]]:
    """Objects beside folders: one table without partitions if all are alike, else many."""
    drafts = [draft for _, draft in below]
    if own and not apart and all(rules.alike(own.shape, d.shape) for d in drafts):
        objects = own.objects + [found for d in drafts for found in d.objects]
        part = Part((), folder.path, tuple(objects))
        return replace(own, parts=(part,), shape=merge([own.shape, *(d.shape for d in drafts)])), []
    return None, [*apart, *drafts, *map(_alone, folder.objects)]


def _alone(found: Found) -> Draft:
    return Draft(found.key, (Part((), found.key, (found,)),), found.shape)


def _join(
    folder: Folder, below: list[tuple[str, Draft]], apart: list[Draft], rules: Rules
) -> tuple[Draft | None, list[Draft]]:
    """Subfolders as partitions of one table, when the majority of them are similar."""
    groups = _cluster(
        below,
        lambda pair: (pair[1].shape, _structure(*pair)),
        lambda one, other: one[1] == other[1] and rules.alike(one[0], other[0]),
        lambda pairs: (merge([s for s, _ in pairs]), pairs[0][1]),
    )
    largest = max(groups, key=len, default=[])
    if 2 * len(largest) <= len(folder.children) or rules.above_tables(folder):
        return None, [*apart, *(draft for _, draft in below)]
    rest = [draft for group in groups if group is not largest for _, draft in group]
    parts = tuple(
        replace(part, names=(name, *part.names)) for name, draft in largest for part in draft.parts
    )
    shape = merge([draft.shape for _, draft in largest])
    return Draft(folder.path, parts, shape), [*apart, *rest]


def _structure(name: str, draft: Draft) -> tuple[str | None, ...]:
    """What the folders of a draft name: ``("year", "month")``, ``None`` for a plain folder."""
    return (hive_key(name), *(_key_of_level(draft.parts, level) for level in range(draft.depth)))


def _key_of_level(parts: Sequence[Part], level: int) -> str | None:
    keys = {hive_key(part.names[level]) for part in parts}
    return keys.pop() if len(keys) == 1 else None


Item = TypeVar("Item")
Mark = TypeVar("Mark")


def _cluster(
    items: Sequence[Item],
    mark: Callable[[Item], Mark],
    alike: Callable[[Mark, Mark], bool],
    joined: Callable[[list[Mark]], Mark] = lambda marks: marks[0],
) -> list[list[Item]]:
    """Items in groups of which each member is like what the group was when it came."""
    groups: list[list[Item]] = []
    marks: list[Mark] = []
    for item in items:
        mine = mark(item)
        at = next((i for i, other in enumerate(marks) if alike(other, mine)), None)
        if at is None:
            groups.append([item])
            marks.append(mine)
        else:
            groups[at].append(item)
            if mine != marks[at]:
                marks[at] = joined([marks[at], mine])
    return groups
