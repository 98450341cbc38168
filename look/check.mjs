// Opens pages of a running program at 1280, 390 and 360 px: axe-core must find nothing, nothing may overflow, nothing
// may break the content security policy; with -o it writes screenshots.
// Usage: node check.mjs [-o DIR] [-lang en] [-view elder] [-cookie xd_session=…] http://localhost:8080 / /figures …
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = process.argv.slice(2);
const option = {};
while (args[0]?.startsWith("-")) option[args.shift().slice(1)] = args.shift();
const [base, ...pages] = args;
const profile = fs.mkdtempSync(path.join(os.tmpdir(), "look-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium", bypassCSP: true, locale: option.lang || "zh-CN",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const cookies = [["xd_lang", option.lang || "zh-CN"], ["xd_view", option.view || "normal"]];
if (option.cookie) cookies.push(option.cookie.split(/=(.*)/s).slice(0, 2));
await browser.addCookies(cookies.map(([name, value]) => ({ name, value, url: base })));
const tab = await browser.newPage();
let failed = 0;
const fail = (...words) => { failed++; console.error(...words); };
tab.on("console", (m) => { if (m.type() === "error" && !/status of 4/.test(m.text())) fail(tab.url(), m.text()); });
tab.on("pageerror", (e) => fail(tab.url(), String(e)));
for (const page of pages) {
  for (const [width, height] of [[1280, 900], [390, 844], [360, 740]]) {
    await tab.setViewportSize({ width, height });
    await tab.goto(base + page);
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) fail(page, width, "overflows to", wide);
    if (option.o) {
      fs.mkdirSync(option.o, { recursive: true });
      const name = (page.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home") + (option.lang ? "-" + option.lang : "") + (option.view ? "-" + option.view : "");
      await tab.screenshot({ path: path.join(option.o, `${name}-${width}.png`), fullPage: true });
    }
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate(() => window.axe.run(document));
    for (const v of violations) fail(page, width, v.id, v.nodes.map((n) => n.target.join(" ")).join("; "));
  }
}
await browser.close();
fs.rmSync(profile, { recursive: true });
console.log(failed ? `${failed} findings` : `${pages.length} pages, no findings`);
process.exit(failed ? 1 : 0);
