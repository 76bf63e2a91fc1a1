// Decisions over time and by reason.
import { address, trailStatus } from "./app.js";
import { bars, reasonClass, stackedBars } from "./chart.js";
import { announce, element } from "./dom.js";
import { reasonText, refusalText } from "./search.js";
import { collect, fold, totals } from "./series.js";
import { number, word } from "./words.js";

const periods = {
  "1h": { length: 3_600_000, span: "minute" },
  "24h": { length: 86_400_000, span: "hour" },
  "7d": { length: 604_800_000, span: "hour" },
  "30d": { length: 2_592_000_000, span: "day" },
};

export function showStatistics(main, parameters, left) {
  const period = Object.hasOwn(periods, parameters.get("last") ?? "") ? parameters.get("last") : "24h";
  const { length, span } = periods[period];
  const end = Date.parse(parameters.get("to") ?? "");
  const to = Number.isNaN(end) ? Date.now() : end;
  const asked = {
    app: parameters.get("app"), player: parameters.get("player"), span,
    from: new Date(to - length).toISOString(), to: new Date(to).toISOString(),
  };
  const status = element("p", { class: "status" });
  const more = element("button", { type: "button", hidden: true }, word("statistics.more"));
  const overTime = element("div", { class: "plot" });
  const byDecision = element("div");
  const byReason = element("div");
  const earlier = element("p", { class: "notice", hidden: true });
  const change = (name, value) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(name, value);
    else next.delete(name);
    return address("statistics", next);
  };
  const field = (name) => element("label", {}, element("span", {}, word(`filter.${name}`)),
    element("input", { name, value: parameters.get(name), autocomplete: "off", spellcheck: "false" }));
  const form = element("form", { class: "inline" }, field("app"), field("player"),
    element("button", {}, word("statistics.apply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const next = new URLSearchParams(parameters);
    for (const [name, value] of new FormData(form)) {
      if (value.trim()) next.set(name, value.trim());
      else next.delete(name);
    }
    location.hash = address("statistics", next);
  });
  main.append(
    element("div", { class: "heading" }, element("h1", {}, word("nav.statistics")),
      element("nav", { class: "periods", "aria-label": word("filter.period") }, Object.keys(periods).map((name) =>
        element("a", { href: change("last", name), "aria-current": name === period ? "true" : null },
          word(`period.${name}`))))),
    form,
    element("p", { class: "hint" }, element("time", {}, asked.from), " – ", element("time", {}, asked.to),
      Number.isNaN(end) ? null : [" ", element("a", { href: change("to", null) }, word("statistics.now"))]),
    earlier,
    element("section", { class: "card" }, element("h2", {}, word("statistics.overTime")), overTime,
      element("div", { class: "pager" }, status, more)),
    element("div", { class: "columns" },
      element("section", { class: "card" }, element("h2", {}, word("statistics.byDecision")), byDecision),
      element("section", { class: "card" }, element("h2", {}, word("statistics.byReason")), byReason)));

  const hidden = new Set();
  const within = { from: asked.from, to: asked.to };
  const searchFor = (filter) => {
    const wanted = { ...within, ...filter };
    for (const name of ["app", "player"]) if (asked[name]) wanted[name] = asked[name];
    return address("search", wanted);
  };
  const show = (sums) => {
    overTime.replaceChildren(stackedBars(fold(sums), {
      label: word("statistics.overTime"), hidden,
      pick: (one) => { location.hash = searchFor({ from: one.from, to: one.to }); },
    }));
    const total = totals(sums);
    byDecision.replaceChildren(bars(total.byDecision, {
      label: word("statistics.byDecision"), nameOf: (name) => word(`decision.${name}`), classOf: (name) => name,
      href: (name) => searchFor({ decision: name }),
    }));
    byReason.replaceChildren(bars(total.byReason, {
      label: word("statistics.byReason"), nameOf: reasonText, classOf: (name) => reasonClass[name] ?? "kick",
      href: (name) => searchFor({ reason: name }),
    }));
    const isCut = sums.nextAfter !== undefined;
    status.textContent = word(isCut ? "statistics.cut" : "statistics.done", {
      looked: number(sums.lookedAt), index: number(sums.nextAfter ?? 0),
    });
    more.hidden = true;
  };
  const count = async (soFar) => {
    more.hidden = true;
    try {
      const sums = await collect(asked, left, show, soFar);
      more.hidden = sums.nextAfter === undefined;
      more.onclick = () => count(sums);
      announce(status.textContent);
      if (sums.counts.size === 0 && sums.nextAfter === undefined) await offerEarlier();
    } catch (error) {
      if (error.name === "AbortError") return;
      status.textContent = refusalText(error);
      status.classList.add("bad");
      announce(status.textContent);
    }
  };
  /** Where nothing is, says where the newest entry is. */
  const offerEarlier = async () => {
    const { newestAt } = await trailStatus();
    if (!newestAt || left.aborted) return;
    const next = new Date(Date.parse(newestAt) + 1000).toISOString();
    earlier.replaceChildren(word("statistics.nothing", { time: newestAt }), " ",
      element("a", { href: change("to", next) }, word("statistics.earlier")));
    earlier.hidden = false;
  };
  status.textContent = word("statistics.working");
  count(null);
}
