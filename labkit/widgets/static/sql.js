/* A small SQL editor: a transparent textarea over its own text in colours, line numbers, typeahead.
 * The words that it knows, KEYWORDS and FUNCTIONS, stand in a file of each service.
 * Lines do not wrap and letters are equally wide, so a place in the text is a place on the screen. */

const IS_KEYWORD = new Set(KEYWORDS);
const TOKEN = /(--[^\n]*|\/\*[^]*?(?:\*\/|$))|('(?:[^']|'')*'?)|("(?:[^"]|"")*"?|`[^`]*`?)|(\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|([A-Za-z_]\w*)|(\s+|[^])/g;
const COLOURS = ["comment", "string", "name", "number"];

/* The coloured text of a statement, as elements. */
function coloured(sql) {
  const found = [];
  for (const match of sql.matchAll(TOKEN)) {
    const kind = COLOURS[match.slice(1, 5).findIndex(Boolean)]
      || (match[5] && IS_KEYWORD.has(match[5].toUpperCase()) && "keyword")
      || (match[5] && /^\s*\(/.test(sql.slice(match.index + match[5].length, match.index + match[5].length + 3)) && "function");
    found.push(kind ? h("span", { class: `lk-sql-${kind}` }, match[0]) : match[0]);
  }
  return found;
}

/* What could stand at a place: [{text, hint}], the likeliest first. */
function completions(sql, at, catalog) {
  const [, qualifier, word] = sql.slice(0, at).match(/(?:([\w"]+)\.)?(\w*)$/);
  const all = qualifier ? afterDot(qualifier.replaceAll('"', "").toLowerCase(), sql, catalog) : word ? anywhere(sql, catalog) : [];
  const typed = word.toLowerCase();
  const fits = all.filter((c) => c.text.toLowerCase().startsWith(typed) && c.text.toLowerCase() !== typed);
  return { word, items: fits.filter((c, i) => fits.findIndex((d) => d.text === c.text) === i).slice(0, 8) };
}

function afterDot(qualifier, sql, { databases, database, tables }) {
  const meant = aliases(sql)[qualifier] || qualifier;
  const table = tables.find((t) => t.name.toLowerCase() === meant);
  if (table) return columnsOf([table]);
  return databases.includes(meant) ? tablesOf(tables.filter((t) => (t.schema || database) === meant)) : [];
}

function anywhere(sql, { databases, tables }) {
  const named = new Set([...sql.toLowerCase().matchAll(/\w+/g)].map(([w]) => w));
  return [
    ...columnsOf(tables.filter((t) => named.has(t.name.toLowerCase()))),
    ...tablesOf(tables),
    ...KEYWORDS.map((text) => ({ text, hint: "keyword" })),
    ...FUNCTIONS.map((text) => ({ text, hint: "function" })),
    ...databases.map((text) => ({ text, hint: "database" })),
  ];
}

const tablesOf = (tables) => tables.map((t) => ({ text: t.name, hint: t.kind }));
const columnsOf = (tables) => tables.flatMap((t) => t.columns.map((c) => ({ text: c.name, hint: c.type })));

/* The aliases of a statement's tables: FROM a.orders AS o gives {o: "orders"}. */
function aliases(sql) {
  const found = {};
  for (const [, table, alias] of sql.toLowerCase().matchAll(/\b(?:from|join)\s+([\w."]+)(?:\s+as)?\s+(\w+)/g))
    if (!IS_KEYWORD.has(alias.toUpperCase())) found[alias] = table.replaceAll('"', "").split(".").pop();
  return found;
}

/* The editor's element. hooks: changed(text), run(), catalog() */
function sqlEditor(hooks) {
  const id = `lk-sql-${Math.random().toString(36).slice(2)}`;
  const area = h("textarea", { class: "lk-sql-text", spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    wrap: "off", "aria-label": "SQL statement", "aria-autocomplete": "list", "aria-multiline": "true", "aria-controls": id, "aria-description": "Tab indents. Escape, then Tab leaves the editor." });
  const colours = h("pre", { class: "lk-sql-colours", "aria-hidden": "true" });
  const gutter = h("pre", { class: "lk-sql-gutter", "aria-hidden": "true" });
  const list = h("ul", { class: "lk-sql-list", id, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const body = h("div", { class: "lk-sql-body" }, h("div", { class: "lk-sql-window" }, colours), area, list);
  const element = h("div", { class: "lk-sql" }, gutter, body);
  const state = { items: [], chosen: 0, word: "", mark: null, leaving: false };

  function draw() {
    const lines = area.value.split("\n");
    const marked = state.mark && state.mark[0];
    gutter.replaceChildren(...lines.map((_, i) => h("div", { class: i + 1 === marked ? "lk-sql-marked" : "" }, i + 1)));
    colours.replaceChildren(...coloured(area.value), "\n");
    if (marked && lines[marked - 1] !== undefined) colours.append(underline(lines[marked - 1]));
    const height = Math.min(Math.max(lines.length, 6), 16);
    body.style.height = gutter.style.height = `calc(${height} * var(--lk-sql-line) + 14px)`;
    follow();
  }

  function underline(line) {
    const from = Math.max(0, state.mark[1] - 1);
    const [word] = line.slice(from).match(/^(?:"[^"]*"|\w+|.)/) || [" "];
    const at = `left:calc(8px + ${from}ch);top:calc(7px + ${state.mark[0] - 1} * var(--lk-sql-line));width:${word.length}ch`;
    return h("span", { class: "lk-sql-error", style: at });
  }

  function follow() {
    colours.style.transform = `translate(${-area.scrollLeft}px, ${-area.scrollTop}px)`;
    gutter.scrollTop = area.scrollTop;
  }

  function suggest(force) {
    const at = area.selectionStart;
    const found = at === area.selectionEnd && (force || state.typed) ? completions(area.value, at, hooks.catalog()) : { items: [] };
    Object.assign(state, { items: found.items, word: found.word, chosen: 0 });
    drawList();
  }

  function drawList() {
    list.hidden = state.items.length === 0;
    if (list.hidden) return area.removeAttribute("aria-activedescendant");
    const before = area.value.slice(0, area.selectionStart).split("\n");
    const column = before[before.length - 1].length - state.word.length;
    list.style.left = `calc(8px + ${column}ch - ${area.scrollLeft}px)`;
    list.style.top = `calc(7px + ${before.length} * var(--lk-sql-line) - ${area.scrollTop}px)`;
    list.replaceChildren(...state.items.map((item, i) =>
      h("li", { role: "option", id: `${id}-${i}`, "aria-selected": String(i === state.chosen), onmousedown: (e) => { e.preventDefault(); accept(i); } },
        h("span", {}, item.text), h("span", { class: "lk-quiet" }, item.hint))));
    area.setAttribute("aria-activedescendant", `${id}-${state.chosen}`);
  }

  function close() {
    state.items = [];
    drawList();
  }

  function accept(i) {
    const text = state.items[i].text;
    const start = area.selectionStart - state.word.length;
    const quoted = /^[a-z_]\w*$/i.test(text) ? text : `"${text}"`;
    area.setRangeText(quoted, start, area.selectionStart, "end");
    state.typed = false;
    edited();
    close();
  }

  function insert(text) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    edited();
    area.focus();
  }

  function edited() {
    state.mark = null;
    draw();
    hooks.changed(area.value);
    hooks.selected();
  }

  const KEYS = {
    ArrowDown: () => choose(1),
    ArrowUp: () => choose(-1),
    Enter: () => state.items.length > 0 && (accept(state.chosen), true),
    Escape: () => (state.items.length ? (close(), true) : ((state.leaving = true), false)),
    Tab: () => (state.items.length ? (accept(state.chosen), true) : !state.leaving && (insert("  "), true)),
  };

  function choose(step) {
    if (!state.items.length) return false;
    state.chosen = (state.chosen + step + state.items.length) % state.items.length;
    drawList();
    return true;
  }

  area.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter") (event.preventDefault(), close(), hooks.run());
    else if (command && event.key === " ") (event.preventDefault(), suggest(true));
    else if (!command && !event.shiftKey && KEYS[event.key] && KEYS[event.key]()) event.preventDefault();
    if (event.key !== "Escape") state.leaving = false;
    state.typed = event.key.length === 1 && !command && /[\w.]/.test(event.key) || (event.key === "Backspace" && state.items.length > 0);
  });
  area.addEventListener("input", () => (edited(), suggest(false)));
  area.addEventListener("scroll", () => (follow(), close()));
  area.addEventListener("blur", close);
  area.addEventListener("select", () => hooks.selected());
  area.addEventListener("keyup", () => hooks.selected());
  area.addEventListener("mouseup", () => setTimeout(hooks.selected));

  draw();
  return {
    element, insert, focus: () => area.focus(),
    text: () => area.value,
    show(text) { if (text !== area.value) { area.value = text; state.mark = null; draw(); } },
    mark(place) { if (String(place) !== String(state.mark)) { state.mark = place; draw(); } },
    /* What to run: the selection where there is one. `from` is its line and column, from 0. */
    chosen() {
      const [start, end] = [area.selectionStart, area.selectionEnd];
      const part = area.value.slice(start, end);
      if (!part.trim()) return { sql: area.value, from: [0, 0], part: false };
      const before = area.value.slice(0, start).split("\n");
      return { sql: part, from: [before.length - 1, before[before.length - 1].length], part: true };
    },
  };
}
