"""PartiQL of DynamoDB: a statement becomes the calls that it stands for.

`statement` reads one; `values` and `expressions` say it as DynamoDB's other calls do; `plans` finds
the keys that it names; `reading` and `writing` carry it out, `operations` has the three operations.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html and, for
what AWS answers, https://github.com/paritysuite/dynamodb-conformance/tree/main/tests/tier2/partiql
"""
