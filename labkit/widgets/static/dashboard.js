/* The dashboard builder: fields and filters, the sheet, the chosen visual. */

const PANES = [["fields", "Fields"], ["filters", "Filters"], ["parameters", "Parameters"]];

function builderView(get, send, own) {
  const panes = { fields: fieldsPane, filters: filtersPane, parameters: parametersPane };
  const count = get("filters").filter((f) => here(f, own)).length;
  return [
    h("div", { class: "lk-head" },
      h("div", { class: "lk-row lk-grow" }, h("h3", { class: "lk-name" }, get("title")), h("span", { class: "lk-quiet lk-small lk-db-busy", role: "status" }, get("pending").length ? "drawing …" : "")),
      button("Undo", () => send("undo"), { class: "lk-plain", title: "Undo", disabled: !get("history").undo }, "↶"),
      button("Redo", () => send("redo"), { class: "lk-plain", title: "Redo", disabled: !get("history").redo }, "↷"),
      own.publishing === null ? button("Publish dashboard", () => own.set({ publishing: get("title") }), { class: "lk-primary" }, "Publish")
        : h("form", { class: "lk-row", onsubmit: (e) => { e.preventDefault(); send("publish", { name: own.publishing.trim() }, (done) => done && own.set({ publishing: null })); }, onkeydown: (e) => { if (e.key === "Escape") own.set({ publishing: null }); } },
          h("input", { "aria-label": "Name of the dashboard", autofocus: true, value: own.publishing, oninput: (e) => own.set({ publishing: e.target.value }) }),
          h("button", { type: "submit", class: "lk-primary", "aria-label": "Publish now", disabled: !own.publishing.trim() }, "Publish"), button("Cancel publishing", () => own.set({ publishing: null }), { class: "lk-plain" }, "✕"))),
    notice(get("notice"), send),
    h("div", { class: "lk-db" },
      h("aside", { class: "lk-db-left-pane", "aria-label": "Fields and filters" },
        tablist("Panes", PANES.map(([id, text]) => [id, id === "filters" && count ? `${text} ${count}` : text]), own.pane, (pane) => own.set({ pane })),
        h("div", { class: "lk-db-scroll", role: "tabpanel", "data-key": own.pane }, panes[own.pane](get, send, own))),
      h("section", { class: "lk-db-middle", "aria-label": "Sheet" }, sheetView(get, send, own)),
      h("aside", { class: "lk-db-right-pane", "aria-label": "Visual" }, h("div", { class: "lk-db-scroll", "data-key": own.chosen || "none" }, buildPane(get, send, own)))),
  ];
}

function render(context) {
  const { model } = context;
  const shown = mount(context, builderView, {
    pane: "fields", sheet: (model.get("sheets")[0] || {}).id, chosen: "", set_: "", search: "", formula: null, openField: "", openFilter: "", openControl: "", naming: null, publishing: null, insight: null,
    parameter: { name: "", type: "String", value: "", values: "" }, pictures: { ...model.get("first") }, known: new Set(), narrow: false });
  const { own, send, root } = shown;
  const visuals = () => (model.get("sheets").find((s) => s.id === own.sheet) || { visuals: [] }).visuals;
  own.visual = () => visuals().find((v) => v.id === own.chosen);
  own.edit = (name, given, then) => send("edit", { edit: name, ...given }, then);
  own.choose = (id) => { if (own.chosen !== id) own.set({ chosen: id, openField: "" }); };
  own.goTo = (sheet) => { own.set({ sheet, chosen: "" }); chooseFirst(); look(); };
  own.place = (field) => (own.visual() ? own.edit("place", { visual: own.chosen, data_set: field.set, column: field.name }) : own.addVisual(field.set));
  own.addVisual = (set) => own.edit("add_visual", { sheet: own.sheet, data_set: set || own.set_ || (model.get("fields")[0] || {}).set });
  own.addFilter = (field) => { own.edit("add_filter", { sheet: own.sheet, data_set: field.set, column: field.name }); own.set({ pane: "filters", openFilter: "" }); };
  own.openFilterCard = (filter) => { if (filter && ["list", "range", "time"].includes(filter.value.kind)) send("values", { data_set: filter.set, column: filter.column }); own.set({ openFilter: filter ? filter.id : "" }); };
  own.dropOn = (event, visual) => {
    const given = event.dataTransfer.getData(DRAGGED);
    if (!given) return;
    event.preventDefault();
    const { set, column } = JSON.parse(given);
    if (column) own.edit("place", { visual: visual.id, data_set: set, column });
  };
  own.drawn = () => { fillPictures(root, own, (visual, keys) => send("pick", { visual, keys })); watchCanvas(); };

  const chooseFirst = () => { if (!own.visual() && visuals().length) own.set({ chosen: visuals()[0].id }); };
  const edited = () => {
    const ids = model.get("sheets").flatMap((s) => s.visuals.map((v) => v.id)), sheets = model.get("sheets").map((s) => s.id);
    const fresh = own.known.size ? ids.filter((id) => !own.known.has(id)) : [];
    const sheet = own.sheets && sheets.find((id) => !own.sheets.includes(id));
    own.known = new Set(ids);
    own.sheets = sheets;
    if (sheet && sheets.length > 1) return own.goTo(sheet);
    if (!sheets.includes(own.sheet)) return own.goTo(sheets[0]);
    if (fresh.length === 1) { own.set({ chosen: fresh[0] }); setTimeout(() => { const made = root.querySelector(".lk-db-chosen"); if (made) made.scrollIntoView({ block: "nearest" }); }, 30); }
    else chooseFirst();
  };
  const filtered = () => {
    const filters = model.get("filters"), ids = filters.map((f) => f.id);
    const fresh = own.filterIds ? filters.filter((f) => !own.filterIds.includes(f.id)) : [];
    own.filterIds = ids;
    if (fresh.length === 1) own.openFilterCard(fresh[0]);
  };
  const heard = (message) => message.picture && own.set({ pictures: { ...own.pictures, [message.picture]: message } });

  /* Pictures are drawn for the place that they have: its width, and light or dark. */
  let asked = "", wait = 0;
  const look = () => {
    const grid = root.querySelector(".lk-db-grid");
    if (!grid || !grid.clientWidth) return;
    const narrow = grid.clientWidth < 440;
    if (narrow !== own.narrow) own.set({ narrow });
    const seen = { sheet: own.sheet, width: Math.round(grid.clientWidth / 10) * 10, narrow, dark: isDark() };
    if (JSON.stringify(seen) === asked) return;
    asked = JSON.stringify(seen);
    send("show", seen);
  };
  const later = () => { clearTimeout(wait); wait = setTimeout(look, 120); };
  const sized = new ResizeObserver(later);
  const watchCanvas = () => { const canvas = root.querySelector(".lk-db-canvas"); if (canvas && canvas !== own.watched) { if (own.watched) sized.unobserve(own.watched); own.watched = canvas; sized.observe(canvas); } };
  const themed = new MutationObserver(later);
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });

  model.on("change:sheets", edited);
  model.on("change:filters", filtered);
  model.on("msg:custom", heard);
  edited();
  filtered();
  own.set({});
  return () => { sized.disconnect(); themed.disconnect(); clearTimeout(wait); model.off("change:sheets", edited); model.off("change:filters", filtered); model.off("msg:custom", heard); shown.end(); };
}

export default { render };
