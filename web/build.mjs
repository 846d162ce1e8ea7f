// Builds the script and the style sheet that the report's page takes from others, with their
// licences and a note of where each byte comes from. The same lock gives the same bytes.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ASSETS = join(HERE, "../src/artois_mobility/report/web/assets");
const SHIPPED = ["d3-array", "d3-contour", "internmap", "leaflet"];
const lock = JSON.parse(readFileSync(join(HERE, "package-lock.json"), "utf8"));

const about = (name) => {
  const folder = join(HERE, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { integrity } = lock.packages[`node_modules/${name}`];
  return { name, version, license, integrity, text: readFileSync(join(folder, "LICENSE"), "utf8") };
};
const put = (name, text) => writeFileSync(join(ASSETS, name), text);
const hash = (name) => createHash("sha256").update(readFileSync(join(ASSETS, name))).digest("hex");

await build({
  absWorkingDir: HERE,
  entryPoints: ["vendor.js"],
  outfile: join(ASSETS, "vendor.js"),
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "vendor",
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
});

// The page fetches nothing: rules that name pictures (of markers that it does not use) go.
const sheet = join(HERE, "node_modules/leaflet/dist/leaflet.css");
const rules = readFileSync(sheet, "utf8").replace(/\/\*[\s\S]*?\*\//g, "").split("}");
const kept = rules.filter((rule) => !rule.includes("url("));
put("vendor.css", `${kept.map((rule) => rule.replace(/\s+/g, " ").trim()).join("}")}\n`);

const parts = SHIPPED.map(about);
const bar = "=".repeat(78);
put("LICENSES.txt", parts.map((p) => `${bar}\n${p.name} ${p.version} (${p.license})\n${bar}\n\n${p.text.trim()}\n`).join("\n"));
put("README.md", `# What others wrote

\`make web\` builds these files from \`web/\`; they are committed so that a wheel needs no Node.

| package | version | licence | integrity of the package |
|---|---|---|---|
${parts.map((p) => `| ${p.name} | ${p.version} | ${p.license} | \`${p.integrity}\` |`).join("\n")}

| file | SHA-256 |
|---|---|
${["vendor.js", "vendor.css", "LICENSES.txt"].map((name) => `| ${name} | \`${hash(name)}\` |`).join("\n")}
`);
