/* The sheet in the middle: its visuals in their grid. */

function sheetView(get, send, own) {
  const sheets = get("sheets"), sheet = sheets.find((s) => s.id === own.sheet) || sheets[0];
  if (!sheet) return null;
  return [
    sheetTabs(sheets, sheet, own),
    controlsBar(sheet, get, send, own),
    pickLine(get, send, sheet),
    get("frame") ? h("iframe", { src: get("frame"), class: "lk-db-frame", title: "Dashboard" })
      : h("div", { class: "lk-db-canvas", "data-key": sheet.id, role: "region", "aria-label": sheet.name },
        h("div", { class: `lk-db-grid ${own.narrow ? "lk-db-narrow" : ""}` }, sheet.visuals.map((v) => tile(v, get, send, own)))),
    own.insight && insightForm(sheet, get, own),
    h("div", { class: "lk-row lk-db-pad" },
      button("Add visual", (click) => click.detail < 2 && own.addVisual(), {}, "+ Visual"),
      button("Add insight", () => own.set({ insight: own.insight ? null : { kind: "Top ranked" } }), { "aria-expanded": String(Boolean(own.insight)) }, "+ Insight")),
  ];
}

function sheetTabs(sheets, sheet, own) {
  return h("div", { class: "lk-db-sheets" },
    own.naming === null ? tablist("Sheets", sheets.map((s) => [s.id, s.name]), sheet.id, (id) => own.goTo(id))
      : h("form", { class: "lk-row lk-grow lk-db-pad", onsubmit: (e) => { e.preventDefault(); own.edit("rename_sheet", { sheet: sheet.id, name: own.naming || sheet.name }, (done) => done && own.set({ naming: null })); } },
        h("input", { "aria-label": "Name of the sheet", autofocus: true, value: own.naming, oninput: (e) => (own.naming = e.target.value), onkeydown: (e) => { if (e.key === "Escape") own.set({ naming: null }); } }), h("button", { type: "submit" }, "Rename")),
    button("Add sheet", (click) => click.detail < 2 && own.edit("add_sheet"), { class: "lk-plain", title: "Add a sheet" }, "+"),
    button("Rename sheet", () => own.set({ naming: sheet.name }), { class: "lk-plain", title: "Rename this sheet" }, "✎"),
    sheets.length > 1 && remover("Delete sheet", () => own.edit("remove_sheet", { sheet: sheet.id }), { title: "Delete this sheet" }));
}

/* What was clicked in a picture, and filters the others. */
function pickLine(get, send, sheet) {
  const picks = get("picks").filter((p) => sheet.visuals.some((v) => v.id === p.visual));
  if (!picks.length) return null;
  const text = picks.flatMap((p) => p.keys.map((k) => `${k.column}: ${k.kind === "date" ? day(k.value) : shownValue(k.value)}`)).join(", ");
  return h("div", { class: "lk-db-picks", role: "status" }, h("span", { class: "lk-db-pick" }, text, button("Clear the clicked filter", () => send("unpick"), { class: "lk-plain", title: "Clear" }, "✕")));
}

function tile(visual, get, send, own) {
  const { column, span, row, rows } = visual.place;
  const picture = own.pictures[visual.id];
  const empty = !visual.kind || visual.missing.length > 0;
  const stale = !empty && (!picture || get("pending").includes(visual.id));
  const chosen = own.chosen === visual.id;
  return h("div", { "data-key": visual.id, class: `lk-db-tile ${chosen ? "lk-db-chosen" : ""} ${stale ? "lk-db-stale" : ""}`, style: `grid-column:${column + 1}/span ${span};grid-row:${row + 1}/span ${rows}`,
      tabindex: "0", role: "group", "aria-label": visual.name, "aria-current": chosen ? "true" : null, onclick: () => own.choose(visual.id), onfocus: () => own.choose(visual.id),
      onkeydown: (e) => { if (e.key === "Delete" && e.target === e.currentTarget) own.edit("delete", { visual: visual.id }); },
      ondragover: (e) => e.preventDefault(), ondrop: (e) => own.dropOn(e, visual) },
    empty ? h("div", { class: "lk-db-empty lk-quiet" }, h("b", {}, visual.name), h("span", {}, visual.kind ? `It needs a field in ${visual.missing.join(" and ")}.` : "Choose fields at the left; the type follows them."))
      : picture && picture.error ? h("div", { class: "lk-db-empty", role: "alert" }, h("b", {}, visual.name), h("span", {}, picture.error), button(`Draw ${visual.name} again`, () => send("show", { again: true }), { class: "lk-small" }, "Try again"))
        : h("div", { class: "lk-db-picture", "data-own": "picture", "data-key": `picture-${visual.id}`, "data-visual": visual.id }));
}

/* Put the pictures into their tiles; a click on a mark picks it. */
function fillPictures(root, own, pick) {
  for (const place of root.querySelectorAll("[data-visual]")) {
    const picture = own.pictures[place.dataset.visual];
    const svg = picture && putPicture(place, picture.svg, "[data-pick]{cursor:pointer}[data-pick]:hover{opacity:.8}");
    if (svg) svg.addEventListener("click", (event) => {
      const mark = event.target.closest("[data-pick]");
      if (mark) pick(place.dataset.visual, JSON.parse(mark.dataset.pick));
    });
  }
}

/* An insight: what it tells, and of which fields. -------------------------------------------------- */

function insightForm(sheet, get, own) {
  const form = own.insight;
  const set = form.set || (own.visual() || {}).set || (get("fields")[0] || {}).set;
  const fields = get("fields").filter((f) => f.set === set);
  const fitting = { Time: fields.filter((f) => f.type === "DATETIME"), Category: fields.filter((f) => !f.measure && f.type !== "DATETIME"), Value: fields };
  const change = (changes) => { Object.assign(form, changes); own.set({}); };
  const wanted = INSIGHTS[form.kind];
  const ready = wanted.every((name) => form[name]);
  const add = (e) => { e.preventDefault(); own.edit("add_insight", { sheet: sheet.id, data_set: set, kind: form.kind, time: form.Time || "", category: form.Category || "", value: form.Value || "", granularity: form.grain || "MONTH" }, (done) => done && own.set({ insight: null })); };
  return h("form", { class: "lk-db-insight lk-db-pad", "aria-label": "New insight", onsubmit: add, onkeydown: (e) => { if (e.key === "Escape") own.set({ insight: null }); } },
    choice("Tell", form.kind, Object.keys(INSIGHTS).map((k) => [k, k]), (kind) => change({ kind })),
    wanted.map((name) => choice(name, form[name] || "", [["", "choose"], ...fitting[name].map((f) => [f.name, f.name])], (value) => change({ [name]: value }))),
    wanted.includes("Time") && choice("Each", form.grain || "MONTH", GRAINS.slice(0, 6).map((g) => [g, said(g)]), (grain) => change({ grain })),
    h("button", { type: "submit", class: "lk-primary", disabled: !ready }, "Add"));
}
