"""A stack's resources that are made by their services' own calls, and changed and dropped by them.

So they are what the API would have made: a crawler crawls, a cluster answers. A change that the
API can make is made in place; for any other AWS makes a second resource, and drops the first.
"""

from __future__ import annotations

import contextlib
import re
import time
import uuid
from datetime import datetime
from typing import Any, Self

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

from labkit.cloud import stacks
from labkit.cloud.stacks import journal, tags
from labkit.cloud.stacks.calls import Gone, ask, names, refused
from labkit.cloud.stacks.failures import NotHere
from labkit.cloud.stacks.kinds import Kind, Members, Part, at, put
from labkit.cloud.stacks.model import Model
from labkit.cloud.stacks.resets import told_of
from labkit.cloud.stacks.types import TYPES

PATIENCE_S, POLL_S = 120, 0.05
FIXED = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)
_STRANGE = "Updating a {} of an earlier version's stack is not available in the local AWS."
_UNCHANGED = "Updating {} of {} is not available in the local AWS: make another resource."


class Resource(Model):
    """A resource as its stack knows it.

    Args:
        definition: what the template says of it.
        name: what it is called where the template does not say.
    """

    #: Whether a snapshot stays of it when it is dropped.
    leaves_snapshot = False

    def __init__(self, definition: Members, name: str) -> None:
        self.type, self.called = str(definition["Type"]), name
        properties = dict(definition.get("Properties") or {})
        given = self.kind.name and at(properties, self.kind.name) is None
        if given:
            put(properties, self.kind.name, name.lower() if self.kind.low else name)
        self.name = at(properties, self.kind.name) if self.kind.name else None
        if given and (end := self.kind.end(properties)):
            put(properties, self.kind.name, f"{self.name}{end}")
        self.members, self.answer = self.kind.shaped(properties), Members()
        self.token = uuid.uuid4().hex

    @property
    def kind(self) -> Kind:
        return TYPES[self.type]

    @property
    def physical_resource_id(self) -> str:
        if self.kind.ref:
            return self.kind.ref(self.members)
        paths = self.kind.id or self.kind.name
        return "|".join(_told(self.value(p)) for p in paths.split("|")) if paths else self.called

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True  # which there are, its service's answer tells

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        path = self.kind.attributes.get(attribute_name, attribute_name)
        if "{" in path:
            return self.filled(path)
        found = self.value(path)
        if found is None or isinstance(found, dict):
            raise UnformattedGetAttTemplateException
        return found.isoformat() if isinstance(found, datetime) else found

    def filled(self, text: str) -> str:
        """A text with values in the place of their paths, which stand in braces."""
        return re.sub(r"\{(.*?)\}", lambda found: str(self.value(found[1])), text)

    @classmethod
    def made(cls, definition: Members, name: str, **told: Any) -> Self:
        made = cls(definition, name)
        if journal.is_own(made, definition):
            journal.note(made)
        made.make()
        return made

    @classmethod
    def changed(cls, old: Any, definition: Members, name: str) -> Self:
        """Change a resource, or make another one in its place.

        Raises:
            ValidationError: another one is needed, and the template gives it the name of this one;
                or it is known to its stack as moto's record, of which nothing is to be lost.
        """
        elsewhere, was = False, getattr(old, "cf_resource_type", "")
        if was == definition["Type"] and not isinstance(old, Model):
            raise NotHere(message=_STRANGE.format(was))
        if isinstance(old, cls) and old.type == definition["Type"]:
            new = cls(definition, str(old.name))
            if new.members == old.members:
                return old
            elsewhere = new._is_elsewhere(old)
            same = new.name == old.name and not elsewhere
            if same and (new.kind.change or new.kind.parts or tags.alone(new, old)):
                new.change(old)
                return new
            said = definition.get("Properties") or {}
            unique = new.kind.name and not new.kind.shared
            if same and unique and at(said, new.kind.name) is not None:
                raise ValidationError(message=FIXED.format(name=old.physical_resource_id))
        new = cls.made(definition, name)
        if elsewhere or new.physical_resource_id != old.physical_resource_id:
            stacks.REPLACED.get().append((old, new))
        return new

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Members, account_id: str, region_name: str
    ) -> None:
        cls(cloudformation_json, resource_name).delete()

    def make(self) -> None:
        """Make it, and wait until it is there."""
        kind = self.kind
        aside = {*kind.passed, *(part.name for part in kind.parts if part.first)}
        told = {name: v for name, v in self.members.items() if name not in aside}
        if journal.takes_token(kind):
            told["ClientRequestToken"] = self.token
        where: Members = {"Region": stacks.caller().region, "Account": stacks.caller().account}
        self.answer = where | dict(kind.known)
        self.answer |= ask(kind.service, kind.make, told) if kind.make else {}
        try:
            for part in kind.parts:
                for item in part.items(self.members) if part.first else ():
                    ask(kind.service, *part.add(self.members, item))
            self._wait()
        except ValidationError:
            if kind.make:  # it is its own: the call has made it
                with contextlib.suppress(ValidationError):
                    self.delete()
            raise

    def _is_elsewhere(self, old: Resource) -> bool:
        """Whether it is of another function, table or role than an earlier one of its name."""
        return any(at(self.members, p) != at(old.members, p) for p in self.kind.by.values())

    def change(self, old: Resource) -> None:
        """Make of an earlier one what this one says.

        Raises:
            ValidationError: a property changes that is not changed here.
        """
        kind, self.answer, self.called = self.kind, old.answer, old.called
        both = self.members.keys() | old.members.keys()
        changed = {name for name in both if self.members.get(name) != old.members.get(name)}
        free = changeable(kind) | ({"tags"} if self.type in tags.ARNS else set())
        if strange := sorted(name for name in changed if name.lower() not in free):
            raise NotHere(message=_UNCHANGED.format(", ".join(strange), self.type))
        apart = {*kind.passed, *(part.name for part in kind.parts)}
        apart |= {*tags.NAMES} if self.type in tags.ARNS else set()
        reset = told_of(self.type, changed - self.members.keys() - apart)
        journal.note(self, new=False)
        changed -= tags.retag(self, self.members, old.members)
        if changed - apart:
            taken = names(kind.service, kind.change, kind.nest)
            said = kind.changed(reset | self.members)
            told = {name: value for name, value in said.items() if name.lower() in taken}
            if kind.differs:
                told = {name: value for name, value in told.items() if name in changed}
            told = {kind.nest: told} if kind.nest else told
            if told or not kind.differs:
                answer = ask(kind.service, kind.change, told | self.named_for(kind.change))
                self.answer = self.answer | answer
                if kind.then:
                    ask(kind.service, *kind.then(answer))
        for part in kind.parts:
            self._change_part(part, old)
        self._wait()

    def _change_part(self, part: Part, old: Resource) -> None:
        said, was = part.items(self.members), part.items(old.members)
        if was and not said and not part.remove:
            raise NotHere(message=_UNCHANGED.format(part.name, self.type))
        for item in was if not (part.whole and said) else ():
            if part.remove and item not in said:
                ask(self.kind.service, *part.remove(self.members, item))
        for item in said:
            if item not in was:
                ask(self.kind.service, *part.add(self.members, item))

    def delete(self, *_: str) -> None:
        """Drop the resource, and wait until it is gone; one that is gone already is dropped."""
        kind = self.kind
        for part in kind.parts:
            for item in part.items(self.members) if part.first and not part.whole else ():
                with contextlib.suppress(Gone):
                    if part.remove:
                        ask(kind.service, *part.remove(self.members, item))
        if not kind.drop:
            return
        known = names(kind.service, kind.drop)
        told = {k: v for k, v in self.members.items() if k in kind.passed and k.lower() in known}
        told |= self._last_snapshot() or kind.dropped
        with contextlib.suppress(Gone):
            ask(kind.service, kind.drop, {**told, **self.named_for(kind.drop)})
            self._wait(gone=True)

    def _last_snapshot(self) -> Members:
        """What the dropping call is told so that a snapshot stays, where one is to.

        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
        """
        called = f"{self.physical_resource_id}-snapshot-{uuid.uuid4().hex[:12]}"
        last = self.kind.last if self.leaves_snapshot else {}
        return {member: text.format(called) for member, text in last.items()}

    def value(self, path: str) -> Any:
        """What stands at a path of its members or of its service's answer."""
        found = at(self.members, path)
        return at(self.answer, path) if found is None else found

    def named_for(self, call: str) -> Members:
        """The members by which a call knows it."""
        kind = self.kind
        known = names(kind.service, call)
        by = kind.by or {kind.name: kind.name}
        told = {name: self.value(path) for name, path in by.items() if name.lower() in known}
        return {name: value for name, value in told.items() if value is not None}

    def _wait(self, *, gone: bool = False) -> None:
        """Wait until it is there, or until it is gone."""
        read, until = self.kind.read, time.monotonic() + PATIENCE_S
        if not read or not read.when(self.members):
            return
        while time.monotonic() < until:
            answer = ask(self.kind.service, read.call, self.named_for(read.call))
            self.answer = self.answer | answer
            state = at(answer, read.status)
            if not gone and state in read.ready.split("|"):
                return
            if not gone and str(state).endswith("FAILED"):
                raise refused(str(at(answer, read.why) or state))
            time.sleep(POLL_S)
        raise ValidationError(message=f"Exceeded attempts to wait for {self.name}")


def changeable(kind: Kind) -> set[str]:
    """The members, in small letters, that a change leaves in the resource that is there."""
    taken = names(kind.service, kind.change, kind.nest) if kind.change else set()
    own = (*kind.changes, *kind.passed, *(part.name for part in kind.parts))
    return taken | {name.lower() for name in own}


def _told(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
