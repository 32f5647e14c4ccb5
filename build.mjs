// Bundles the terminal's pages into ui/static/vendor, the clerks' into ui/clerk/static/vendor, the bench into ui/bench/static/vendor,
// and what the console's plots are drawn with into fleet/static/vendor:
// `npm ci --ignore-scripts && npm run build`.
import { build } from "esbuild";

const common = { bundle: true, minify: true, format: "esm", target: "chrome120", legalComments: "linked", logLevel: "warning" };

await build({
  ...common,
  entryPoints: { glass: "ui/static/js/glass.js", open: "ui/static/js/open.js", waiting: "ui/static/js/waiting.js", technician: "ui/technician/static/technician.js" },
  outdir: "ui/static/vendor",
  external: ["/static/*"],
});

await build({
  ...common,
  entryPoints: { uplot: "node_modules/uplot/dist/uPlot.esm.js", "uplot-style": "node_modules/uplot/dist/uPlot.min.css" },
  outdir: "fleet/static/vendor",
});

await build({
  ...common,
  entryPoints: { clerk: "ui/clerk/static/js/clerk.js" },
  outdir: "ui/clerk/static/vendor",
  external: ["/static/*"],
});

await build({
  ...common,
  entryPoints: { bench: "ui/bench/static/js/bench.js" },
  outdir: "ui/bench/static/vendor",
  external: ["/bench/*"],
});
