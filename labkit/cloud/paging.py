"""Pages of a list, which many operations give; a token holds the place to go on from."""

from __future__ import annotations

import base64
import functools
import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from labkit.cloud.operations import Answer, AwsError, Context, Handler

Item = TypeVar("Item")
Lister = Callable[..., Sequence[Any]]
_MARK = "at:"


def cut(
    items: Sequence[Item],
    token: str | None,
    size: int,
    refusal: AwsError,
    *,
    question: object = None,
) -> tuple[list[Item], str | None]:
    """One page of a list and the token of the next one.

    >>> cut("abc", None, 2, AwsError("InvalidToken", ""))
    (['a', 'b'], 'YXQ6MjoyOTk5MDQ3OA==')

    What was deleted since, or made, moves no page: whoever deletes what each page tells, meets all.

    >>> cut("c", 'YXQ6MjoyOTk5MDQ3OA==', 2, AwsError("InvalidToken", ""))
    (['c'], None)

    Args:
        refusal: raised for a token that was never given out.
        question: what was asked for; a token goes on only with the question that it came from.
    """
    mark = _MARK if question is None else f"{zlib.crc32(repr(question).encode()):08x}:"
    start = _start(mark, token, items, refusal)
    end = start + size
    return list(items[start:end]), _token(mark, end, items[end]) if end < len(items) else None


def page(
    member: str,
    items: Sequence[Any],
    size: int,
    token: str | None,
    refusal: AwsError,
    *,
    following: str = "NextToken",
    question: object = None,
) -> dict[str, Any]:
    """A page under its member's name, with the next one's token when more follow; as `cut`."""
    found, more = cut(items, token, size, refusal, question=question)
    return {member: found} | ({following: more} if more else {})


def paged(
    member: str,
    pages: Callable[[str, Sequence[Any], int | None, str | None], Answer],
    handler: Lister,
    *,
    size: str = "MaxResults",
    token: str = "NextToken",
) -> Handler:
    """A handler that gives all items, as one that answers a page of them.

    Args:
        member: the answer's, under which the items stand.
        pages: the service's page of a member, items, size and token.
        size: the request's member that says how many items a page has.
        token: the one that says where it starts.
    """

    @functools.wraps(handler)
    def answer(context: Context, **members: Any) -> Answer:
        most, start = members.pop(size, None), members.pop(token, None)
        return pages(member, handler(context, **members), most, start)

    return answer


def _token(mark: str, start: int, first: object) -> str:
    return base64.urlsafe_b64encode(f"{mark}{start}:{_print(first)}".encode()).decode()


def _start(mark: str, token: str | None, items: Sequence[Any], refusal: AwsError) -> int:
    if not token:
        return 0
    try:
        told = base64.urlsafe_b64decode(token).decode()
        if told.startswith(mark):
            place, _, first = told.removeprefix(mark).partition(":")
            return _moved(items, int(place), first)
    except ValueError:
        pass
    raise refusal


def _moved(items: Sequence[Any], start: int, first: str) -> int:
    """Where a page's first item stands by now; at its old place when it is gone or has changed."""
    if not first or any(_print(each) == first for each in items[start : start + 1]):
        return start
    return next((at for at, each in enumerate(items) if _print(each) == first), start)


def _print(item: object) -> str:
    """What an item is known by: its text or, where that is an address in memory, its name."""
    told = (item, getattr(item, "name", ""), getattr(item, "values", ""))
    text = next((text for text in map(repr, told) if " object at 0x" not in text), "")
    return f"{zlib.crc32(text.encode()):08x}" if text not in ("", "''", "None") else ""
