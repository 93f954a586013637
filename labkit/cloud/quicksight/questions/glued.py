"""Names whose words are written together: ``pettype`` is the pet's type, ``baseprice`` a price.

There is no dictionary here. A name is taken apart where it ends in what kind of thing a column
holds, and begins with a word that the topic or people's columns have.
"""

from __future__ import annotations

from collections.abc import Collection

from labkit.cloud.quicksight.questions.words import stem, tokens

KINDS = tuple(
    """type name date code price rate count time year size level city country state address
    expectancy form area capacity number status title location station""".split()
)
FIRST = frozenset(
    map(
        stem,
        """base bed room user order zip post postal home birth job life surface government billing
        shipping unit sale list max min total start end due hire invoice customer employee company
        product store phone street first last local media bill ship pay""".split(),
    )
)


def taken_apart(name: str, known: Collection[str]) -> str | None:
    """The words of a name that is written as one, if it is.

    Args:
        known: stems of the words that the topic has.

    >>> taken_apart("pettype", {"pet"}), taken_apart("roomname", ()), taken_apart("language", ())
    ('pet type', 'room name', None)
    """
    words = [each for each in tokens(name) if each.kind == "word"]
    if len(words) != 1:
        return None
    whole = words[0].lower
    for kind in KINDS:
        head = whole.removesuffix(kind)
        if head != whole and _begins(head, known):
            return f"{head} {kind}"
    return None


def _begins(head: str, known: Collection[str]) -> bool:
    """A word that is known, or the first letter of one: ``gtype`` is the game's."""
    if len(head) == 1:
        return head not in "fml" and any(each.startswith(head) for each in known)
    return stem(head) in FIRST or stem(head) in known
