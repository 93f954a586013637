/* The inputs of a step's form: one for each kind of parameter. */

const textInput = (type) => (props, value, set, parameter) => h("input", { ...props, type, value: value ?? "", step: type === "number" ? "any" : null,
  placeholder: parameter.default === null || parameter.default === undefined ? "" : String(parameter.default), oninput: (e) => set(e.target.value) });
const area = (hint) => (props, value, set) => h("textarea", { ...props, rows: "3", placeholder: hint, value: value ?? "", oninput: (e) => set(e.target.value) });

const INPUTS = {
  text: textInput("text"), number: textInput("number"), whole: textInput("number"), "new column": textInput("text"),
  "new columns": area("one name a line"), texts: area("one a line"),
  json: (props, value, set, parameter) => area(EXAMPLES[parameter.name] || "JSON")(props, value, set),
  column: (props, value, set, parameter, columns) => h("select", { ...props, value: value ?? "", onchange: (e) => set(e.target.value) },
    h("option", { value: "" }, parameter.required ? "Choose a column" : "–"), columns.map((n) => h("option", { value: n }, n))),
  choice: (props, value, set, parameter) => h("select", { ...props, value: value ?? parameter.default ?? "", onchange: (e) => set(e.target.value) },
    parameter.required && h("option", { value: "" }, "Choose"), parameter.choices.map((c) => h("option", { value: c }, inWords(c)))),
  columns: (props, value, set, parameter, columns) => {
    const chosen = listOf(value);
    const toggle = (n) => set(JSON.stringify(chosen.includes(n) ? chosen.filter((c) => c !== n) : columns.filter((c) => chosen.includes(c) || c === n)));
    return h("div", { ...props, class: "lk-rx-columns", role: "group" }, columns.map((n) =>
      h("label", { class: "lk-rx-check" }, h("input", { type: "checkbox", "aria-label": n, checked: chosen.includes(n), onchange: () => toggle(n) }), n)));
  },
};

function listOf(text) {
  try { const found = JSON.parse(text); return Array.isArray(found) ? found : []; } catch { return []; }
}

/* What JSON parameters look like, and those that are lists of lines: the members of each line. ----- */

const EXAMPLES = {
  categoryMap: '{"small": "1", "large": "2"}',
  dateTimeParameters: '{"year": {"sourceColumn": "y"}, "month": {"value": "1"}, "day": {"value": "1"}}',
  withExpressions: '[{"name": "total", "value": "sum(`x`)"}]',
  datasetsColumns: '[["a", "b"], ["c", "d"]]',
  secondaryInputs: '[{"S3InputDefinition": {"Bucket": "b", "Key": "k"}}]',
  patternOption1: '{"pattern": ",", "includeInSplit": false}',
  patternOption2: '{"pattern": ";", "includeInSplit": false}',
  patternOptions: '[{"pattern": ",", "includeInSplit": false}]',
};
const LABELS = { groupByAggFunctionOptions: "Aggregates", expressions: "By" };
/* Other ways to say what a form says already. */
const UNSHOWN = ["groupByAggFunctions"];
const AGGREGATES = ["SUM", "AVERAGE", "COUNT", "COUNT_DISTINCT", "MIN", "MAX", "MEDIAN", "MODE", "ANY", "STANDARD_DEVIATION", "VARIANCE", "COLLECT_LIST", "COLLECT_SET"];
const LINES = {
  "SORT.expressions": [["sourceColumn", "column"], ["ordering", "choice", ["ASCENDING", "DESCENDING"]]],
  "GROUP_BY.groupByAggFunctionOptions": [["functionName", "choice", AGGREGATES], ["sourceColumnName", "column"], ["targetColumnName", "text"]],
};

function linesInput(fields) {
  return (props, value, set, parameter, columns) => {
    const lines = listOf(value);
    const put = (changed) => set(JSON.stringify(changed));
    const change = (at, name, text) => put(lines.map((line, i) => (i === at ? { ...line, [name]: text } : line)));
    const fresh = () => Object.fromEntries(fields.map(([name, kind, choices]) => [name, kind === "choice" ? choices[0] : kind === "column" ? columns[0] || "" : ""]));
    return h("div", { id: props.id, role: "group", "aria-label": props["aria-label"], class: "lk-rx-lines" },
      lines.map((line, at) => h("div", { class: "lk-rx-line", "data-key": `line${at}` },
        fields.map(([name, kind, choices]) => INPUTS[kind]({ "aria-label": `${spaced(name)} ${at + 1}` }, line[name], (text) => change(at, name, text), { required: kind === "column", choices, default: kind === "text" ? spaced(name).toLowerCase() : null }, columns)),
        remover(`Remove line ${at + 1}`, () => put(lines.filter((_, i) => i !== at))))),
      button(`Add to ${props["aria-label"].toLowerCase()}`, () => put([...lines, fresh()]), { class: "lk-plain lk-small" }, lines.length ? "+ and by …" : "+ add …"));
  };
}

/* A join: with which data set, on which columns, and what is taken of it. -------------------------- */

function joinFields(form, own, get) {
  const set = (name, value) => { form.values[name] = value; own.set({}); };
  const sources = get("sources");
  const chosen = sources.find((s) => s.definition === form.values.secondInput);
  const pairs = listOf(form.values.joinKeys);
  const pair = pairs[0] || { key: "", value: "" };
  const put = (changes) => set("joinKeys", JSON.stringify([{ ...pair, ...changes }, ...pairs.slice(1)]));
  const choose = (definition) => {
    const source = sources.find((s) => s.definition === definition);
    form.values.secondInput = definition;
    form.values.rightColumns = JSON.stringify(source ? source.columns : []);
    const same = (source ? source.columns : []).find((c) => names(get, form).includes(c));
    put({ key: same || "", value: same || "" });
  };
  const part = (label, id, input) => h("div", { class: "lk-rx-field" }, h("label", { for: `${form.id}-${id}` }, label), input);
  const props = (id, label) => ({ id: `${form.id}-${id}`, "aria-label": label });
  const right = chosen && chosen.columns.length ? chosen.columns : null;
  const type = form.operation.parameters.find((p) => p.name === "joinType");
  return [
    part("With the data set", "secondInput", h("select", { ...props("secondInput", "Second data set"), value: form.values.secondInput || "", onchange: (e) => choose(e.target.value) },
      h("option", { value: "" }, "Choose a data set"), sources.map((s) => h("option", { value: s.definition }, s.name)))),
    part("Type", "joinType", INPUTS.choice(props("joinType", "Join type"), form.values.joinType, (v) => set("joinType", v), { ...type, required: false })),
    part("Where", "key", h("div", { class: "lk-rx-pair" },
      INPUTS.column(props("key", "Column of this table"), pair.key, (v) => put({ key: v }), { required: true }, names(get, form)), "=",
      right ? INPUTS.column(props("value", "Column of the second data set"), pair.value, (v) => put({ value: v }), { required: true }, right)
        : INPUTS.text(props("value", "Column of the second data set"), pair.value, (v) => put({ value: v }), {}))),
    part("Columns of this table", "leftColumns", INPUTS.columns(props("leftColumns", "Columns of this table"), form.values.leftColumns, (v) => set("leftColumns", v), {}, names(get, form))),
    part("Columns of the second data set", "rightColumns", right ? INPUTS.columns(props("rightColumns", "Columns to take"), form.values.rightColumns, (v) => set("rightColumns", v), {}, right)
      : INPUTS.texts(props("rightColumns", "Columns to take"), form.values.rightColumns, (v) => set("rightColumns", v))),
  ];
}
