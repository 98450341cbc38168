// The roster: each tick is saved at once; what cannot be sent waits in this
// browser until it can. Without this script the form saves everything at its
// button. Only numbers are kept here, never names.
"use strict";
(() => {
  const root = document.getElementById("roster");
  const ticks = document.getElementById("ticks");
  const form = document.getElementById("roll");
  if (!root || !form || !document.getElementById("roll-saved")) return;

  const base = root.dataset.base;
  const key = "xd-roster-" + root.dataset.meeting;
  const boxes = () => (ticks ? [...ticks.querySelectorAll("input[type=checkbox]")] : []);
  const box = (id) => document.getElementById("p" + id);
  const heads = document.getElementById("f-heads");
  const reason = () => document.getElementById("f-reason")?.value.trim() ?? "";

  // The queue: what this browser wants and the server has not confirmed.
  // person → true (here) or false (not here); "heads" → text.
  const read = () => {
    try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
  };
  let wanted = read();
  const keep = () => {
    try {
      if (Object.keys(wanted).length) localStorage.setItem(key, JSON.stringify(wanted));
      else localStorage.removeItem(key);
    } catch { /* a full or forbidden store: the queue lives as long as the page */ }
  };
  const persons = () => Object.keys(wanted).filter((k) => k !== "heads");

  const say = (text, act) => {
    const bar = document.getElementById("roll-saved");
    bar.classList.toggle("xd-saved--not", act);
    const strong = bar.querySelector("strong");
    if (strong.textContent !== text) strong.textContent = text;
  };
  const notice = (text) => {
    const area = document.getElementById("notice");
    if (!area) return;
    area.replaceChildren();
    if (!text) return;
    const note = document.createElement("div");
    note.className = "govuk-width-container";
    const p = document.createElement("p");
    p.className = "xd-note xd-note--act";
    p.setAttribute("role", "alert");
    p.textContent = text;
    note.append(p);
    area.append(note);
  };

  // The counts in the dock follow the boxes at once.
  const recount = () => {
    const all = boxes();
    const here = all.filter((b) => b.checked).length;
    const leave = all.filter((b) => !b.checked && b.closest("li").dataset.leave).length;
    const extra = Number.parseInt(heads?.value, 10) || 0;
    const put = (name, n) => {
      const el = document.querySelector(`#roll-count [data-n=${name}]`);
      if (el) el.textContent = n;
    };
    put("here", here);
    put("leave", leave);
    put("away", all.length - here - leave);
    put("times", here + extra);
  };

  // Take over what the server answered: its parts, and its state for every box
  // that this browser does not still want otherwise.
  const adopt = (html) => {
    const doc = new DOMParser().parseFromString(html, "text/html");
    for (const id of ["roll-saved", "roll-count", "roll-side", "roll-state"]) {
      const next = doc.getElementById(id);
      const open = document.querySelector(`#${id} details`)?.open;
      if (next) document.getElementById(id).replaceWith(next);
      if (open) next.querySelector("details").open = true;
    }
    align();
    notice("");
  };
  const state = () => JSON.parse(document.getElementById("roll-state").textContent);
  const align = () => {
    const now = state();
    const here = new Set((now.here ?? []).map(String));
    for (const b of boxes()) b.checked = wanted[b.value] ?? here.has(b.value);
    if (heads && wanted.heads === undefined && document.activeElement !== heads) heads.value = now.heads || "";
    form.elements.was.value = [...here].join(",");
    form.elements.was_heads.value = now.heads;
    recount();
  };

  const post = (path, fields) => fetch(base + path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "HX-Request": "true", "HX-Request-Type": "partial" },
    credentials: "same-origin",
    redirect: "error",
  });

  // One request at a time, so that answers come in order.
  let sending = null;
  let wait = 0;
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    wait = Math.min(wait * 2 || 1000, 30000);
    timer = setTimeout(flush, wait);
  };

  // flush sends what waits and tells whether the server took all of it.
  const flush = () => (sending ??= drain().finally(() => { sending = null; }));
  const drain = async () => {
    let taken = true;
    clearTimeout(timer);
    try {
      while (Object.keys(wanted).length) {
        const on = persons().filter((p) => wanted[p]);
        const off = persons().filter((p) => !wanted[p]);
        let batch, answer;
        if (on.length) {
          batch = Object.fromEntries(on.map((p) => [p, true]));
          answer = await post("/ticks", { on: "1", person: on.join(",") });
        } else if (off.length) {
          batch = Object.fromEntries(off.map((p) => [p, false]));
          answer = await post("/ticks", { on: "0", person: off.join(","), reason: reason() });
        } else {
          batch = { heads: wanted.heads };
          answer = await post("/heads", { heads: wanted.heads, reason: reason() });
        }
        if (answer.status === 401) { say(root.dataset.signin, true); return false; }
        if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
        const html = await answer.text();
        for (const [k, v] of Object.entries(batch)) if (wanted[k] === v) delete wanted[k];
        keep();
        wait = 0;
        if (answer.ok) {
          adopt(html);
        } else { // refused: the reason is shown, and the boxes go back
          taken = false;
          align();
          const text = new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
          notice(text || root.dataset.broken);
          say(root.dataset.none, true);
          document.getElementById("f-reason")?.focus();
        }
      }
    } catch {
      say(root.dataset.unsaved.replace("{n}", Object.keys(wanted).length), true);
      later();
      return false;
    }
    return taken;
  };

  const want = (id, on) => {
    wanted[id] = on;
    keep();
    recount();
    say(root.dataset.saving, false);
    void flush();
  };

  ticks?.addEventListener("change", (e) => want(e.target.value, e.target.checked));
  heads?.addEventListener("input", recount);
  heads?.addEventListener("change", () => want("heads", heads.value.trim()));

  document.getElementById("roll-all")?.addEventListener("submit", (e) => {
    e.preventDefault();
    for (const b of boxes()) {
      if (b.checked || b.closest("li").dataset.leave) continue;
      b.checked = true;
      wanted[b.value] = true;
    }
    keep();
    recount();
    void flush();
  });

  // The bar is replaced with every answer, so its form is heard from above.
  root.addEventListener("submit", async (e) => {
    if (e.target.id !== "roll-undo") return;
    e.preventDefault();
    const data = new FormData(e.target);
    try {
      const answer = await post("/undo", { person: data.get("person"), tick: data.get("tick") });
      const html = await answer.text();
      if (answer.ok) adopt(html);
      else notice(new DOMParser().parseFromString(html, "text/html").body.textContent.trim() || root.dataset.broken);
      ticks?.querySelector("input")?.focus({ preventScroll: true });
    } catch {
      e.target.submit(); // the plain way, or the browser's own page that there is no network
    }
  });

  // The whole form goes the plain way once nothing waits any more.
  form.addEventListener("submit", async (e) => {
    if (!Object.keys(wanted).length) return;
    e.preventDefault();
    if (await flush()) form.requestSubmit(e.submitter);
  });

  // Keys: arrows move, the space bar ticks, / finds a name by its initials.
  const list = boxes();
  ticks?.addEventListener("keydown", (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const at = list.indexOf(e.target);
    if (!step || at < 0) return;
    e.preventDefault();
    list[at + step]?.focus();
  });
  const jump = document.getElementById("jump");
  if (jump && ticks) {
    document.getElementById("roll-jump").hidden = false;
    const find = () => {
      const text = jump.value.trim().toLowerCase();
      if (!text) return undefined;
      return list.find((b) => b.closest("li").dataset.initials.startsWith(text)) ??
        list.find((b) => b.nextElementSibling.querySelector(".xd-ticks__name").textContent.includes(text));
    };
    document.addEventListener("keydown", (e) => {
      const typing = e.target.matches("input:not([type=checkbox]), select, textarea");
      if (e.key !== "/" || typing || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      jump.value = "";
      jump.focus();
    });
    jump.addEventListener("input", () => {
      for (const b of list) b.closest("li").classList.remove("is-found");
      const hit = find();
      hit?.closest("li").classList.add("is-found");
      hit?.scrollIntoView({ block: "center" });
    });
    jump.addEventListener("keydown", (e) => {
      if (e.key !== "Enter" && e.key !== "ArrowDown" && e.key !== "Escape") return;
      e.preventDefault();
      (find() ?? list[0])?.focus();
    });
    jump.addEventListener("blur", () => { for (const b of list) b.closest("li").classList.remove("is-found"); });
  }

  window.addEventListener("online", () => { wait = 0; void flush(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Object.keys(wanted).length) void flush(); });
  window.addEventListener("beforeunload", (e) => { if (Object.keys(wanted).length) e.preventDefault(); });

  if (Object.keys(wanted).length) { // left over from before: show it and send it
    align();
    void flush();
  }
})();
