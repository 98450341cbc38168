// The verifiable draw, computed again by the reader's own browser: a second
// implementation of docs/adr/0011-verifiable-draw.md, format 1, that shares no
// code with the program. scope.xueduDraw.verify works without a page too.
"use strict";
((scope) => {
  const subtle = scope.crypto && scope.crypto.subtle;
  const bytes = (s) => new TextEncoder().encode(s);
  const hex = (b) => Array.from(new Uint8Array(b), (x) => x.toString(16).padStart(2, "0")).join("");
  const unhex = (s) => Uint8Array.from(s.match(/../g) ?? [], (x) => Number.parseInt(x, 16));
  const sha = async (b) => new Uint8Array(await subtle.digest("SHA-256", b));
  const macKey = (key) => subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = async (key, text) => new Uint8Array(await subtle.sign("HMAC", key, bytes(text)));
  const digest = async (m) => hex(await sha(bytes(JSON.stringify(m))));
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

  // The file: fields, their order and their kinds.
  const FIELDS = ["format", "id", "purpose", "title", "seats", "groups", "entries", "root", "commitment", "rule",
    "frozen_at", "frozen", "value", "secret", "order", "taken", "drawn_at", "sealed"];
  const LATER = { frozen: "", value: "", secret: "", order: [], taken: [], drawn_at: "", sealed: "" };
  const isText = (x) => typeof x === "string";
  const isCount = (x, least, most) => Number.isSafeInteger(x) && x >= least && x <= most;
  const isHex = (x) => isText(x) && /^[0-9a-f]{64}$/.test(x);
  const isWord = (x) => isText(x) && /^[\p{L}\p{N}._:-]{1,64}$/u.test(x);
  const isStamp = (x) => isText(x) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(x);
  const isLine = (x) => isText(x) && x !== "" && [...x].length <= 500 && x === x.trim()
    && !/[\p{Cc}\u2028\u2029\ufeff\ufffd]/u.test(x);
  const rising = (list) => list.every((x, i) => i === 0 || list[i - 1] < x);
  const keys = (x, want) => x !== null && typeof x === "object" && same(Object.keys(x), want);
  const most = 100000;

  const groupOk = (g) => keys(g, ["code", "least", "most"]) && isWord(g.code) && isCount(g.least, 0, most)
    && isCount(g.most, 0, most) && (g.most === 0 || g.most >= g.least);
  const entryOk = (e) => keys(e, ["token", "weight", "groups"]) && isHex(e.token) && isCount(e.weight, 1, 1000000)
    && Array.isArray(e.groups) && e.groups.every(isWord) && rising(e.groups);
  const wellFormed = (m) => keys(m, FIELDS) && m.format === 1 && isWord(m.id) && isWord(m.purpose) && isLine(m.title)
    && isLine(m.rule) && isCount(m.seats, 1, most) && isStamp(m.frozen_at)
    && Array.isArray(m.groups) && m.groups.length <= 64 && m.groups.every(groupOk) && rising(m.groups.map((g) => g.code))
    && Array.isArray(m.entries) && m.entries.length > 0 && m.entries.length <= most
    && m.entries.every(entryOk) && rising(m.entries.map((e) => e.token))
    && [m.root, m.commitment, m.frozen, m.value, m.secret, m.drawn_at, m.sealed].every(isText)
    && [m.order, m.taken].every((l) => Array.isArray(l) && l.every(isText));

  // compact takes out the spaces between the parts of a JSON text.
  const compact = (text) => text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, (_, string) => string ?? "");

  const parse = (text) => {
    try {
      const m = JSON.parse(text);
      return wellFormed(m) && JSON.stringify(m) === compact(text) ? m : null;
    } catch {
      return null;
    }
  };

  // The tree of RFC 6962 over the entries.
  const tree = async (entries) => {
    if (entries.length === 1) {
      const e = entries[0];
      return sha(bytes(`\u0000${e.token}\t${e.weight}\t${e.groups.join(",")}`));
    }
    let k = 1;
    while (k * 2 < entries.length) k *= 2;
    const node = new Uint8Array(65);
    node[0] = 1;
    node.set(await tree(entries.slice(0, k)), 1);
    node.set(await tree(entries.slice(k)), 33);
    return sha(node);
  };

  // log2 in units of 2^-96: the mantissa of 256 bits is squared and cut.
  const log2 = (x) => {
    const k = x.toString(2).length - 1;
    let m = (x << 256n) >> BigInt(k);
    let r = BigInt(k);
    for (let i = 0; i < 96; i++) {
      m = (m * m) >> 256n;
      r <<= 1n;
      if (m >> 257n) {
        m >>= 1n;
        r |= 1n;
      }
    }
    return r;
  };
  const whole = 256n << 96n;
  const sign = (x) => (x < 0n ? -1 : x > 0n ? 1 : 0);

  const orderOf = async (m, secret) => {
    const seed = await macKey(await mac(await macKey(secret), m.value));
    const weighted = m.entries.some((e) => e.weight !== m.entries[0].weight);
    const tickets = [];
    for (const e of m.entries) {
      const x = BigInt(`0x${hex(await mac(seed, e.token))}`) + 1n;
      tickets.push({ e, x, l: weighted ? whole - log2(x) : 0n, w: BigInt(e.weight) });
    }
    tickets.sort((a, b) => (a.w === b.w ? 0 : sign(a.l * b.w - b.l * a.w)) || sign(b.x - a.x) || (a.e.token < b.e.token ? -1 : 1));
    return tickets.map((t) => t.e);
  };

  // fits says whether some choice of `need` among kinds (with `left` each)
  // keeps all bounds, after `have` of each group were taken.
  const fits = (groups, kinds, need, have) => {
    const dead = new Set();
    const rest = (from, g) => kinds.slice(from).reduce((n, k) => n + (g < 0 || k.groups.includes(g) ? k.left : 0), 0);
    const search = (at, need, have) => {
      if (need > rest(at, -1) || groups.some((g, i) => have[i] + Math.min(rest(at, i), need) < g.least)) return false;
      if (groups.some((g, i) => g.most > 0 && have[i] > g.most)) return false;
      if (need === 0) return true;
      if (at === kinds.length) return false;
      const key = [at, need, ...have].join();
      if (dead.has(key)) return false;
      for (let n = Math.min(kinds[at].left, need); n >= 0; n--) {
        if (search(at + 1, need - n, have.map((h, i) => h + (kinds[at].groups.includes(i) ? n : 0)))) return true;
      }
      dead.add(key);
      return false;
    };
    return search(0, need, have);
  };

  const kindsOf = (m) => {
    const kinds = [];
    const of = new Map();
    for (const e of m.entries) {
      const groups = m.groups.flatMap((g, i) => (e.groups.includes(g.code) ? [i] : []));
      let k = kinds.find((x) => same(x.groups, groups));
      if (!k) kinds.push((k = { groups, left: 0 }));
      k.left++;
      of.set(e.token, k);
    }
    return { kinds, of };
  };
  const seatsOf = (m) => Math.min(m.seats, m.entries.length);
  const feasible = (m) => fits(m.groups, kindsOf(m).kinds, seatsOf(m), m.groups.map(() => 0));

  const takenOf = (m, sorted) => {
    const { kinds, of } = kindsOf(m);
    const taken = [];
    let have = m.groups.map(() => 0);
    for (const e of sorted) {
      if (taken.length === seatsOf(m)) break;
      const k = of.get(e.token);
      k.left--;
      const next = have.map((h, i) => h + (k.groups.includes(i) ? 1 : 0));
      if (fits(m.groups, kinds, seatsOf(m) - taken.length - 1, next)) {
        taken.push(e.token);
        have = next;
      }
    }
    return taken;
  };

  // verify returns what was checked: [{field, ok}], in this order.
  const verify = async (text) => {
    const m = parse(text);
    if (!m) return [{ field: "file", ok: false }];
    const checks = [{ field: "file", ok: true }];
    const check = (field, ok) => checks.push({ field, ok });
    check("root", hex(await tree(m.entries)) === m.root);
    check("frozen", (await digest({ ...m, ...LATER })) === m.frozen);
    check("groups", feasible(m));
    if ([m.value, m.secret, m.drawn_at, m.sealed].every((x) => x === "") && m.order.length + m.taken.length === 0) return checks;
    const open = /^([0-9a-f]{2})*$/.test(m.secret) && hex(await sha(unhex(m.secret))) === m.commitment;
    check("secret", open);
    const valued = isLine(m.value) && isStamp(m.drawn_at) && m.drawn_at >= m.frozen_at;
    check("value", valued);
    if (open && valued && feasible(m)) {
      const sorted = await orderOf(m, unhex(m.secret));
      check("order", same(sorted.map((e) => e.token), m.order));
      check("taken", same(takenOf(m, sorted), m.taken));
    }
    check("sealed", (await digest({ ...m, sealed: "" })) === m.sealed);
    return checks;
  };
  scope.xueduDraw = { verify };

  // The page: a list with one line for each check, each with its words inside.
  if (!scope.document) return;
  const root = scope.document.getElementById("draw-verify");
  if (!root) return;
  const say = (name) => {
    for (const p of root.querySelectorAll("[data-say]")) p.hidden = p.dataset.say !== name;
  };
  const show = (checks) => {
    for (const row of root.querySelectorAll("[data-check]")) {
      const found = checks.find((c) => c.field === row.dataset.check);
      row.hidden = !found;
      for (const word of row.querySelectorAll("[data-word]")) word.hidden = !found || (word.dataset.word === "ok") !== found.ok;
    }
    say(checks.every((c) => c.ok) ? "agrees" : "differs");
  };
  const run = async (read) => {
    if (!subtle) return say("insecure");
    say("working");
    try {
      show(await verify(await read()));
    } catch {
      say("failed");
    }
  };
  root.hidden = false;
  const fetched = async () => (await scope.fetch(root.dataset.file)).text();
  root.querySelector("button")?.addEventListener("click", () => run(fetched));
  const file = root.querySelector("input[type=file]");
  file?.addEventListener("change", () => file.files[0] && run(() => file.files[0].text()));
})(globalThis);
