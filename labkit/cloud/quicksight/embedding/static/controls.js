/* The controls of a sheet. Each is a function of what the server says of it, its value, and what to
 * call with another value: a list of values, empty for all; of a range its two ends. */
"use strict";

const ALL = "\u0000all";
const GRAINS = ["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
const SPANS = { PREVIOUS: "Previous", THIS: "This", NOW: "This, to now", LAST: "Last", NEXT: "Next" };

function controlView(control, value, change) {
  const id = `c-${control.key.replace(/[^\w-]/g, "-")}`;
  const make = control.fixed ? fixed : CONTROLS[control.view];
  const label = control.title || control.label;
  const props = control.title ? {} : { class: "sr" };
  const title = make.group ? h("span", { ...props, class: `name ${props.class || ""}`, id: `${id}-name` }, label)
    : h("label", { ...props, for: id }, label);
  const info = control.info && h("span", { class: "info", tabindex: "0", role: "note", "aria-label": control.info }, "i");
  return h("div", { class: "control", style: `width:${control.width}px`, "data-key": control.key },
    title, info, make(control, value, change, id));
}

function fixed(control) {
  return h("div", { class: "fixed", title: control.fixed }, control.words);
}
fixed.group = true;

function single(control, value, change, id) {
  const chosen = value.length === 1 ? named(value[0]) : value.length ? "" : ALL;
  const known = control.options.map(named);
  return h("select", {
    id, value: chosen,
    onchange: (event) => {
      const at = known.indexOf(event.target.value);
      change(at < 0 ? [] : [control.options[at]]);
    },
  },
  (control.all || chosen === ALL) && h("option", { value: ALL }, "All"),
  chosen === "" && h("option", { value: "" }, value.map(named).join(", ")),
  chosen !== ALL && chosen !== "" && !known.includes(chosen) && h("option", { value: chosen }, chosen),
  known.map((text) => h("option", { value: text }, text)));
}

/* Several values: a list of boxes behind a summary. All boxes are ticked where nothing is chosen. */
function several(control, value, change, id) {
  const chosen = new Set(value.map(named));
  const rows = control.options.map((option) => {
    const box = h("input", { type: "checkbox", checked: !chosen.size || chosen.has(named(option)), onchange: () => tell(ticked()) });
    return { box, option, line: h("li", {}, h("label", {}, box, named(option))) };
  });
  const ticked = () => {
    const on = rows.filter((row) => row.box.checked).map((row) => row.option);
    return on.length === rows.length || !on.length ? [] : on;
  };
  const every = h("input", {
    type: "checkbox", checked: !chosen.size,
    onchange: (event) => { rows.forEach((row) => { row.box.checked = event.target.checked; }); if (event.target.checked) tell([]); },
  });
  const find = (event) => rows.forEach(({ line, option }) => {
    line.hidden = !named(option).toLowerCase().includes(event.target.value.toLowerCase());
  });
  const summary = h("summary");
  const label = (values) => {
    const words = !values.length ? "All" : values.map(named).join(", ");
    summary.textContent = words;
    summary.title = words;
    summary.setAttribute("aria-label", `${control.label}: ${words}`);
  };
  const tell = (values) => { every.checked = !values.length; label(values); change(values); };
  label(value);
  return h("details", {
    id, class: "several", onkeydown: (event) => {
      if (event.key === "Escape") { event.currentTarget.open = false; event.currentTarget.firstChild.focus(); }
    },
  },
  summary,
  h("div", { class: "choices", role: "group", "aria-label": control.label },
    rows.length > 10 && h("input", { type: "search", placeholder: "Search", "aria-label": `Search ${control.label}`, oninput: find }),
    control.all && h("label", {}, every, "Select all"),
    h("ul", {}, rows.map((row) => row.line)),
    !rows.length && h("span", {}, "No values")));
}
several.group = true;

function slider(control, value, change, id) {
  const [low, high] = [control.min, control.max];
  const ends = control.range ? [value[0] ?? low, value[1] ?? high] : [value[0] ?? low];
  const told = h("output", {}, ends.join(" – "));
  const inputs = ends.map((end, at) => h("input", {
    type: "range", id: at ? null : id, min: low, max: high, step: control.step || "any", value: end,
    "aria-label": control.range ? `${control.label}, ${at ? "most" : "least"}` : control.label,
    oninput: () => { told.textContent = sorted().join(" – "); },
    onchange: () => change(sorted()),
  }));
  const sorted = () => inputs.map((input) => Number(input.value)).sort((a, b) => a - b);
  return h("div", { class: control.range ? "slider ends" : "slider" }, inputs, told);
}
slider.group = true;

function dates(control, value, change, id) {
  const inputs = (control.range ? [0, 1] : [0]).map((at) => h("input", {
    type: "date", id: at ? null : id, value: day(value[at]),
    "aria-label": control.range ? `${control.label}, ${at ? "to" : "from"}` : control.label,
    onchange: () => change(inputs.map((input) => input.value || null)),
  }));
  return h("div", { class: "two" }, inputs);
}
dates.group = true;

function text(control, value, change, id) {
  return h("input", {
    type: "text", id, value: value.map(named).join(", "), placeholder: control.hint ? "Enter a value" : null,
    onchange: (event) => change(event.target.value.trim() ? [event.target.value.trim()] : []),
  });
}

function area(control, value, change, id) {
  const by = control.delimiter || "\n";
  return h("textarea", {
    id, value: value.map(named).join(by), placeholder: control.hint ? "Enter values" : null,
    onchange: (event) => change(event.target.value.split(by).map((part) => part.trim()).filter(Boolean)),
  });
}

function relative(control, value, change, id) {
  const [kind, grain, count] = value.length === 3 ? value : ["THIS", "YEAR", 1];
  const span = h("select", { id, value: kind, "aria-label": control.label },
    Object.entries(SPANS).map(([key, name]) => h("option", { value: key }, name)));
  const number = h("input", { type: "number", min: 1, value: count, "aria-label": "How many" });
  const unit = h("select", { value: grain, "aria-label": "Of what" },
    GRAINS.map((each) => h("option", { value: each }, each.toLowerCase())));
  const show = () => { number.hidden = !["LAST", "NEXT"].includes(span.value); };
  const told = () => { show(); change([span.value, unit.value, Math.max(1, Number(number.value) || 1)]); };
  [span, number, unit].forEach((input) => input.addEventListener("change", told));
  show();
  return h("div", { class: "two" }, span, number, unit);
}
relative.group = true;

const CONTROLS = { single, several, slider, dates, text, area, relative };
