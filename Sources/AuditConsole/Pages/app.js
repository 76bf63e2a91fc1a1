// The page's frame: which view is shown, the seal in the header, the keyboard, the language.
//
// Everything a person asked for stands behind the "#" of the address, which browsers never send anywhere.
import { ask } from "./api.js";
import { announce, element, isTyping } from "./dom.js";
import { showPlayer, showSearch } from "./search.js";
import { showStatistics } from "./statistics.js";
import { closeStory, openStory } from "./story.js";
import { showTrail } from "./trail.js";
import { applyWords, bindLanguage, number, word } from "./words.js";

const views = { search: showSearch, player: showPlayer, statistics: showStatistics, trail: showTrail };
const main = document.getElementById("main");
const story = document.getElementById("story");
const help = document.getElementById("help");

let shown = null;
let leave = new AbortController();
let status = null;

/** The view, its parameters and the opened entry that an address says. */
function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const parameters = new URLSearchParams(query);
  const entry = parameters.get("entry");
  parameters.delete("entry");
  return { view: Object.hasOwn(views, path) ? path : "search", parameters, entry };
}

/** An address of this page. */
export function address(view, parameters = {}, entry = null) {
  const query = new URLSearchParams(parameters);
  if (entry !== null) query.set("entry", entry);
  const text = query.toString();
  return `#/${view}${text ? `?${text}` : ""}`;
}

/** The present address with an entry opened, or without one. */
export function addressOfEntry(entry) {
  const { view, parameters } = place();
  return address(view, parameters, entry);
}

/** What is known about the trail; asked for once, and again when it may have changed. */
export async function trailStatus(isFresh = false) {
  if (status === null || isFresh) status = ask("checkpoint");
  try {
    return await status;
  } catch (error) {
    status = null;
    throw error;
  }
}

function route() {
  const { view, parameters, entry } = place();
  const wanted = address(view, parameters);
  if (wanted !== shown) {
    const isFirst = shown === null;
    shown = wanted;
    leave.abort();
    leave = new AbortController();
    for (const link of document.querySelectorAll("#nav a")) {
      if (link.dataset.view === view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    main.replaceChildren();
    views[view](main, parameters, leave.signal);
    if (!isFirst && document.activeElement === document.body) main.focus();
  }
  if (entry !== null) openStory(story, entry);
  else closeStory(story);
}

async function showSeal() {
  const seal = document.getElementById("seal");
  try {
    const { checkpoint, entries, uncovered, isCheckpointChanged, who } = await trailStatus(true);
    const state = isCheckpointChanged ? "changed" : checkpoint ? "covered" : "none";
    seal.textContent = word(`seal.${state}`, {
      entries: number(entries), covered: number(entries - uncovered), uncovered: number(uncovered),
    });
    seal.dataset.state = state;
    seal.hidden = false;
    // Only who signed in has a name.
    document.getElementById("sign-out").hidden = !who.includes(" from ");
  } catch {
    seal.hidden = true;
  }
}

function showHelp() {
  const rows = ["slash", "move", "enter", "escape", "question"].map((name) =>
    element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, word(`help.${name}.key`))),
      element("td", {}, word(`help.${name}`))));
  help.replaceChildren(
    element("h2", { id: "help-title" }, word("help.title")),
    element("table", { class: "keys" }, element("tbody", {}, rows)),
    element("p", {}, word("help.proof")),
    element("p", { class: "hint" }, word("help.limits")),
    element("form", { method: "dialog" }, element("button", { class: "primary" }, word("close"))));
  help.showModal();
}

/** Moves the focus between results. */
function move(step) {
  const links = [...document.querySelectorAll("main a.open-entry")];
  if (links.length === 0) return;
  const place = links.findIndex((link) => link.tabIndex === 0 && link === document.activeElement);
  const next = links[Math.min(links.length - 1, Math.max(0, place < 0 ? 0 : place + step))];
  for (const link of links) link.tabIndex = link === next ? 0 : -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || story.open || help.open) return;
  const isInResults = document.activeElement?.matches("a.open-entry") ?? false;
  switch (event.key) {
    case "/": {
      event.preventDefault();
      if (place().view !== "search") location.hash = address("search");
      setTimeout(() => document.querySelector("#filters input")?.focus());
      break;
    }
    case "j": move(1); break;
    case "k": move(-1); break;
    case "ArrowDown": if (isInResults) { event.preventDefault(); move(1); } break;
    case "ArrowUp": if (isInResults) { event.preventDefault(); move(-1); } break;
    case "?": showHelp(); break;
  }
});

story.addEventListener("close", () => {
  const { entry } = place();
  if (entry === null) return;
  location.hash = addressOfEntry(null);
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
document.getElementById("help-button").addEventListener("click", showHelp);
bindLanguage(document.getElementById("language"), () => {
  applyWords(document);
  shown = null;
  if (story.open) story.close();
  showSeal();
  route();
  announce(word("language.changed"));
});
addEventListener("hashchange", route);
applyWords(document);
showSeal();
route();
