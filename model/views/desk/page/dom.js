// Elements are made here alone, and texts become text nodes: nothing that a scenario or a link says is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element with properties, attributes (names with a dash, `for`, `role`, `list`), listeners (`onclick`) and children. */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.includes("-") || ["for", "role", "list", "class", "colspan"].includes(name)) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An entry of a list to choose from. */
export const option = (value, text, chosen) => el("option", { value, textContent: text, selected: value === chosen });

/** Three significant digits for people: 0.0412, 4.12, 412, 4,120. */
export function number(value) {
  if (value === null || Number.isNaN(value)) return "-";
  if (Math.abs(value) >= 1000) return Number(value.toPrecision(3)).toLocaleString("en-US");
  return String(Number(value.toPrecision(3))).replace("-", "\u2212");
}

/** A number for a field: exact to six digits, as TOML reads it. */
export const field = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value ?? ""));
