"""DynamoDB's list of tables, which goes on after a name, be there a table of that name or none.

moto has nothing to tell after a table that was deleted between two pages.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context, operation


@operation("dynamodb", "ListTables")
def list_tables(context: Context, *, ExclusiveStartTableName: str = "", Limit: int = 100) -> Answer:
    tables = context.backend("dynamodb").tables
    names = sorted(name for name in tables if name > ExclusiveStartTableName)
    told: Answer = {"TableNames": names[:Limit]}
    return told | ({"LastEvaluatedTableName": names[Limit - 1]} if len(names) > Limit else {})
