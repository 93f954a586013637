/* Filters and parameters at the left, and their controls on top of the sheet. */

const FILTER_KINDS = {
  STRING: [["list", "Values"], ["text", "Text"], ["top", "Top and bottom"]], BOOLEAN: [["list", "Values"]],
  INTEGER: [["range", "Range"]], DECIMAL: [["range", "Range"]], AGGREGATED: [["range", "Range"]],
  DATETIME: [["time", "From, to"], ["relative", "Relative dates"]],
};
const MATCHES = [["CONTAINS", "contains"], ["EQUALS", "is"], ["DOES_NOT_EQUAL", "is not"], ["DOES_NOT_CONTAIN", "does not contain"], ["STARTS_WITH", "starts with"], ["ENDS_WITH", "ends with"]];
const here = (filter, own) => filter.scope.kind === "all" || filter.scope.sheets.includes(own.sheet);

function filtersPane(get, send, own) {
  const filters = get("filters").filter((f) => here(f, own));
  return [
    h("div", { class: "lk-db-pad" }, h("select", { class: "lk-db-wide", "aria-label": "Add filter", value: "", onchange: (e) => { const f = get("fields")[e.target.value]; e.target.value = ""; if (f) own.addFilter(f); } },
      h("option", { value: "" }, "+ Add a filter on …"), get("fields").map((f, i) => h("option", { value: String(i) }, f.name)))),
    h("ul", { class: "lk-db-cards", "aria-label": "Filters" }, filters.map((f) => filterCard(f, get, send, own))),
    !filters.length && h("p", { class: "lk-quiet lk-small lk-db-pad" }, "No filter on this sheet."),
  ];
}

function filterCard(filter, get, send, own) {
  const open = own.openFilter === filter.id;
  const edit = (name, given) => own.edit(name, { filter: filter.id, ...given });
  return h("li", { "data-key": filter.id, class: filter.on ? "" : "lk-db-off" },
    h("div", { class: "lk-row lk-db-card-head" },
      h("input", { type: "checkbox", "aria-label": `Filter ${filter.column} on`, checked: filter.on, onchange: (e) => edit("switch_filter", { on: e.target.checked }) }),
      h("button", { type: "button", class: "lk-plain lk-grow lk-db-left", "aria-expanded": String(open), "aria-label": `Filter ${filter.column}`, onclick: () => own.openFilterCard(open ? null : filter) },
        h("b", {}, filter.column), h("div", { class: "lk-quiet lk-small" }, filterWords(filter))),
      remover(`Remove filter ${filter.column}`, () => edit("remove_filter"), { title: "Remove" })),
    open && filterForm(filter, get, send, own, edit));
}

function filterWords({ value, scope }) {
  const where = { visual: "one visual", sheet: "all visuals", all: "all sheets" }[scope.kind];
  const ends = (low, high) => (low == null && high == null ? "all" : `${low ?? "…"} to ${high ?? "…"}`);
  const what = value.parameter ? `by $${value.parameter}` : {
    list: () => (value.values.length ? `${value.exclude ? "not " : ""}${value.values.map(shownValue).slice(0, 3).join(", ")}${value.values.length > 3 ? ` and ${value.values.length - 3} more` : ""}` : "all"),
    text: () => (value.text ? `${(MATCHES.find(([m]) => m === value.match) || ["", ""])[1]} "${value.text}"` : "all"),
    range: () => ends(value.low, value.high), time: () => ends(value.low, value.high),
    relative: () => `${value.type.toLowerCase()} ${value.number || ""} ${value.granularity.toLowerCase()}`.replace("  ", " "),
    top: () => `${value.direction === "DESC" ? "top" : "bottom"} ${value.number} by ${value.by}`, other: () => "set by code",
  }[value.kind]();
  return `${what} · ${where}`;
}

const shownValue = (value) => (value === null ? "null" : value === "" ? "empty" : String(value));

function filterForm(filter, get, send, own, edit) {
  const { value } = filter;
  const kinds = FILTER_KINDS[filter.type] || FILTER_KINDS.STRING;
  const put = (given) => edit("change_filter", { kind: value.kind, ...value, ...given });
  const visual = own.visual();
  const scope = filter.scope.kind === "visual" ? "visual" : filter.scope.kind;
  const parameters = get("parameters").filter((p) => fits(p, filter));
  return h("div", { class: "lk-db-options" },
    value.kind === "other" ? h("p", { class: "lk-quiet lk-small" }, "This filter is changed by code.") : [
      kinds.length > 1 && choice("Kind", value.kind, kinds, (kind) => edit("change_filter", { kind })),
      parameters.length > 0 && ["list", "range", "time"].includes(value.kind) && choice("By", value.parameter || "", [["", "values"], ...parameters.map((p) => [p.name, `parameter ${p.name}`])], (parameter) => edit("change_filter", { kind: value.kind, parameter })),
      !value.parameter && filterInputs(filter, get, put)],
    choice("For", scope, [...(visual || scope === "visual" ? [["visual", scope === "visual" ? "one visual" : "this visual"]] : []), ["sheet", "all visuals"], ["all", "all sheets"]],
      (kind) => edit("scope_filter", { scope: kind, sheet: own.sheet, visual: kind === "visual" && visual ? visual.id : "" })),
    filter.controls.length > 0 && choice("Control", filter.control, [["", "none"], ...filter.controls.map((c) => [c, said(c.replace(/([a-z])([A-Z])/g, "$1_$2"))])],
      (kind) => (kind ? send("control", { sheet: own.sheet, filter: filter.id, kind }) : edit("remove_control"))));
}

const FITS = { STRING: ["String"], INTEGER: ["Integer", "Decimal"], DECIMAL: ["Integer", "Decimal"], DATETIME: ["DateTime"] };
const fits = (parameter, filter) => (FITS[filter.type] || []).includes(parameter.type);

function filterInputs(filter, get, put) {
  const { value } = filter;
  const known = get("values")[`${filter.set}/${filter.column}`];
  const make = {
    list: () => [valueList(filter, known, put), h("label", { class: "lk-db-check" }, h("input", { type: "checkbox", "aria-label": "Exclude these", checked: value.exclude, onchange: (e) => put({ exclude: e.target.checked }) }), "exclude these")],
    text: () => [choice("Value", value.match, MATCHES, (match) => put({ match })), textOf("Text", value.text, (text) => put({ text }))],
    range: () => endsOf("number", filter, known, put),
    time: () => endsOf("date", filter, known, put),
    relative: () => relativeInputs(value, put),
    top: () => topInputs(filter, get, put),
  }[value.kind];
  return make ? make() : null;
}

function textOf(label, value, set, type) {
  return h("label", { class: "lk-db-option" }, h("span", {}, label), h("input", { type: type || "text", step: "any", "aria-label": label, value: value ?? "", onchange: (e) => set(e.target.value) }));
}

const day = (value) => (value == null ? "" : String(value).slice(0, 10));

function endsOf(type, filter, known, put) {
  const { low, high } = filter.value;
  const shown = type === "date" ? day : (v) => v ?? "";
  const one = (label, end, value, hint) => h("label", { class: "lk-db-option" }, h("span", {}, label),
    h("input", { type, step: "any", "aria-label": label, placeholder: hint == null ? "" : String(shown(hint)), value: String(shown(value)), onchange: (e) => put({ low, high, [end]: e.target.value === "" ? null : e.target.value }) }));
  return [one("From", "low", low, known && known.low), one("To", "high", high, known && known.high),
    known && known.low != null && h("p", { class: "lk-quiet lk-small" }, `There are ${shown(known.low)} to ${shown(known.high)}.`)];
}

function relativeInputs(value, put) {
  return [choice("Dates", value.type, [["LAST", "last …"], ["NEXT", "next …"], ["THIS", "this"], ["PREVIOUS", "previous"], ["NOW", "up to now"]], (type) => put({ type })),
    ["LAST", "NEXT"].includes(value.type) && textOf("How many", value.number, (number) => put({ number: Number(number) || 1 }), "number"),
    choice("Unit", value.granularity, GRAINS.slice(0, 6).map((g) => [g, g.toLowerCase()]), (granularity) => put({ granularity }))];
}

function topInputs(filter, get, put) {
  const { value } = filter;
  const fields = get("fields").filter((f) => f.set === filter.set && f.type !== "AGGREGATED");
  const by = fields.find((f) => f.name === value.by);
  const numeric = by && ["INTEGER", "DECIMAL"].includes(by.type);
  const names = numeric ? ["SUM", "AVERAGE", "MIN", "MAX", "COUNT", "DISTINCT_COUNT"] : ["COUNT", "DISTINCT_COUNT"];
  return [choice("Show", value.direction, [["DESC", "top"], ["ASC", "bottom"]], (direction) => put({ direction })),
    textOf("How many", value.number, (number) => put({ number: Number(number) || 10 }), "number"),
    choice("By", value.by, fields.map((f) => [f.name, f.name]), (name) => put({ by: name, aggregation: "" })),
    choice("Aggregate", value.aggregation, names.map((n) => [n, said(n)]), (aggregation) => put({ aggregation }))];
}

/* A list of values to tick; none ticked means all. */
function valueList(filter, known, put) {
  const chosen = filter.value.values;
  if (!known) return h("p", { class: "lk-quiet lk-small" }, "Reading values …");
  const rows = [...known.values, ...chosen.filter((v) => !known.values.some(([k]) => k === v)).map((v) => [v, 0])];
  const toggle = (v) => put({ values: chosen.includes(v) ? chosen.filter((c) => c !== v) : [...chosen, v] });
  return h("div", { class: "lk-db-values", role: "group", "aria-label": `Values of ${filter.column}` },
    rows.map(([v, count]) => h("label", { class: "lk-db-check", "data-key": `v-${v}` },
      h("input", { type: "checkbox", "aria-label": shownValue(v), checked: chosen.includes(v), onchange: () => toggle(v) }),
      h("span", { class: "lk-grow lk-db-label" }, shownValue(v)), h("span", { class: "lk-quiet lk-small" }, number(count)))),
    known.more && h("p", { class: "lk-quiet lk-small" }, `The first ${known.values.length} values.`));
}

/* Controls on top of the sheet. -------------------------------------------------------------------- */

function controlsBar(sheet, get, send, own) {
  if (!sheet.controls.length) return null;
  return h("div", { class: "lk-db-controls", role: "group", "aria-label": "Controls" }, sheet.controls.map((c) => {
    const filter = c.filter && get("filters").find((f) => f.id === c.filter);
    const parameter = c.parameter && get("parameters").find((p) => p.name === c.parameter);
    return h("div", { class: "lk-db-control", "data-key": c.id }, h("span", { class: "lk-small lk-quiet" }, c.title || (filter ? filter.column : c.parameter)),
      filter ? filterControl(c, filter, get, send, own) : parameter ? parameterControl(c, parameter, own) : h("span", { class: "lk-small" }, "set by code"));
  }));
}

function filterControl(control, filter, get, send, own) {
  const put = (given) => own.edit("change_filter", { filter: filter.id, kind: filter.value.kind, ...filter.value, ...given });
  const { value } = filter;
  if (value.kind === "list" && !value.parameter) return dropdown(control, filter, get, send, own, put);
  if (control.kind === "Slider") return sliders(control, value, put);
  if (value.kind === "time") return h("span", { class: "lk-row" }, ["low", "high"].map((end) =>
    h("input", { type: "date", "aria-label": `${control.title} ${end === "low" ? "from" : "to"}`, value: day(value[end]), onchange: (e) => put({ [end]: e.target.value || null }) })));
  if (value.kind === "relative") return h("span", { class: "lk-row lk-db-compact" }, relativeInputs(value, put));
  return h("span", { class: "lk-small" }, filterWords(filter));
}

function dropdown(control, filter, get, send, own, put) {
  const open = own.openControl === control.id;
  const values = filter.value.values;
  const text = values.length ? values.map(shownValue).join(", ") : "All";
  const key = `${filter.set}/${filter.column}`;
  const toggle = () => { if (!open && !get("values")[key]) send("values", { data_set: filter.set, column: filter.column }); own.set({ openControl: open ? "" : control.id }); };
  const list = h("div", { class: "lk-db-drop" }, h("div", { class: "lk-row" }, button("All values", () => put({ values: [] }), { class: "lk-plain lk-small", disabled: !values.length }, "All")), valueList(filter, get("values")[key], put));
  return h("div", { class: "lk-db-dropdown", onkeydown: (e) => { if (e.key === "Escape") own.set({ openControl: "" }); } },
    h("button", { type: "button", class: "lk-db-drop-button", "aria-expanded": String(open), "aria-label": `${control.title}: ${text}`, title: text, onclick: toggle },
      h("span", { class: "lk-db-label" }, text), " ▾"), open && list);
}

function sliders(control, value, put) {
  const ends = [["low", control.low], ["high", control.high]];
  return h("span", { class: "lk-db-sliders" }, ends.map(([end, edge]) => h("label", { class: "lk-row lk-small" },
    h("input", { type: "range", "aria-label": `${control.title} ${end === "low" ? "from" : "to"}`, min: String(control.low), max: String(control.high), step: String(control.step || 1), value: String(value[end] ?? edge),
      onchange: (e) => put({ [end]: Number(e.target.value) === edge ? null : Number(e.target.value) }) }), String(value[end] ?? edge))));
}

function parameterControl(control, parameter, own) {
  const set = (value) => own.edit("set_parameter", { name: parameter.name, value });
  const label = control.title || parameter.name;
  if (control.values.length) return h("select", { "aria-label": label, value: String(parameter.value ?? ""), onchange: (e) => set(e.target.value) }, ["", ...control.values].map((v) => h("option", { value: v }, v || "–")));
  const type = { DateTime: "date", Integer: "number", Decimal: "number" }[parameter.type] || "text";
  return h("input", { type, step: "any", "aria-label": label, value: type === "date" ? day(parameter.value) : String(parameter.value ?? ""), onchange: (e) => set(e.target.value) });
}

/* Parameters --------------------------------------------------------------------------------------- */

function parametersPane(get, send, own) {
  const form = own.parameter;
  const change = (changes) => { Object.assign(form, changes); own.set({}); };
  const save = (e) => { e.preventDefault(); own.edit("add_parameter", { sheet: own.sheet, name: form.name, type: form.type, value: form.value, values: form.values.split(",").map((v) => v.trim()).filter(Boolean) }, (done) => done && own.set({ parameter: { name: "", type: "String", value: "", values: "" } })); };
  return [
    h("ul", { class: "lk-db-cards", "aria-label": "Parameters" }, get("parameters").map((p) => h("li", { "data-key": p.name },
      h("div", { class: "lk-row lk-db-card-head" }, h("span", { class: "lk-grow" }, h("b", {}, `$${p.name}`), h("div", { class: "lk-quiet lk-small" }, `${p.type} · ${p.value ?? "no value"}`)),
        remover(`Remove parameter ${p.name}`, () => own.edit("remove_parameter", { name: p.name })))))),
    h("form", { class: "lk-db-form lk-db-pad", "aria-label": "New parameter", onsubmit: save },
      h("p", { class: "lk-quiet lk-small" }, "A parameter is a value that filters and calculated fields use, as ${Name}. It gets a control on this sheet."),
      h("input", { "aria-label": "Name of the parameter", class: "lk-db-wide", placeholder: "Name", value: form.name, oninput: (e) => change({ name: e.target.value }) }),
      h("select", { "aria-label": "Type of the parameter", class: "lk-db-wide", value: form.type, onchange: (e) => change({ type: e.target.value }) }, ["String", "Integer", "Decimal", "DateTime"].map((t) => h("option", { value: t }, t))),
      h("input", { "aria-label": "Value of the parameter", class: "lk-db-wide", placeholder: "Value", type: form.type === "DateTime" ? "date" : "text", value: form.value, oninput: (e) => change({ value: e.target.value }) }),
      form.type === "String" && h("input", { "aria-label": "Choices", class: "lk-db-wide", placeholder: "Choices, with commas (optional)", value: form.values, oninput: (e) => change({ values: e.target.value }) }),
      h("button", { type: "submit", disabled: !form.name }, "Add parameter")),
  ];
}
