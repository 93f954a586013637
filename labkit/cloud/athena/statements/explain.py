"""``EXPLAIN``: the plan that the engine really follows, in the shape in which Athena prints plans.

Athena prints Trino's fragments (https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html).
The operators, their order and with ``ANALYZE`` their rows and times are DuckDB's; it runs in one
process, so there is one fragment of work below the output's.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from labkit.cloud.athena.columns import column_info
from labkit.cloud.athena.output import compiled, explained
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.ctas import check_columns, read_create_table_as
from labkit.cloud.athena.statements.insert import assignments, need_table, read_insert
from labkit.cloud.athena.statements.select import whole_query
from labkit.cloud.athena.statements.unload import read_unload
from labkit.cloud.engine import Column, Compiled, QueryFailed
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.types import BIGINT, VARCHAR, Type

#: DuckDB's operators, and Trino's name of each.
_NAMES = {
    "PROJECTION": "Project",
    "FILTER": "Filter",
    "HASH_GROUP_BY": "Aggregate",
    "PERFECT_HASH_GROUP_BY": "Aggregate",
    "PARTITIONED_AGGREGATE": "Aggregate",
    "UNGROUPED_AGGREGATE": "Aggregate",
    "SIMPLE_AGGREGATE": "Aggregate",
    "HASH_JOIN": "InnerJoin",
    "NESTED_LOOP_JOIN": "InnerJoin",
    "BLOCKWISE_NL_JOIN": "InnerJoin",
    "PIECEWISE_MERGE_JOIN": "InnerJoin",
    "CROSS_PRODUCT": "CrossJoin",
    "ORDER_BY": "Sort",
    "TOP_N": "TopN",
    "LIMIT": "Limit",
    "STREAMING_LIMIT": "Limit",
    "UNION": "Union",
    "UNNEST": "Unnest",
    "WINDOW": "Window",
    "STREAMING_WINDOW": "Window",
    "EMPTY_RESULT": "Values",
    "COLUMN_DATA_SCAN": "Values",
    "DUMMY_SCAN": "Values",
    "TABLE_SCAN": "TableScan",
}
_JOINS = {"LEFT": "LeftJoin", "RIGHT": "RightJoin", "OUTER": "FullJoin", "SEMI": "SemiJoin"}
#: Facts of an operator that are told, and under which name.
_FACTS = {
    "Groups": "keys",
    "Aggregates": "aggregations",
    "Conditions": "criteria",
    "Expression": "filterPredicate",
    "Filters": "filterPredicate",
    "Order By": "orderBy",
    "Top": "count",
    "Limit": "count",
    "Projections": "columns",
}
_TYPES, _FORMATS = ("DISTRIBUTED", "LOGICAL", "VALIDATE", "IO"), ("TEXT", "JSON", "GRAPHVIZ")


@dataclass(frozen=True)
class Node:
    """One operator of a plan."""

    name: str
    facts: dict[str, str]
    rows: str
    seconds: float | None = None
    children: list[Node] = field(default_factory=list)


@statement("EXPLAIN")
def explain(text: str) -> Statement:
    cursor = Cursor(text)
    cursor.expect("EXPLAIN")
    analyze = cursor.accept("ANALYZE")
    if analyze:
        cursor.accept("VERBOSE")
    options = _options(cursor)
    for word, writing in _WRITING.items():
        if cursor.peek(word) and not analyze:
            return writing(Cursor(text, cursor.token.start), options)
    if not cursor.peek_any("SELECT", "WITH", "VALUES", "TABLE", "("):
        words = "EXPLAIN is available for queries, CTAS, INSERT and UNLOAD here"
        raise QueryFailed("NOT_SUPPORTED", f"{words}, EXPLAIN ANALYZE for queries")
    query, parameters = whole_query(text, cursor.token.start)

    def run(run: Run) -> Result:
        made = compiled(run, query, text=text, parameters=run.parameters)
        return _answer(run, made, analyze, options)

    return Statement("DML", "EXPLAIN", run, parameters=parameters)


def _create_table_as(cursor: Cursor, options: dict[str, str]) -> Statement:
    said = read_create_table_as(cursor)

    def check(run: Run, query: Compiled) -> str:
        check_columns(query)
        database, name = run.catalog.locate(said.name)
        if run.metastore.table(database, name) is not None and not said.if_not_exists:
            full = f"{run.catalog.name}.{database}.{name}"
            message = f"Destination table '{full}' already exists"
            raise QueryFailed("TABLE_ALREADY_EXISTS", message, 1, 1)
        return f"{run.catalog.name}:{database}:{name}"

    return _written(said.query, check, options, cursor.parameters)


def _insert(cursor: Cursor, options: dict[str, str]) -> Statement:
    said = read_insert(cursor)

    def check(run: Run, query: Compiled) -> str:
        need_table(run, said.name)
        target = run.catalog.resolve(said.name)
        assignments(said.columns, target.columns, query)
        return ":".join((run.catalog.name, *run.catalog.locate(said.name)))

    return _written(said.query, check, options, cursor.parameters)


def _unload(cursor: Cursor, options: dict[str, str]) -> Statement:
    said = read_unload(cursor)
    return _written(said.query, lambda run, query: said.location, options, cursor.parameters)


def _written(
    query: tree.Query,
    check: Callable[[Run, Compiled], str],
    options: dict[str, str],
    parameters: int,
) -> Statement:
    """The plan of a statement that writes a query's rows, and writes none."""

    def run(run: Run) -> Result:
        made = compiled(run, query, text=run.text, parameters=run.parameters)
        return _answer(run, made, False, options, check(run, made))

    return Statement("DML", "EXPLAIN", run, parameters=parameters)


_WRITING = {"CREATE": _create_table_as, "INSERT": _insert, "UNLOAD": _unload}


def _options(cursor: Cursor) -> dict[str, str]:
    found = {"TYPE": "DISTRIBUTED", "FORMAT": "TEXT"}
    if cursor.peek("(", "TYPE") or cursor.peek("(", "FORMAT"):
        cursor.expect("(")
        found |= dict(cursor.many(lambda: _option(cursor)))
        cursor.expect(")")
    if found["FORMAT"] == "GRAPHVIZ":
        raise QueryFailed("NOT_SUPPORTED", "EXPLAIN (FORMAT GRAPHVIZ) is not available here")
    return found


def _option(cursor: Cursor) -> tuple[str, str]:
    if cursor.accept("TYPE"):
        return "TYPE", cursor.expect_any(*_TYPES)
    cursor.expect("FORMAT")
    return "FORMAT", cursor.expect_any(*_FORMATS)


def _answer(
    run: Run, query: Compiled, analyze: bool, options: dict[str, str], target: str = ""
) -> Result:
    tables = tuple(each for each in query.tables if each[1] not in run.catalog.narrowed)
    query = replace(query, tables=tables)
    if options["TYPE"] == "VALIDATE":
        return _told(run, "Valid", Type("boolean"), ["true", ""])
    if options["TYPE"] == "IO":
        return _told(run, "Query Plan", VARCHAR, [*_io(query), ""])
    node = _plan(run, query, analyze)
    node = _without_filters(node) if run.catalog.hides_rows else node
    if target:
        writer = Node("TableWriter", {}, node.rows, children=[node])
        node = Node("TableCommit", {"target": target}, "1", children=[writer])
        query = replace(query, columns=(Column("rows", BIGINT),))
    if options["FORMAT"] == "JSON":
        content = _json_node(node, map(str, itertools.count()).__next__)
        told = content if options["TYPE"] == "LOGICAL" else {"0": content}
        return _told(run, "Query Plan", VARCHAR, [*json.dumps(told, indent=2).split("\n"), ""])
    text = _logical if options["TYPE"] == "LOGICAL" and not analyze else _fragments
    return _told(run, "Query Plan", VARCHAR, [*text(query, node, analyze), "", "", ""])


def _told(run: Run, name: str, kind: Type, lines: list[str]) -> Result:
    run.text_result((name,), [name, *lines], hive=True)
    size = len("\n".join(lines)) - 1
    info = column_info(Column(name, replace(kind, args=(size,)) if kind is VARCHAR else kind))
    run.put_metadata([info])
    return Result([info])


def _plan(run: Run, query: Compiled, analyze: bool) -> Node:
    with explained(run), failures():
        sql = run.session.sql(query)
        plan = _explain(run, sql, "ANALYZE, FORMAT json") if analyze else {}
        if "operator" in plan:
            return _node(_operators(plan["operator"][0]), query)
        node = _node(_explain(run, sql, "FORMAT json")[0], query)
        if analyze:  # DuckDB answered from the files' metadata, without its operators
            return _timed(run, sql, node)
    run.catalog.scanned_bytes = 0  # nothing was read
    return node


def _without_filters(node: Node) -> Node:
    """A plan without what Lake Formation's data filters are, and how many rows they leave out."""
    facts = {name: fact for name, fact in node.facts.items() if name != "filterPredicate"}
    return replace(node, facts=facts, rows="?", children=[*map(_without_filters, node.children)])


def _explain(run: Run, sql: str, how: str) -> Any:
    found = run.session.connection.execute(f"EXPLAIN ({how}) {sql}").fetchall()
    return json.loads(found[0][1])


def _timed(run: Run, sql: str, node: Node) -> Node:
    started = time.monotonic()
    rows = run.session.connection.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0]
    return replace(node, rows=str(rows), seconds=time.monotonic() - started)


def _operators(operator: dict[str, Any]) -> dict[str, Any]:
    while operator["type"] in ("RESULT_COLLECTOR", "EXPLAIN_ANALYZE"):
        operator = operator["children"][0]
    return operator


def _node(operator: dict[str, Any], query: Compiled) -> Node:
    kind = str(operator.get("name") or operator["type"]).strip()
    extra = operator.get("extra_info") or {}
    facts = {name: _text(extra[key]) for key, name in _FACTS.items() if extra.get(key)}
    name = _NAMES.get(kind, kind.title().replace("_", ""))
    if kind.startswith("READ_") or kind in ("ARROW_SCAN", "TABLE_SCAN"):
        name, facts = "TableScan", {"table": _tables(query), **facts}
    if name == "InnerJoin":
        name = _JOINS.get(str(extra.get("Join Type", "INNER")), "InnerJoin")
    measured = operator.get("intermediate_rows")
    rows = str(measured if measured is not None else extra.get("Estimated Cardinality", "?"))
    children = [_node(child, query) for child in operator.get("children") or ()]
    return Node(name, facts, rows, operator.get("timing"), children)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _tables(query: Compiled) -> str:
    return " or ".join(sorted({f"awsdatacatalog:{d}:{t}" for d, t in query.tables}))


def _fragments(query: Compiled, node: Node, analyze: bool) -> Iterator[str]:
    names = ", ".join(column.name for column in query.columns)
    layout = ", ".join(f"{c.name}:{c.type}" for c in query.columns)
    first = 1 if analyze else 0
    yield f"Fragment {first} [SINGLE]"
    if analyze:
        yield f"    CPU: {_milliseconds(_total(node))}, Output: {node.rows} rows"
    yield f"    Output layout: [{names}]"
    yield "    Output partitioning: SINGLE []"
    yield f"    Output[columnNames = [{names}]]"
    yield f"    │   Layout: [{layout}]"
    yield f"    └─ RemoteSource[sourceFragmentIds = [{first + 1}]]"
    yield f"           Layout: [{layout}]"
    yield ""
    yield f"Fragment {first + 1} [SOURCE]"
    if analyze:
        yield f"    CPU: {_milliseconds(_total(node))}, Output: {node.rows} rows"
    yield f"    Output layout: [{names}]"
    yield "    Output partitioning: SINGLE []"
    yield from (f"    {line}" for line in _tree(node, analyze))


def _logical(query: Compiled, node: Node, analyze: bool) -> Iterator[str]:
    names = ", ".join(column.name for column in query.columns)
    yield f"Output[columnNames = [{names}]]"
    yield "│   Layout: [" + ", ".join(f"{c.name}:{c.type}" for c in query.columns) + "]"
    yield from _tree(node, analyze, "└─ ", "   ")


def _tree(node: Node, analyze: bool, lead: str = "", below: str = "") -> Iterator[str]:
    facts = ", ".join(f"{name} = [{value}]" for name, value in node.facts.items())
    yield f"{lead}{node.name}[{facts}]"
    bar = "│   " if node.children else "    "
    estimate = f"Output: {node.rows} rows" if analyze else f"Estimates: {{rows: {node.rows}}}"
    yield f"{below}{bar}{estimate}"
    if analyze and node.seconds is not None:
        yield f"{below}{bar}CPU: {_milliseconds(node.seconds)}"
    for at, child in enumerate(node.children):
        last = at == len(node.children) - 1
        yield from _tree(
            child, analyze, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")
        )


def _total(node: Node) -> float:
    return (node.seconds or 0.0) + sum(map(_total, node.children))


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.2f}ms"


def _json_node(node: Node, number: Callable[[], str]) -> dict[str, Any]:
    return {
        "id": number(),
        "name": node.name,
        "descriptor": node.facts,
        "outputs": [],
        "details": [],
        "estimates": [{"outputRowCount": node.rows}],
        "children": [_json_node(child, number) for child in node.children],
    }


def _io(query: Compiled) -> list[str]:
    tables = [
        {
            "table": {
                "catalog": "awsdatacatalog",
                "schemaTable": {"schema": database, "table": table},
            }
        }
        for database, table in sorted(set(query.tables))
    ]
    return json.dumps({"inputTableColumnInfos": tables}, indent=2).split("\n")
