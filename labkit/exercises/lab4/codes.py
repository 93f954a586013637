"""Wrong and right answers, told by what differs in them from the good one."""

from collections.abc import Callable


def swapper(code: str, before: str = "", after: str = "") -> Callable[[str, str], str]:
    """A function that changes one thing in a code.

    >>> swapper("SELECT 1", "lab.warehouse('", "')")("1", "2")
    "lab.warehouse('SELECT 2')"

    Args:
        before: what stands before the code.
        after: what stands after it.
    """

    def swapped(old: str, new: str) -> str:
        if old not in code:
            raise ValueError(f"{old!r} is not in the code.")
        return before + code.replace(old, new) + after

    return swapped
