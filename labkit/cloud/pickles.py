"""Pickles of moto's backends, with what pickle alone refuses: locks, running things, keys.

Pickles tie a file to moto's exact version. They are read from the learner's own workspace only:
unpickling runs code.
"""

from __future__ import annotations

import copyreg
import functools
import io
import pickle
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import cloudpickle  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.dynamodb.models.dynamo_type import LimitedSizeDict
from moto.iam.models import AWSManagedPolicy, iam_backends

from labkit.cloud import apart
from labkit.cloud.apart import Apart
from labkit.cloud.s3.keystore import KeyStore

Bring = Callable[[str, str, str], object]
Rows = Callable[[str], Iterable[tuple[str, bytes]]]


def dump(value: Any) -> bytes:
    """A backend, or a part of one, as bytes."""
    buffer = io.BytesIO()
    _Pickler(buffer, value).dump(value)
    return buffer.getvalue()


def load(blob: bytes, bring: Bring = lambda *_: None, rows: Rows = lambda _: ()) -> Any:
    """What `dump` was given.

    Args:
        blob: its bytes.
        bring: sees to it that moto has another backend, which the value refers to: its service,
            account and region.
        rows: the members, by key, of what lies apart under a name.
    """
    reading = _READING.set(_Reading(bring, rows))
    try:
        return _Unpickler(io.BytesIO(blob)).load()
    finally:
        _READING.reset(reading)


@dataclass
class _Reading:
    """What a pickle's parts ask for while it is read, and AWS's own policies."""

    bring: Bring
    rows: Rows
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)


_READING: ContextVar[_Reading] = ContextVar("reading")


# Where earlier versions' pickles find what has moved since.
_MOVED = {
    "labkit.cloud.s3.objects.DiskMultipart": "labkit.cloud.s3.uploads",
    **dict.fromkeys(
        (
            f"labkit.cloud.state.{name}"
            for name in ("_nothing", "_bare", "_fill", "_weak_values", "_private_key")
        ),
        __name__,
    ),
}
# What is made anew where it is read: nobody holds it, nobody waits for it.
_FRESH: dict[type, Callable[[], Any]] = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
    threading.Condition: threading.Condition,
    threading.Event: threading.Event,
}


# Whose instances are told in another way than pickle does.
_TOLD = (
    BaseBackend,
    *(KeyStore, Apart),
    threading.Thread,
    *(defaultdict, LimitedSizeDict),
    weakref.WeakValueDictionary,
    x509.Certificate,
    *(AWSManagedPolicy, type, FunctionType),
)


class _Plain(dict[type, bool]):
    """Whether pickle takes all of a type as they are: asked of each table, message and event."""

    def __missing__(self, kind: type) -> bool:
        told = kind in _FRESH or issubclass(kind, _TOLD) or hasattr(kind, "private_bytes")
        return self.setdefault(kind, not told and not apart.parts(kind))


_PLAIN = _Plain()


@functools.cache
def _dispatch_table(_: int) -> dict[type, Any]:
    """cloudpickle's, which is a mapping in Python, asked of each value.

    Args:
        _: how many types Python knows by now to pickle in other ways.
    """
    return dict(cloudpickle.Pickler.dispatch_table)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Locks come back fresh, threads as ``None``, keys and certificates as PEM, indexes empty,
    what lies apart by its rows.

    Named, not written, are AWS's own 1,300 policies, which moto ships, and other backends: a
    function refers to all of CloudWatch Logs, whose records are kept for themselves.
    """

    def __init__(self, buffer: io.BytesIO, whole: Any) -> None:
        self.dispatch_table = _dispatch_table(len(copyreg.dispatch_table))
        super().__init__(buffer, protocol=5)
        self._whole = whole

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if _PLAIN[kind]:
            return NotImplemented
        if kind is AWSManagedPolicy:
            return (_policy, (value.account_id, value.arn, value.attachment_count))
        if kind in _FRESH:
            return (_FRESH[kind], ())
        if isinstance(value, BaseBackend) and value is not self._whole and (at := _place(value)):
            return (_backend, at)
        if isinstance(value, KeyStore):
            return (KeyStore, ())
        if isinstance(value, Apart):
            return (_apart, (value.service, value.name))
        if own := apart.parts(kind):
            return (_bare, (kind,), apart.split(value, own), None, None, apart.join)
        if isinstance(value, threading.Thread):
            return (_nothing, ())
        if isinstance(value, defaultdict) and kind is not defaultdict:
            return (
                _bare,
                (kind,),
                (value.default_factory, vars(value)),
                None,
                iter(value.items()),
                _fill,
            )
        if kind is LimitedSizeDict:
            return (_limited, (dict(value),))
        if isinstance(value, weakref.WeakValueDictionary):
            return (_weak_values, (dict(value),))
        if hasattr(value, "private_bytes"):
            return (_private_key, (_pem(value),))
        if isinstance(value, x509.Certificate):
            return (_certificate, (value.public_bytes(serialization.Encoding.PEM),))
        return super().reducer_override(value)


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` wrote, and what earlier versions did, which named by persistent ids."""

    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(_MOVED.get(f"{module}.{name}", module), name)

    def persistent_load(self, name: Any) -> Any:
        return _backend(*name[1:]) if name[0] == "backend" else _policy(*name)


def _place(backend: BaseBackend) -> tuple[str, str, str] | None:
    """Where moto has a backend: service, account, region; ``None`` of one that it has no more."""
    account = backend.account_id
    for backends in list(BackendDict._instances):  # type: ignore[misc]
        for region, each in list(backends.get(account, {}).items()):
            if each is backend:
                return backends.service_name, account, region
    return None


def _backend(service: str, account: str, region: str) -> Any:
    _READING.get().bring(service, account, region)
    return get_backend(service)[account][region]  # type: ignore[call-overload]


def _policy(account: str, arn: str, attachment_count: int) -> AWSManagedPolicy:
    policies = _READING.get().policies
    if account not in policies:  # moto takes 8 us to find an account, and there are 2,600 of these
        policies[account] = iam_backends[account]["aws"].managed_policies
    policy: AWSManagedPolicy = policies[account][arn]
    policy.attachment_count = attachment_count
    return policy


def _apart(service: str, name: str) -> Apart:
    made, reading = Apart(service, name), _READING.get()
    rows = reading.rows(name)
    made.restore((key, load(blob, reading.bring, reading.rows)) for key, blob in rows)
    return made


def _nothing() -> None:
    return None


def _bare(kind: Any) -> Any:
    """An object of moto's own kind, without a call of its constructor."""
    return kind.__new__(kind)


def _fill(bare: defaultdict[Any, Any], state: tuple[Any, dict[str, Any]]) -> None:
    bare.default_factory, attributes = state
    vars(bare).update(attributes)


def _limited(attributes: dict[str, Any]) -> LimitedSizeDict:
    """An item's attributes. moto measures all of them with each that it is given."""
    made = LimitedSizeDict()
    dict.update(made, attributes)
    return made


def _weak_values(items: dict[Any, Any]) -> Any:
    return weakref.WeakValueDictionary(items)


def _pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem


def _private_key(pem: bytes) -> Any:
    # `_pem` has written it. To prove that its primes are prime takes 36 ms a key.
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


def _certificate(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)
