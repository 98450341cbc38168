// Draws the district map of packs/beijing-2021 once: decodes the ECharts 4 province file, projects it, simplifies
// shared borders arc by arc (so that neighbours still meet), places the labels, and prints the pack's data/map.json:
// {view, note, areas: [{code, name, paths, label: {x, y, line, leader}}]}, all in the units of the view.
// Usage: node map.mjs > ../packs/beijing-2021/data/map.json
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const geo = require("echarts4/map/json/province/beijing.json");

const decodeRing = (text, [x0, y0]) => {
  const points = [];
  let x = x0, y = y0;
  for (let i = 0; i < text.length; i += 2) {
    const dx = text.charCodeAt(i) - 64, dy = text.charCodeAt(i + 1) - 64;
    x += (dx >> 1) ^ -(dx & 1);
    y += (dy >> 1) ^ -(dy & 1);
    points.push([x, y]); // whole numbers, 1/1024 degree: equal points stay equal
  }
  return points;
};
const areas = geo.features.map((f) => {
  const { type, coordinates, encodeOffsets } = f.geometry;
  const rings = type === "Polygon"
    ? coordinates.map((c, i) => decodeRing(c, encodeOffsets[i]))
    : coordinates.flatMap((p, i) => p.map((c, j) => decodeRing(c, encodeOffsets[i][j])));
  return { code: f.id, name: f.properties.name, cp: f.properties.cp, rings: rings.map(close) };
});
function close(ring) { // without repeats, open ring
  const out = ring.filter((p, i) => i === 0 || p[0] !== ring[i - 1][0] || p[1] !== ring[i - 1][1]);
  const [a, b] = [out[0], out.at(-1)];
  if (a[0] === b[0] && a[1] === b[1]) out.pop();
  return out;
}

const key = (p) => p[0] + "," + p[1];
const owners = new Map();
for (const a of areas) for (const r of a.rings) for (const p of r) {
  const k = key(p);
  if (!owners.has(k)) owners.set(k, new Set());
  owners.get(k).add(a.code);
}
const sign = (p) => [...owners.get(key(p))].sort().join("|");
const lon = (p) => p[0] / 1024, lat = (p) => p[1] / 1024;
const k0 = Math.cos((40.2 * Math.PI) / 180);
const bounds = (rings) => {
  const xs = rings.flat().map((p) => lon(p) * k0), ys = rings.flat().map((p) => -lat(p));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};
const all = bounds(areas.flatMap((a) => a.rings));
const W = 560, scale = (W - 4) / (all[2] - all[0]);
const project = (p) => [(lon(p) * k0 - all[0]) * scale + 2, (-lat(p) - all[1]) * scale + 2];

function simplify(points, tolerance) { // Douglas–Peucker on projected points, ends kept
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const stack = [[0, points.length - 1]];
  while (stack.length) {
    const [a, b] = stack.pop();
    const [ax, ay] = points[a], [bx, by] = points[b];
    const len = Math.hypot(bx - ax, by - ay);
    let far = 0, at = -1;
    for (let i = a + 1; i < b; i++) {
      const [x, y] = points[i];
      const d = len ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / len : Math.hypot(x - ax, y - ay);
      if (d > far) { far = d; at = i; }
    }
    if (far > tolerance) { keep[at] = 1; stack.push([a, at], [at, b]); }
  }
  return points.filter((_, i) => keep[i]);
}
function simplifyRing(ring, tolerance) {
  const cut = []; // where the set of neighbours changes
  for (let i = 0; i < ring.length; i++) {
    const s = sign(ring[i]), before = sign(ring[(i + ring.length - 1) % ring.length]), after = sign(ring[(i + 1) % ring.length]);
    if (owners.get(key(ring[i])).size > 2 || s.split("|").length > Math.min(before.split("|").length, after.split("|").length) && before !== after) cut.push(i);
  }
  if (cut.length < 2) return simplify([...ring, ring[0]].map(project), tolerance).slice(0, -1);
  const out = [];
  for (let c = 0; c < cut.length; c++) {
    const a = cut[c], b = cut[(c + 1) % cut.length];
    const arc = [];
    for (let i = a; ; i = (i + 1) % ring.length) { arc.push(ring[i]); if (i === b && arc.length > 1) break; }
    const forward = key(arc[0]) < key(arc.at(-1));
    const line = simplify((forward ? arc : [...arc].reverse()).map(project), tolerance);
    out.push(...(forward ? line : line.reverse()).slice(0, -1));
  }
  return out;
}
const path = (rings, f, digits) => rings.filter((r) => r.length > 2)
  .map((r) => "M" + r.map((p) => f(p).map((n) => +n.toFixed(digits)).join(" ")).join("L") + "Z").join("");
const inner = new Set(["110101", "110102", "110105", "110106", "110107", "110108"]);
const ib = bounds(areas.filter((a) => inner.has(a.code)).flatMap((a) => a.rings));
const zoom = 2.05;
// Two frames share one view of 700 × 590: the whole city, and the six central districts enlarged at the top left.
const city = (p) => [p[0] + 138, p[1] + 14];
const inset = (p) => [((p[0] - 2) / scale + all[0] - ib[0]) * scale * zoom * 0.8 + 2, ((p[1] - 2) / scale + all[1] - ib[1]) * scale * zoom * 0.8 + 4];
const english = { 110101: "Dongcheng", 110102: "Xicheng", 110105: "Chaoyang", 110106: "Fengtai", 110107: "Shijingshan", 110108: "Haidian",
  110109: "Mentougou", 110111: "Fangshan", 110112: "Tongzhou", 110113: "Shunyi", 110114: "Changping", 110115: "Daxing",
  110116: "Huairou", 110117: "Pinggu", 110118: "Miyun", 110119: "Yanqing" };
// Labels are placed by hand; where an area is too small for one, a leader goes from it to the label. Those of one row
// (line) are set by internal/chart, since names are longer in other languages.
const labels = {
  110101: { x: 198, y: 266, line: true, leader: [162, 146, 188, 250] },
  110102: { x: 124, y: 266, line: true, leader: [140, 146, 126, 250] },
  110107: { x: 2, y: 266, line: true, start: true, leader: [57, 134, 36, 250] },
  110105: { x: 208, y: 124 }, 110106: { x: 107, y: 190 }, 110108: { x: 80, y: 76 },
  110109: { x: 230, y: 388 }, 110111: { x: 241, y: 479 }, 110112: { x: 492, y: 454 }, 110113: { x: 489, y: 332 },
  110114: { x: 349, y: 310 }, 110115: { x: 405, y: 514 }, 110116: { x: 453, y: 228 }, 110117: { x: 600, y: 313 },
  110118: { x: 558, y: 202 }, 110119: { x: 339, y: 199 },
};
const result = areas.map((a) => {
  const coarse = a.rings.map((r) => simplifyRing(r, 0.6)), fine = a.rings.map((r) => simplifyRing(r, 0.3));
  return { code: a.code.padEnd(12, "0"), name: { "zh-CN": a.name.replace("区", ""), en: english[a.code] },
    paths: [path(coarse, city, 1), ...(inner.has(a.code) ? [path(fine, inset, 1)] : [])], label: labels[a.code] };
});
process.stdout.write(JSON.stringify({
  view: [700, 590],
  source: "Apache ECharts 4.9.0, map/json/province/beijing.json (Apache-2.0)",
  note: { x: 2, y: 296, text: { "zh-CN": "中心城区放大", en: "Central districts enlarged" } },
  areas: result,
}, null, 1) + "\n");
