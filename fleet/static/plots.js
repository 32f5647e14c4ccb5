// Draws each table of samples beside it as a curve; the table is what is true, and stays.
import uPlot from "/static/vendor/uplot.js";

const ink = getComputedStyle(document.documentElement).getPropertyValue("--brand").trim();
const zone = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Asia/Shanghai");

for (const place of document.querySelectorAll(".plot")) {
  const rows = [...place.parentElement.querySelectorAll("tr[data-at]")];
  const data = [rows.map((row) => Number(row.dataset.at)), rows.map((row) => Number(row.dataset.value))];
  const size = () => ({ width: place.clientWidth, height: 150 });
  const axis = { stroke: "#5b6b75", grid: { stroke: "#e6ebee", width: 1 }, ticks: { show: false }, font: "12px sans-serif" };
  const plot = new uPlot({
    ...size(),
    tzDate: zone,
    legend: { show: false },
    cursor: { drag: { x: true, y: false } },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(1, high) * 1.05] } },
    axes: [{ ...axis, values: (_, ats) => ats.map((at) => { const day = zone(at); return `${day.getMonth() + 1}-${day.getDate()} ${String(day.getHours()).padStart(2, "0")}:00`; }), space: 90 }, { ...axis, size: 42 }],
    series: [{}, { label: place.dataset.name, stroke: ink, width: 1.5, paths: uPlot.paths.stepped({ align: 1 }), points: { show: rows.length < 40 } }],
  }, data, place);
  place.setAttribute("aria-hidden", "true");
  addEventListener("resize", () => plot.setSize(size()));
}
