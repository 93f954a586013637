/* The visual types' icons, 20 by 20: f is filled, s is a line. */

const f = (d, o) => `<path d="${d}" fill="currentColor"${o ? ` opacity="${o}"` : ""}/>`;
const s = (d, o) => `<path d="${d}" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"${o ? ` opacity="${o}"` : ""}/>`;

const ICONS = {
  Auto: f("M10 1.5l1.9 5 5 1.9-5 1.9-1.9 5-1.9-5-5-1.9 5-1.9z") + f("M16 13l.9 2.1 2.1.9-2.1.9L16 19l-.9-2.1L13 16l2.1-.9z", 0.6),
  BarChart: f("M3 3h9v3.4H3zM3 8.3h14v3.4H3zM3 13.6h6V17H3z"),
  LineChart: s("M2.5 14.5l4-5 4 3 6.5-8"),
  PieChart: f("M10 2a8 8 0 018 8h-8z") + f("M8.6 3.4V11.4h8A8 8 0 118.6 3.4z", 0.55),
  KPI: s("M3 15h14M3 11l4-3 3 2 6-6M13 4h3.5v3.5"),
  Table: s("M3 4h14v12H3zM3 8h14M3 12h14M9 8v8"),
  PivotTable: f("M3 3h14v4H3zM3 7h4v10H3z", 0.45) + s("M3 3h14v14H3zM7 7v10M3 7h14M3 12h14M12 7v10"),
  HeatMap: f("M3 3h4.2v4.2H3zM12.8 7.9H17v4.2h-4.2zM7.9 12.8h4.2V17H7.9z") + f("M7.9 3h4.2v4.2H7.9zM3 7.9h4.2v4.2H3zM12.8 12.8H17V17h-4.2z", 0.55) + f("M12.8 3H17v4.2h-4.2zM7.9 7.9h4.2v4.2H7.9zM3 12.8h4.2V17H3z", 0.25),
  TreeMap: f("M3 3h8v14H3z") + f("M12 3h5v8h-5z", 0.6) + f("M12 12h5v5h-5z", 0.35),
  ComboChart: f("M3 10h3v7H3zM8.5 7h3v10h-3zM14 12h3v5h-3z", 0.5) + s("M3 7l5-3 4 2 5-3"),
  ScatterPlot: f("M5 14a1.6 1.6 0 110-3.2A1.6 1.6 0 015 14zM10 8.6a1.6 1.6 0 110-3.2 1.6 1.6 0 010 3.2zM15.4 6.2a1.6 1.6 0 110-3.2 1.6 1.6 0 010 3.2zM12.4 14.6a1.6 1.6 0 110-3.2 1.6 1.6 0 010 3.2z") + s("M2.5 17.5h15M2.5 17.5v-15", 0.5),
  GaugeChart: s("M3 14a7 7 0 0114 0M10 14l4-4"),
  FunnelChart: f("M2 3h16v3.6H2zM4.5 8.2h11v3.6h-11zM7.5 13.4h5V17h-5z"),
  Waterfall: f("M3 11h3v6H3zM7 7h3v5H7zM11 4h3v4h-3z") + f("M15 4h3v13h-3z", 0.5),
  Histogram: f("M2.5 12h3v5h-3zM5.9 7h3v10h-3zM9.3 3.5h3V17h-3zM12.7 8.5h3V17h-3zM16 13.5h2V17h-2z"),
  BoxPlot: s("M10 2.5V6M10 14v3.5M6 6h8v8H6zM6 10.5h8M7.5 2.5h5M7.5 17.5h5"),
  RadarChart: s("M10 2.5l7 5-2.7 8.5H5.7L3 7.5z", 0.5) + f("M10 6l4.2 3-2 4.6-5.5-.6L5.5 9z", 0.6),
  WordCloud: f("M2 8h9v2.6H2zM12.5 8H18v2.6h-5.5zM5 3.8h7v2.2H5zM3.5 12.6H8v2H3.5zM9.5 12.6H17v2H9.5z"),
  SankeyDiagram: f("M2 3h2.4v6H2zM2 11.5h2.4V17H2zM15.6 4.5H18v4h-2.4zM15.6 11H18v5.5h-2.4z") + s("M4.5 6c5 0 6 1 11 1M4.5 14c5 0 6 0 11 0M4.5 8c6 0 5 4.5 11 4.5", 0.55),
  GeospatialMap: f("M10 2a5.2 5.2 0 015.2 5.2C15.2 11 10 18 10 18S4.8 11 4.8 7.2A5.2 5.2 0 0110 2zm0 3.3a1.9 1.9 0 100 3.8 1.9 1.9 0 000-3.8z"),
  FilledMap: f("M2.5 5l5-2v12l-5 2z", 0.45) + f("M7.5 3l5 2v12l-5-2z") + f("M12.5 5l5-2v12l-5 2z", 0.6),
  Insight: s("M7.5 15.5h5M8.5 18h3M10 2a5.3 5.3 0 00-3 9.6c.7.6.9 1.2.9 2h4.2c0-.8.2-1.4.9-2A5.3 5.3 0 0010 2z"),
};

function drawnIcon(key, paths, size) {
  const span = h("span", { class: "lk-db-icon", "data-own": "icon", "data-key": `icon-${key}`, "aria-hidden": "true" });
  span.innerHTML = `<svg viewBox="0 0 20 20" width="${size}" height="${size}">${paths}</svg>`;
  return span;
}

const kindIcon = (name) => drawnIcon(name, ICONS[name] || ICONS.Table, 18);
const smallIcon = (key, paths) => drawnIcon(key, paths, 13);

/* What the values of a field are, in a mark. */
const MARKS = { STRING: "Abc", BOOLEAN: "T/F", INTEGER: "123", DECIMAL: "1.2", DATETIME: "Date", AGGREGATED: "Σ" };
const fieldMark = (field) => h("span", { class: `lk-db-mark ${field.measure ? "lk-db-measure" : "lk-db-dimension"}`, "aria-hidden": "true" }, MARKS[field.type] || "Abc");
const kindOf = (field) => `${field.measure ? "measure" : "dimension"}, ${{ STRING: "text", INTEGER: "whole number", DECIMAL: "number", DATETIME: "date", AGGREGATED: "calculated", BOOLEAN: "yes or no" }[field.type] || "text"}`;
