/* The storage browser. */

function storageView(get, send, own) {
  return [
    h("div", { class: "lk-head" }, breadcrumb(get("bucket"), get("prefix"), send),
      button("Refresh", () => send("refresh"), {}, icon("refresh"), "Refresh")),
    notice(get("notice"), send),
    get("bucket") ? folderView(get, send, own) : bucketsView(get, send),
  ];
}

function breadcrumb(bucket, prefix, send) {
  const parts = prefix.split("/").slice(0, -1);
  const places = [["Amazon S3", {}], ...(bucket ? [[bucket, { bucket }]] : []),
    ...parts.map((part, i) => [part, { bucket, prefix: parts.slice(0, i + 1).join("/") + "/" }])];
  return h("nav", { class: "lk-crumbs", "aria-label": "Breadcrumb" }, places.map(([text, place], i) => [
    i > 0 && h("span", { class: "lk-quiet", "aria-hidden": "true" }, "/"),
    button(`Go to ${text || "a folder without a name"}`, () => send("open", place), { class: "lk-plain", "aria-current": i === places.length - 1 ? "page" : null }, text || "(no name)")]));
}

function bucketsView(get, send) {
  return h("table", { class: "lk-grid" },
    h("thead", {}, h("tr", {}, h("th", {}, "Bucket"), h("th", {}, "Made"))),
    h("tbody", {}, get("buckets").map((b) => h("tr", {},
      h("td", {}, button(`Open bucket ${b.name}`, () => send("open", { bucket: b.name }), { class: "lk-plain lk-link" }, b.name)),
      h("td", { class: "lk-quiet" }, when(b.made))))));
}

function folderView(get, send, own) {
  const [bucket, prefix, chosen] = [get("bucket"), get("prefix"), get("chosen")];
  return [
    h("div", { class: "lk-pad lk-quiet lk-small" }, `Default encryption: ${get("encryption")}`),
    h("div", { class: "lk-scroll lk-objects", tabindex: "0", role: "region", "aria-label": "Objects" },
      h("table", { class: "lk-grid" },
        h("thead", {}, h("tr", {}, ["Name", "Size", "Last modified"].map((t, i) => h("th", { class: i === 1 ? "lk-number" : "" }, t)))),
        h("tbody", {},
          get("folders").map((f) => h("tr", { "data-key": f }, h("td", {}, button(`Open folder ${f}`, () => send("open", { bucket, prefix: prefix + f }), { class: "lk-plain lk-link" }, h("span", { class: "lk-folder", "aria-hidden": "true" }), f)), h("td", { class: "lk-number lk-quiet" }, "–"), h("td", { class: "lk-quiet" }, "folder"))),
          get("objects").map((o) => h("tr", { "data-key": o.key, class: o.key === chosen.key ? "lk-selected" : "" },
            h("td", {}, button(`Show ${o.name}`, () => send("select", { key: o.key }), { class: "lk-plain lk-link", "aria-pressed": String(o.key === chosen.key) }, o.name)),
            h("td", { class: "lk-number" }, size(o.size)), h("td", { class: "lk-quiet lk-small" }, when(o.modified)))))),
      get("folders").length + get("objects").length === 0 && h("p", { class: "lk-quiet lk-pad" }, "Nothing lies here.")),
    get("token") && h("div", { class: "lk-bar-line" }, button("Load more objects", () => send("more"), {}, "More objects")),
    chosen.key && objectView(chosen, send, own),
  ];
}

function objectView(object, send, own) {
  const facts = [["Size", size(object.size)], ["Last modified", when(object.modified)], ["Encryption", object.encryption], ["Type", object.type], ["Version", object.version]];
  const views = { preview: () => peekView(object.preview), versions: () => versionsView(object, send) };
  return h("section", { class: "lk-object", "aria-label": `Object ${object.key}` },
    h("div", { class: "lk-pad" }, h("b", { class: "lk-name" }, object.key),
      h("dl", { class: "lk-facts" }, facts.filter(([, v]) => v).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
    tablist("Object", [["preview", "Preview"], ["versions", `Versions (${object.versions.length})`]], own.tab, (tab) => own.set({ tab })),
    h("div", { class: "lk-scroll lk-detail", tabindex: "0", role: "tabpanel" }, views[own.tab]()));
}

function peekView(preview) {
  if (preview.none) return h("p", { class: "lk-quiet lk-pad" }, preview.none);
  if (preview.text != null) return h("pre", { class: "lk-plan" }, preview.text);
  return [h("p", { class: "lk-quiet lk-pad" }, `Parquet: ${preview.columns.length} columns, ${number(preview.rows)} rows`),
    columnsTable({ columns: preview.columns.map(([name, type]) => ({ name, type })) })];
}

function versionsView(object, send) {
  return h("table", { class: "lk-grid" },
    h("thead", {}, h("tr", {}, ["Version", "Size", "Last modified", ""].map((t) => h(t ? "th" : "td", {}, t)))),
    h("tbody", {}, object.versions.map((v) => h("tr", {},
      h("td", { class: "lk-mono lk-name" }, v.kind ? v.id : button(`Show version ${v.id}`, () => send("select", { key: object.key, version: v.id }), { class: "lk-plain lk-link lk-mono" }, v.id)),
      h("td", { class: "lk-number" }, v.kind ? "–" : size(v.size)), h("td", { class: "lk-small" }, when(v.modified)),
      h("td", {}, v.latest && badge("current", "good"), v.kind && badge(v.kind, "warn"))))));
}

export default {
  render: (context) => mount(context, storageView, { tab: "preview" }).end,
};
