/* At the right: the chosen visual's type, its field wells, sort, limit and place. */

function buildPane(get, send, own) {
  const visual = own.visual();
  if (!visual) return h("p", { class: "lk-quiet lk-db-pad" }, "Choose a visual to change it, or add one.");
  const edit = (name, given) => own.edit(name, { visual: visual.id, ...given });
  return [
    h("div", { class: "lk-db-pad lk-db-lines" },
      h("input", { class: "lk-db-wide lk-db-title", "aria-label": "Title of the visual", placeholder: visual.name, value: visual.title, onchange: (e) => edit("retitle", { text: e.target.value }) }),
      h("div", { class: "lk-db-tools", role: "toolbar", "aria-label": "Visual" },
        button("Move visual forward", () => edit("move", { by: -1 }), { class: "lk-plain", title: "Move left" }, "←"),
        button("Move visual back", () => edit("move", { by: 1 }), { class: "lk-plain", title: "Move right" }, "→"),
        [["A third", 12, "⅓"], ["Half", 18, "½"], ["Full", 36, "1"]].map(([name, columns, mark]) =>
          button(`${name} width`, () => edit("resize", { columns }), { class: "lk-plain", title: `${name} of the width`, "aria-pressed": String(visual.place.span === columns) }, mark)),
        button("Taller", () => edit("resize", { rows: visual.place.rows + 3 }), { class: "lk-plain", title: "Taller" }, "⤓"),
        button("Lower", () => edit("resize", { rows: visual.place.rows - 3 }), { class: "lk-plain", title: "Lower", disabled: visual.place.rows <= 6 }, "⤒"),
        h("span", { class: "lk-grow" }),
        button("Duplicate visual", (click) => click.detail < 2 && edit("duplicate"), { class: "lk-plain", title: "Duplicate" }, copyMark()),
        remover("Delete visual", () => edit("delete"), { title: "Delete" }))),
    visual.fixed ? h("p", { class: "lk-quiet lk-small lk-db-pad" }, `The fields of a ${visual.label.toLowerCase()} are changed by code; its title and its place here.`)
      : [typesGrid(visual, get, edit), h("div", { class: "lk-db-wells" }, visual.wells.map((w) => wellView(w, visual, get, edit, own))), asideView(visual, edit), orderView(visual, edit)],
  ];
}

const copyMark = () => smallIcon("copy", s("M7 7h10v10H7zM13 7V3H3v10h4"));

function typesGrid(visual, get, edit) {
  const one = (name, label, pressed, kind) => h("button", { type: "button", class: "lk-db-type", "aria-label": label, title: label, "aria-pressed": String(pressed),
    "data-key": name, onclick: () => edit("change_kind", { kind }) }, kindIcon(name));
  return h("div", { class: "lk-db-types", role: "group", "aria-label": "Visual types" },
    one("Auto", "AutoGraph", visual.auto, ""),
    get("kinds").map((k) => one(k.name, k.label, !visual.auto && visual.kind === k.name, k.name)));
}

/* A field well: fields are dropped on it, or chosen. */
function wellView(well, visual, get, edit, own) {
  const drop = (event) => {
    const given = event.dataTransfer.getData(DRAGGED);
    if (!given) return;
    event.preventDefault();
    const { field, set, column } = JSON.parse(given);
    if (field) edit("move_field", { field, well: well.name });
    else edit("place", { data_set: set, column, well: well.name });
  };
  const full = !well.many && well.fields.length > 0;
  const columns = get("fields").filter((f) => f.set === (visual.set || f.set) && (well.takes === "measure" || f.type !== "AGGREGATED"));
  return h("div", { class: "lk-db-well", "data-key": well.name, role: "group", "aria-label": well.label, ondragover: (e) => e.preventDefault(), ondrop: drop },
    h("div", { class: "lk-db-well-head" }, h("span", {}, well.label),
      h("select", { class: "lk-db-add", "aria-label": `${full ? "Replace" : "Add to"} ${well.label}`, title: full ? "Replace" : "Add", value: "", onchange: (e) => { const f = columns[e.target.value]; e.target.value = ""; if (f) edit("place", { data_set: f.set, column: f.name, well: well.name }); } },
        h("option", { value: "" }, full ? "⇄" : "+"), columns.map((f, i) => h("option", { value: String(i) }, f.name)))),
    well.fields.map((f) => fieldChip(f, well, visual, edit, own)),
    !well.fields.length && h("div", { class: "lk-db-hole lk-quiet lk-small" }, well.takes === "measure" ? "a measure" : "a dimension"));
}

/* Fields that the type has no well for: kept until another type has, moved into a well by hand, or removed. */
function asideView(visual, edit) {
  if (!visual.aside.length) return null;
  return h("div", { class: "lk-db-well lk-db-aside", role: "group", "aria-label": "Not shown" },
    h("div", { class: "lk-db-well-head" }, h("span", {}, "Not shown")),
    h("p", { class: "lk-quiet lk-small" }, `A ${visual.label.toLowerCase()} has no well for ${visual.aside.length > 1 ? "these" : "this"}; another type may.`),
    visual.aside.map((field) => h("div", { "data-key": field.id, class: "lk-db-chip-box" },
      h("div", { class: "lk-db-chip lk-db-unused" },
        h("button", { type: "button", class: "lk-db-chip-name", draggable: "true", "aria-label": `Show ${field.label}`, title: "Put it into a well, in the place of what is there",
          ondragstart: (e) => e.dataTransfer.setData(DRAGGED, JSON.stringify({ field: field.id })), onclick: () => edit("move_field", { field: field.id }) }, field.label),
        remover(`Remove ${field.label}`, () => edit("take_field", { field: field.id }), { title: "Remove" })))));
}

function fieldChip(field, well, visual, edit, own) {
  const open = own.openField === field.id;
  return h("div", { "data-key": field.id, class: "lk-db-chip-box" },
    h("div", { class: `lk-db-chip ${field.measure ? "lk-db-measure" : "lk-db-dimension"}` },
      h("button", { type: "button", class: "lk-db-chip-name", draggable: "true", "aria-expanded": String(open), "aria-label": `Field ${field.label}`, title: field.label,
        ondragstart: (e) => e.dataTransfer.setData(DRAGGED, JSON.stringify({ field: field.id })), onclick: () => own.set({ openField: open ? "" : field.id }) }, field.label),
      remover(`Remove ${field.label}`, () => edit("take_field", { field: field.id }), { title: "Remove" })),
    open && fieldOptions(field, well, visual, edit));
}

const GRAINS = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"];
const DATES = ["MMM d, yyyy", "yyyy-MM-dd", "dd/MM/yyyy", "MMM yyyy", "yyyy", "HH:mm"];
const said = (constant) => { const words = constant.replace(/_/g, " ").toLowerCase(); return words[0].toUpperCase() + words.slice(1); };
const choice = (label, value, options, choose) => h("label", { class: "lk-db-option" }, h("span", {}, label),
  h("select", { "aria-label": label, value, onchange: (e) => choose(e.target.value) }, options.map(([v, text]) => h("option", { value: v }, text))));

function fieldOptions(field, well, visual, edit) {
  const change = (options) => edit("change_field", { field: field.id, ...options });
  const format = field.format;
  const dated = field.granularity || (field.type === "DATETIME" && !["COUNT", "DISTINCT_COUNT"].includes(field.aggregation));
  const sort = visual.sort.by === field.id ? visual.sort.direction : "";
  return h("div", { class: "lk-db-options" },
    field.aggregations.length > 0 && choice("Aggregate", field.aggregation, field.aggregations.map((a) => [a, said(a)]), (aggregation) => change({ aggregation })),
    field.granularity && choice("Each", field.granularity, GRAINS.map((g) => [g, said(g)]), (granularity) => change({ granularity })),
    dated ? choice("Format", format.pattern || "", [["", "Automatic"], ...DATES.map((d) => [d, d])], (pattern) => change({ format: pattern ? { kind: "date", pattern } : {} }))
      : (field.measure || field.type !== "STRING") && [
        choice("Format", format.kind || "", [["", "Automatic"], ["number", "1,234"], ["percent", "12%"], ["currency", "$1,234"]], (kind) => change({ format: kind ? { kind, places: format.places ?? null } : {} })),
        format.kind && choice("Decimals", String(format.places ?? ""), [["", "Automatic"], ...[0, 1, 2, 3, 4].map((n) => [String(n), String(n)])], (n) => change({ format: { kind: format.kind, places: n === "" ? null : Number(n) } }))],
    visual.can.sort && choice("Sort", sort, [["", "–"], ["DESC", "Largest first"], ["ASC", "Smallest first"]], (direction) => edit("sort", { by: direction && field.id, direction: direction || "ASC" })),
    choice("In", well.name, visual.wells.map((w) => [w.name, w.label]), (name) => edit("move_field", { field: field.id, well: name })));
}

/* How the groups are sorted, and how many are shown. */
function orderView(visual, edit) {
  const fields = visual.wells.flatMap((w) => w.fields);
  if (!visual.can.sort && !visual.can.limit) return null;
  const { sort, limit } = visual;
  const set = (changes) => edit("limit", { number: limit.number || 0, others: limit.others !== false, ...changes });
  return h("div", { class: "lk-db-order lk-db-pad" },
    visual.can.sort && choice("Sort by", sort.by ? `${sort.direction} ${sort.by}` : "", [["", "Automatic"], ...fields.flatMap((f) => [[`DESC ${f.id}`, `${f.label} ↓`], [`ASC ${f.id}`, `${f.label} ↑`]])],
      (value) => { const at = value.indexOf(" "); edit("sort", { by: value.slice(at + 1), direction: value ? value.slice(0, at) : "ASC" }); }),
    visual.can.limit && h("label", { class: "lk-db-option" }, h("span", {}, "Show first"),
      h("input", { type: "number", min: "0", "aria-label": "Show first", placeholder: "all", value: limit.number ? String(limit.number) : "", onchange: (e) => set({ number: Math.max(0, Math.round(Number(e.target.value))) || 0 }) })),
    visual.can.limit && limit.number && h("label", { class: "lk-db-check" }, h("input", { type: "checkbox", "aria-label": "Rest as Other", checked: limit.others, onchange: (e) => set({ others: e.target.checked }) }), "the rest as Other"));
}
