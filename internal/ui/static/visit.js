// The checklist of a visit without a network: what is chosen or written is kept
// in this browser at once and sent when there is a connection. What another
// member wrote meanwhile is shown beside it and never overwritten unseen.
// Without this script each leaf is saved by its button.
"use strict";
(() => {
  const bar = document.getElementById("visit-net");
  if (!bar) return;
  const key = `xd-visit-${bar.dataset.visit}`;
  const forms = new Map([...document.querySelectorAll("form[data-leaf]")].map((f) => [f.dataset.leaf, f]));

  // The queue: leaf → { level, note, version it was written upon }.
  let queue = {};
  try { queue = JSON.parse(localStorage.getItem(key)) ?? {}; } catch { /* unreadable: begin anew */ }
  const keep = () => {
    try {
      if (Object.keys(queue).length) localStorage.setItem(key, JSON.stringify(queue));
      else localStorage.removeItem(key);
    } catch { /* a full or forbidden store: the queue lives as long as the page */ }
  };
  const say = () => {
    const waiting = Object.keys(queue).length;
    bar.hidden = false;
    bar.classList.toggle("xd-note--act", waiting > 0);
    bar.textContent = waiting ? bar.dataset.waiting.replace("{n}", waiting) : bar.dataset.saved;
  };

  const fill = (form, level, note) => {
    for (const box of form.querySelectorAll("input[name=level]")) box.checked = box.value === level;
    form.elements.note.value = note;
  };
  const mark = (form, text) => { form.querySelector("[data-state]").textContent = text; };
  const read = (form) => ({
    level: form.querySelector("input[name=level]:checked")?.value ?? "",
    note: form.elements.note.value,
    version: form.elements.version.value,
  });

  // others holds what another wrote, until the member has chosen.
  const others = new Map();
  const ask = (form, leaf, item) => {
    others.set(leaf, item);
    const box = form.querySelector("[data-other]");
    const name = form.querySelector(`input[name=level][value="${CSS.escape(item.level)}"] + label .xd-level__l`);
    box.querySelector("[data-theirs]").textContent = `${name?.textContent ?? item.level} ${item.note}`;
    box.hidden = false;
  };
  const choose = (form, leaf, mine) => {
    const item = others.get(leaf);
    others.delete(leaf);
    form.querySelector("[data-other]").hidden = true;
    form.elements.version.value = item.version;
    if (mine) queue[leaf] = { ...queue[leaf], version: String(item.version) };
    else {
      delete queue[leaf];
      fill(form, item.level, item.note);
    }
    keep();
    say();
    send();
  };

  const sendOne = async (leaf, entry) => {
    const form = forms.get(leaf);
    const answer = await fetch(form.action, {
      method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ leaf, ...entry }),
    });
    const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.status === 409 && body.item) return ask(form, leaf, body.item);
    if (!answer.ok) return mark(form, body.problem ?? bar.dataset.refused);
    form.elements.version.value = body.item.version;
    mark(form, "");
    if (queue[leaf] === entry) delete queue[leaf];
    else if (queue[leaf]) queue[leaf].version = String(body.item.version); // written on while it was sent
    return undefined;
  };

  let busy = false;
  const send = async () => {
    if (busy) return;
    busy = true;
    try {
      for (const [leaf, entry] of Object.entries(queue)) {
        if (forms.has(leaf) && entry.level && !others.has(leaf)) await sendOne(leaf, entry);
      }
    } catch { /* no network: it stays in the queue */ }
    busy = false;
    keep();
    say();
  };

  // What waits keeps the version it was written upon, also over a reload.
  const write = (form, leaf) => {
    const before = queue[leaf];
    queue[leaf] = read(form);
    if (before) queue[leaf].version = before.version;
  };

  let timer = 0;
  for (const [leaf, form] of forms) {
    const waiting = queue[leaf];
    if (waiting) fill(form, waiting.level, waiting.note);
    form.addEventListener("input", () => {
      write(form, leaf);
      keep();
      say();
      clearTimeout(timer);
      timer = setTimeout(send, 800);
    });
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      write(form, leaf);
      keep();
      send();
    });
    for (const button of form.querySelectorAll("[data-take]")) {
      button.addEventListener("click", () => choose(form, leaf, button.dataset.take === "mine"));
    }
  }
  window.addEventListener("online", send);
  setInterval(() => Object.keys(queue).length && send(), 15000);
  if (Object.keys(queue).length) send();
})();
