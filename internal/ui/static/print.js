// The button that prints; without a script the browser's own menu does it.
"use strict";
{
  const button = document.getElementById("print");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
