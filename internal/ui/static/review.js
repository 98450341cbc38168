// An expert's item: saves while one writes, over the same address as its
// button, shows what a level is worth, and takes 1–9 for the levels. Without
// this script the button saves everything.
"use strict";
(() => {
  const form = document.getElementById("mark");
  const texts = document.getElementById("review")?.dataset;
  const fold = document.querySelector(".xd-review__tree details");
  if (fold && matchMedia("(min-width: 48em)").matches) fold.open = true;
  if (!form || !texts) return;

  const saved = document.getElementById("saved");
  const version = form.elements.version;
  let timer = 0, busy = false, again = false, stopped = false;

  const save = async () => {
    if (stopped) return;
    if (busy) { again = true; return; }
    busy = true;
    saved.textContent = texts.saving;
    try {
      const r = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Autosave": "1" } });
      if (r.status === 409) { stopped = true; saved.textContent = texts.changed; }
      else if (!r.ok || r.redirected) saved.textContent = texts.failed;
      else { version.value = await r.text(); saved.textContent = texts.saved; }
    } catch { saved.textContent = texts.failed; }
    busy = false;
    if (again) { again = false; save(); }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(save, 1500); };

  form.addEventListener("input", soon);
  // The button carries the version that a running save may just change.
  form.addEventListener("submit", (e) => {
    clearTimeout(timer);
    if (!busy) { stopped = true; return; }
    e.preventDefault();
    const button = e.submitter, wait = setInterval(() => {
      if (busy) return;
      clearInterval(wait);
      form.requestSubmit(button);
    }, 50);
  });
  form.addEventListener("change", (e) => {
    if (e.target.name === "level") document.getElementById("points").textContent = e.target.dataset.points;
  });
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    const level = form.querySelector(`input[data-key="${CSS.escape(e.key)}"]`);
    if (!level) return;
    level.focus();
    level.click();
  });
})();
