// Draws some columns of a table above it; the table stays, and is the plot's text. data-chart: names of its columns, as in their links.
import uPlot from "/static/vendor/uplot.js";

const COLOURS = ["#0f4c5c", "#b45309", "#5b21b6"];
const HEIGHT = 220;

for (const table of document.querySelectorAll("table[data-chart]")) draw(table);

function draw(table) {
  const heads = [...table.tHead.rows[0].cells];
  const names = heads.map((cell) => new URL(cell.querySelector("a").href).searchParams.get("sort").replace(/^-/, ""));
  const wanted = table.dataset.chart.split(" ").map((name) => names.indexOf(name)).filter((column) => column > 0);
  const rows = [...table.tBodies[0].rows].filter((row) => /^\d{4}-\d\d/.test(row.cells[0].textContent));
  if (rows.length < 2) return;
  rows.sort((a, b) => (a.cells[0].textContent < b.cells[0].textContent ? -1 : 1));
  const at = rows.map((row) => Date.parse(row.cells[0].textContent.slice(0, 10).padEnd(10, "-01")) / 1000);
  const value = (cell) => (cell.textContent === "—" ? null : Number(cell.textContent));
  const data = [at, ...wanted.map((column) => rows.map((row) => value(row.cells[column])))];
  const series = wanted.map((column, n) => ({
    label: heads[column].textContent.replace(/[ ↑↓]+$/, ""), stroke: COLOURS[n], width: 2, dash: n ? [8 - 2 * n, 4] : undefined, points: { show: rows.length < 40 },
  }));
  const place = document.createElement("div");
  place.className = "plot";
  place.setAttribute("aria-hidden", "true");
  table.closest(".scroll").before(place);
  const months = rows[0].cells[0].textContent.length === 7;
  const name = (seconds) => new Date(seconds * 1000).toISOString().slice(0, months ? 7 : 10);
  const plot = new uPlot(
    {
      width: place.clientWidth, height: HEIGHT, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "UTC"),
      series: [{ label: "日期", value: (_, seconds) => (seconds == null ? "" : name(seconds)) }, ...series],
      axes: [months ? { splits: () => at, values: (_, ticks) => ticks.map(name) } : { values: (_, ticks) => ticks.map((s) => name(s).slice(5)) }, { size: 56 }],
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] } },
    },
    data,
    place,
  );
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
}
