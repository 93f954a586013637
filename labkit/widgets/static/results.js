/* A run's end: rows, what it cost, its statistics, its plan. */

const PAGE_ROWS = 25;
const live = (run) => run && ["QUEUED", "RUNNING", "SUBMITTED", "PICKED", "STARTED"].includes(run.state);

/* Sorted by a column: [position, 1 or -1]; numbers by value, NULL last. */
function sorted(rows, columns, order) {
  if (!order) return rows;
  const [at, way] = order;
  const exact = /^-?\d+$/;
  const compare = columns[at].number
    ? (a, b) => (exact.test(a) && exact.test(b) ? (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0) : Number(a) - Number(b))
    : (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return [...rows].sort((a, b) => {
    if (a[at] === null || b[at] === null) return (a[at] === null) - (b[at] === null);
    return way * compare(a[at], b[at]);
  });
}

/* Whether there are more rows than are here: what is searched, sorted and copied are these. */
const isPart = (result) => Boolean(result.next) || result.total > result.rows.length;

function resultGrid(result, view, change) {
  const wanted = (view.search || "").toLowerCase();
  const kept = wanted ? result.rows.filter((r) => r.some((c) => c !== null && c.toLowerCase().includes(wanted))) : result.rows;
  const rows = sorted(kept, result.columns, view.order);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(view.page || 0, pages - 1);
  const shown = rows.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
  return { rows, page, pages, table: h("div", { class: "lk-scroll", tabindex: "0", role: "region", "aria-label": "Result rows" },
    h("table", { class: "lk-grid lk-result" },
      h("thead", {}, h("tr", {}, h("th", { class: "lk-number" }, "#"), result.columns.map((c, i) => header(c, i, view, change)))),
      h("tbody", {}, shown.map((row, i) => h("tr", {}, h("td", { class: "lk-number lk-quiet" }, page * PAGE_ROWS + i + 1),
        row.map((value, j) => cell(value, result.columns[j])))))),
    shown.length === 0 && h("p", { class: "lk-quiet lk-pad" }, wanted ? (isPart(result) ? `None of the first ${number(result.rows.length)} rows contains this.` : "No row contains this.") : "The result has no rows.")) };
}

function header(column, i, view, change) {
  const way = view.order && view.order[0] === i ? view.order[1] : 0;
  const next = way === 1 ? [i, -1] : way === -1 ? null : [i, 1];
  return h("th", { class: column.number ? "lk-number" : "", "aria-sort": way ? (way > 0 ? "ascending" : "descending") : "none" },
    button(`Sort by ${column.name}`, () => change({ order: next, page: 0 }), { class: "lk-plain lk-sort", title: column.type },
      column.name, h("span", { class: "lk-way" }, way ? (way > 0 ? " ▲" : " ▼") : "")));
}

function cell(value, column) {
  if (value === null) return h("td", { class: `lk-null ${column.number ? "lk-number" : ""}` }, "NULL");
  return h("td", { class: column.number ? "lk-number" : "", title: value.length > 60 ? value : null }, value);
}

/* One line: state, times, bytes, bill. It keeps its height while a statement runs. */
function costLine(run, since) {
  if (!run) return h("div", { class: "lk-cost" }, h("span", { class: "lk-quiet" }, "Run a statement to see its rows here. Ctrl + Enter runs it. Esc, then Tab leaves the editor."));
  const facts = [["Time in queue", duration(run.queue_ms)], ["Run time", duration(live(run) ? since : run.run_ms)],
    ["Data scanned", run.reused ? "none, an earlier result" : size(run.scanned_bytes)]];
  facts.push(["On AWS this costs", run.state === "SUCCEEDED" || run.state === "CANCELLED" ? dollars(run.dollars) : "–"]);
  return h("div", { class: "lk-cost" }, h("span", { role: "status" }, status(run.state)),
    facts.map(([name, value]) => h("span", { class: "lk-fact" }, h("span", { class: "lk-quiet" }, `${name}: `), h("b", {}, value))));
}

function dollars(amount) {
  return amount ? `$${amount.toFixed(6).replace(/0+$/, "")}` : "$0";
}

function statisticsView(statistics, run) {
  if (!statistics) return h("p", { class: "lk-quiet lk-pad" }, "Statistics come with a statement that has succeeded.");
  const longest = Math.max(1, ...statistics.times.map(([, ms]) => ms));
  return h("div", { class: "lk-pad lk-stack" },
    h("section", {}, h("h4", {}, "Where the time went"),
      h("table", { class: "lk-grid lk-bars" }, h("tbody", {}, statistics.times.map(([name, ms]) =>
        h("tr", {}, h("td", {}, name), h("td", { class: "lk-number" }, duration(ms)),
          h("td", { class: "lk-bar-cell" }, h("div", { class: "lk-bar", style: `width:${(100 * ms) / longest}%` }))))))),
    statistics.rows.length > 0 && h("section", {}, h("h4", {}, "Rows and bytes"),
      h("table", { class: "lk-grid" }, h("tbody", {}, statistics.rows.map(([name, value]) =>
        h("tr", {}, h("td", {}, name), h("td", { class: "lk-number" }, name.endsWith("bytes") ? size(value) : number(value))))))),
    statistics.stages.length > 0 && h("section", {}, h("h4", {}, "Stages"),
      h("table", { class: "lk-grid" },
        h("thead", {}, h("tr", {}, ["Stage", "State", "Input rows", "Input", "Output rows", "Time"].map((t) => h("th", {}, t)))),
        h("tbody", {}, statistics.stages.map((s) => h("tr", {},
          [s.StageId, s.State, s.InputRows, s.InputBytes == null ? "" : size(s.InputBytes), s.OutputRows,
            s.ExecutionTime == null ? "" : duration(s.ExecutionTime)].map((v) => h("td", {}, v))))))),
    h("p", { class: "lk-quiet lk-small" }, `Query execution id: ${run.id}`));
}

/* A file from the kernel, to the browser's downloads. */
function download(name, content) {
  const link = h("a", { href: URL.createObjectURL(new Blob([content], { type: "text/csv" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
