// Small helps that no page needs to work.
"use strict";

// A table that is wider than its frame says so in words, beside the shadow at its edge.
function tellMore() {
  for (const box of document.querySelectorAll(".xd-scroll")) {
    const note = box.previousElementSibling;
    if (note && note.classList.contains("xd-scroll-more")) note.classList.toggle("is-on", box.scrollWidth > box.clientWidth + 1);
  }
}

// On a phone a navigation is wider than the screen: the current entry is scrolled into it.
function showCurrent() {
  for (const entry of document.querySelectorAll(".xd-nav [aria-current]")) {
    const row = entry.closest(".govuk-width-container");
    const at = entry.getBoundingClientRect(), frame = row.getBoundingClientRect();
    if (at.right > frame.right) row.scrollLeft += at.right - frame.right + 48;
  }
}

// The explorer's questions are open on a wide screen and folded on a phone, unless one was answered wrongly.
function unfold() {
  const wide = matchMedia("(min-width: 48em)");
  for (const fold of document.querySelectorAll("details.xd-fold")) {
    const set = () => { fold.open = wide.matches || fold.querySelector(".govuk-form-group--error") !== null; };
    set();
    wide.addEventListener("change", set);
  }
}

// A link that can be copied is chosen whole when it is reached.
function chooseWhole() {
  for (const field of document.querySelectorAll("input[readonly]")) {
    if (field.id === "link") field.value = new URL(field.value, location.href).href;
    field.addEventListener("focus", () => field.select());
  }
}

// The chart of the explorer: the same numbers as the drawing it stands in for, to be looked at point by point.
// The drawing stays for paper, and where this script does not run.
function explore() {
  if (!window.echarts) return;
  for (const box of document.querySelectorAll("[data-chart]")) {
    const source = document.getElementById(box.dataset.chart);
    const data = source && JSON.parse(source.textContent);
    if (data && data.points.length > 1) draw(box, data);
  }
}

function draw(box, data) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue("--xd-" + name).trim();
  const size = parseFloat(style.fontSize) * 0.9375;
  const text = { color: colour("ink-2"), fontSize: size, fontFamily: getComputedStyle(document.body).fontFamily };
  const canvas = document.createElement("div");
  canvas.className = "xd-explore__canvas";
  box.prepend(canvas);
  box.classList.add("is-live");
  const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
  const last = data.points.length - 1;
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    textStyle: text,
    grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", textStyle: { ...text, color: colour("ink") }, borderColor: colour("ink"), borderRadius: 0,
      formatter: ([p]) => data.points[p.dataIndex].label + "\n" + data.points[p.dataIndex].text },
    xAxis: { type: "category", data: data.points.map((p, i) => (p.short || p.label) + (p.group && (i === 0 || p.group !== data.points[i - 1].group) ? "\n" + p.group : "")), axisLabel: { ...text, hideOverlap: true, lineHeight: size * 1.3 }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("ink") } } },
    yAxis: { type: "value", axisLabel: { ...text, formatter: (v) => v.toLocaleString("en-US") }, splitLine: { lineStyle: { color: colour("line") } } },
    series: [{ type: "line", name: data.name, data: data.points.map((p) => (p.value === "" ? null : Number(p.value))), symbol: "circle", symbolSize: 8, lineStyle: { width: 3 }, color: colour("teal"),
      label: { show: true, formatter: (p) => (p.dataIndex === last ? data.points[last].text : ""), color: colour("teal"), fontWeight: "bold", fontSize: size * 1.2, position: "top" } }],
  });
  addEventListener("resize", () => chart.resize());
}

tellMore();
addEventListener("resize", tellMore);
showCurrent();
unfold();
chooseWhole();
addEventListener("DOMContentLoaded", explore); // further scripts have run by then
