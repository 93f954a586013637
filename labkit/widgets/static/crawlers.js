/* The crawler console. */

function crawlerRow(crawler, get, send, own) {
  const { name } = crawler;
  const open = own.open.has(name);
  const running = crawler.state !== "READY";
  /* The second click of a double click on Run may find Stop in its place. */
  const stop = (click) => click.detail < 2 && send("stop", { name });
  return [
    h("tr", { class: open ? "lk-open" : "" },
      h("td", {}, h("div", { class: "lk-row" },
        chevron(open, `details of ${name}`, () => toggled(own, "open", name)),
        h("div", {}, h("b", {}, name), h("div", { class: "lk-quiet lk-small" }, `${crawler.paths.join(", ")} → ${crawler.database}`)))),
      h("td", {}, status(crawler.state), h("div", { class: "lk-progress-space" }, running && progress(crawler))),
      h("td", {}, crawler.status ? status(crawler.status) : h("span", { class: "lk-quiet" }, "never ran")),
      h("td", { class: "lk-small lk-nowrap" }, crawler.status ? changes(crawler) : "–"),
      h("td", { class: "lk-actions" }, running
        ? button(`Stop ${name}`, stop, { disabled: crawler.state === "STOPPING" }, "Stop")
        : button(`Run ${name}`, () => { own.open = new Set([...own.open, name]); send("run", { name }); }, { class: "lk-primary" }, "Run"))),
    open && h("tr", { class: "lk-details" }, h("td", { colspan: "5" }, crawlerDetails(crawler, get, own))),
  ];
}

function progress(crawler) {
  const props = { "aria-label": `Progress of ${crawler.name}`, max: "1" };
  return h("progress", crawler.share == null ? props : { ...props, value: crawler.share });
}

function changes(crawler) {
  const said = ["created", "updated", "deleted"].filter((k) => crawler[k]).map((k) => `${crawler[k]} ${k}`);
  return said.join(", ") || "no change";
}

function crawlerDetails(crawler, get, own) {
  const tables = get("tables")[crawler.name] || [];
  const lines = get("lines")[crawler.name] || [];
  return h("div", { class: "lk-stack" },
    crawler.message && notice({ text: crawler.message, advice: crawler.advice, code: crawler.code }),
    tables.length > 0 && h("section", { "aria-label": `Tables of ${crawler.name}` },
      h("h4", {}, `Tables in ${crawler.database} (${tables.length})`),
      tables.map((t) => tableLine(t, own.tables.has(`${crawler.name}/${t.name}`), () => toggled(own, "tables", `${crawler.name}/${t.name}`)))),
    tables.length === 0 && crawler.state === "READY" && h("p", { class: "lk-quiet" }, "This crawler has made no tables yet."),
    lines.length > 0 && h("section", { "aria-label": `Log of ${crawler.name}` },
      h("h4", {}, "Log"), h("pre", { class: "lk-log", tabindex: "0" }, lines.join("\n"))));
}

function crawlersView(get, send, own) {
  const crawlers = get("crawlers");
  return [
    h("div", { class: "lk-head" },
      h("h3", {}, `Crawlers (${crawlers.length})`),
      button("Refresh", () => send("refresh"), {}, icon("refresh"), "Refresh")),
    notice(get("notice"), send),
    h("table", { class: "lk-grid lk-crawlers" },
      h("thead", {}, h("tr", {}, ["Crawler", "State", "Last crawl", "Tables"].map((t) => h("th", {}, t)), h("td", {}))),
      h("tbody", {}, crawlers.map((c) => crawlerRow(c, get, send, own)),
        crawlers.length === 0 && h("tr", {}, h("td", { colspan: "5", class: "lk-quiet" }, "There are no crawlers.")))),
  ];
}

export default {
  render(context) {
    const shown = mount(context, crawlersView, { open: new Set(), tables: new Set() });
    shown.send("watch");
    return shown.end;
  },
};
