/* The sample: a column's head tells its type, its values and what is missing. */

const TYPES = {
  string: "ABC", long: "123", int: "123", short: "123", byte: "123", double: "1.2", float: "1.2", decimal: "1.2",
  boolean: "T/F", date: "date", timestamp: "time", time: "time", array: "[ ]", struct: "{ }", map: "{ }",
};
const typeMark = (type) =>
  h("span", { class: "lk-rx-type", title: type }, TYPES[type.replace(/[(<].*/, "")] || type);

function gridView(get, send, own) {
  const view = inView(get, own);
  if (!view.columns) return unread(send);
  return [
    gridBar(get, send, own),
    h("div", { class: "lk-rx-grid", tabindex: "0", role: "region", "aria-label": "Sample" },
      h("table", { class: "lk-rx-table", "aria-label": "Rows of the sample" },
        h("thead", {}, h("tr", {}, h("td", { class: "lk-rx-corner" }), view.columns.map((c) => columnHead(c, view, own)))),
        h("tbody", {}, view.rows.map((row, at) => h("tr", {},
          h("th", { class: "lk-rx-row", scope: "row" }, number(view.startRowIndex + at + 1)),
          row.map((value, i) => cell(value, view.columns[i], view, own))))))),
  ];
}

/* The view; while a step is edited the one before it is looked back at, whose changes say nothing. */
const inView = (get, own) => (own.form && own.form.index !== null && !get("at").step ? { ...get("view"), changes: null } : get("view"));

/* Where the session could not be opened there is no sample. */
const unread = (send) => h("div", { class: "lk-pad" }, h("p", { class: "lk-quiet" }, "There is no sample to show."),
  button("Open the project again", () => send("open"), {}, "Try again"));

const isNumber = (column) => /^(1|\d)/.test(TYPES[column.type.replace(/[(<].*/, "")] || "");
const changeOf = (name, view) =>
  view.changes && ((view.changes.new.includes(name) && "new") || (view.changes.changed.includes(name) && "changed"));

function columnHead(column, view, own) {
  const change = changeOf(column.name, view);
  const chosen = own.column === column.name;
  return h("th", { "data-key": column.name, scope: "col", "aria-selected": String(chosen),
      class: `lk-rx-head ${change ? `lk-rx-${change}` : ""} ${chosen ? "lk-rx-chosen" : ""}` },
    h("button", { type: "button", class: "lk-rx-name", "aria-pressed": String(chosen), "aria-label": `Column ${column.name}`,
      title: `${column.name}: ${column.type}`, onclick: () => own.chooseColumn(column.name) },
      change ? h("span", { class: "lk-rx-type lk-rx-mark" }, change) : typeMark(column.type), h("span", { class: "lk-rx-label" }, column.name)),
    column.statistics && figures(column.statistics));
}

function figures(s) {
  const total = s.valid + s.missing;
  const share = total ? (100 * s.valid) / total : 100;
  const parts = s.histogram || s.topValues || [];
  const most = Math.max(1, ...parts.map((p) => p.count));
  return [
    h("div", { class: "lk-rx-quality", title: `${number(s.valid)} valid, ${number(s.missing)} missing` }, h("i", { style: `width:${share}%` })),
    h("div", { class: "lk-rx-bars", "aria-hidden": "true" }, parts.map((p) =>
      h("i", { style: `height:${p.count ? Math.max(8, (100 * p.count) / most) : 0}%`, title: `${barName(p)}: ${number(p.count)}` }))),
    h("div", { class: "lk-rx-figures" }, h("span", {}, `${number(s.distinct)} distinct`),
      h("span", { class: s.missing ? "lk-rx-missing" : "" }, s.missing ? `${number(s.missing)} missing` : "complete")),
  ];
}

const short = (value) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value);
const barName = (part) => ("from" in part ? `${short(part.from)} to ${short(part.to)}` : part.value);

function cell(value, column, view, own) {
  const change = changeOf(column.name, view);
  const kind = [change && `lk-rx-${change}`, isNumber(column) && "lk-rx-number", own.column === column.name && "lk-rx-chosen"].filter(Boolean).join(" ");
  if (value === null || value === "") return h("td", { class: `${kind} lk-rx-null` }, value === null ? "null" : "empty");
  return h("td", { class: kind, title: String(value).length > 24 ? String(value) : null }, String(value));
}

function gridBar(get, send, own) {
  const view = get("view"), frame = get("frame");
  const rowEnd = view.startRowIndex + view.rows.length;
  const first = view.columns.length ? view.columns[0].index : 0;
  const last = view.columns.length ? view.columns[view.columns.length - 1].index + 1 : 0;
  return h("div", { class: "lk-rx-bar" },
    viewTitle(get, send, own),
    h("span", { class: "lk-rx-pages" },
      pager("rows", view.startRowIndex + 1, rowEnd, view.rowCount,
        () => send("frame", { row: Math.max(0, frame.row - 50) }), () => send("frame", { row: frame.row + 50 })),
      view.columnCount > 20 || first > 0
        ? pager("columns", first + 1, last, view.columnCount,
          () => send("frame", { start: Math.max(0, frame.start - 18) }), () => send("frame", { start: Math.min(view.columnCount - 2, frame.start + 18) }))
        : h("span", { class: "lk-quiet lk-small" }, `${view.columnCount} columns`),
      frame.hidden.length > 0 && button("Show all columns", () => send("frame", { hidden: [] }), { class: "lk-plain lk-small" }, `${frame.hidden.length} hidden`)));
}

function pager(what, from, to, total, back, on) {
  const title = total ? `${number(from)}–${number(to)} of ${number(total)} ${what}` : `no ${what}`;
  return h("span", { class: "lk-rx-pager" },
    button(`Previous ${what}`, back, { class: "lk-plain", disabled: from <= 1 }, "‹"),
    h("span", { class: "lk-small lk-nowrap" }, title),
    button(`Next ${what}`, on, { class: "lk-plain", disabled: to >= total }, "›"));
}

/* What the grid shows: the sample now, after an earlier step, or with a previewed step. */
function viewTitle(get, send, own) {
  const at = get("at"), view = inView(get, own);
  if (at.step) return h("span", { class: "lk-rx-title" }, badge("Preview", "live"), " ", changesInWords(view));
  if (at.index !== undefined && at.index !== null) return h("span", { class: "lk-rx-title" }, badge("Looking back", "warn"),
    at.index ? ` after step ${at.index}${rowsInWords(view).map((words) => ` · ${words}`)} ` : " before the first step ", button("Back to the latest step", () => send("look"), { class: "lk-plain lk-small" }, "Back to now"));
  return h("span", { class: "lk-rx-title lk-quiet" }, view.steps ? `After ${own.count(view.steps, "step")}` : "The sample as it is");
}

const rowsInWords = ({ changes, rowCount }) => (!changes || changes.rowCount === rowCount ? [] : [`rows: ${number(changes.rowCount)} → ${number(rowCount)}`]);

function changesInWords(view) {
  const { changes } = view;
  if (!changes) return "";
  const said = [["new", changes.new], ["changed", changes.changed], ["removed", changes.removed]]
    .filter(([, names]) => names.length)
    .map(([what, names]) => `${what}: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`);
  return [...rowsInWords(view), ...said].join(" · ") || "nothing changes in the sample";
}

/* The schema: one line a column. ----------------------------------------------------------------- */

function schemaView(get, send, own) {
  const view = get("view"), hidden = get("frame").hidden;
  if (!view.columns) return unread(send);
  const seen = Object.fromEntries(view.columns.map((c) => [c.name, c]));
  const toggle = (name) => send("frame", { hidden: hidden.includes(name) ? hidden.filter((n) => n !== name) : [...hidden, name] });
  return h("div", { class: "lk-rx-grid", tabindex: "0", role: "region", "aria-label": "Schema" },
    h("table", { class: "lk-grid lk-rx-schema" },
      h("thead", {}, h("tr", {}, ["Show", "Column", "Type", "Values", "Distinct", "Missing", "Least", "Most"].map((t) => h("th", {}, t)))),
      h("tbody", {}, view.allColumns.map((c) => {
        const s = (seen[c.name] || {}).statistics;
        return h("tr", { "data-key": c.name },
          h("td", {}, h("input", { type: "checkbox", checked: !hidden.includes(c.name), "aria-label": `Show ${c.name}`, onchange: () => toggle(c.name) })),
          h("td", {}, h("b", { class: "lk-name" }, c.name)), h("td", { class: "lk-mono" }, c.type),
          s ? [h("td", { class: "lk-rx-mini" }, figures(s)[1]), h("td", { class: "lk-number" }, number(s.distinct)), h("td", { class: "lk-number" }, number(s.missing)),
            h("td", { class: "lk-rx-end" }, shown(s.minimum)), h("td", { class: "lk-rx-end" }, shown(s.maximum, c))]
            : h("td", { colspan: "5" }, button(`Figures of ${c.name}`, () => send("frame", { start: Math.max(0, view.allColumns.indexOf(c) - 2) }), { class: "lk-plain lk-small lk-quiet", disabled: hidden.includes(c.name) }, "show figures")));
      }))));
}

/* The ends of a column: of texts, how many letters they have. */
function shown(value, column) {
  if (value === undefined || value === null) return "–";
  return column && column.type === "string" ? `${value} letter${value === 1 ? "" : "s"}` : String(short(value));
}
