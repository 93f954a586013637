/* The question bar: a question, how it was read, its picture; or what could have been meant. */
"use strict";

const field = document.getElementById("question");
const result = document.getElementById("result");

async function asked(path, values) {
  const reply = await fetch(`${path}?${new URLSearchParams(values)}`);
  if (!reply.ok) throw new Error((await reply.json()).message);
  return reply;
}

async function ask(question) {
  field.value = question;
  result.replaceChildren("Thinking…");
  try {
    const told = await (await asked("ask", { question })).json();
    if (!told.answer) return result.replaceChildren(...nothing(told.near));
    const width = Math.max(300, Math.min(820, result.clientWidth - 2));
    const svg = await (await asked(`answers/${told.answer}.svg`, { width, height: Math.round(width * 0.56) })).text();
    const picture = h("div", { class: "picture" });
    picture.innerHTML = svg;
    result.replaceChildren(h("p", { class: "reading" }, told.reading), h("figure", { class: "tile visual", "aria-label": told.reading }, picture));
  } catch (error) {
    result.replaceChildren(h("p", { role: "alert" }, error.message));
  }
}

function nothing(near) {
  return [h("p", { class: "reading" }, "There is no answer to this."),
    near.length > 0 && h("div", { class: "near" }, h("p", {}, "Did you mean"), near.map((each) => h("button", { onclick: () => ask(each) }, each)))].filter(Boolean);
}

document.getElementById("asking").addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim()) ask(field.value.trim());
});
