/* The fields at the left: data sets, columns, calculated fields. */

const DRAGGED = "application/x-labkit-field";

function fieldsPane(get, send, own) {
  const sets = [...new Set(get("fields").map((f) => f.set))];
  const set = sets.includes(own.set_) ? own.set_ : sets[0] || "";
  const wanted = own.search.trim().toLowerCase();
  const fields = get("fields").filter((f) => f.set === set && f.name.toLowerCase().includes(wanted));
  const chooseSet = (name) => { if (!sets.includes(name)) send("data_set", { name }); own.set({ set_: name }); };
  return [
    h("div", { class: "lk-db-pad lk-db-lines" },
      h("select", { "aria-label": "Data set", class: "lk-db-wide", value: set, onchange: (e) => chooseSet(e.target.value) },
        sets.map((name) => h("option", { value: name }, name)),
        get("data_sets").filter((d) => !sets.includes(d.name)).map((d) => h("option", { value: d.name }, sets.length ? `+ ${d.name}` : d.name))),
      h("input", { type: "search", class: "lk-db-wide", placeholder: "Find a field", "aria-label": "Find a field", value: own.search, oninput: (e) => own.set({ search: e.target.value }) })),
    h("ul", { class: "lk-db-fields", "aria-label": "Fields", onkeydown: moveInList },
      fields.map((f) => fieldLine(f, get, send, own))),
    !fields.length && h("p", { class: "lk-quiet lk-small lk-db-pad" }, set ? `No field is called "${own.search}".` : "There is no data set yet."),
    h("div", { class: "lk-db-pad lk-db-foot" },
      own.formula ? formulaForm(set, get, send, own)
        : button("Add calculated field", () => own.set({ formula: { name: "", expression: "", old: "", at: null } }), { class: "lk-plain lk-small", disabled: !set }, "+ Calculated field")),
  ];
}

function fieldLine(field, get, send, own) {
  return h("li", { "data-key": field.name },
    h("button", { type: "button", class: "lk-db-field", draggable: "true", "aria-label": `${field.name}, ${kindOf(field)}`, title: field.expression || `${field.name}: ${kindOf(field)}`,
      onclick: () => own.place(field), ondragstart: (e) => e.dataTransfer.setData(DRAGGED, JSON.stringify({ set: field.set, column: field.name })) },
      fieldMark(field), h("span", { class: "lk-db-label" }, breakable(field.name)), field.expression && h("span", { class: "lk-db-fx", title: "calculated" }, "ƒ")),
    h("span", { class: "lk-db-acts" },
      field.expression && button(`Edit ${field.name}`, () => own.set({ formula: { name: field.name, expression: field.expression, old: field.name, at: null } }), { class: "lk-plain", title: "Edit" }, "✎"),
      field.expression && remover(`Delete ${field.name}`, () => send("uncalculate", { data_set: field.set, name: field.name }), { title: "Delete" }),
      button(`Filter by ${field.name}`, () => own.addFilter(field), { class: "lk-plain", title: "Filter" }, filterMark())));
}

const filterMark = () => smallIcon("funnel", s("M3 4h14l-5.5 6.5V16l-3 1.5v-7z"));

/* Arrow keys go from line to line of a list. */
function moveInList(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const items = [...event.currentTarget.querySelectorAll(".lk-db-field")];
  const at = items.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  items[Math.min(items.length - 1, Math.max(0, at + step))].focus();
}

/* A calculated field: its name, its formula, and the functions that there are. ---------------------- */

function formulaForm(set, get, send, own) {
  const form = own.formula;
  const change = (changes) => { Object.assign(form, changes); own.set({}); };
  const save = (e) => { e.preventDefault(); send("calculate", { data_set: set, name: form.name.trim(), expression: form.expression, old: form.old }, (done) => done && own.set({ formula: null })); };
  const word = (form.expression.slice(0, form.at === null ? undefined : form.at).match(/[A-Za-z_]+$/) || [""])[0].toLowerCase();
  const known = FUNCTIONS.find((f) => f.name.toLowerCase() === word) || FUNCTIONS.find((f) => lastCall(form.expression, form.at) === f.name);
  const insert = (text) => {
    const at = form.at ?? form.expression.length;
    change({ expression: form.expression.slice(0, at) + text + form.expression.slice(at), at: at + text.length });
  };
  return h("form", { class: "lk-db-form", "aria-label": "Calculated field", onsubmit: save, onkeydown: (e) => { if (e.key === "Escape") own.set({ formula: null }); } },
    h("input", { "aria-label": "Name of the field", class: "lk-db-wide", placeholder: "Name", value: form.name, oninput: (e) => change({ name: e.target.value }) }),
    h("textarea", { "aria-label": "Formula", rows: "4", placeholder: "sum({pageviews}) / count({student_id})", value: form.expression,
      oninput: (e) => change({ expression: e.target.value, at: e.target.selectionStart }), onclick: (e) => change({ at: e.target.selectionStart }), onkeyup: (e) => change({ at: e.target.selectionStart }) }),
    h("select", { "aria-label": "Insert a field", class: "lk-db-wide", value: "", onchange: (e) => { insert(`{${e.target.value}}`); e.target.value = ""; } },
      h("option", { value: "" }, "Insert a field …"), get("fields").filter((f) => f.set === set && f.name !== form.old).map((f) => h("option", { value: f.name }, f.name))),
    h("select", { "aria-label": "Insert a function", class: "lk-db-wide", value: "", onchange: (e) => { insert(`${e.target.value}(`); e.target.value = ""; } },
      h("option", { value: "" }, "Insert a function …"), functionGroups().map(([name, list]) => h("optgroup", { label: name }, list.map((fn) => h("option", { value: fn.name }, fn.name))))),
    known && h("p", { class: "lk-small lk-db-help" }, h("code", {}, known.signature), h("br"), known.summary),
    h("div", { class: "lk-row" },
      h("button", { type: "submit", class: "lk-primary", disabled: !form.name.trim() || !form.expression.trim() }, "Save"),
      button("Cancel formula", () => own.set({ formula: null }), {}, "Cancel")));
}

const functionGroups = () => [...new Set(FUNCTIONS.map((f) => f.category))].map((name) => [name, FUNCTIONS.filter((f) => f.category === name)]);

/* The function whose brackets are open at a place. */
function lastCall(text, at) {
  let depth = 0;
  for (let i = (at === null ? text.length : at) - 1; i >= 0; i--) {
    if (text[i] === ")") depth++;
    if (text[i] === "(" && depth-- === 0) return (text.slice(0, i).match(/[A-Za-z_]+$/) || [""])[0];
  }
  return "";
}
