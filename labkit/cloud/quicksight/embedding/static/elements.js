/* Elements: h("button", {class: "x", onclick: f}, "Run"). Falsy children are left out. */
"use strict";

function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((c) => c !== false && c != null && c !== ""));
  if (tag === "select" && props && props.value !== undefined) element.value = props.value;
  return element;
}

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const named = (value) => (value === null ? "null" : String(value));
const day = (value) => (value ? String(value).slice(0, 10) : "");
