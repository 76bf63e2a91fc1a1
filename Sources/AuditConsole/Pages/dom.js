// Small tools that build elements. Data only ever becomes text, never markup.

/** An element with attributes and children; texts become text nodes, null and false are left out. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function drawing(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** What is read out to who does not see the page. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** Whether a key press belongs to what is being typed. */
export function isTyping(event) {
  return event.target.closest?.("input, select, textarea") !== null || event.ctrlKey || event.metaKey || event.altKey;
}
