/* What is Redshift's own in the query editor. */

const service = {
  name: "Redshift", idName: "Statement id", saves: false,
  state: { shut: new Set(), charts: {} },
  places: [["recent", "Query history"]],
  lists: {},
  tabs: [["chart", "Chart"]],
  runsIn: (get) => `Warehouse: ${get("warehouse")}`,
  tree: warehouseTree,
  opens: (table, send) => table.columns.length || send("columns", { table: table.id }),
  menu: warehouseMenu,
  switches: limitSwitch,
  how: () => ({}),
  catalog: (get) => ({ databases: get("schemas"), database: "public", tables: get("tables") }),
  runLine: warehouseLine,
  parts: partTabs,
  views: (get, tab, run, own) => ({
    explain: () => planView(get("plans")[tab.id], get("drawn")[tab.id]),
    chart: () => chartView(get("results")[tab.id], own.charts[tab.id] || {}, (chosen) => own.set({ charts: { ...own.charts, [tab.id]: { ...own.charts[tab.id], ...chosen } } })),
  }),
  recentHeads: ["Statement", "State", "Submitted"],
  recentCells: (r) => [h("td", { class: "lk-small" }, when(r.submitted))],
};

/* Cluster, database, schemas, their tables and views. */
function warehouseTree(get, send, own) {
  const wanted = own.filter.toLowerCase();
  const tables = get("tables").filter((t) => fullName(t).toLowerCase().includes(wanted) || t.columns.some((c) => wanted && c.name.toLowerCase().includes(wanted)));
  return h("nav", { class: "lk-tree", "aria-label": "Warehouse" },
    h("div", { class: "lk-tree-head" },
      h("label", {}, "Warehouse", h("select", { "aria-label": "Warehouse" }, h("option", {}, get("warehouse")))),
      h("label", {}, h("span", { class: "lk-row lk-apart" }, "Database", button("Refresh schemas", () => send("choose"), { class: "lk-plain" }, "⟳")),
        h("select", { "aria-label": "Database", value: get("database"), onchange: (e) => send("choose", { database: e.target.value }) },
          get("databases").map((d) => h("option", { value: d }, d)))),
      h("input", { type: "search", placeholder: "Filter tables and columns", "aria-label": "Filter tables and views", value: own.filter,
        oninput: (e) => own.set({ filter: e.target.value }) })),
    treeBody(own, get("schemas").map((schema) => treeSchema(schema, tables.filter((t) => t.schema === schema), send, own))));
}

function treeSchema(schema, tables, send, own) {
  const open = !own.shut.has(schema);
  return h("section", { "aria-label": schema, "data-key": schema },
    h("div", { class: "lk-row lk-tree-line" }, chevron(open, `schema ${schema}`, () => toggled(own, "shut", schema)),
      h("b", { class: "lk-grow lk-tree-name" }, schema), h("span", { class: "lk-quiet lk-small" }, tables.length)),
    open && h("div", { class: "lk-tree-inner" }, tables.map((t) => treeTable(t, send, own))));
}

const sqlName = (table) => `${quotedName(table.schema)}.${quotedName(table.name)}`;

function warehouseMenu(table, own) {
  const shows = { TABLE: "SHOW TABLE", VIEW: "SHOW VIEW", "EXTERNAL TABLE": "SHOW EXTERNAL TABLE" }[table.type];
  return [
    [table.kind === "view" ? "Select view" : "Select table", () => own.runNew(`SELECT * FROM ${sqlName(table)} LIMIT 10`)],
    ["Insert into editor", () => own.editor.insert(sqlName(table))],
    shows && ["Show definition", () => own.runNew(`${shows} ${sqlName(table)}`)],
  ];
}

function limitSwitch(send, own, get) {
  return h("label", { class: "lk-switch", title: "Show at most 100 rows of a result" }, h("input", { type: "checkbox", "aria-label": "Limit 100",
    checked: get("limited"), onchange: (e) => send("limit", { on: e.target.checked }) }), "Limit 100");
}

/* One line: state, time, rows. It keeps its height while a statement runs. */
function warehouseLine(run, since) {
  if (!run) return h("div", { class: "lk-cost" }, h("span", { class: "lk-quiet" }, "Run one statement or several to see their rows here. Ctrl + Enter runs them. Esc, then Tab leaves the editor."));
  const last = run.parts[run.parts.length - 1];
  const facts = [["Elapsed time", duration(live(run) ? since : run.run_ms)],
    run.parts.length > 1 && ["Statements", run.parts.length],
    last && last.rows >= 0 && ["Rows", number(last.rows)],
    last && last.has_rows && ["Result size", size(last.bytes)],
    last && last.query > 0 && ["Query", last.query]].filter(Boolean);
  return h("div", { class: "lk-cost" }, h("span", { role: "status" }, status(run.state)),
    facts.map(([name, value]) => h("span", { class: "lk-fact" }, h("span", { class: "lk-quiet" }, `${name}: `), h("b", {}, value))));
}

/* Several statements: a tab for what each has given. */
function partTabs(run, result, tab, send, own) {
  if (!run || run.parts.length < 2 || own.result !== "results") return null;
  const said = (p) => (p.error ? "failed" : p.rows >= 0 ? `${number(p.rows)} ${p.rows === 1 ? "row" : "rows"}` : p.state === "FINISHED" ? "done" : p.state.toLowerCase());
  const chosen = result ? result.part : run.parts.length - 1;
  return tablist("Statements", run.parts.map((p, i) => [i, `${i + 1}: ${said(p)}`]), chosen, (part) => send("part", { tab: tab.id, part }));
}

/* The plan, drawn where its query has run, and its text. */
function planView(text, drawn) {
  if (!text) return h("p", { class: "lk-quiet lk-pad" }, "Explain shows how Redshift would run the statement, without running it.");
  return [drawn ? picture(drawn) : h("p", { class: "lk-quiet lk-pad" }, "Run the statement, then explain it, to see the plan drawn with what its steps sent between the nodes."),
    h("pre", { class: "lk-plan", tabindex: "0" }, text)];
}

function picture({ query, html }) {
  const place = h("div", { class: "lk-pad lk-plan-drawn", "data-own": "plan", "data-key": `plan ${query}` });
  place.innerHTML = html;
  return place;
}
