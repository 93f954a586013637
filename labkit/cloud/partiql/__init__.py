"""PartiQL, SQL over values that may lie within others, as S3 Select and DynamoDB speak it.

`tokens` cuts a text, `reading` makes a tree of what it says, whose parts are in `tree`; what a
statement has beside expressions, and what these mean, each service knows.

Source: https://partiql.org/assets/PartiQL-Specification.pdf
"""
