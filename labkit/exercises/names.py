"""What a question's id says of it."""


def lab_of(identifier: str) -> int:
    """The lab of a question's id, or of a notebook's name.

    >>> lab_of("lab1-q3"), lab_of("lab4_redshift")
    (1, 4)
    """
    return int(identifier.removeprefix("lab")[:1])
