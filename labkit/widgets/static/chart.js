/* A result as a chart: bars or a line, of one column over another. */

const CHART = { wide: 760, high: 290, left: 64, right: 16, top: 14, bottom: 44 };
const MOST_BARS = 100, MOST_LABELS = 8;
const isMoment = (column) => /^(date|timestamp)/.test(column.type);

/* The chosen columns; at first the first text or date, and the first number; of numbers alone the first two. */
function chartChoice(columns, chosen) {
  const numbers = columns.map((c, i) => i).filter((i) => columns[i].number);
  const names = columns.map((c, i) => i).filter((i) => !columns[i].number);
  const x = chosen.x ?? names[0] ?? (numbers.length > 1 ? 0 : -1);
  const y = chosen.y ?? numbers.find((i) => i !== x);
  return { kind: chosen.kind ?? (x >= 0 && isMoment(columns[x]) ? "line" : "bar"), x, y, numbers };
}

/* Bars or line, and a picture. `choose` keeps what is chosen. */
function chartView(result, chosen, choose) {
  if (!result || !result.columns.length) return h("p", { class: "lk-quiet lk-pad" }, "Run a query to see its rows as a chart.");
  const choice = chartChoice(result.columns, chosen);
  if (choice.y === undefined) return h("p", { class: "lk-quiet lk-pad" }, "A chart needs a column of numbers.");
  const { points, left } = chartPoints(result, choice);
  const select = (label, value, options, name) => h("label", { class: "lk-row" }, h("span", { class: "lk-quiet" }, label),
    h("select", { "aria-label": label, value: String(value), onchange: (e) => choose({ [name]: name === "kind" ? e.target.value : Number(e.target.value) }) },
      options.map(([id, text]) => h("option", { value: String(id) }, text))));
  const columns = result.columns.map((c, i) => [i, c.name]);
  return [
    h("div", { class: "lk-bar-line" },
      select("Type", choice.kind, [["bar", "Bar"], ["line", "Line"]], "kind"),
      select("X axis", choice.x, [[-1, "Row number"], ...columns], "x"),
      select("Y axis", choice.y, choice.numbers.map((i) => columns[i]), "y"),
      left > 0 && h("span", { class: "lk-quiet lk-small" }, `${number(points.length)} of ${number(points.length + left)} rows`)),
    points.length ? chartPicture(points, choice, result.columns) : h("p", { class: "lk-quiet lk-pad" }, "There are no numbers to draw."),
  ];
}

/* What is drawn, in order: rows without a number are left out, and bars beyond the first hundred. */
function chartPoints(result, { kind, x, y }) {
  const rows = result.rows.map((row, i) => ({ name: x < 0 ? String(i + 1) : row[x] ?? "NULL", value: Number(row[y]), known: row[y] !== null }));
  const known = rows.filter((p) => p.known && Number.isFinite(p.value));
  const inTime = kind === "line" && x >= 0 && isMoment(result.columns[x]);
  if (inTime) known.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const points = kind === "bar" ? known.slice(0, MOST_BARS) : known;
  return { points, left: Math.max(result.total, rows.length) - points.length };
}

function chartPicture(points, { kind, x, y }, columns) {
  const values = points.map((p) => p.value);
  const ticks = chartTicks(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0], ticks[ticks.length - 1]];
  const inside = { wide: CHART.wide - CHART.left - CHART.right, high: CHART.high - CHART.top - CHART.bottom };
  const up = (value) => CHART.top + inside.high * (1 - (value - low) / (high - low));
  const along = chartAlong(points, kind === "line" && x >= 0 && isMoment(columns[x]), inside.wide);
  const drawn = [
    ...ticks.map((t) => [s("line", { x1: CHART.left, x2: CHART.wide - CHART.right, y1: up(t), y2: up(t), class: t === 0 ? "lk-chart-zero" : "lk-chart-grid" }),
      s("text", { x: CHART.left - 8, y: up(t) + 4, "text-anchor": "end" }, shortNumber(t))]),
    ...(kind === "bar" ? chartBars(points, along, up, inside.wide) : chartLine(points, along, up)),
    ...chartLabels(points, along),
    s("text", { x: CHART.left + inside.wide / 2, y: CHART.high - 4, "text-anchor": "middle", class: "lk-chart-name" }, x < 0 ? "Row number" : columns[x].name),
    s("text", { x: 12, y: CHART.top + inside.high / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${CHART.top + inside.high / 2})`, class: "lk-chart-name" }, columns[y].name),
  ];
  const title = `${kind === "bar" ? "Bars" : "Line"} of ${columns[y].name} by ${x < 0 ? "row number" : columns[x].name}`;
  return h("div", { class: "lk-pad lk-chart", "data-key": JSON.stringify([title, points.map((p) => [p.name, p.value])]) },
    s("svg", { viewBox: `0 0 ${CHART.wide} ${CHART.high}`, role: "img", "aria-label": title }, ...drawn.flat()));
}

/* Where each point lies from left to right: in its own band, or at its time. */
function chartAlong(points, inTime, wide) {
  const times = inTime ? points.map((p) => Date.parse(p.name.replace(" ", "T"))) : [];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (inTime && times.every(Number.isFinite) && last > first) return (i) => CHART.left + 10 + ((wide - 20) * (times[i] - first)) / (last - first);
  return (i) => CHART.left + (wide * (i + 0.5)) / points.length;
}

function chartBars(points, along, up, wide) {
  const width = Math.min(60, Math.max(1, (wide / points.length) * 0.72));
  return points.map((p, i) => s("rect", { x: along(i) - width / 2, width, y: Math.min(up(p.value), up(0)), height: Math.max(0.5, Math.abs(up(p.value) - up(0))), class: "lk-chart-bar" },
    s("title", {}, `${p.name}: ${number(p.value)}`)));
}

function chartLine(points, along, up) {
  const path = points.map((p, i) => `${i ? "L" : "M"}${along(i).toFixed(1)},${up(p.value).toFixed(1)}`).join("");
  return [s("path", { d: path, class: "lk-chart-line" }), ...(points.length > MOST_BARS ? [] : points.map((p, i) =>
    s("circle", { cx: along(i), cy: up(p.value), r: 3.5, class: "lk-chart-bar" }, s("title", {}, `${p.name}: ${number(p.value)}`))))];
}

function chartLabels(points, along) {
  const step = Math.ceil(points.length / MOST_LABELS);
  const room = Math.floor(100 / Math.min(points.length, MOST_LABELS));
  return points.map((p, i) => i % step === 0 && s("text", { x: along(i), y: CHART.high - CHART.bottom + 18, "text-anchor": "middle" },
    s("title", {}, p.name), p.name.length > room ? `${p.name.slice(0, room - 1)}…` : p.name)).filter(Boolean);
}

/* Round numbers that reach over a range, some five of them. */
function chartTicks(low, high) {
  const rough = (high - low || 1) / 4, ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * ten).find((n) => n >= rough);
  const first = Math.floor(low / step), last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

const shortNumber = (value) => new Intl.NumberFormat("en", { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 2 }).format(value);

function s(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
