/* The catalog's tables: a line that opens to its columns. */

function tableLine(table, open, toggle, ...more) {
  const facts = [table.format || table.kind, `${table.columns.length - table.keys.length} columns`];
  if (table.rows >= 0) facts.push(`${number(table.rows)} row${table.rows === 1 ? "" : "s"}`);
  return h("div", { class: "lk-table-line" },
    h("div", { class: "lk-row" },
      chevron(open, `columns of ${table.name}`, toggle),
      h("b", { class: "lk-name" }, table.name),
      table.keys.length > 0 && badge("Partitioned", "plain"),
      table.change && badge(table.change, table.change === "created" ? "good" : "live"),
      h("span", { class: "lk-quiet" }, facts.join(" · ")),
      ...more),
    open && columnsTable(table));
}

function columnsTable(table) {
  return h("table", { class: "lk-grid lk-columns" },
    h("thead", {}, h("tr", {}, h("th", {}, "Column"), h("th", {}, "Type"), h("td", {}))),
    h("tbody", {}, table.columns.map((c) =>
      h("tr", {}, h("td", {}, c.name), h("td", { class: "lk-mono" }, c.type),
        h("td", {}, c.key ? badge("partition key", "plain") : c.comment)))));
}
