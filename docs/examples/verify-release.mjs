// Checks a sealed release without the program that made it: signature, digests,
// canonical form, and every cell against its second copy.
//   node verify-release.mjs release.zip keys.json
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const sha256 = (b) => createHash("sha256").update(b).digest("hex");

// The files of a ZIP, by its central directory.
function unzip(b) {
  const files = {};
  let at = b.readUInt32LE(b.lastIndexOf(Buffer.from("PK\x05\x06")) + 16);
  for (; b.readUInt32LE(at) === 0x02014b50; at += 46 + b.readUInt16LE(at + 28) + b.readUInt16LE(at + 30) + b.readUInt16LE(at + 32)) {
    const name = b.toString("utf8", at + 46, at + 46 + b.readUInt16LE(at + 28));
    const head = b.readUInt32LE(at + 42);
    const from = head + 30 + b.readUInt16LE(head + 26) + b.readUInt16LE(head + 28);
    const raw = b.subarray(from, from + b.readUInt32LE(at + 20));
    files[name] = b.readUInt16LE(at + 10) === 8 ? inflateRawSync(raw) : raw;
  }
  return files;
}

// RFC 8785: keys sorted by UTF-16 code units, nothing between them.
function canonical(v) {
  if (Array.isArray(v)) return `[${v.map(canonical).join(",")}]`;
  if (v === null || typeof v !== "object") return JSON.stringify(v);
  return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`).join(",")}}`;
}

const key = (c) => [c.code, c.period, c.area, c.slice ?? ""].join(" ").trim();
const row = (c) => [c.code, c.period, c.area, c.slice, c.state, c.cause, c.value, c.exact, c.expected, c.reported].map((x) => x ?? "").join(",");

export function check(zip, keys) {
  const found = [];
  const files = unzip(zip);
  const manifest = JSON.parse(files["manifest.json"]);
  const signature = JSON.parse(files["signature.json"]);
  const raw = Buffer.from(signature.public_key, "base64");
  const id = sha256(raw).slice(0, 16);
  const spki = createPublicKey({ key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]), format: "der", type: "spki" });
  if (!keys.some((k) => k.id === id && k.public_key === signature.public_key)) found.push(`key ${id} is not published`);
  if (!verify(null, files["manifest.json"], spki, Buffer.from(signature.signature, "base64"))) found.push("signature");
  for (const f of manifest.files) if (!files[f.name] || sha256(files[f.name]) !== f.sha256) found.push(`file ${f.name}`);
  const release = JSON.parse(files["release.json"]);
  if (canonical(release) !== files["release.json"].toString("utf8")) found.push("canonical form");
  const lines = files["cells.csv"].toString("utf8").split("\r\n").slice(1, -1);
  release.cells.forEach((c, i) => lines[i] === row(c) || found.push(`cell ${key(c)}`));
  if (lines.length !== release.cells.length) found.push("number of cells");
  return found;
}

if (process.argv[2]) {
  const found = check(readFileSync(process.argv[2]), JSON.parse(readFileSync(process.argv[3])).keys);
  console.log(found.length ? found.join("\n") : "agrees");
  process.exitCode = found.length ? 1 : 0;
}
