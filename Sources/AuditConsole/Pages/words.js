// The page's language: the one chosen here before, else the browser's first that there is, else English.
import { en } from "./en.js";
import { ko } from "./ko.js";

const languages = { en, ko };
const names = { en: "English", ko: "한국어" };
const key = "audit-console.language";

function stored() {
  try { return localStorage.getItem(key); } catch { return null; }
}

function preferred() {
  const wanted = [stored(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  return wanted.find((tag) => Object.hasOwn(languages, tag ?? "")) ?? "en";
}

let language = preferred();

export const currentLanguage = () => language;

/** A text by its name; {names} in it are replaced by values. */
export function word(name, values = {}) {
  const text = languages[language][name] ?? en[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (all, value) => (Object.hasOwn(values, value) ? String(values[value]) : all));
}

/** A word that there may not be. */
export const optionalWord = (name) => languages[language][name] ?? en[name];

/** A number with the separators of the language. */
export const number = (value) => new Intl.NumberFormat(language).format(value);

/** Puts words into everything that names one. */
export function applyWords(root) {
  document.documentElement.lang = language;
  document.title = word("title");
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
    element.title = element.tagName === "BUTTON" ? word(element.dataset.label) : "";
  }
}

/** Makes a button change to the other language. */
export function bindLanguage(button, changed) {
  const name = () => {
    const other = language === "en" ? "ko" : "en";
    button.textContent = names[other];
    button.lang = other;
  };
  button.addEventListener("click", () => {
    language = language === "en" ? "ko" : "en";
    try { localStorage.setItem(key, language); } catch { /* The choice lasts as long as the page. */ }
    name();
    changed();
  });
  name();
}
