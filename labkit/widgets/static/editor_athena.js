/* What is Athena's own in the query editor. */

const REUSE_MINUTES = 60;

const service = {
  name: "Athena", idName: "Query execution id", saves: true,
  state: { reuse: false },
  places: [["recent", "Recent queries"], ["saved", "Saved queries"]],
  lists: { saved: savedView },
  tabs: [["statistics", "Query stats"]],
  runsIn: () => "Workgroup: primary",
  tree: athenaTree,
  opens: () => {},
  menu: athenaMenu,
  switches: (send, own) => reuseSwitch(own),
  how: (own) => (own.reuse ? { reuse_minutes: REUSE_MINUTES } : {}),
  catalog: (get) => ({ databases: get("databases"), database: get("database"), tables: get("tables") }),
  runLine: costLine,
  parts: () => null,
  views: (get, tab, run) => ({ statistics: () => statisticsView(get("statistics")[tab.id], run || {}) }),
  recentHeads: ["Statement", "State", "Run time", "Scanned", "Submitted"],
  recentCells: (r) => [h("td", { class: "lk-number" }, duration(r.run_ms)), h("td", { class: "lk-number" }, size(r.scanned_bytes)), h("td", { class: "lk-small" }, when(r.submitted))],
};

/* The tree -------------------------------------------------------------------------------------- */

function athenaTree(get, send, own) {
  const wanted = own.filter.toLowerCase();
  const tables = get("tables").filter((t) => t.name.toLowerCase().includes(wanted) || t.columns.some((c) => wanted && c.name.toLowerCase().includes(wanted)));
  const group = (kind, title) => {
    const found = tables.filter((t) => t.kind === kind);
    return h("section", { "aria-label": title, "data-key": kind }, h("h3", {}, `${title} (${found.length})`), found.map((t) => treeTable(t, send, own)));
  };
  return h("nav", { class: "lk-tree", "aria-label": "Catalog" },
    h("div", { class: "lk-tree-head" },
      h("label", {}, "Data source", h("select", { "aria-label": "Data source" }, h("option", {}, "AwsDataCatalog"))),
      h("label", {}, h("span", { class: "lk-row lk-apart" }, "Database", button("Refresh catalog", () => send("choose"), { class: "lk-plain" }, "⟳")),
        h("select", { "aria-label": "Database", value: get("database"), onchange: (e) => send("choose", { database: e.target.value }) },
          get("databases").map((d) => h("option", { value: d }, d)))),
      h("input", { type: "search", placeholder: "Filter tables and columns", "aria-label": "Filter tables and views", value: own.filter,
        oninput: (e) => own.set({ filter: e.target.value }) })),
    treeBody(own, group("table", "Tables"), group("view", "Views")));
}

const ddlName = (name) => "`" + name + "`";

function athenaMenu(table, own) {
  const view = table.kind === "view";
  return [
    [view ? "Preview view" : "Preview table", () => own.runNew(`SELECT * FROM "${table.name}" LIMIT 10`)],
    ["Insert into editor", () => own.editor.insert(quotedName(table.name))],
    [view ? "Show view query" : "Generate table DDL", () => own.runNew(view ? `SHOW CREATE VIEW "${table.name}"` : `SHOW CREATE TABLE ${ddlName(table.name)}`)],
    !view && table.keys.length > 0 && ["Load partitions", () => own.runNew(`MSCK REPAIR TABLE ${ddlName(table.name)}`)],
  ];
}

function reuseSwitch(own) {
  return h("label", { class: "lk-switch", title: "Take an earlier result of the same statement that is at most 60 minutes old" }, h("input", { type: "checkbox", "aria-label": "Reuse query results", checked: own.reuse,
      onchange: (e) => own.set({ reuse: e.target.checked }) }), "Reuse results");
}

function savedView(get, send, own) {
  return listView(get("saved"), "No statement has been saved yet.", ["Name", "Database", "Statement", ""], (q) => [
    h("td", {}, h("b", {}, q.name)), h("td", {}, q.database), sqlCell(q.sql, own, q.name),
    h("td", { class: "lk-actions" }, remover(`Delete ${q.name}`, () => send("delete_saved", { query: q.id }), { class: "" }, "Delete"))]);
}
