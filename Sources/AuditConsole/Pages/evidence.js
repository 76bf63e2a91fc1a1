// Downloading evidence: a file that shows by itself what the trail has about somebody.
import { Refusal } from "./api.js";
import { announce, element } from "./dom.js";
import { refusalText } from "./search.js";
import { word } from "./words.js";

/** One of these says what the evidence is about. */
const subjects = ["player", "session", "event", "fingerprint"];
/** Filters that a file of evidence cannot have: it is about decisions, all of them. */
const others = ["kind", "after", "limit", "last"];

/** A form that downloads what the question finds; null when the question is about nobody in particular. */
export function evidenceForm(asked) {
  const question = Object.fromEntries(Object.entries(asked).filter(([name]) => !others.includes(name)));
  if (!subjects.some((name) => question[name])) return null;
  const status = element("p", { class: "status" });
  const button = element("button", { class: "primary" }, word("evidence.download"));
  const form = element("form", { id: "evidence" },
    element("p", { class: "hint" }, word("evidence.hint")),
    element("div", { class: "fields" },
      element("label", {}, element("span", {}, word("evidence.purpose")),
        element("input", { name: "purpose", maxlength: "300", autocomplete: "off" }))),
    element("div", { class: "actions" }, button), status);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const say = (text, isBad) => {
      status.textContent = text;
      status.classList.toggle("bad", isBad);
      announce(text);
    };
    say(word("evidence.working"), false);
    try {
      await download({ ...question, purpose: new FormData(form).get("purpose").trim() });
      say(word("evidence.done"), false);
    } catch (error) {
      say(refusalText(error), true);
    }
    button.disabled = false;
  });
  return element("details", { class: "more" }, element("summary", {}, word("evidence.title")), form);
}

async function download(question) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(question)) {
    for (const one of [value].flat()) if (one !== "") query.append(name, one);
  }
  let response;
  try {
    response = await fetch(`/api/evidence?${query}`);
  } catch {
    throw new Refusal({ detail: "" });
  }
  if (response.status === 401) location.assign("/login");
  if (!response.ok) throw new Refusal(await response.json().catch(() => ({})));
  const address = URL.createObjectURL(await response.blob());
  const time = new Date().toISOString().replaceAll(":", "-");
  element("a", { href: address, download: `evidence-${time}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
