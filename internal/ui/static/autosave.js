// Saves a form while it is written, over the same address as its button. Where
// two wrote the same text it stops and leaves the decision to the reader.
// Without this script the button saves everything. It also says at once when a
// file is larger than may be sent.
"use strict";
(() => {
  const root = document.getElementById("autosave");
  if (!root) return;
  const words = root.dataset;

  for (const file of root.querySelectorAll("input[type=file][data-most]")) {
    file.addEventListener("change", () => {
      const large = file.files.length > 0 && file.files[0].size > Number(file.dataset.most);
      file.setCustomValidity(large ? words.large : "");
      file.reportValidity();
    });
  }

  const form = root.querySelector("form[data-autosave]");
  if (!form) return;
  let dirty = false;
  let busy = false;
  let held = false; // two wrote the same: the button decides
  let pressed = null; // the button that waits for a save that runs
  let seen = null; // versions shown beside a clash, for the press after it was shown
  let timer = 0;

  const say = (text, bad) => {
    const line = document.getElementById("app-saved");
    if (!line) return;
    line.classList.toggle("xd-saved--not", bad);
    line.querySelector("strong").textContent = text;
  };
  // The live parts of the answer take the place of those of the page.
  const put = (id, fresh) => {
    const now = document.getElementById(id);
    if (now && fresh) now.replaceWith(fresh);
  };
  const take = (html, clash) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    for (const id of ["app-saved", "app-clash", "app-problem"]) put(id, answer.getElementById(id));
    if (clash) seen = answer.getElementById("app-v");
    else put("app-v", answer.getElementById("app-v"));
  };
  const save = async () => {
    clearTimeout(timer);
    if (busy || held || !dirty) return;
    busy = true;
    dirty = false;
    say(words.saving, false);
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "HX-Request-Type": "partial" }, body: new URLSearchParams(new FormData(form)) });
      if (answer.status === 401) {
        dirty = true;
        say(words.signin, true);
      } else if (answer.ok || answer.status === 409 || answer.status === 422) {
        held = answer.status === 409;
        take(await answer.text(), held);
      } else {
        dirty = true;
        say(words.failed, true);
      }
    } catch {
      dirty = true;
      say(words.failed, true);
    }
    busy = false;
    if (pressed && !held) form.requestSubmit(pressed);
    pressed = null;
    if (dirty && !held) timer = setTimeout(save, 5000);
  };

  form.addEventListener("input", () => {
    dirty = true;
    if (held) return;
    say(words.unsaved, false);
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  });
  form.addEventListener("change", save);
  // Leaving a field saves, also when it is left for the button: a press that
  // began before a clash was shown does not write over what nobody read.
  for (const press of ["pointerdown", "keydown"]) {
    addEventListener(press, () => {
      put("app-v", seen);
      seen = null;
    }, true);
  }
  form.addEventListener("submit", (e) => {
    if (busy) {
      e.preventDefault();
      pressed = e.submitter;
      return;
    }
    clearTimeout(timer);
    dirty = false;
    held = true;
  });
  addEventListener("beforeunload", (e) => {
    if (dirty) e.preventDefault();
  });
})();
