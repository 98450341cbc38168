// The grid of a return: arrows, Enter and Tab move; a block can be pasted from
// Excel or WPS; steps can be undone; what is typed is saved at once. Without
// this script the form saves everything at its button.
"use strict";
(() => {
  const root = document.getElementById("return");
  const form = document.getElementById("ret-form");
  const grid = document.getElementById("grid");
  if (!root || !form || !grid) return;

  const words = root.dataset;
  const single = grid.classList.contains("xd-grid--single");
  const tools = document.getElementById("ret-tools");
  const fields = () => [...grid.querySelectorAll(".xd-in")];
  const held = () => JSON.parse(document.getElementById("ret-was").value);

  // Where a field stands. A form of one row stands upright: its cells are lines.
  const place = (field) => {
    const [row, col] = field.closest("td").dataset.at.split(":").map(Number);
    return single ? { row: col, col: row } : { row, col };
  };
  const map = new Map(); // "row:col" → field
  let rows = 0;
  let cols = 0;
  for (const td of grid.querySelectorAll("td[data-at]")) {
    const [a, b] = td.dataset.at.split(":").map(Number);
    const [row, col] = single ? [b, a] : [a, b];
    rows = Math.max(rows, row + 1);
    cols = Math.max(cols, col + 1);
    const field = td.querySelector(".xd-in");
    if (field) map.set(row + ":" + col, field);
  }
  // The next field from a cell in a direction; locked cells are passed over.
  const seek = (row, col, dr, dc) => {
    for (let r = row + dr, c = col + dc; r >= 0 && r < rows && c >= 0 && c < cols; r += dr, c += dc) {
      const field = map.get(r + ":" + c);
      if (field) return field;
    }
    return undefined;
  };
  const go = (field) => {
    if (!field) return false;
    field.focus();
    field.select?.();
    return true;
  };

  for (const field of fields()) field.removeAttribute("list"); // arrows move between cells here
  for (const hint of document.querySelectorAll(".xd-ret__keys")) hint.hidden = false;
  if (tools) tools.hidden = false;

  // ---- what was done, so that it can be undone: lists of [field, before, after]
  const past = [];
  let future = [];
  const put = (changes) => {
    const real = changes.filter(([f, before, after]) => before !== after);
    if (!real.length) return;
    past.push(real);
    future = [];
    apply(real, 2);
  };
  const apply = (changes, side) => {
    for (const c of changes) {
      c[0].value = c[side];
      typed.set(c[0], c[side]);
      want(c[0]);
    }
    buttons();
  };
  const undo = () => {
    const last = past.pop();
    if (!last) return;
    future.push(last);
    apply(last, 1);
    go(last[0][0]);
  };
  const redo = () => {
    const next = future.pop();
    if (!next) return;
    past.push(next);
    apply(next, 2);
    go(next[0][0]);
  };
  const buttons = () => {
    for (const [name, on] of [["undo", past.length > 0], ["redo", future.length > 0]]) {
      tools?.querySelector(`[data-do=${name}]`)?.setAttribute("aria-disabled", String(!on));
    }
  };

  // ---- saving: one request at a time; what fails stays and is tried again
  const typed = new Map(fields().map((f) => [f, f.value])); // what each field held when it was left last
  const wanted = new Set();
  let timer = 0;
  let wait = 0;
  let sending = null;
  let stuck = false; // a clash or a refusal: the reader decides

  const say = (text, bad) => {
    const bar = document.getElementById("ret-saved");
    bar.classList.toggle("xd-saved--not", bad);
    const strong = bar.querySelector("strong");
    if (strong.textContent !== text) strong.textContent = text;
  };
  const want = (field) => {
    wanted.add(field.name);
    field.classList.add("is-saving");
    stuck = false;
    say(words.saving, false);
    clearTimeout(timer);
    timer = setTimeout(flush, 400);
  };
  const flush = () => (sending ??= drain().finally(() => { sending = null; }));
  const drain = async () => {
    clearTimeout(timer);
    while (wanted.size && !stuck) {
      const names = [...wanted];
      const before = held();
      const body = new URLSearchParams({ v: form.elements.v.value });
      const was = {};
      const sent = {};
      for (const name of names) {
        const field = form.elements[name];
        sent[name] = field.value;
        body.set(name, field.value);
        if (name in before) was[name] = before[name];
      }
      body.set("was", JSON.stringify(was));
      if (form.elements.reason) body.set("reason", form.elements.reason.value);
      let answer, html;
      try {
        answer = await fetch(words.base, { method: "POST", body, headers: { "HX-Request": "true", "HX-Request-Type": "partial" }, credentials: "same-origin", redirect: "error" });
        if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
        html = await answer.text();
      } catch {
        say(words.unsaved.replace("{n}", wanted.size), true);
        wait = Math.min(wait * 2 || 1000, 30000);
        timer = setTimeout(flush, wait);
        return;
      }
      wait = 0;
      if (answer.status === 401) { say(words.signin, true); stuck = true; return; }
      if (answer.ok) {
        for (const name of names) if (form.elements[name].value === sent[name]) wanted.delete(name);
      } else {
        stuck = true;
      }
      if (!adopt(html, answer.ok)) { say(words.failed, true); stuck = true; return; }
      if (answer.status === 409) say(words.conflict, true);
    }
  };

  // Take over what the server answered: its counts, remarks and sums, but not
  // what stands in the fields.
  const adopt = (html, ok) => {
    const doc = new DOMParser().parseFromString(html, "text/html");
    const next = doc.getElementById("grid");
    if (!next) {
      const text = doc.body.textContent.trim();
      if (text) say(text, true);
      return text !== "";
    }
    for (const id of ["ret-v", "ret-was"]) document.getElementById(id).value = doc.getElementById(id).value;
    for (const id of ["ret-saved", "ret-count", "ret-todo", "ret-acts"]) {
      const now = document.getElementById(id);
      const fresh = doc.getElementById(id);
      if (now.outerHTML !== fresh.outerHTML) now.replaceWith(fresh);
    }
    for (const td of grid.querySelectorAll("td[data-at]")) {
      const fresh = doc.getElementById(td.id);
      if (fresh) renew(td, fresh);
    }
    for (const row of [document.getElementById("sheet"), ...grid.querySelectorAll(".xd-grid__says")]) {
      const fresh = doc.getElementById(row.id);
      if (!fresh || row.contains(document.activeElement)) continue;
      row.hidden = fresh.hidden;
      if (row.innerHTML !== fresh.innerHTML) row.innerHTML = fresh.innerHTML;
    }
    if (ok && wanted.size) say(words.saving, false);
    return true;
  };
  const renew = (td, fresh) => {
    td.className = fresh.className;
    const field = td.querySelector(".xd-in");
    const other = fresh.querySelector(".xd-in");
    if (!field || !other) {
      if (!td.contains(document.activeElement) && td.innerHTML !== fresh.innerHTML) td.innerHTML = fresh.innerHTML;
      return;
    }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (other.hasAttribute(name)) field.setAttribute(name, other.getAttribute(name));
      else field.removeAttribute(name);
    }
    if (!wanted.has(field.name)) {
      field.classList.remove("is-saving");
      if (field !== document.activeElement) {
        field.value = other.value;
        typed.set(field, other.value);
      }
    }
    const more = td.querySelector(".xd-gc__more");
    const freshMore = fresh.querySelector(".xd-gc__more");
    if (more && freshMore && !more.contains(document.activeElement) && more.innerHTML !== freshMore.innerHTML) more.innerHTML = freshMore.innerHTML;
  };

  // A field is taken when it is left, or a choice when it is made.
  const take = (field) => {
    const before = typed.get(field);
    if (field.value === before) return;
    const after = field.value;
    past.push([[field, before, after]]);
    future = [];
    typed.set(field, after);
    want(field);
    buttons();
  };
  let last = null; // the field that the tools speak of
  grid.addEventListener("focusin", (e) => {
    if (!e.target.classList.contains("xd-in")) return;
    last = e.target;
    const where = document.getElementById("ret-where");
    if (where) where.textContent = e.target.getAttribute("aria-label");
  });
  form.addEventListener("change", (e) => {
    if (e.target.classList.contains("xd-in")) take(e.target);
    else if (e.target.name?.startsWith("x:")) want(e.target);
  });

  // ---- keys
  const atEnd = (f, side) => f.tagName === "SELECT" || f.selectionStart === f.selectionEnd && f.selectionStart === (side < 0 ? 0 : f.value.length) || f.selectionStart === 0 && f.selectionEnd === f.value.length;
  grid.addEventListener("keydown", (e) => {
    const field = e.target;
    if (!field.classList.contains("xd-in") || e.isComposing || e.altKey) return;
    const ctrl = e.ctrlKey || e.metaKey;
    const { row, col } = place(field);
    const choice = field.tagName === "SELECT";
    let done = false;
    if (ctrl && e.key === "Enter") {
      take(field);
      void flush().then(() => { if (!wanted.size) location.href = field.closest("td").querySelector(".xd-gc__more a").href; });
      done = true;
    } else if (ctrl && e.key.toLowerCase() === "z" && field.value === typed.get(field)) {
      if (e.shiftKey) redo(); else undo();
      done = true;
    } else if (ctrl && e.key.toLowerCase() === "y") {
      redo();
      done = true;
    } else if (ctrl && (e.key === "Home" || e.key === "End")) {
      const all = fields();
      done = go(e.key === "Home" ? all[0] : all[all.length - 1]);
    } else if (ctrl) {
      return;
    } else if (e.key === "Enter") {
      take(field);
      go(seek(row, col, e.shiftKey ? -1 : 1, 0));
      done = true; // never sends the form
    } else if (e.key === "Escape") {
      field.value = typed.get(field);
      done = true;
    } else if (!choice && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
      done = go(seek(row, col, e.key === "ArrowUp" ? -1 : 1, 0));
    } else if (e.key === "ArrowLeft" && atEnd(field, -1)) {
      done = go(seek(row, col, 0, -1));
    } else if (e.key === "ArrowRight" && atEnd(field, 1)) {
      done = go(seek(row, col, 0, 1));
    } else if (e.key === "Tab") { // from field to field; at the ends the page goes on
      const all = fields();
      done = go(all[all.indexOf(field) + (e.shiftKey ? -1 : 1)]);
    }
    if (done) e.preventDefault();
  });
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s") {
      e.preventDefault();
      if (document.activeElement?.classList.contains("xd-in")) take(document.activeElement);
      stuck = false;
      if (wanted.size) void flush();
    }
  });

  // ---- a block from a spreadsheet: lines and tabs; locked cells stay as they are
  const block = (text) => text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((l) => l.split("\t"));
  const value = (field, text) => {
    const t = text.trim();
    if (field.tagName !== "SELECT") return t;
    const hit = [...field.options].find((o) => o.value === t || o.textContent.trim() === t);
    return hit ? hit.value : null;
  };
  grid.addEventListener("paste", (e) => {
    const field = e.target;
    if (!field.classList.contains("xd-in")) return;
    const lines = block(e.clipboardData.getData("text/plain"));
    if (lines.length < 2 && lines[0].length < 2) return;
    e.preventDefault();
    const { row, col } = place(field);
    const changes = [];
    let skipped = 0;
    lines.forEach((line, i) => line.forEach((text, j) => {
      const to = map.get(row + i + ":" + (col + j));
      const v = to ? value(to, text) : null;
      if (v === null) { if (text.trim()) skipped++; return; }
      changes.push([to, to.value, v]);
    }));
    put(changes);
    const where = document.getElementById("ret-where");
    if (where) where.textContent = words.pasted.replace("{n}", changes.length) + (skipped ? " " + words.skipped.replace("{n}", skipped) : "");
  });

  // ---- the tools act on the field that was used last
  tools?.addEventListener("click", (e) => {
    const what = e.target.dataset?.do;
    if (!what) return;
    if (what === "undo") return undo();
    if (what === "redo") return redo();
    if (!last) return;
    const v = value(last, { nil: words.nil, na: words.na, clear: "" }[what]);
    if (v !== null) put([[last, last.value, v]]);
    last.focus();
  });
  buttons();

  // The form goes the plain way once nothing waits any more.
  let leaving = false;
  form.addEventListener("submit", async (e) => {
    if (document.activeElement?.classList.contains("xd-in")) take(document.activeElement);
    if (!wanted.size || stuck) return; // refused cells go with the form: the page says what is wrong
    e.preventDefault();
    await flush();
    if (!wanted.size || stuck) { leaving = true; form.requestSubmit(e.submitter); }
  });
  form.addEventListener("submit", (e) => { leaving ||= !e.defaultPrevented; });
  window.addEventListener("online", () => { wait = 0; void flush(); });
  window.addEventListener("beforeunload", (e) => { if (wanted.size && !leaving) e.preventDefault(); });
})();
