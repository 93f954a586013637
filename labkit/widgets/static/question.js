/* The question bar: a question, how it was read, and its picture. */

function questionView(get, send, own) {
  const answer = get("answer");
  const ask = (question) => { if (!question.trim()) return; own.set({ text: question, waiting: true }); own.ask(question); };
  return [
    h("form", { class: "lk-qb-bar", role: "search", onsubmit: (e) => { e.preventDefault(); ask(own.text); } },
      h("input", { type: "search", class: "lk-grow", "aria-label": "Question", placeholder: `Ask a question about ${get("topic")}`, value: own.text, autocomplete: "off",
        oninput: (e) => own.set({ text: e.target.value }), onkeydown: (e) => completeWord(e, own) }),
      h("button", { type: "submit", class: "lk-primary", disabled: !own.text.trim() || own.waiting }, own.waiting ? "Asking …" : "Ask")),
    notice(get("notice"), send),
    chips(get, own, ask),
    get("frame") ? h("iframe", { src: get("frame"), class: "lk-qb-frame", title: "Questions" }) : answer.question && answerView(answer, get, send, own, ask),
  ];
}

/* What can be asked: words that complete the last one, or whole questions. */
function chips(get, own, ask) {
  const answer = get("answer");
  const words = own.text === answer.question ? [] : matches(own);
  if (words.length) return h("div", { class: "lk-qb-chips", role: "group", "aria-label": "Words" }, words.map((w) =>
    button(w, () => { own.set({ text: completed(own.text, w) }); own.focus(); }, { class: "lk-small", "data-key": w })));
  if (own.text.trim() || (answer.question && !own.text)) return own.text.trim() ? h("div", { class: "lk-qb-chips" }, h("span", { class: "lk-quiet lk-small" }, "Enter asks.")) : suggestions(get, ask);
  return suggestions(get, ask);
}

const suggestions = (get, ask) => h("div", { class: "lk-qb-chips", role: "group", "aria-label": "Suggestions" },
  get("suggestions").map((q) => button(q, () => ask(q), { class: "lk-small", "data-key": q })));

const lastWord = (text) => (text.match(/[^\s]+$/) || [""])[0].toLowerCase();
const completed = (text, word) => `${text.slice(0, text.length - lastWord(text).length)}${word} `;

function matches(own) {
  const word = lastWord(own.text);
  if (word.length < 2) return [];
  const found = own.words().filter((w) => w.toLowerCase().split(" ").some((part) => part.startsWith(word)) && w.toLowerCase() !== word);
  const begins = (w) => w.toLowerCase().startsWith(word);
  return [...found.filter(begins), ...found.filter((w) => !begins(w))].slice(0, 6);
}

/* Tab takes the first word that completes what is written. */
function completeWord(event, own) {
  const [first] = matches(own);
  if (event.key !== "Tab" || event.shiftKey || !first) return;
  event.preventDefault();
  own.set({ text: completed(own.text, first) });
  event.target.value = own.text;
}

function answerView(answer, get, send, own, ask) {
  if (!answer.answer) return h("div", { class: "lk-qb-none", role: "status" },
    h("b", {}, `No answer to "${answer.question}".`),
    answer.near.length ? [h("p", { class: "lk-quiet lk-small" }, "Did you mean:"), h("div", { class: "lk-row lk-qb-near", role: "group", "aria-label": "Near questions" }, answer.near.map((q) => button(q, () => ask(q), { class: "lk-small", "data-key": q })))]
      : h("p", { class: "lk-quiet lk-small" }, "Use words of the topic: ", get("words").slice(0, 8).join(", "), "."));
  return h("div", { class: "lk-qb-answer" },
    h("div", { class: "lk-row lk-qb-reading", role: "status" }, h("span", { class: "lk-grow" }, answer.reading),
      own.adding === null ? button("Add to dashboard", () => own.set({ adding: get("dashboards")[0] || "My dashboard" }), { class: "lk-small" }, "Add to dashboard")
        : h("form", { class: "lk-row", onsubmit: (e) => { e.preventDefault(); if (own.adding.trim()) send("add", { dashboard: own.adding.trim() }, (done) => done && own.set({ adding: null })); }, onkeydown: (e) => { if (e.key === "Escape") own.set({ adding: null }); } },
          h("input", { "aria-label": "Dashboard", autofocus: true, list: own.listId, value: own.adding, oninput: (e) => (own.adding = e.target.value) }),
          h("datalist", { id: own.listId }, get("dashboards").map((d) => h("option", { value: d }))),
          h("button", { type: "submit", class: "lk-primary lk-small" }, "Add"), button("Cancel adding", () => own.set({ adding: null }), { class: "lk-plain" }, "✕"))),
    h("div", { class: "lk-qb-picture", "data-own": "picture", "data-key": "answer", role: "img", "aria-label": answer.reading }));
}

function render(context) {
  const { model } = context;
  const shown = mount(context, questionView, { text: "", waiting: false, adding: null, listId: `lk-qb-${Math.random().toString(36).slice(2)}` });
  const { own, root } = shown;
  own.words = () => model.get("words");
  own.width = () => Math.max(320, Math.round((root.clientWidth - 26) / 10) * 10);
  own.focus = () => root.querySelector("input[type=search]").focus();
  own.drawn = () => { const place = root.querySelector(".lk-qb-picture"); if (place) putPicture(place, model.get("answer").svg || ""); };

  /* An answer is drawn for its place: when that has another width or light, it is asked again. */
  let wait = 0;
  const place = () => `${own.width()} ${isDark()}`;
  const again = () => { if (root.clientWidth && model.get("answer").svg && own.asked !== place()) own.ask(model.get("answer").question); };
  const later = () => { clearTimeout(wait); wait = setTimeout(again, 300); };
  const sized = new ResizeObserver(later), themed = new MutationObserver(later);
  sized.observe(root);
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  own.ask = (question) => { own.asked = place(); shown.send("ask", { question, width: own.width(), dark: isDark() }, () => own.set({ waiting: false })); };
  own.set({});
  return () => { clearTimeout(wait); sized.disconnect(); themed.disconnect(); shown.end(); };
}

export default { render };
