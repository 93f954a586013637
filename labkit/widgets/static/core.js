/* What every console's front end shares: elements, drawing, messages.
 *
 * A view is a function of the model's traits and of a little state of its own (what is open, which
 * tab). It makes a new tree of elements; `patch` brings the page's tree into its shape, so that
 * focus, selection and scroll positions stay. */

/* An element: h("button", {onclick: f, class: "x"}, "Run"). Falsy children are left out. */
function h(tag, props, ...children) {
  const element = document.createElement(tag);
  element.handlers = {};
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) element.handlers[name] = value;
    else if (name === "value" || name === "checked" || name === "indeterminate") element[name] = value;
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  Object.assign(element, element.handlers);
  const kept = children.flat(9).filter((c) => c !== false && c != null && c !== "");
  element.append(...kept.map((c) => (c instanceof Node ? c : String(c))));
  if (tag === "select" && props && props.value !== undefined) element.value = props.value;
  return element;
}

/* Bring an element into the shape of a fresh one. An element with data-own draws itself. */
function patch(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || key(old) !== key(fresh)) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old === fresh || old.dataset.own) return;
  patchAttributes(old, fresh);
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((child, i) => (before[i] ? patch(before[i], child) : old.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
  if (old.nodeName === "SELECT" || (["INPUT", "TEXTAREA"].includes(old.nodeName) && old !== document.activeElement)) {
    if (old.value !== fresh.value) old.value = fresh.value;
    old.checked = fresh.checked;
  }
}

function key(node) {
  return node.dataset ? node.dataset.key : undefined;
}

function patchAttributes(old, fresh) {
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const name of Object.keys(old.handlers || {})) if (!(name in fresh.handlers)) old[name] = null;
  Object.assign(old, fresh.handlers);
  old.handlers = fresh.handlers;
}

/* Show a view in an output: view(get, send, own, draw) gives the elements.
 * `own` is the front end's own state; own.set({open: true}) changes it and draws. */
function mount({ model, el }, view, state) {
  const root = h("div", { class: "lk", tabindex: "-1", "data-lm-suppress-shortcuts": "true" });
  const own = { ...state, set: (changes) => (Object.assign(own, changes), draw()) };
  const get = (trait) => model.get(trait);
  const { send, heard } = messages(model, () => own.set({ cut: true }));
  let waiting = false;
  const draw = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      const fresh = root.cloneNode(false);
      fresh.handlers = root.handlers;
      fresh.append(...[own.cut && notice(CUT), view(get, send, own)].flat(9).filter(Boolean));
      const focused = document.activeElement, way = wayTo(focused, root);
      patch(root, fresh);
      followFocus(root, own, focused && focused.getAttribute("aria-label"));
      if (way.length && document.activeElement === document.body) stayNear(way, root);
      if (own.drawn) own.drawn(root);
    });
  };
  root.addEventListener("keydown", (event) => event.stopPropagation());
  onlyWhatWasMeant(root);
  el.append(root);
  model.on("change", draw);
  model.on("msg:custom", heard);
  draw();
  return { draw, own, root, send, end: () => { model.off("change", draw); model.off("msg:custom", heard); } };
}

const CUT = { text: "The kernel that this belongs to has ended.", advice: "Run the cell again." };

/* send("save", {name}, (done) => …) is told at the end whether it was done. Until then the same is not sent again. */
function messages(model, cut) {
  const asked = new Map(), view = Math.random().toString(36).slice(2);
  let count = 0;
  const post = (message) => { try { model.send(message); } catch { cut(); } };
  const send = (action, rest, then) => {
    const message = { do: action, ...rest }, same = JSON.stringify(message);
    if (!then) return post(message);
    if ([...asked.values()].some((each) => each.same === same)) return;
    const turn = `${view} ${++count}`;
    asked.set(turn, { same, then });
    post({ ...message, answer_to: turn });
  };
  const heard = ({ answered, done }) => {
    if (!asked.has(answered)) return;
    const { then } = asked.get(answered);
    asked.delete(answered);
    then(done);
  };
  return { send, heard };
}

/* The first click of a double click may bring another button under the pointer: the second is not meant for it. */
function onlyWhatWasMeant(root) {
  let meant = null;
  root.addEventListener("click", (event) => {
    const clicked = event.target.closest("button"), label = clicked && clicked.getAttribute("aria-label");
    if (event.detail < 2) meant = label;
    else if (label && label !== meant) event.stopImmediatePropagation();
  }, true);
}

/* An input with `autofocus` that appears takes the focus; when it goes, what had it before has it again. */
function followFocus(root, own, before) {
  const input = root.querySelector("[autofocus]");
  if (input && input !== own.input) {
    own.opener = before;
    input.focus();
  } else if (!input && own.input && own.opener && document.activeElement === document.body) {
    const opener = root.querySelector(`[aria-label=${JSON.stringify(own.opener)}]`);
    if (opener) opener.focus();
  }
  own.input = input;
}

/* The elements from one within a console up to its root; none for what is elsewhere. */
function wayTo(element, root) {
  const way = [];
  for (let each = root.contains(element) ? element : null; each; each = each === root ? null : each.parentElement) way.push(each);
  return way;
}

/* What had the focus has gone: it goes to where one is now, else to the first control of what is left around it. */
function stayNear(way, root) {
  const around = way.find((each) => root.contains(each));
  const next = root.querySelector("[aria-current=page]") || around.querySelector("button:enabled, input, select, textarea, [tabindex='0']");
  (next || root).focus({ preventScroll: true });
}

/* Small parts ---------------------------------------------------------------------------------- */

const button = (label, onclick, props, ...children) =>
  h("button", { type: "button", onclick, "aria-label": label, ...props }, ...(children.length ? children : [label]));

/* Takes something out of a list, once: the second click of a double click would hit its neighbour. */
const remover = (label, act, props, ...children) =>
  button(label, (click) => click.detail < 2 && act(), { class: "lk-plain", ...props }, ...(children.length ? children : ["✕"]));

const icon = (name) => h("span", { class: `lk-icon lk-icon-${name}`, "aria-hidden": "true" });

const badge = (text, kind) => h("span", { class: `lk-badge lk-${kind || "plain"}` }, text);

const KINDS = {
  SUCCEEDED: "good", COMPLETED: "good", READY: "plain", FAILED: "bad", CANCELLED: "warn",
  RUNNING: "live", STOPPING: "warn", QUEUED: "live",
  FINISHED: "good", ABORTED: "warn", SUBMITTED: "live", PICKED: "live", STARTED: "live",
};

const status = (state) => badge(state, KINDS[state]);

/* A message. One that can be dismissed has a place of its own, so that what stands below it stays as it is. */
function notice(facts, send) {
  if (!facts || !facts.text) return send ? h("div", {}) : null;
  const shown = h("div", { class: `lk-notice lk-${facts.kind === "info" ? "live" : "bad"}`, role: "alert" },
    h("div", { class: "lk-grow" },
      h("div", {}, facts.text),
      facts.advice && h("div", { class: "lk-advice" }, facts.advice),
      facts.code && h("pre", { class: "lk-code" }, facts.code)),
    send && button("Dismiss message", () => send("dismiss"), { class: "lk-plain" }, "✕"));
  return send ? h("div", {}, shown) : shown;
}

const chevron = (open, label, onclick) =>
  button(`${open ? "Hide" : "Show"} ${label}`, onclick, { class: "lk-chevron", "aria-expanded": String(open) },
    open ? "▾" : "▸");

const number = (value) => Number(value).toLocaleString("en-US");

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(2)} ${["bytes", "KB", "MB", "GB", "TB"][power]}`;
}

function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.floor(ms / 60000)} min ${Math.round((ms % 60000) / 1000)} s`;
}

const when = (iso) => (iso ? new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" }) : "–");

/* Words that may go on in the next line after each underscore of a name. */
const breakable = (words) => words.split("_").flatMap((part, at) => (at ? ["_", h("wbr", {}), part] : [part]));

/* A set of names that are open, with a toggle. */
function toggled(own, field, name) {
  const open = new Set(own[field]);
  if (!open.delete(name)) open.add(name);
  own.set({ [field]: open });
}

/* Tabs: tablist([["results", "Results"], ...], chosen, choose) */
function tablist(label, tabs, chosen, choose) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.findIndex(([id]) => id === chosen) + step + tabs.length) % tabs.length];
    choose(next[0]);
    event.currentTarget.children[tabs.indexOf(next)].focus();
  };
  return h("div", { class: "lk-tabs", role: "tablist", "aria-label": label, onkeydown: move },
    tabs.map(([id, text]) =>
      h("button", { type: "button", role: "tab", class: "lk-tab", "aria-selected": String(id === chosen),
        tabindex: id === chosen ? "0" : "-1", title: String(text).length > 24 ? text : null, onclick: () => choose(id) }, text)));
}
