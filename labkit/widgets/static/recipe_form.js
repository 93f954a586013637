/* A step as a form, made from what the operation says of its own parameters. */

const FUNCTIONS = "Functions";
const ORDER = ["Filter", "Basic column", "Data cleaning", "Data quality", "Column structure", "Column formatting", "Data structure", "Outliers", "Data science", "PII", FUNCTIONS];
const SHORT = { "Basic column": "Column", "Data cleaning": "Clean", "Data quality": "Quality", "Column structure": "Split & merge", "Column formatting": "Format", "Data structure": "Structure", "Data science": "Encode" };

const inWords = (name) => { const words = name.replace(/_/g, " ").toLowerCase(); return words[0].toUpperCase() + words.slice(1); };
/* Words between double backticks are code. */
const prose = (text) => text.split(/``?/).map((part, at) => (at % 2 ? h("code", {}, part) : part));
const searchBox = (own) => h("input", { type: "search", class: "lk-rx-search", placeholder: "Find an operation", "aria-label": "Find an operation", value: own.search,
  oninput: (e) => own.set({ search: e.target.value, category: "" }), onkeydown: (e) => searchKey(e, own) });
const spaced = (name) => inWords(name.replace(/([a-z0-9])([A-Z])|([a-z])(?=\d)/g, "$1$3 $2").trim());

/* The toolbar's groups: all categories of functions are one. */
const groupOf = (operation) => (operation.category.startsWith("Fn: ") ? FUNCTIONS : operation.category);

function groups() {
  const rank = (name) => { const at = ORDER.indexOf(name); return at < 0 ? 99 : at; };
  return [...new Set(KNOWN.operations.map(groupOf))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/* From the search: down goes to what was found, Enter takes the first, Escape forgets it. */
function searchKey(event, own) {
  const first = event.target.closest(".lk").querySelector(".lk-rx-item");
  if (event.key === "Escape" && own.search) own.set({ search: "" });
  else if (event.key === "ArrowDown" && first) first.focus();
  else if (event.key === "Enter" && own.search && first) first.click();
  else return;
  event.preventDefault();
}

/* Escape closes the menu and goes back to where it was opened. */
function closeMenu(event, own) {
  event.preventDefault();
  const opener = event.currentTarget.querySelector("[aria-expanded=true]") || event.target.closest(".lk").querySelector(".lk-rx-search");
  opener.focus();
  own.set({ category: "", search: "" });
}

/* Arrow keys go from the toolbar into the menu, and from item to item. */
function moveInMenu(event) {
  const items = [...event.currentTarget.querySelectorAll(".lk-rx-item")];
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || !items.length) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}

function toolbar(get, send, own) {
  const wanted = own.search.trim().toLowerCase();
  const open = own.category || wanted;
  const matches = KNOWN.operations.filter((o) => (wanted
    ? `${o.name} ${inWords(o.name)} ${o.summary}`.toLowerCase().includes(wanted) : groupOf(o) === own.category));
  if (own.category === FUNCTIONS) matches.sort((a, b) => a.category.localeCompare(b.category));
  if (wanted) matches.sort((a, b) => inWords(b.name).toLowerCase().includes(wanted) - inWords(a.name).toLowerCase().includes(wanted));
  return h("div", { class: "lk-rx-tools", onkeydown: (e) => { if (e.key === "Escape" && open) closeMenu(e, own); else moveInMenu(e); } },
    h("div", { class: "lk-rx-toolbar", role: "toolbar", "aria-label": "Operations" },
      groups().map((c) => h("button", { type: "button", class: "lk-rx-tool", title: c, "aria-expanded": String(own.category === c), "aria-haspopup": "true",
        onclick: () => own.set({ category: own.category === c ? "" : c, search: "" }) }, SHORT[c] || c))),
    open && h("div", { class: "lk-rx-menu", role: "menu", "aria-label": wanted ? "Operations found" : SHORT[own.category] || own.category },
      matches.length ? matches.map((o, at) => [
        own.category === FUNCTIONS && o.category !== (matches[at - 1] || {}).category && h("h4", {}, o.category.replace("Fn: ", "")),
        h("button", { type: "button", role: "menuitem", class: "lk-rx-item", "aria-label": inWords(o.name), onclick: () => own.startForm(o) },
        h("b", {}, inWords(o.name)), h("span", { class: "lk-quiet" }, prose(o.summary)))]) : h("p", { class: "lk-quiet lk-pad" }, `No operation is called "${own.search}".`)));
}

/* The form ----------------------------------------------------------------------------------------- */

function formView(get, send, own) {
  const form = own.form;
  const operation = form.operation;
  const previewed = get("at").step && form.looked === JSON.stringify(stepOf(form));
  const editing = form.index !== null;
  const look = () => { const step = stepOf(form); form.looked = JSON.stringify(step); send("preview", { step, ...(editing ? { index: form.index } : {}) }); };
  const apply = () => {
    if (form.sent) return;
    if (editing && JSON.stringify(stepOf(form)) === form.before) return own.closeForm();
    form.sent = true;
    send(editing ? "replace" : "apply", editing ? { index: form.index, step: stepOf(form) } : { step: stepOf(form) });
  };
  const incomplete = missing(form).map((p) => titleOf(p)).join(", ");
  const ready = { disabled: Boolean(incomplete), title: incomplete ? `Still to fill in: ${incomplete}` : null };
  return h("form", { class: "lk-rx-form", "data-key": `${operation.name}-${form.id}`, "aria-label": inWords(operation.name), onsubmit: (e) => { e.preventDefault(); look(); },
      onkeydown: (e) => { if (e.key === "Escape") leaveForm(e, own); } },
    h("div", { class: "lk-rx-form-head" }, h("div", { class: "lk-grow" }, h("b", {}, inWords(operation.name)), " ", editing && badge(`step ${form.index + 1}`, "plain")),
      button("Close form", () => own.closeForm(), { class: "lk-plain" }, "✕")),
    h("p", { class: "lk-quiet lk-small" }, prose(operation.summary)),
    operation.name === "JOIN" ? joinFields(form, own, get) : operation.parameters.filter((p) => !UNSHOWN.includes(p.name) || form.values[p.name]).map((p) => field(p, form, own, get)),
    conditionFields(form, own, get),
    h("div", { class: "lk-rx-form-foot" },
      h("button", { type: "submit", "aria-label": "Preview changes", class: previewed ? "" : "lk-primary", ...ready }, "Preview"),
      button(editing ? "Save step" : "Apply step", apply, { class: previewed ? "lk-primary" : "", ...ready }, editing ? "Save" : "Apply"),
      button("Cancel step", () => own.closeForm(), {}, "Cancel")));
}

/* Escape closes a form as it was opened; in one that was filled in, it goes to the button that gives that up. */
function leaveForm(event, own) {
  if (JSON.stringify(stepOf(own.form)) === own.form.before) own.closeForm();
  else event.currentTarget.querySelector("[aria-label='Cancel step']").focus();
}

const titleOf = (parameter) => LABELS[parameter.name] || spaced(parameter.name);

function field(parameter, form, own, get) {
  const id = `${form.id}-${parameter.name}`;
  const set = (value) => { form.values[parameter.name] = value; own.set({}); };
  const value = form.values[parameter.name];
  const lines = LINES[`${form.operation.name}.${parameter.name}`];
  const make = lines ? linesInput(lines) : INPUTS[parameter.kind] || INPUTS.text;
  const title = titleOf(parameter);
  const label = parameter.required ? title : [title, h("span", { class: "lk-quiet" }, " optional")];
  if (parameter.kind === "flag") return h("label", { class: "lk-rx-check" },
    h("input", { type: "checkbox", "aria-label": spaced(parameter.name), checked: value === "true", onchange: (e) => set(String(e.target.checked)) }), spaced(parameter.name));
  return h("div", { class: "lk-rx-field" }, h("label", { for: id }, label), make({ id, "aria-label": title }, value, set, parameter, names(get, form)));
}

/* The columns that a form offers: those before its step, also while a preview shows those after. */
function names(get, form) {
  if (!get("at").step) form.columns = (get("view").allColumns || []).map((c) => c.name);
  return form.columns || [];
}

/* Conditions: which rows a step is about. ---------------------------------------------------------- */

function conditionFields(form, own, get) {
  const change = (at, changes) => { Object.assign(form.conditions[at], changes); own.set({}); };
  const needs = (name) => (KNOWN.conditions.find((c) => c.name === name) || {}).value;
  return h("div", { class: "lk-rx-conditions" },
    form.conditions.map((c, at) => h("div", { class: "lk-rx-condition", "data-key": `condition${at}` },
      h("span", { class: "lk-quiet lk-small" }, at ? "and" : "where"),
      h("select", { "aria-label": `Condition ${at + 1}: column`, value: c.TargetColumn, onchange: (e) => change(at, { TargetColumn: e.target.value }) }, names(get, form).map((n) => h("option", { value: n }, n))),
      h("select", { "aria-label": `Condition ${at + 1}: test`, value: c.Condition, onchange: (e) => change(at, { Condition: e.target.value }) }, KNOWN.conditions.map((k) => h("option", { value: k.name }, inWords(k.name).toLowerCase()))),
      needs(c.Condition) && h("input", { type: "text", "aria-label": `Condition ${at + 1}: value`, value: c.Value ?? "", oninput: (e) => change(at, { Value: e.target.value }) }),
      remover(`Remove condition ${at + 1}`, () => { form.conditions.splice(at, 1); own.set({}); }))),
    button("Add condition", () => { form.conditions.push({ Condition: "IS", TargetColumn: form.values.sourceColumn || names(get, form)[0] || "" }); own.set({}); }, { class: "lk-plain lk-small" },
      form.conditions.length ? "+ and …" : "+ only where …"));
}

/* The form's content as boto3 takes it: texts, lists as JSON; what is empty is left out. */
function stepOf(form) {
  const parameters = {};
  for (const p of form.operation.parameters) {
    const text = parameterText(p, form.values[p.name]);
    if (text !== null) parameters[p.name] = text;
  }
  const action = { Operation: form.operation.name, ...(Object.keys(parameters).length ? { Parameters: parameters } : {}) };
  const conditions = form.conditions.filter((c) => c.TargetColumn).map((c) => {
    const needs = KNOWN.conditions.find((k) => k.name === c.Condition).value;
    return { Condition: c.Condition, ...(needs ? { Value: c.Value ?? "" } : {}), TargetColumn: c.TargetColumn };
  });
  return { Action: action, ...(conditions.length ? { ConditionExpressions: conditions } : {}) };
}

function parameterText(parameter, value) {
  if (value === undefined || value === null || value === "") return null;
  if (parameter.kind === "json" && value === "[]") return null;
  if (parameter.kind === "columns") return listOf(value).length ? value : null;
  if (parameter.kind === "texts" || parameter.kind === "new columns")
    return value.trim().startsWith("[") ? value : JSON.stringify(value.split("\n").filter((line) => line !== ""));
  if (parameter.kind === "flag" && value === String(parameter.default ?? false)) return null;
  return String(value);
}

const missing = (form) => form.operation.parameters.filter((p) => p.required && !["text", "flag"].includes(p.kind) && parameterText(p, form.values[p.name]) === null);
const isComplete = (form) => !missing(form).length;

/* The values that a form starts with: the step's, or what the chosen column suggests. */
function startValues(operation, column, columns) {
  const values = {};
  for (const p of operation.parameters) {
    if (p.required && p.kind === "choice") values[p.name] = p.choices[0];
    if (p.required && p.kind === "flag") values[p.name] = "false";
    if (p.kind === "flag" && p.default === true) values[p.name] = "true";
  }
  if (operation.name === "REMOVE_VALUES") column = column || columns[0];
  const source = operation.parameters.find((p) => p.kind === "column");
  const sources = operation.parameters.find((p) => p.kind === "columns");
  if (source && column) values[source.name] = column;
  else if (sources && column && operation.name !== "JOIN") values[sources.name] = JSON.stringify([column]);
  const target = operation.parameters.find((p) => p.kind === "new column" && p.required);
  if (target && column && operation.name !== "RENAME") values[target.name] = freshName(`${column}_${operation.name.toLowerCase()}`, columns);
  if (operation.name === "JOIN") values.leftColumns = JSON.stringify(columns);
  if (operation.name === "SORT") values.expressions = JSON.stringify([{ sourceColumn: column || columns[0], ordering: "ASCENDING" }]);
  return values;
}

/* Rows are removed by a condition. */
const startConditions = (operation, column) => (operation.name === "REMOVE_VALUES" ? [{ Condition: "IS_MISSING", TargetColumn: column || "" }] : []);

function freshName(stem, columns) {
  let name = stem;
  for (let n = 2; columns.includes(name); n++) name = `${stem}_${n}`;
  return name;
}

/* The operation of a step that is there; one that is unknown here has the step's own parameters. */
function operationOf(step) {
  const { Operation: name, Parameters: given = {} } = step.Action;
  return KNOWN.operations.find((o) => o.name === name)
    || { name, category: "", summary: "", parameters: Object.keys(given).map((n) => ({ name: n, kind: "text", default: null })) };
}

/* A step's parameters under the names that the form has, whatever their spelling. */
function formValues(step, operation) {
  const folded = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const values = {};
  for (const [name, text] of Object.entries(step.Action.Parameters || {})) {
    const known = operation.parameters.find((p) => [p.name, p.also || p.name].some((own) => folded(own) === folded(name)));
    if (known) values[known.name] = valueOf(known, text, folded);
  }
  return values;
}

function valueOf(parameter, text, folded) {
  if (parameter.kind === "choice") return parameter.choices.find((c) => folded(c) === folded(text)) || text;
  if (parameter.kind === "texts" || parameter.kind === "new columns") return linesOf(text);
  return parameter.kind === "flag" ? String(["true", "yes", "1"].includes(text.toLowerCase())) : text;
}

/* A list's texts, one a line; the list as it is where that would read otherwise. */
function linesOf(text) {
  const lines = listOf(text);
  const plain = lines.every((line) => typeof line === "string" && line && !line.includes("\n"));
  return lines.length && plain && !lines[0].trim().startsWith("[") ? lines.join("\n") : text;
}
