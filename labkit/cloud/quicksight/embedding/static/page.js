/* The page: tabs, controls, and what a choice or a click changes. */
"use strict";

const model = read("model");
const state = { controls: { ...model.state }, picked: [] };
const source = model.live ? sessionSource() : fileSource();
const sheets = new Map();
let sheet;

/* Pictures of the session, drawn as they are asked for. */
function sessionSource() {
  const query = (state) => ({ state: JSON.stringify(changed(state)), picked: JSON.stringify(state.picked) });
  const ask = async (path, values) => {
    const reply = await fetch(`${path}?${new URLSearchParams(values)}`).catch(() => null);
    if (!reply) throw new Error("The server does not answer. Is it still running?");
    if (reply.ok) return reply;
    const told = await reply.json().catch(() => ({ message: reply.statusText }));
    if (reply.status === 401) notice(`${told.message} Ask for a new link.`);
    throw new Error(told.message);
  };
  return {
    live: true,
    state: () => state,
    canPick: () => true,
    visual: async (tile, state, width, height) => (await ask(`visuals/${tile.id}.svg`,
      { ...query(state), width: Math.max(60, Math.round(width)), height: Math.max(60, Math.round(height)), prefix: tile.prefix, tile: "1" })).text(),
    rows: async (tile, state) => (await ask(`visuals/${tile.id}.json`, { ...query(state), script: "1" })).json(),
    model: async (state) => (await ask("model.json", query(state))).json(),
  };
}

/* Pictures that the file brings along, drawn beforehand for each choice of a value. */
function fileSource() {
  const packs = read("pictures");
  const unpacked = {};
  const controls = Object.values(model.sheets).flatMap((each) => each.controls);
  const unpack = async (pack) => {
    if (Array.isArray(pack.pictures)) return pack.pictures;
    if (typeof DecompressionStream === "undefined") throw new Error("This browser is too old to unpack the pictures of other choices.");
    const bytes = Uint8Array.from(atob(pack.pictures), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  const option = (key, value) => {
    const saved = JSON.stringify(model.state[key]);
    if (value.length > 1 && JSON.stringify(value) === saved) return "s";
    const control = controls.find((each) => each.key === key);
    if (!value.length) return 0;
    const at = control.options.findIndex((each) => each === String(value[0])) + 1;
    return at || "s";
  };
  const visual = async (tile, state) => {
    const pack = packs[tile.id];
    const at = pack.index[pack.keys.map((key) => option(key, state.controls[key])).join()];
    if (at === pack.first) return pack.svg;
    unpacked[tile.id] ??= unpack(pack);
    return (await unpacked[tile.id])[at];
  };
  return { live: false, state: () => state, canPick: (keys) => Boolean(choices(keys)), visual };
}

/* In a file, a click chooses in the controls of the mark's columns: by key, or nothing. */
function choices(keys) {
  const found = {};
  for (const { column, value } of keys) {
    const text = value === null ? null : String(value);
    const control = model.sheets.flatMap((each) => each.controls)
      .find((each) => !each.fixed && each.column === column && each.options.includes(text));
    if (control) found[control.key] = [text];
  }
  return Object.keys(found).length ? found : null;
}

/* What differs from what the dashboard begins with. */
function changed(state) {
  const kept = Object.entries(state.controls).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(model.state[key]));
  return Object.fromEntries(kept);
}

function notice(words) { document.getElementById("notice").textContent = words; }
function say(words) { document.getElementById("said").textContent = words; }

function pick(tile, values, words) {
  if (!model.live) {
    const found = choices(values);
    const same = Object.entries(found).every(([key, value]) => JSON.stringify(state.controls[key]) === JSON.stringify(value));
    for (const [key, value] of Object.entries(found)) state.controls[key] = same ? [] : value;
    return update(same ? "All values" : words);
  }
  tile.sets.forEach(({ parameter, to }) => setTo(parameter, to, values));
  if (tile.goto) return open(tile.goto);
  if (!tile.filters) return update(words);
  const before = state.picked.find((each) => each.visual === tile.id);
  const again = before && JSON.stringify(before.values) === JSON.stringify(values);
  state.picked = state.picked.filter((each) => each.visual !== tile.id);
  if (!again) state.picked.push({ visual: tile.id, values, words: `${tile.title || tile.kind}: ${values.map((each) => named(each.value)).join(", ")}` });
  return update(again ? "No filter" : words);
}

/* An action's parameter, set to values, to another's, or to what the mark has of a column. */
function setTo(parameter, to, values) {
  const key = parameterKey(parameter);
  if (!key) return;
  const mark = values.find((each) => each.column === to.column);
  if (to.values) state.controls[key] = to.values;
  else if (to.parameter) state.controls[key] = state.controls[parameterKey(to.parameter)] || [];
  else if (mark) state.controls[key] = [mark.value];
}

function parameterKey(name) {
  const key = `parameter:${name}`.toLowerCase();
  return Object.keys(state.controls).find((each) => each.toLowerCase() === key);
}

function choose(key, value) {
  state.controls[key] = value;
  update("");
}

function reset() {
  state.controls = { ...model.state };
  state.picked = [];
  update("As at the beginning");
}

async function update(words) {
  bar();
  say("Drawing…");
  const drawn = sheet.draw(state);
  if (model.live) await refresh().catch(() => {});
  await drawn;
  say(words ? `Shows ${words}` : "Up to date");
  document.body.dataset.drawn = String(Number(document.body.dataset.drawn || 0) + 1);
}

/* What else a choice changes: the values that other controls offer, parameters in text boxes, and
 * which elements rules let be seen: a sheet of others is laid out anew. */
async function refresh() {
  const fresh = await source.model(state);
  const moved = model.sheets.filter((each, at) => places(each) !== places(fresh.sheets[at]));
  moved.forEach((each) => sheets.delete(each.id));
  model.sheets.forEach((each, at) => {
    if (moved.includes(each)) return Object.assign(each, fresh.sheets[at]);
    each.controls = fresh.sheets[at].controls;
    each.tiles.forEach((tile, number) => { tile.html = fresh.sheets[at].tiles[number].html; });
  });
  if (moved.includes(sheet.model)) {
    place(sheet.model);
    await sheet.draw(state);
  }
  for (const { tile, element } of sheet.tiles) if (tile.type === "text") element.innerHTML = tile.html;
  bar();
}

/* Which elements stand where on a sheet. */
function places(each) {
  return JSON.stringify(each.tiles.map(({ type, id, key, left, top, width, height }) => [type, id, key, left, top, width, height]));
}

function bar() {
  const open = document.querySelector("details.several[open]")?.id;
  const focus = document.activeElement?.closest("[data-key]")?.dataset.key;
  const place = document.activeElement?.id;
  const typed = open && document.activeElement?.closest(".choices");
  if (typed) return; // several values are being ticked: the list stays
  const own = sheet.model.controls.map((control) => {
    const made = controlView(control, state.controls[control.key] || [], (value) => choose(control.key, value));
    const there = sheet.element.querySelector(`[data-control="${CSS.escape(control.key)}"]`);
    if (there) { there.replaceChildren(made); made.style.width = "100%"; }
    return there ? null : made;
  });
  document.getElementById("bar").replaceChildren(...own.filter(Boolean));
  document.getElementById("controls").hidden = !own.some(Boolean);
  if (open) document.getElementById(open)?.setAttribute("open", "");
  if (focus && place) document.getElementById(place)?.focus();
  document.getElementById("chips").replaceChildren(...state.picked.map((each) => h("span", { class: "chip" }, each.words,
    h("button", { "aria-label": `Remove the filter ${each.words}`, onclick: () => { state.picked = state.picked.filter((other) => other !== each); update("No filter"); } }, "×"))));
}

function open(id) {
  const found = model.sheets.find((each) => each.id === id) || model.sheets[0];
  place(found);
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.sheet === found.id));
    tab.tabIndex = tab.dataset.sheet === found.id ? 0 : -1;
  }
  return update(found.name);
}

/* Put a sheet onto the board, made if it is not yet. */
function place(found) {
  if (!sheets.has(found.id)) sheets.set(found.id, new Sheet(found, source, pick));
  sheet = sheets.get(found.id);
  document.getElementById("board").replaceChildren(sheet.heading, sheet.element);
  sheet.place();
}

function tabs() {
  const key = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const every = [...document.querySelectorAll("[role=tab]")];
    const next = every[(every.indexOf(event.target) + step + every.length) % every.length];
    next.focus();
    open(next.dataset.sheet);
  };
  if (model.sheets.length < 2) return;
  document.getElementById("tabs").append(...model.sheets.map((each) => h("button",
    { role: "tab", "data-sheet": each.id, onclick: () => open(each.id), onkeydown: key }, each.name)));
}

/* Parameters in the address: #p.Year=2023&p.Year=2024, as QuickSight's own URLs have them. */
function fromAddress() {
  const given = {};
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    const known = name.startsWith("p.") && parameterKey(name.slice(2));
    if (known) given[known] = value === "[ALL]" ? [] : [...(given[known] || []), value];
  }
  Object.assign(state.controls, given);
}

document.getElementById("reset").addEventListener("click", reset);
document.addEventListener("click", (event) => {
  for (const each of document.querySelectorAll("details.several[open]")) if (!each.contains(event.target)) { each.open = false; bar(); }
});
let resized;
new ResizeObserver(() => {
  clearTimeout(resized);
  resized = setTimeout(() => { if (sheet.place() && model.live) sheet.draw(state); }, 200);
}).observe(document.getElementById("board"));
document.getElementById("controls").open = model.open;
tabs();
if (model.live) fromAddress();
open(model.sheets[0].id);
