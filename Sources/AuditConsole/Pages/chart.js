// Plots, drawn as SVG by hand: everything by attributes and classes, since the page allows no inline style.
import { drawing, element } from "./dom.js";
import { number, word } from "./words.js";

const order = ["kick", "lockout", "rejected", "undetermined", "stale", "pass"];
/** What is scaled to the page's width; on a phone, texts and bars would become too small. */
const wide = { width: 960, height: 240, labels: 8, left: 52, right: 8, top: 12, bottom: 26 };
const narrow = { width: 380, height: 210, labels: 4, left: 46, right: 6, top: 12, bottom: 26 };

/** The smallest of 1, 2, 5 times a power of ten that is not below a value. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function timeLabel(time, span) {
  return span === "day" ? time.slice(5, 10) : time.slice(11, 16);
}

/**
 * Counts over time as stacked bars, with a legend that hides and shows decisions.
 *
 * Left and right arrows go from bar to bar, Enter picks one; a table holds the same numbers.
 */
export function stackedBars({ spans, span }, { label, pick, hidden = new Set() }) {
  const names = order.filter((name) => spans.some((one) => one.counts[name]));
  const root = element("figure", { class: "chart" });
  const readout = element("p", { class: "readout", "aria-live": "polite" });
  let selected = null;

  const readoutText = (one) => {
    const counts = names.filter((name) => one.counts[name])
      .map((name) => `${word(`decision.${name}`)} ${number(one.counts[name])}`);
    return `${one.from.slice(0, 16)}Z: ${counts.length > 0 ? counts.join(" · ") : word("chart.nothing")}`;
  };

  const draw = () => {
    const box = matchMedia("(max-width: 760px)").matches ? narrow : wide;
    const visible = names.filter((name) => !hidden.has(name));
    const sum = (one) => visible.reduce((total, name) => total + (one.counts[name] ?? 0), 0);
    const top = roundUp(Math.max(1, ...spans.map(sum)));
    const plotWidth = box.width - box.left - box.right;
    const plotHeight = box.height - box.top - box.bottom;
    const step = plotWidth / Math.max(1, spans.length);
    const y = (value) => box.top + plotHeight - value / top * plotHeight;
    const svg = drawing("svg", {
      viewBox: `0 0 ${box.width} ${box.height}`, role: "img", tabindex: "0",
      "aria-label": `${label}. ${word("chart.keys")}`,
    });
    const ticks = [0, top / 2, top].filter((tick) => Number.isInteger(tick));
    for (const tick of ticks) {
      svg.append(
        drawing("line", { class: "grid", x1: box.left, x2: box.width - box.right, y1: y(tick), y2: y(tick) }),
        drawing("text", { class: "axis", x: box.left - 6, y: y(tick) + 4, "text-anchor": "end" }, number(tick)));
    }
    const every = Math.ceil(spans.length / box.labels);
    spans.forEach((one, place) => {
      const x = box.left + place * step;
      const group = drawing("g", { class: "bar" });
      let base = 0;
      for (const name of [...visible].reverse()) {
        const count = one.counts[name] ?? 0;
        if (count === 0) continue;
        group.append(drawing("rect", {
          class: `fill-${name}`, x: x + step * 0.08, width: Math.max(0.5, step * 0.84),
          y: y(base + count), height: Math.max(0.5, y(base) - y(base + count)),
        }));
        base += count;
      }
      // The whole height answers, so that a low bar can be hit.
      group.append(drawing("rect", { class: "hit", x, width: step, y: box.top, height: plotHeight }));
      group.addEventListener("pointerenter", () => select(place));
      group.addEventListener("click", () => pick(one));
      svg.append(group);
      if (place % every === 0) {
        svg.append(drawing("text", {
          class: "axis", x: x + step / 2, y: box.height - 8, "text-anchor": place === 0 ? "start" : "middle",
        }, timeLabel(one.from, span)));
      }
    });
    const bars = [...svg.querySelectorAll("g.bar")];
    const select = (place) => {
      if (selected !== null) bars[selected]?.classList.remove("selected");
      selected = Math.min(bars.length - 1, Math.max(0, place));
      bars[selected]?.classList.add("selected");
      readout.textContent = spans[selected] ? readoutText(spans[selected]) : "";
    };
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        event.preventDefault();
        select(selected === null ? (step > 0 ? 0 : bars.length - 1) : selected + step);
      } else if (event.key === "Enter" && selected !== null) {
        pick(spans[selected]);
      }
    });
    return svg;
  };

  const legend = element("div", { class: "legend" }, names.map((name) => {
    const input = element("input", { type: "checkbox", checked: !hidden.has(name) });
    input.addEventListener("change", () => {
      if (input.checked) hidden.delete(name);
      else hidden.add(name);
      root.querySelector("svg").replaceWith(draw());
    });
    return element("label", { class: "chip" }, input, element("span", { class: `key ${name}` }), word(`decision.${name}`));
  }));

  const table = element("details", { class: "more" }, element("summary", {}, word("chart.table")),
    element("div", { class: "scroll" }, element("table", { class: "numbers" },
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, word(`chart.span.${span}`)),
        names.map((name) => element("th", { scope: "col" }, word(`decision.${name}`))))),
      element("tbody", {}, spans.filter((one) => names.some((name) => one.counts[name])).map((one) =>
        element("tr", {}, element("th", { scope: "row" }, one.from),
          names.map((name) => element("td", {}, number(one.counts[name] ?? 0)))))))));

  if (names.length === 0) return element("figure", { class: "chart" }, element("p", { class: "hint" }, word("chart.empty")));
  root.append(legend, draw(), readout, table);
  return root;
}

/** Counts by name as horizontal bars, the largest first; each leads somewhere. */
export function bars(counts, { label, nameOf, href, classOf }) {
  const sorted = [...counts].sort((left, right) => right[1] - left[1]);
  const largest = Math.max(1, ...sorted.map(([, count]) => count));
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (sorted.length === 0) return element("p", { class: "hint" }, word("chart.empty"));
  return element("ul", { class: "bars", "aria-label": label }, sorted.map(([name, count]) =>
    element("li", {},
      element("a", { href: href(name) }, nameOf(name)),
      drawing("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        drawing("rect", { class: `fill-${classOf(name)}`, width: Math.max(0.6, count / largest * 100), height: 10 })),
      element("span", { class: "count" }, number(count), " ",
        element("span", { class: "hint" }, `${(count / total * 100).toFixed(1)} %`)))));
}

export const reasonClass = {
  lockedOut: "lockout", invalidRequest: "rejected", malformed: "rejected", unknownApp: "rejected",
  platformUnavailable: "undetermined", tooOld: "stale",
};
