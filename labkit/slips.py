"""Slips of SQL's syntax that beginners make most, and what helps; `labkit.advice` reads them.

Each has the form of those in `labkit.rules`. `SLIPS` are sought before these, `MISSPELT` behind
them: a word that is nearly one of SQL's may be a name, so other rules go first.
"""

SYNTAX = r"mismatched input|syntax error at or near"
NAMES = "A name stands in double quotes, or in none: single quotes make a text."
NULLS = "What is missing is NULL in SQL: column IS NULL, column IS NOT NULL."
DAYS = "A date meets a number: compare year(column) with it, or write DATE '2021-05-03'."
ITEMS = "Numbers stand in IN (...) without quotes, texts in single quotes."
RAW = (
    "The rows of the lake's files are not changed: CREATE TABLE ... AS SELECT writes them anew, "
    "as you want them."
)
HOLDS = "sum(CASE WHEN condition THEN 1 ELSE 0 END) counts how often a condition holds."

SLIPS = (
    (r"mismatched input ''.*''\. Expecting: <identifier>", "", NAMES),
    (
        r"(?:mismatched input '|at or near \")DISTINCT",
        r"count\s+DISTINCT",
        "DISTINCT stands within the brackets: count(DISTINCT column).",
    ),
    (
        r"mismatched input ','",
        r"LIMIT\s+\d+\s*,",
        "OFFSET 10 LIMIT 20 leaves out ten rows and gives the next twenty.",
    ),
    (r"LIMIT #,# syntax", "", "LIMIT 20 OFFSET 10 leaves out ten rows and gives the next twenty."),
    (r"mismatched input 'None'|IS with this operand", r"\bIS\s+(NOT\s+)?None", NULLS),
    (r"mismatched input 'NULL'", r"\w\s+NOT\s+NULL", NULLS),
    (r"mismatched input '&'|ARRAYOVERLAPS", "&&", "Conditions are joined by AND, and by OR."),
    (r"mismatched input '[#/]'|at or near \"/\"", r"#|//", "A comment begins with two dashes: --."),
    (SYNTAX, r"\bORDER\s+(?!BY\b)\w", "It is ORDER BY."),
    (SYNTAX, r"\bGROUP\s+(?!BY\b)\w", "It is GROUP BY."),
    (r"Expecting: 'ON', 'USING'", "", "A JOIN says what belongs together: JOIN b ON a.id = b.id."),
    (r"Expecting: 'END'", "CASE", "A CASE has an END, behind its last value."),
    (SYNTAX, r"CASE\s+(?!WHEN\b)[\w.]+\s*[=<>]", "It is CASE WHEN condition THEN value END."),
    (r"Expecting: 'AND'", "BETWEEN", "It is BETWEEN 1 AND 3."),
    (r"mismatched input '<EOF>'. Expecting: '\)'", "", "A bracket was opened, and never closed."),
    (r"mismatched input '\)'. Expecting: <EOF>", "", "A bracket is closed that nothing opened."),
    (r"IN value and list items must be the same type", "", ITEMS),
    (
        r"Unexpected parameters .* for function concat",
        r"\|\|",
        "Texts alone are joined: CAST(number AS varchar).",
    ),
    (
        r"Unexpected parameters \(boolean\) for function",
        "",
        "count_if(condition) counts how often a condition holds.",
    ),
    (r"function (?:sum|count_?if)\(boolean\) does not exist", "", HOLDS),
    (
        r"Cannot apply operator: (?:date \S+ integer|integer \S+ date)",
        r"[<>=]\s*\d{4}\b(?!-)",
        DAYS,
    ),
    (
        r"cannot be cast to date: \d{4}-\d\d-\d\d\S",
        "",
        "Its first ten letters are the day: date(substr(column, 1, 10)).",
    ),
    (
        r"cannot be cast to \w+: *(?:\n|$)",
        "",
        "A text with nothing in it is among them: nullif(column, '') makes it NULL.",
    ),
    (r"Modifying Hive table rows", "", RAW),
)


def _misspelt(word: str) -> str:
    """What is written for a word with one letter left out, doubled or before its neighbour.

    >>> _misspelt("BY")
    '\\\\b(?:B|BBY|BYY|Y|YB)\\\\b'
    """
    left_out = {word[:at] + word[at + 1 :] for at in range(len(word))}
    doubled = {word[:at] + word[at - 1] + word[at:] for at in range(1, len(word) + 1)}
    pairs = range(len(word) - 1)
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs}
    return rf"\b(?:{'|'.join(sorted(left_out | doubled | swapped - {word}))})\b"


MISSPELT = (
    *(
        (SYNTAX, _misspelt(word), f"Is {word} misspelt?")
        for word in ("SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "BETWEEN")
    ),
    (SYNTAX, r"\b(?:GROUP|ORDER)BY\b", "GROUP BY and ORDER BY are two words each."),
)
