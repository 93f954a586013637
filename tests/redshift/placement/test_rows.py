"""Where rows are, what moves, and which blocks are skipped: counted from the rows."""

from tests.redshift.placement.conftest import FEW, ROWS, Placed

NODES, SLICES = 2, 4


def _spread(placed: Placed, table: str) -> list[int]:
    found = placed.rows(
        "SELECT p.slice, p.rows FROM stv_tbl_perm p JOIN svv_table_info t ON t.table_id = p.id "
        f"WHERE t.schema = 'placed' AND t.\"table\" = '{table}' ORDER BY 1"
    )
    return [rows for _, rows in found]


def _sent(placed: Placed, query: int, kind: str) -> tuple[int, int]:
    [[rows, size]] = placed.rows(
        f"SELECT coalesce(sum(rows), 0), coalesce(sum(bytes), 0) FROM stl_{kind} "
        f"WHERE query = {query}"
    )
    return int(rows), int(size)


def test_rows_are_placed_by_style(placed: Placed) -> None:
    assert _spread(placed, "dealt") == [ROWS // SLICES] * SLICES
    assert _spread(placed, "whole") == [ROWS, 0, ROWS, 0] == _spread(placed, "automatic")
    by_key = _spread(placed, "by_id")
    assert sum(by_key) == ROWS
    assert all(ROWS / SLICES * 0.8 < rows < ROWS / SLICES * 1.2 for rows in by_key)
    assert _spread(placed, "by_id_too") == by_key == _spread(placed, "by_big_id")


def test_a_key_with_one_value_puts_all_rows_on_one_slice(placed: Placed) -> None:
    placed.query("CREATE TABLE placed.lone (a int, b int) DISTKEY(a)")
    placed.query("INSERT INTO placed.lone SELECT 7, generate_series FROM generate_series(1, 50)")
    assert sorted(_spread(placed, "lone")) == [0, 0, 0, 50]
    placed.query("ALTER TABLE placed.lone ALTER DISTKEY b")
    assert max(_spread(placed, "lone")) < 30
    placed.query("DROP TABLE placed.lone")


def test_table_info_tells_style_and_skew(placed: Placed) -> None:
    found = placed.rows(
        'SELECT "table", diststyle, tbl_rows, skew_rows FROM svv_table_info '
        "WHERE schema = 'placed' AND \"table\" IN ('by_n', 'dealt', 'automatic') ORDER BY 1"
    )
    spread = _spread(placed, "by_n")
    skewed = f"{max(spread) / min(spread):.2f}"
    assert [[name, style, int(rows), skew] for name, style, rows, skew in found] == [
        ["automatic", "AUTO(ALL)", ROWS, "1.00"],
        ["by_n", "KEY(n)", ROWS, skewed],
        ["dealt", "EVEN", ROWS, "1.00"],
    ]


def test_size_is_of_blocks_and_used_of_what_the_nodes_keep(placed: Placed) -> None:
    """A block of each of three columns, and of three hidden ones, on each of four slices."""
    found = placed.rows(
        "SELECT size, pct_used FROM svv_table_info WHERE schema = 'placed' AND \"table\" = 'dealt'"
    )
    [[size, used]] = found
    assert (size, float(used)) == (24, round(100 * 24 / (NODES * 8_000 * 1024), 4))


def test_a_broadcast_sends_each_row_to_each_other_node(placed: Placed) -> None:
    query = placed.query("SELECT a.n, b.id, b.n FROM placed.dealt a JOIN placed.few b USING (id)")
    assert _sent(placed, query, "bcast") == (FEW * (NODES - 1), FEW * (NODES - 1) * 8)
    assert _sent(placed, query, "dist") == (0, 0)


def test_joined_where_they_are_rows_stay(placed: Placed) -> None:
    query = placed.query("SELECT a.n FROM placed.by_id a JOIN placed.by_id_too b USING (id)")
    assert _sent(placed, query, "dist") == _sent(placed, query, "bcast") == (0, 0)


def test_a_redistribution_sends_the_rows_that_are_elsewhere(placed: Placed) -> None:
    """Row ``id`` of the dealt table is on slice ``(id - 1) % 4``; its key says where it must go."""
    query = placed.query("SELECT a.n, b.id, b.n FROM placed.by_id a JOIN placed.dealt b USING (id)")
    rows, size = _sent(placed, query, "dist")
    assert size == rows * 8
    assert ROWS * 0.4 < rows < ROWS * 0.6
    alone = placed.query(
        "SELECT a.n, b.id, b.n FROM placed.by_id a JOIN placed.dealt b USING (id) WHERE b.id = 1"
    )
    assert _sent(placed, alone, "dist")[0] in (0, 1)


def test_groups_are_gathered_only_where_their_key_is_not_the_distkey(placed: Placed) -> None:
    here = placed.query("SELECT n, count(*) FROM placed.by_n GROUP BY n")
    there = placed.query("SELECT n, count(*) FROM placed.by_id GROUP BY n")
    assert _sent(placed, here, "dist") == (0, 0)
    rows, _ = _sent(placed, there, "dist")
    assert 100 <= rows <= 100 * SLICES


def test_sets_of_groups_are_gathered_by_their_keys(placed: Placed) -> None:
    """A query by CUBE, which the views could not count, made them all fail."""
    query = placed.query("SELECT n, count(*) FROM placed.by_id GROUP BY CUBE (n)")
    rows, _ = _sent(placed, query, "dist")
    assert 100 <= rows <= 100 * SLICES
    placed.rows("SELECT count(*) FROM svl_query_summary")


def test_the_summary_names_the_steps(placed: Placed) -> None:
    query = placed.query("SELECT a.n, b.n FROM placed.dealt a JOIN placed.few b USING (id)")
    found = placed.rows(
        f"SELECT label, rows FROM svl_query_summary WHERE query = {query} ORDER BY step"
    )
    assert [(label.split()[0], rows) for label, rows in found] == [
        ("scan", ROWS), ("scan", FEW), ("hash", FEW), ("bcast", FEW), ("hjoin", FEW),
    ]  # fmt: skip


def test_what_writes_rows_scans_what_it_reads(placed: Placed) -> None:
    """As those who look for lineage in STL_SCAN and STL_INSERT expect."""
    for sql, scanned in {
        "CREATE TABLE placed.made AS SELECT id FROM placed.few": [["few"]],
        "INSERT INTO placed.made SELECT a.id FROM placed.few a": [["few"]],
        "INSERT INTO placed.made VALUES (1)": [],
        "DELETE FROM placed.made WHERE id = 1": [["made"]],
    }.items():
        query = placed.query(sql)
        names = f"SELECT trim(perm_table_name) FROM stl_scan WHERE query = {query}"
        assert placed.rows(names) == scanned
    placed.query("DROP TABLE placed.made")


def test_vacuum_sorts_and_blocks_are_skipped(placed: Placed) -> None:
    """All rows are on one slice, where 131,072 numbers of 8 bytes fill a block of 1 MB."""
    rows, block = 200_000, 131_072
    placed.query("CREATE TABLE placed.mixed (id bigint, v int) DISTKEY(v) SORTKEY(id)")
    placed.query(
        "INSERT INTO placed.mixed SELECT (generate_series::bigint * 7919) % 1000003, 1 "
        f"FROM generate_series(1, {rows})"
    )
    before = _scan(placed, "id BETWEEN 1000 AND 2000")
    assert before[1:] == [rows, "t"]
    assert _unsorted(placed) > 50
    placed.query("VACUUM placed.mixed")
    assert _unsorted(placed) == 0
    after = _scan(placed, "id BETWEEN 1000 AND 2000")
    assert after == [before[0], block, "t"]
    assert _scan(placed, "id >= 900000")[1] == rows - block
    assert _scan(placed, "v = 1") == [rows, rows, "f"]
    assert _scan(placed, "id = 2000000") == [0, 0, "t"]
    [[blocks]] = placed.rows(
        "SELECT count(*) FROM svv_diskusage WHERE name = 'mixed' AND col = 0 AND num_values > 0"
    )
    assert blocks == 2
    placed.query("DROP TABLE placed.mixed")


def _unsorted(placed: Placed) -> float:
    [[found]] = placed.rows("SELECT unsorted FROM svv_table_info WHERE \"table\" = 'mixed'")
    return float(found)


def _scan(placed: Placed, where: str) -> list[object]:
    query = placed.query(f"SELECT count(*) FROM placed.mixed WHERE {where}")
    [found] = placed.rows(
        f"SELECT rows, rows_pre_filter, is_rrscan FROM stl_scan WHERE query = {query}"
    )
    return found
