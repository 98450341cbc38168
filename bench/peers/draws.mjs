// Verifies all draws of a folder with the script that readers use:
// node draws.mjs draw.js FOLDER. Prints milliseconds and verdicts as JSON.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [script, folder] = process.argv.slice(2);
vm.runInThisContext(readFileSync(script, "utf8"));
const files = readdirSync(folder).sort().map((f) => readFileSync(join(folder, f), "utf8"));
const start = performance.now();
const ok = [];
for (const f of files) ok.push((await globalThis.xueduDraw.verify(f)).every((c) => c.ok));
console.log(JSON.stringify({ MS: performance.now() - start, OK: ok }));
