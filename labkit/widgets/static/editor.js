/* A query editor: tree, tabs, statement, result, lists. What is a service's own (its tree, its
 * switches, what it tells of a run) is its `service`, of a file beside this one. */

function editorView(get, send, own) {
  const lists = { editor: workbench, recent: recentView, ...service.lists };
  return [
    h("div", { class: "lk-head" },
      tablist("Query editor", [["editor", "Editor"], ...service.places], own.place,
        (place) => { own.set({ place }); if (place !== "editor") send(place); }),
      h("span", { class: "lk-quiet lk-small" }, service.runsIn(get))),
    notice(get("notice"), send),
    lists[own.place](get, send, own),
  ];
}

/* The tree -------------------------------------------------------------------------------------- */

function treeTable(table, send, own) {
  const id = fullName(table);
  const open = own.open.has(id);
  return h("div", { "data-key": id },
    h("div", { class: "lk-row lk-tree-line" },
      chevron(open, `columns of ${table.name}`, () => { if (!open) service.opens(table, send); toggled(own, "open", id); }),
      h("span", { class: "lk-grow lk-tree-name", title: table.name }, table.name),
      table.keys.length > 0 && h("span", { class: "lk-badge", title: `Partitioned by ${table.keys.join(", ")}` }, "part."),
      button(`Menu of ${table.name}`, () => own.set({ menu: own.menu === id ? "" : id }),
        { class: "lk-plain", "aria-haspopup": "menu", "aria-expanded": String(own.menu === id) }, "⋮")),
    own.menu === id && tableMenu(table, own),
    open && h("ul", { class: "lk-tree-columns" }, table.columns.map((c) =>
      h("li", {}, button(`Insert ${c.name}`, () => own.editor.insert(quotedName(c.name)), { class: "lk-plain lk-tree-name", title: c.key ? "partition key" : c.name }, c.name),
        h("span", { class: "lk-quiet lk-mono", title: c.type }, c.type, c.key && " (key)")))));
}

/* What stands in a tree as one stop of the Tab key: arrow keys go on from there, as in a toolbar. */
function treeBody(own, ...children) {
  const body = h("div", { class: "lk-tree-body", role: "toolbar", "aria-label": "Tables and views", "aria-orientation": "vertical",
    onkeydown: (event) => treeKey(event, own), onmousedown: (event) => (own.at = treePlace(event.target) || own.at) }, ...children);
  const all = treeButtons(body);
  const stop = all.find((each) => treePlace(each) === own.at) || all[0];
  all.forEach((each) => each.setAttribute("tabindex", each === stop ? "0" : "-1"));
  return body;
}

const treeButtons = (body) => [...body.querySelectorAll("button:not([role=menuitem])")];

/* Up and down from line to line, left and right within one. */
function treeKey(event, own) {
  const buttons = treeButtons(event.currentTarget), at = buttons.indexOf(event.target);
  if (at < 0) return;
  const isFirst = (each, i) => !i || each.parentElement !== buttons[i - 1].parentElement;
  const beside = (each) => each && each.parentElement === event.target.parentElement && each;
  const next = { ArrowDown: buttons.find((each, i) => i > at && isFirst(each, i)),
    ArrowUp: buttons.findLast((each, i) => i < at && isFirst(each, i) && !beside(each)),
    ArrowRight: beside(buttons[at + 1]), ArrowLeft: beside(buttons[at - 1]),
    Home: buttons[0], End: buttons.findLast(isFirst) };
  if (!(event.key in next)) return;
  event.preventDefault();
  if (next[event.key]) goTo(next[event.key], event.currentTarget, own);
}

function goTo(button, body, own) {
  treeButtons(body).forEach((each) => (each.tabIndex = each === button ? 0 : -1));
  own.at = treePlace(button);
  button.focus();
}

/* Which button of which table, whether that is open or not. */
function treePlace(target) {
  const button = target.closest("button[aria-label]"); // not an item of a menu
  return button && `${button.closest("[data-key]").dataset.key} ${button.getAttribute("aria-label").replace(/^(Show|Hide) /, "")}`;
}

const fullName = (table) => (table.schema ? `${table.schema}.${table.name}` : table.name);
const quotedName = (name) => (/^[a-z_]\w*$/i.test(name) && !IS_KEYWORD.has(name.toUpperCase()) ? name : `"${name.replaceAll('"', '""')}"`);

function tableMenu(table, own) {
  const shown = service.menu(table, own).filter(Boolean);
  const keys = (event) => menuKey(event, () => own.set({ menu: "" }));
  return h("div", { class: "lk-menu", role: "menu", "aria-label": `Menu of ${table.name}`, onkeydown: keys }, shown.map(([text, act]) =>
    h("button", { type: "button", role: "menuitem", onclick: () => { own.set({ menu: "" }); act(); } }, text)));
}

/* In an open menu: arrow keys go from item to item, Escape goes back to what opened it. */
function menuKey(event, close) {
  const items = [...event.currentTarget.children];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") (event.currentTarget.parentElement.querySelector("[aria-haspopup]").focus(), close());
  else if (step) items[(items.indexOf(event.target) + step + items.length) % items.length].focus();
  else return;
  event.preventDefault();
}

/* The workbench --------------------------------------------------------------------------------- */

function workbench(get, send, own) {
  const tab = get("tabs").find((t) => t.id === own.tab) || get("tabs")[0];
  const run = get("runs")[tab.id];
  return h("div", { class: "lk-bench" },
    service.tree(get, send, own),
    h("div", { class: "lk-main" },
      queryTabs(get("tabs"), tab, own),
      h("div", { "data-own": "editor" }),
      actions(run, tab, get, send, own),
      resultView(get, send, own, tab, run)));
}

function queryTabs(tabs, chosen, own) {
  return h("div", { class: "lk-query-tabs" },
    tablist("Queries", tabs.map((t) => [t.id, t.title]), chosen.id, (id) => own.openTab(id)),
    tabs.length > 1 && remover(`Close ${chosen.title}`, () => own.closeTab(chosen.id)),
    button("New query", () => own.newTab(""), { class: "lk-plain" }, "+"));
}

function actions(run, tab, get, send, own) {
  const busy = live(run);
  if (own.naming !== null) return savingLine(send, own);
  return h("div", { class: "lk-bar-line", role: "toolbar", "aria-label": "Statement" },
    button("Run query", (click) => click.detail < 2 && own.run("run"), { class: "lk-primary", disabled: busy }, own.part ? "Run selection" : run ? "Run again" : "Run"),
    button("Cancel query", () => send("cancel", { tab: tab.id }), { disabled: !busy }, "Cancel"),
    button("Explain query", () => own.run("explain"), { disabled: busy }, "Explain"),
    service.saves && button("Save query", () => own.set({ naming: tab.title }), { disabled: !tab.sql.trim() }, "Save"),
    button("Clear editor", () => own.clear(), {}, "Clear"),
    service.switches(send, own, get));
}

function savingLine(send, own) {
  const save = () => send("save", { name: own.naming, sql: own.editor.text() }, (done) => done && own.set({ naming: null }));
  return h("form", { class: "lk-bar-line", onsubmit: (e) => { e.preventDefault(); if (own.naming.trim()) save(); }, onkeydown: (e) => { if (e.key === "Escape") own.set({ naming: null }); } },
    h("label", { class: "lk-row lk-grow" }, "Name", h("input", { class: "lk-grow", "aria-label": "Name of the query", autofocus: true, value: own.naming, oninput: (e) => (own.naming = e.target.value) })),
    h("button", { type: "submit", class: "lk-primary", "aria-label": "Save named query" }, "Save"),
    button("Do not save", () => own.set({ naming: null }), {}, "Cancel"));
}

function resultView(get, send, own, tab, run) {
  const result = get("results")[tab.id];
  const views = {
    results: () => rowsView(result, get("plans")[tab.id], run, send, own, tab),
    explain: () => (get("plans")[tab.id] ? h("pre", { class: "lk-plan", tabindex: "0" }, get("plans")[tab.id])
      : h("p", { class: "lk-quiet lk-pad" }, `Explain shows how ${service.name} would run the statement, without running it.`)),
    ...service.views(get, tab, run, own),
  };
  return h("div", { class: "lk-output" },
    service.runLine(run, own.started[tab.id] ? Date.now() - own.started[tab.id] : 0),
    tablist("Result", [["results", result ? `Results (${number(result.rows.length)}${result.next ? "+" : ""})` : "Results"], ...service.tabs, ["explain", "Explain"]],
      own.result, (r) => own.set({ result: r })),
    h("div", { class: "lk-output-body", role: "tabpanel" }, [
      service.parts(run, result, tab, send, own),
      run && run.error && !(result && own.result === "results") ? errorView(run) : views[own.result]()]));
}

function errorView(run) {
  return h("div", { class: "lk-pad" }, notice({ text: run.error, advice: run.advice }),
    run.id && h("p", { class: "lk-quiet lk-small" }, `${service.idName}: ${run.id}`));
}

/* What has ended well gives its rows or its plan, a moment later. */
const fetching = (run, plan) => ["SUCCEEDED", "FINISHED"].includes(run.state) && !plan && (!run.parts || run.parts.length > 0);

function rowsView(result, plan, run, send, own, tab) {
  if (!result) return h("p", { class: "lk-quiet lk-pad" }, run ? (live(run) ? "Running …" : fetching(run, plan) ? "Fetching the rows …" : "No rows.") : "");
  if (!result.columns.length || (run.kind === "DDL" && !result.rows.length)) return h("p", { class: "lk-pad" }, "Query successful.");
  const view = own.views[tab.id] || {};
  const change = (changes) => own.set({ views: { ...own.views, [tab.id]: { ...view, ...changes } } });
  const { rows, page, pages, table } = resultGrid(result, view, change);
  const copied = () => [result.columns.map((c) => c.name), ...rows].map((r) => r.map((v) => v ?? "").join("\t")).join("\n");
  return [
    h("div", { class: "lk-bar-line" },
      h("input", { type: "search", class: "lk-grow", placeholder: "Search rows", "aria-label": "Search rows", value: view.search || "",
        oninput: (e) => change({ search: e.target.value, page: 0 }) }),
      button("Previous page", () => change({ page: page - 1 }), { disabled: page === 0 }, "‹"),
      h("span", { class: "lk-small lk-nowrap" }, `${page + 1} / ${pages}`, isPart(result) && h("span", { class: "lk-quiet" }, ` of the first ${number(result.rows.length)} rows`)),
      button("Next page", () => change({ page: page + 1 }), { disabled: page >= pages - 1 }, "›"),
      result.next && button("Load more rows", () => send("more", { tab: tab.id }), {}, "More rows"),
      button("Copy rows", () => navigator.clipboard.writeText(copied()), { title: `Copy ${number(rows.length)} rows` }, "Copy"),
      button("Download results", () => send("download", { tab: tab.id }), {}, "Download CSV")),
    table,
  ];
}

/* The lists ------------------------------------------------------------------------------------- */

function recentView(get, send, own) {
  return listView(get("recent"), "No statement has run yet.", service.recentHeads, (r) => [sqlCell(r.sql, own), h("td", {}, status(r.state)), ...service.recentCells(r)]);
}

function listView(rows, nothing, headers, row) {
  if (!rows.length) return h("p", { class: "lk-quiet lk-pad" }, nothing);
  return h("div", { class: "lk-scroll lk-list", tabindex: "0", role: "region", "aria-label": "Statements" }, h("table", { class: "lk-grid" },
    h("thead", {}, h("tr", {}, headers.map((t) => h(t ? "th" : "td", {}, t)))), h("tbody", {}, rows.map((r) => h("tr", {}, row(r))))));
}

function sqlCell(sql, own, title) {
  const text = sql.replace(/\s+/g, " ");
  return h("td", { class: "lk-statement" }, button(`Open ${text.slice(0, 80)}`, () => own.newTab(sql, title), { class: "lk-plain lk-sql-line", title: sql }, text));
}

/* Life ------------------------------------------------------------------------------------------ */

function render(context) {
  const { model } = context;
  const shown = mount(context, editorView, {
    place: "editor", result: "results", filter: "", open: new Set(), menu: "", naming: null, ...service.state, part: false,
    tab: model.get("tabs")[0].id, last: 0, started: {}, views: {}, editor: null, offsets: {} });
  const { own, send } = shown;
  own.drawn = (root) => {
    const place = root.querySelector("[data-own=editor]");
    if (place && !place.firstChild) place.append(own.editor.element);
  };
  const tabs = () => model.get("tabs");
  const number = () => { own.last = Math.max(own.last, ...tabs().map((t) => Number(t.id))); };  // no tab gets the id of one that is closed
  const keep = (changed) => { model.set("tabs", changed); model.save_changes(); };
  own.editor = sqlEditor({
    changed: (sql) => keep(tabs().map((t) => (t.id === own.tab ? { ...t, sql } : t))),
    selected: () => { const { part } = own.editor.chosen(); if (part !== own.part) own.set({ part }); },
    run: () => own.run("run"),
    catalog: () => service.catalog((trait) => model.get(trait)),
  });
  own.openTab = (id) => { own.tab = id; show(); own.set({}); };
  own.newTab = (sql, title) => {
    const id = String(1 + own.last);
    keep([...tabs(), { id, title: title || `Query ${id}`, sql }]);
    own.place = "editor";
    own.openTab(id);
    own.editor.focus();
  };
  own.closeTab = (id) => {
    const left = tabs().filter((t) => t.id !== id);
    send("forget", { tab: id });
    keep(left);
    own.openTab(left[left.length - 1].id);
  };
  own.runNew = (sql) => { own.newTab(sql); own.run("run"); };
  own.clear = () => { own.editor.show(""); keep(tabs().map((t) => (t.id === own.tab ? { ...t, sql: "" } : t))); own.editor.focus(); };
  own.run = (action) => {
    const { sql, from } = own.editor.chosen();
    if (!sql.trim() || live(model.get("runs")[own.tab])) return;
    own.started[own.tab] = Date.now();
    own.offsets[own.tab] = [from, sql, action];
    own.set({ result: action === "explain" ? "explain" : own.result === "chart" ? "chart" : "results" });
    send(action, { tab: own.tab, sql, ...(action === "run" ? service.how(own) : {}) });
  };
  const show = () => {
    number();
    own.editor.show((tabs().find((t) => t.id === own.tab) || tabs()[0]).sql);
    own.editor.mark(placeInText(model.get("runs")[own.tab], own.offsets[own.tab], own.editor.text()));
  };
  const heard = (message, buffers) => message.download && download(message.download, buffers[0]);
  const clock = setInterval(() => live(model.get("runs")[own.tab]) && shown.draw(), 100);
  model.on("change:runs", show);
  model.on("change:tabs", show);
  model.on("msg:custom", heard);
  show();
  return () => { clearInterval(clock); model.off("change:runs", show); model.off("change:tabs", show); model.off("msg:custom", heard); shown.end(); };
}

/* Where an error stands in the text: its place in what was run, moved by the place of what was run. */
function placeInText(run, [from, sql, action] = [[0, 0], null], text) {
  if (!run || !run.place || sql === null || !text.includes(sql)) return null;
  const lead = sql.length - sql.trimStart().length;
  const skipped = sql.slice(0, lead).split("\n");
  const [line, column] = run.place;
  const added = action === "explain" && line === 1 && !/^\s*explain\b/i.test(sql) ? "EXPLAIN ".length : 0;
  const first = line === 1 ? skipped[skipped.length - 1].length + (skipped.length === 1 ? from[1] : 0) : 0;
  return [line + skipped.length - 1 + from[0], Math.max(1, column - added + first)];
}

export default { render };
