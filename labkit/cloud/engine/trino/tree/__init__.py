"""The parts of a Trino query as a tree: what the parser makes and the compiler walks.

`nodes` has what they all are, `expressions` what has a value, `sql_json` the forms of JSON,
`relations` what has rows, `queries` the rest. The names follow
https://github.com/trinodb/trino/tree/master/core/trino-parser (io.trino.sql.tree).
"""

from labkit.cloud.engine.trino.tree.expressions import (
    QUERIES,
    ArrayOf,
    AtTimeZone,
    Between,
    Binary,
    Call,
    Case,
    Cast,
    Comparison,
    Dereference,
    Exists,
    Extract,
    Frame,
    Identifier,
    InList,
    InQuery,
    Interval,
    IsNull,
    Lambda,
    Like,
    Literal,
    Logical,
    Not,
    Parameter,
    Processed,
    Quantified,
    RowOf,
    RowsOf,
    Scalar,
    SortItem,
    Subscript,
    Unary,
    Window,
)
from labkit.cloud.engine.trino.tree.nodes import Expression, Node, Relation, nodes_in, parts
from labkit.cloud.engine.trino.tree.queries import (
    Body,
    GroupBy,
    Item,
    Named,
    Query,
    Select,
    SetOperation,
    Star,
    TableBody,
    Values,
)
from labkit.cloud.engine.trino.tree.relations import (
    Aliased,
    Derived,
    Join,
    MatchRecognize,
    Pattern,
    Sampled,
    Table,
    TableFunction,
    Unnest,
)
from labkit.cloud.engine.trino.tree.sql_json import (
    JsonColumn,
    JsonInput,
    JsonMembers,
    JsonNested,
    JsonPath,
    JsonTable,
    PathText,
)

__all__ = [
    "QUERIES", "Aliased", "ArrayOf", "AtTimeZone", "Between", "Binary", "Body", "Call", "Case",
    "Cast", "Comparison", "Dereference", "Derived", "Exists", "Expression", "Extract", "Frame",
    "GroupBy", "Identifier", "InList", "InQuery", "Interval", "IsNull", "Item", "Join",
    "JsonColumn", "JsonInput", "JsonMembers", "JsonNested", "JsonPath", "JsonTable", "Lambda",
    "Like", "Literal", "Logical", "MatchRecognize", "Named", "Node", "Not", "Parameter", "PathText",
    "Pattern", "Processed", "Quantified", "Query", "Relation", "RowOf", "RowsOf", "Sampled",
    "Scalar", "Select", "SetOperation", "SortItem", "Star", "Subscript", "Table", "TableBody",
    "TableFunction", "Unary", "Unnest", "Values", "Window", "nodes_in", "parts",
]  # fmt: skip
