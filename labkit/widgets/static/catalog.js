/* The catalog browser. */

function catalogView(get, send, own) {
  const wanted = own.filter.toLowerCase();
  const tables = get("tables").filter((t) => t.name.toLowerCase().includes(wanted));
  const chosen = get("tables").find((t) => t.name === get("table"));
  return [
    h("div", { class: "lk-head" }, h("h3", {}, "Data catalog"),
      button("Refresh", () => send("choose"), {}, icon("refresh"), "Refresh")),
    notice(get("notice"), send),
    h("div", { class: "lk-bench lk-browse" },
      h("nav", { class: "lk-tree", "aria-label": "Tables" },
        h("div", { class: "lk-tree-head" },
          h("label", {}, "Database", h("select", { "aria-label": "Database", value: get("database"),
            onchange: (e) => send("choose", { database: e.target.value }) },
          get("databases").map((d) => h("option", { value: d }, d)))),
          h("input", { type: "search", placeholder: "Filter tables", "aria-label": "Filter tables", value: own.filter,
            oninput: (e) => own.set({ filter: e.target.value }) })),
        h("div", { class: "lk-tree-body" }, tables.map((t) =>
          h("div", { class: "lk-row lk-tree-line", "data-key": t.name },
            button(`Open ${t.name}`, () => { own.set({ tab: "columns" }); send("open", { table: t.name }); },
              { class: `lk-plain lk-tree-name lk-grow lk-left ${t === chosen ? "lk-chosen" : ""}`, title: t.name, "aria-pressed": String(t === chosen) }, t.name),
            t.keys.length > 0 && h("span", { class: "lk-badge", title: `Partitioned by ${t.keys.join(", ")}` }, "part."))),
        tables.length === 0 && h("p", { class: "lk-quiet" }, "No tables here."))),
      h("div", { class: "lk-main" }, chosen ? tableView(chosen, get, send, own)
        : h("p", { class: "lk-quiet lk-pad" }, "Choose a table to see its columns, partitions and first rows."))),
  ];
}

function tableView(table, get, send, own) {
  const tabs = [["columns", `Columns (${table.columns.length})`], ["partitions", `Partitions (${get("partitions").length})`],
    ["properties", "Properties"], ["preview", "Preview"]];
  const views = { columns: () => columnsTable(table), partitions: () => partitionsView(table, get("partitions")),
    properties: () => propertiesView(table), preview: () => previewView(get, own) };
  return [
    h("div", { class: "lk-bar-line" },
      h("div", { class: "lk-grow lk-name" }, h("b", {}, `${get("database")}.${table.name}`), " ", table.keys.length > 0 && badge("Partitioned"),
        h("div", { class: "lk-quiet lk-small lk-name" }, [table.format, table.rows >= 0 && `${number(table.rows)} row${table.rows === 1 ? "" : "s"}`, table.location].filter(Boolean).join(" · "))),
      button(`Preview ${table.name}`, () => { own.set({ tab: "preview", grid: {} }); send("preview"); }, { class: "lk-primary", disabled: live(get("run")) }, "Preview")),
    tablist("Table", tabs, own.tab, (tab) => own.set({ tab })),
    h("div", { class: "lk-scroll lk-detail", tabindex: "0", role: "tabpanel" }, views[own.tab]()),
  ];
}

function partitionsView(table, partitions) {
  if (!partitions.length) return h("p", { class: "lk-quiet lk-pad" }, table.keys.length ? "The catalog lists no partition." : "The table is not partitioned.");
  return h("table", { class: "lk-grid" },
    h("thead", {}, h("tr", {}, [...table.keys, "Location"].map((t) => h("th", {}, t)))),
    h("tbody", {}, partitions.map((p) => h("tr", {}, p.map((value) => h("td", { class: "lk-mono lk-name" }, value))))));
}

function propertiesView(table) {
  return h("table", { class: "lk-grid lk-properties" }, h("tbody", {},
    Object.entries(table.properties).map(([name, value]) => h("tr", {}, h("td", {}, name), h("td", { class: "lk-mono lk-name" }, value)))));
}

function previewView(get, own) {
  const [run, result] = [get("run"), get("preview")];
  if (!run.state) return h("p", { class: "lk-quiet lk-pad" }, "Preview asks Athena for the first ten rows.");
  return [costLine(run, 0), run.error ? h("div", { class: "lk-pad" }, notice({ text: run.error }))
    : result.columns ? resultGrid(result, own.grid, (changes) => own.set({ grid: { ...own.grid, ...changes } })).table : h("p", { class: "lk-quiet lk-pad" }, "Running …")];
}

export default {
  render: (context) => mount(context, catalogView, { filter: "", tab: "columns", grid: {} }).end,
};
