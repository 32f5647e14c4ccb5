// Bundles the terminal's pages into ui/static/vendor: `npm ci --ignore-scripts && npm run build`.
import { build } from "esbuild";

await build({
  entryPoints: { glass: "ui/static/js/glass.js", open: "ui/static/js/open.js" },
  outdir: "ui/static/vendor",
  bundle: true,
  minify: true,
  format: "esm",
  target: "chrome120",
  legalComments: "linked",
  external: ["/static/*"],
  logLevel: "warning",
});
