"""The one statement of a visual: groups, their order, what is cut, the totals.

Rows are grouped once. Where every measure can be put together from groups (sums, counts, averages,
...), the order of the axes, the subtotals and the rest beyond a limit come from those groups, not
from the rows again. Other measures, such as medians, are computed over rows at each level, so that
no total is ever made of parts that do not add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from labkit.cloud.quicksight.visuals.plan import Cut, Key, Measure, Plan


def statement(plan: Plan, *, fold: bool) -> str:
    """The SQL of a plan.

    Its columns: ``g`` (the level's mask, -1 for a folded group), ``o0`` ... (whether an axis is
    folded there), ``r0`` ... (places), ``n0`` ... (how many groups there are), ``d0`` ... and
    ``m0`` ... (dimensions and measures).

    Args:
        fold: whether what is beyond the limits is put together as well; see `rest`.
    """
    groups = [f"groups AS MATERIALIZED ({_groups(plan)})"] if plan.adds_up else []
    levels = f"levels AS MATERIALIZED ({_levels(plan)})"
    wanted = [_shown(plan), *([_folded(plan)] if fold and plan.folds else [])]
    return _ordered(plan, [*groups, levels], wanted)


def rest(plan: Plan) -> str:
    """The SQL of what is beyond the limits alone, where it is not made of groups."""
    masks = list(dict.fromkeys(_levels_of_axes(replace(plan, subtotals=()))))
    if plan.among or 0 in masks:
        levels = _levels(replace(plan, subtotals=(), totals=False))
    else:
        levels = _sets(plan, masks, *_with_dimensions(plan))
    return _ordered(plan, [f"levels AS MATERIALIZED ({levels})"], [_folded(plan)])


def _ordered(plan: Plan, parts: Sequence[str], wanted: Sequence[str]) -> str:
    places = [f"a{at} AS ({_places(plan, axis)})" for at, axis in enumerate(plan.axes)]
    order = ", ".join(["g DESC", *(f"r{at} NULLS LAST" for at in range(len(plan.axes)))])
    order += "".join(f", d{at} NULLS LAST" for at in range(len(plan.dimensions)))
    union = " UNION ALL BY NAME ".join(wanted)
    return f"WITH {', '.join([*parts, *places])} SELECT * FROM ({union}) ORDER BY {order}"


def _groups(plan: Plan) -> str:
    partials = [
        f"{sql} AS p{at}_{part}"
        for at, each in enumerate(plan.measures)
        for part, sql in enumerate(each.partials)
    ]
    return _grouped(plan, _dimensions(plan), partials, f"({plan.rows})", plan.having)


def _levels(plan: Plan) -> str:
    if plan.adds_up:
        return _sets(plan, list(_masks(plan)), "groups", [f"d{at}" for at in _range(plan)])
    levels = _full(plan)
    rest = [mask for mask in _masks(plan) if mask != 0]
    if not plan.dimensions or not rest:
        return levels
    return f"{levels} UNION ALL BY NAME {_sets(plan, rest, *_with_dimensions(plan))}"


def _full(plan: Plan) -> str:
    """The groups that are shown, computed over rows."""
    measures = [f"{each.sql} AS m{at}" for at, each in enumerate(plan.measures)]
    sql = _grouped(plan, ["0 AS g", *_dimensions(plan)], measures, f"({plan.rows})", plan.having)
    return f"SELECT * FROM ({sql}) WHERE {' AND '.join(plan.among)}" if plan.among else sql


def _surviving(plan: Plan) -> str:
    """The rows of groups that conditions on groups let through."""
    if not plan.having:
        return f"({plan.rows})"
    kept = _grouped(plan, _beside_columns(plan), [], f"({plan.rows})", plan.having)
    on = _equal(plan.dimensions, [f'kept."#d{at}"' for at in _range(plan)])
    return f"({plan.rows}) SEMI JOIN ({kept}) AS kept ON {on}"


def _beside_columns(plan: Plan) -> list[str]:
    """The dimensions by names that no column of the rows has."""
    return [f'{sql} AS "#d{at}"' for at, sql in enumerate(plan.dimensions)]


def _with_dimensions(plan: Plan) -> tuple[str, list[str]]:
    """The rows of all groups, and columns of them for the dimensions: two may be of one field."""
    if not plan.dimensions:
        return _surviving(plan), []
    rows = f"(SELECT *, {', '.join(_beside_columns(plan))} FROM {_surviving(plan)})"
    return rows, [f'"#d{at}"' for at in _range(plan)]


def _sets(plan: Plan, masks: Sequence[int], source: str, dimensions: Sequence[str]) -> str:
    """Levels at once, by GROUPING SETS."""
    measures = _over_groups(plan) if source == "groups" else _over_rows(plan)
    if list(masks) == [plan.everything]:
        return f"SELECT {', '.join([f'{plan.everything} AS g', *measures])} FROM {source}"
    sets = ", ".join(
        f"({', '.join(sql for at, sql in enumerate(dimensions) if at in _in_level(plan, mask))})"
        for mask in masks
    )
    known = set().union(*(_in_level(plan, mask) for mask in masks))
    named = [f"{sql if at in known else 'NULL'} AS d{at}" for at, sql in enumerate(dimensions)]
    listed = ", ".join([f"{_mask_of(dimensions, known)} AS g", *named, *measures])
    return f"SELECT {listed} FROM {source} GROUP BY GROUPING SETS ({sets})"


def _mask_of(dimensions: Sequence[str], known: set[int]) -> str:
    """A row's level as a mask; a dimension that no level has is not one of the groups'."""
    bits = [1 << at for at in reversed(range(len(dimensions)))]
    return " + ".join(
        f"{bit} * grouping({sql})" if at in known else str(bit)
        for at, (sql, bit) in enumerate(zip(dimensions, bits, strict=True))
    )


def _over_groups(plan: Plan) -> list[str]:
    return [
        f"{each.aggregate.whole.format(*_names(at, each))} AS m{at}"
        for at, each in enumerate(plan.measures)
        if each.aggregate
    ]


def _names(at: int, measure: Measure) -> list[str]:
    return [f"p{at}_{part}" for part in range(len(measure.partials))]


def _over_rows(plan: Plan) -> list[str]:
    return [
        f"{'NULL' if each.window else each.sql} AS m{at}" for at, each in enumerate(plan.measures)
    ]


def _masks(plan: Plan) -> Iterator[int]:
    """The levels that a plan needs, each once."""
    seen = [plan.mask(_range(plan)), *_levels_of_axes(plan)]
    yield from dict.fromkeys([*seen, *([plan.everything] if plan.totals else [])])


def _levels_of_axes(plan: Plan) -> Iterator[int]:
    yield from plan.subtotals
    for axis in plan.axes:
        yield plan.mask(axis.dimensions)
        for key in axis.keys:
            at = [int(column[1:]) for column, _ in key.at]
            yield plan.mask([*axis.dimensions[: key.depth], *at])


def _in_level(plan: Plan, mask: int) -> set[int]:
    last = len(plan.dimensions) - 1
    return {at for at in _range(plan) if not mask >> (last - at) & 1}


def _places(plan: Plan, axis: Cut) -> str:
    """The groups of an axis with their places."""
    joins, order = [], []
    for at, key in enumerate(axis.keys):
        of_groups = key.column.startswith("m")
        joins += [_join_key(plan, axis, key, f"k{at}")] if of_groups else []
        order.append(f"{f'k{at}' if of_groups else 'l'}.{key.column} {key.direction} NULLS LAST")
    columns = [f"l.d{each}" for each in axis.dimensions]
    order += [f"{column} NULLS LAST" for column in columns]
    over = f"row_number() OVER (ORDER BY {', '.join(order)}) AS r, count(*) OVER () AS n"
    source = f"levels AS l {' '.join(joins)} WHERE l.g = {plan.mask(axis.dimensions)}"
    return f"SELECT {', '.join(columns)}, {over} FROM {source}"


def _join_key(plan: Plan, axis: Cut, key: Key, name: str) -> str:
    depth = [f"d{each}" for each in axis.dimensions[: key.depth]]
    level = plan.mask([*axis.dimensions[: key.depth], *(int(c[1:]) for c, _ in key.at)])
    on = [f"{name}.g = {level}", *(f"{name}.{column} {sql}" for column, sql in key.at)]
    on += [f"{name}.{each} IS NOT DISTINCT FROM l.{each}" for each in depth]
    return f"LEFT JOIN levels AS {name} ON {' AND '.join(on)}"


def _shown(plan: Plan) -> str:
    """What is within the limits, and totals."""
    axes = [f"FALSE AS o{at}, a{at}.r AS r{at}, a{at}.n AS n{at}" for at in range(len(plan.axes))]
    measures = (f"l.m{at}" for at in range(len(plan.measures)))
    columns = ["l.g", *axes, *(f"l.d{at}" for at in _range(plan)), *measures]
    joins = "".join(
        f" LEFT JOIN a{at} ON {_same(axis, 'l.d{}', f'a{at}.d{{}}')}"
        for at, axis in enumerate(plan.axes)
    )
    within = " AND ".join(["l.g = 0", *(_within(at, axis) for at, axis in enumerate(plan.axes))])
    levels = [f"({within})", *([f"l.g = {plan.everything}"] if plan.totals else [])]
    levels += [f"l.g = {mask}" for mask in plan.subtotals]
    return f"SELECT {', '.join(columns)} FROM levels AS l{joins} WHERE {' OR '.join(levels)}"


def _within(at: int, axis: Cut) -> str:
    return f"a{at}.r > {axis.skip} AND a{at}.r <= {axis.skip + axis.most}"


def _folded(plan: Plan) -> str:
    """The groups beyond the limits, put together."""
    columns, where, beyond = [], [], []
    for at, axis in enumerate(plan.axes):
        inside = f"a{at}.r <= {axis.most}"
        columns += [
            (f"o{at}", f"NOT ({inside})"),
            (f"r{at}", f"CASE WHEN {inside} THEN a{at}.r END"),
        ]
        columns += [(f"d{d}", f"CASE WHEN {inside} THEN a{at}.d{d} END") for d in axis.dimensions]
        beyond.append(f"NOT ({inside})")
        where += [] if axis.others else [inside]
    condition = " AND ".join([f"({' OR '.join(beyond)})", *where])
    marked = ", ".join(["l.*", *(f'{sql} AS "#folded {name}"' for name, sql in columns)])
    source = f"SELECT {marked} FROM {_to_fold(plan)} WHERE {condition}"
    measures = _over_groups(plan) if plan.adds_up else _over_rows(plan)
    listed = [*(f'"#folded {name}" AS {name}' for name, _ in columns), "-1 AS g", *measures]
    grouped = ", ".join(str(at + 1) for at in range(len(columns)))
    return f"SELECT {', '.join(listed)} FROM ({source}) GROUP BY {grouped}"


def _to_fold(plan: Plan) -> str:
    """Groups, or rows, beside their places on the axes."""
    source, name = "groups", "l.d{}"
    if not plan.adds_up:
        source, name = _with_dimensions(plan)[0], 'l."#d{}"'
    return f"{source} AS l" + "".join(
        f" JOIN a{at} ON {_same(axis, name, f'a{at}.d{{}}')}" for at, axis in enumerate(plan.axes)
    )


def _same(axis: Cut, left: str, right: str) -> str:
    return _equal(map(left.format, axis.dimensions), map(right.format, axis.dimensions))


def _equal(left: Iterable[str], right: Iterable[str]) -> str:
    pairs = zip(left, right, strict=True)
    return " AND ".join(f"{a} IS NOT DISTINCT FROM {b}" for a, b in pairs) or "TRUE"


def _grouped(
    plan: Plan, columns: list[str], measures: list[str], source: str, having: Sequence[str]
) -> str:
    keys = ", ".join(plan.dimensions)
    group = f" GROUP BY {keys}" if keys else ""
    condition = f" HAVING {' AND '.join(having)}" if having else ""
    return f"SELECT {', '.join([*columns, *measures]) or '1'} FROM {source}{group}{condition}"


def _dimensions(plan: Plan) -> list[str]:
    return [f"{sql} AS d{at}" for at, sql in enumerate(plan.dimensions)]


def _range(plan: Plan) -> range:
    return range(len(plan.dimensions))
