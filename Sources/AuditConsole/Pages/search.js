// Searching, and a player's timeline.
import { ask } from "./api.js";
import { address, addressOfEntry } from "./app.js";
import { stackedBars } from "./chart.js";
import { announce, element } from "./dom.js";
import { evidenceForm } from "./evidence.js";
import { collect, fold } from "./series.js";
import { number, optionalWord, word } from "./words.js";

export const decisions = ["pass", "kick", "lockout", "rejected", "undetermined", "stale"];
const reasons = [
  "playerMismatch", "tokenInvalid", "authenticationFailed", "notAcceptable", "pendingUnregistration", "lockedOut",
  "sanctioned", "playerNotFound", "abnormalState", "invalidRequest", "platformUnavailable", "tooOld", "malformed",
  "unknownApp",
];
const kinds = ["validation", "service", "delivery"];
const periods = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000, "30d": 2_592_000_000 };
const lists = ["decision", "reason", "status", "kind"];
const texts = ["player", "app", "session", "event", "fingerprint", "cluster", "topic", "partition", "offset"];
const rare = ["session", "event", "fingerprint", "cluster", "topic", "partition", "offset", "reason", "status", "kind"];
/** Rows on one page of results; a page's scan may be asked to go on so many times by itself. */
const pageLength = 50;
const maximumRows = 2000;

/** Text from outside, with everything that could reorder or hide what stands around it made visible. */
export function printable(text) {
  return String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    `\\u{${character.codePointAt(0).toString(16)}}`);
}

export const data = (text, attributes = {}) => element("bdi", attributes, printable(text));

export function badge(name) {
  return element("span", { class: `badge ${decisions.includes(name) ? name : "service"}` },
    optionalWord(`decision.${name}`) ?? optionalWord(`kind.${name}`) ?? printable(name));
}

export const reasonText = (reason) => optionalWord(`reason.${reason}`) ?? printable(reason);

/** The parameters of the API that the parameters of the page mean. */
function question(parameters) {
  const asked = {};
  for (const [name, value] of parameters) {
    if (name === "last") {
      if (Object.hasOwn(periods, value)) asked.from = new Date(Date.now() - periods[value]).toISOString();
    } else if (lists.includes(name)) {
      asked[name] = [...(asked[name] ?? []), value];
    } else {
      asked[name] = value;
    }
  }
  return asked;
}

/** The filters' form, filled from the parameters. */
function filters(parameters) {
  const textField = (name, attributes = {}) =>
    element("label", {}, element("span", {}, word(`filter.${name}`)),
      element("input", { name, value: parameters.get(name), autocomplete: "off", spellcheck: "false", ...attributes }));
  const choices = (name, values) =>
    element("fieldset", { class: "choices" }, element("legend", {}, word(`filter.${name}`)),
      values.map((value) => element("label", { class: "chip" },
        element("input", { type: "checkbox", name, value, checked: parameters.getAll(name).includes(value) }),
        element("span", {}, optionalWord(`${name}.${value}`) ?? value))));
  const times = element("div", { class: "times" },
    ["from", "to"].map((name) => textField(name, {
      pattern: "\\d{4}-\\d{2}-\\d{2}([Tt ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?[Zz]?)?", placeholder: "2026-01-31T09:30:00Z",
      title: word("filter.timeHint"),
    })));
  const period = parameters.has("from") || parameters.has("to") ? "custom" : parameters.get("last") ?? "";
  const select = element("select", { name: "last" },
    ["", ...Object.keys(periods), "custom"].map((value) =>
      element("option", { value, selected: value === period }, word(`period.${value || "any"}`))));
  times.hidden = period !== "custom";
  select.addEventListener("change", () => { times.hidden = select.value !== "custom"; });
  const numbers = { inputmode: "numeric", pattern: "[0-9]*" };
  const more = element("details", { class: "more", open: rare.some((name) => parameters.has(name)) },
    element("summary", {}, word("filter.more")),
    choices("reason", reasons),
    choices("kind", kinds),
    element("div", { class: "fields" },
      textField("session"), textField("event"), textField("topic"), textField("partition", numbers),
      textField("offset", numbers), textField("cluster"),
      textField("status", { value: parameters.getAll("status").join(" "), inputmode: "numeric", pattern: "[0-9 ,]*" }),
      textField("fingerprint", { pattern: "[0-9a-fA-F]{64}" })));
  const form = element("form", { id: "filters", class: "card filters", role: "search", "aria-label": word("nav.search") },
    element("div", { class: "fields" },
      textField("player"), textField("app", { inputmode: "numeric" }),
      element("label", {}, element("span", {}, word("filter.period")), select)),
    times,
    choices("decision", decisions),
    more,
    element("div", { class: "actions" },
      element("button", { class: "primary" }, word("search.submit")),
      element("a", { class: "button", href: address("search") }, word("search.clear"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = address("search", formParameters(new FormData(form)));
    if (form.dataset.shown === location.hash) form.dispatchEvent(new Event("again"));
  });
  return form;
}

function formParameters(form) {
  const parameters = new URLSearchParams();
  const isCustom = form.get("last") === "custom";
  for (const [name, raw] of form) {
    const value = raw.trim();
    if (value === "" || (name === "last" && isCustom)) continue;
    if (name === "status") {
      for (const status of value.split(/[ ,]+/).filter(Boolean)) parameters.append("status", status);
    } else if (name === "from" || name === "to") {
      if (isCustom) parameters.set(name, completeTime(value));
    } else {
      parameters.append(name, value);
    }
  }
  return parameters;
}

/** RFC 3339 from a date, or a date and a time without seconds or zone, which is UTC. */
function completeTime(text) {
  const [, date, minutes = "00:00", seconds = ":00"] =
    /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?[Zz]?)?$/.exec(text) ?? [];
  return date === undefined ? text : `${date}T${minutes}${seconds}Z`;
}

/** What a refusal means, for people. */
export function refusalText(error) {
  if (error.kind === "invalid-parameter" && error.field) {
    return word("problem.invalid-parameter", {
      field: optionalWord(`filter.${error.field}`) ?? error.field, rule: error.rule ?? "",
    });
  }
  return optionalWord(`problem.${error.kind}`) ?? word("problem.unreachable");
}

export function showSearch(main, parameters, left) {
  const form = filters(parameters);
  form.dataset.shown = address("search", parameters);
  const list = resultTable();
  const pager = new Pager(question(parameters), left, (entry) => list.append(entry));
  const evidence = evidenceForm(question(parameters));
  main.append(element("h1", { class: "unseen" }, word("nav.search")), form, list.table, pager.foot,
    ...(evidence ? [element("section", { class: "card" }, evidence)] : []));
  form.addEventListener("again", () => {
    list.clear();
    pager.restart(question(parameters));
  });
  pager.next();
}

/** Asks for one page after the other, and goes on by itself while a page ends without enough hits. */
class Pager {
  constructor(asked, left, show) {
    this.asked = asked;
    this.left = left;
    this.show = show;
    this.status = element("p", { class: "status" });
    this.more = element("button", { type: "button", hidden: true, onclick: () => this.next() }, word("search.more"));
    this.stop = element("button", { type: "button", hidden: true, onclick: () => { this.isStopped = true; } },
      word("search.stop"));
    this.foot = element("div", { class: "pager" }, this.status, this.more, this.stop);
    this.count = 0;
  }

  restart(asked) {
    this.asked = asked;
    this.after = undefined;
    this.count = 0;
    this.next();
  }

  say(text, isBad = false) {
    this.status.textContent = text;
    this.status.classList.toggle("bad", isBad);
    announce(text);
  }

  async next() {
    this.more.hidden = true;
    this.isStopped = false;
    let found = 0;
    this.status.textContent = word("search.working");
    try {
      do {
        const limit = pageLength - found;
        const page = await ask("entries", { ...this.asked, limit, after: this.after }, this.left);
        for (const entry of page.entries) this.show(entry);
        found += page.entries.length;
        this.after = page.nextAfter;
        if (page.isCut) {
          this.stop.hidden = false;
          this.status.textContent = word("search.scanning", { index: number(page.nextAfter), count: number(this.count + found) });
        }
      } while (this.after !== undefined && found < pageLength && !this.isStopped);
      this.count += found;
      this.conclude();
    } catch (error) {
      if (error.name !== "AbortError") this.say(refusalText(error), true);
    }
    this.stop.hidden = true;
  }

  conclude() {
    const values = { count: number(this.count), index: number(this.after ?? 0) };
    const isFull = this.count >= maximumRows;
    this.more.hidden = this.after === undefined || isFull;
    if (isFull && this.after !== undefined) this.say(word("search.full", values));
    else if (this.isStopped && this.after !== undefined) this.say(word("search.stopped", values));
    else if (this.after !== undefined) this.say(word("search.some", values));
    else this.say(this.count === 0 ? word("search.none") : word("search.all", values));
  }
}

function resultTable() {
  const columns = ["recordedAt", "decision", "reason", "player", "app", "answer", "delivery", "index"];
  const body = element("tbody");
  const table = element("table", { class: "results" },
    element("caption", { class: "unseen" }, word("search.results")),
    element("thead", {}, element("tr", {}, columns.map((name) =>
      element("th", { scope: "col", class: `c-${name}` }, word(`column.${name}`))))),
    body);
  const append = (entry) => {
    const cell = (name, content) =>
      element("td", { class: `c-${name}`, "data-name": word(`column.${name}`) }, content ?? "");
    const link = element("a", {
      class: "open-entry", href: addressOfEntry(entry.index), tabindex: body.children.length === 0 ? "0" : "-1",
      "aria-label": word("search.open", { index: entry.index }),
    }, `#${entry.index}`);
    const row = element("tr", {},
      cell("recordedAt", element("time", { datetime: entry.recordedAt }, entry.recordedAt)),
      cell("decision", badge(entry.decision ?? entry.kind)),
      cell("reason", entry.reason ? reasonText(entry.reason) : entry.decision ? "" : serviceText(entry)),
      cell("player", entry.playerId && data(entry.playerId)),
      cell("app", entry.kgAppId && data(entry.kgAppId)),
      cell("answer", entry.httpStatus && `${entry.httpStatus}${entry.apiCode ? ` (${entry.apiCode})` : ""}`),
      cell("delivery", entry.delivery && word(`delivery.${entry.delivery}`)),
      cell("index", link));
    row.addEventListener("click", (event) => {
      if (!event.target.closest("a") && getSelection().isCollapsed) link.click();
    });
    link.addEventListener("focus", () => {
      for (const other of body.querySelectorAll("a.open-entry")) other.tabIndex = other === link ? 0 : -1;
    });
    body.append(row);
  };
  return { table, append, clear: () => body.replaceChildren() };
}

function serviceText(entry) {
  if (entry.kind === "delivery" && entry.details) {
    const { first, last, state } = entry.details;
    return word("search.delivery", { first, last, state: word(`delivery.${state}`) });
  }
  return entry.message ? printable(entry.message) : "";
}

/** Everything that happened to one player, newest first, by day. */
export function showPlayer(main, parameters, left) {
  const player = parameters.get("player") ?? "";
  const plot = element("div", { class: "plot" });
  const list = element("div", { class: "timeline" });
  let day = null;
  let items = null;
  const show = (entry) => {
    const [date, time] = entry.recordedAt.split("T");
    if (day === null) plotPlayer(plot, player, date, left);
    if (date !== day) {
      day = date;
      items = element("ol");
      list.append(element("section", {}, element("h2", {}, element("time", { datetime: date }, date)), items));
    }
    items.append(element("li", { class: entry.decision ?? "service" },
      element("a", {
        class: "open-entry", href: addressOfEntry(entry.index), tabindex: list.querySelector("li") === null ? "0" : "-1",
      }, element("time", { datetime: entry.recordedAt }, time)),
      badge(entry.decision ?? entry.kind),
      entry.reason ? element("span", {}, reasonText(entry.reason)) : null,
      entry.message ? data(entry.message, { class: "hint" }) : null,
      entry.delivery ? element("span", { class: "hint" }, word(`delivery.${entry.delivery}`)) : null));
  };
  const pager = new Pager(question(parameters), left, show);
  main.append(
    element("div", { class: "heading" },
      element("h1", {}, word("player.title"), " ", data(player, { class: "mono" })),
      element("a", { class: "button", href: address("search", parameters) }, word("player.search"))),
    element("section", { class: "card" }, element("h2", {}, word("player.plot")), plot),
    element("section", { class: "card" }, list, pager.foot),
    ...[evidenceForm(question(parameters))].filter(Boolean).map((form) => element("section", { class: "card" }, form)));
  pager.next();
}

async function plotPlayer(plot, player, lastDay, left) {
  const to = new Date(Date.parse(lastDay) + 86_400_000);
  const from = new Date(to - 30 * 86_400_000);
  try {
    const sums = await collect({ player, from: from.toISOString(), to: to.toISOString(), span: "day" }, left, () => {});
    plot.replaceChildren(stackedBars(fold(sums), {
      label: word("player.plot"),
      pick: (span) => {
        location.hash = address("search", { player, from: span.from, to: span.to });
      },
    }));
  } catch (error) {
    if (error.name !== "AbortError") plot.replaceChildren(element("p", { class: "bad" }, refusalText(error)));
  }
}
