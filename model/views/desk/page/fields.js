// Fields for numbers, names and switches. What is typed goes to the server as it is, and comes back as problems where it is wrong.

import { el, field, option } from "./dom.js";

const SLIDER = 100;
const made = new Map();

/** Forget the fields of a part of the page that is drawn anew. */
export function forget(part) {
  for (const [path, one] of made) if (one.part === part) made.delete(path);
}

/**
 * A field with its label, and a slider where it has a range.
 * about: part, path, label, unit, usual, text (what it shows), low, high, options, curved (a slider that is finer at its low end),
 * help (a line below). change(path, text) takes a text; null where it is the usual value again.
 */
export function fieldFor(about, change) {
  const id = `field-${about.path.replace(/[^A-Za-z0-9]+/g, "-")}`;
  const said = el("p", { class: "wrong", id: `${id}-said`, hidden: true });
  const tell = (text) => change(about.path, same(text, about.usual) ? null : text);
  const label = el("label", { for: id }, about.label);
  const [input, slider] = inputs(about, id, tell);
  made.set(about.path, { part: about.part, input, said });
  const unit = about.unit ? el("span", { class: "unit", id: `${id}-unit` }, about.unit) : null;
  const help = about.help ? el("p", { class: "help", id: `${id}-help` }, about.help) : null;
  input.setAttribute("aria-describedby", [unit && `${id}-unit`, help && `${id}-help`, `${id}-said`].filter(Boolean).join(" "));
  return el("div", { class: "field" }, el("div", { class: "line" }, label, el("span", { class: "given" }, input, unit)), slider, help, said);
}

function inputs(about, id, tell) {
  const choices = about.options?.length ? about.options : typeof about.usual === "boolean" ? ["true", "false"] : null;
  if (choices) {
    const list = el("select", { id, onchange: (event) => tell(event.target.value) });
    const chosen = about.text.replaceAll('"', "");
    list.append(...choices.map((one) => (Array.isArray(one) ? option(one[0], one[1], chosen) : option(one, one, chosen))));
    return [list, null];
  }
  const input = el("input", { id, type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, value: about.text });
  if (typeof about.usual === "string") input.inputMode = "text";
  const ranged = typeof about.usual === "number" && about.low !== null && about.high !== null && about.low < about.high;
  const slider = ranged ? sliderFor(about, input, tell) : null;
  input.addEventListener("input", () => {
    if (slider) slider.value = notch(about, Number(input.value));
    slider?.setAttribute("aria-valuetext", `${input.value} ${about.unit ?? ""}`);
    tell(input.value);
  });
  return [input, slider];
}

function sliderFor(about, input, tell) {
  const whole = about.whole && about.high - about.low < SLIDER;
  const most = whole ? about.high - about.low : SLIDER;
  const slider = el("input", { type: "range", min: 0, max: most, "aria-label": `${about.label}, slider`, value: 0 });
  about.notches = most;
  slider.value = notch(about, Number(about.text));
  const words = () => slider.setAttribute("aria-valuetext", `${input.value} ${about.unit ?? ""}`);
  words();
  slider.addEventListener("input", () => {
    input.value = field(valueAt(about, Number(slider.value)));
    words();
    tell(input.value);
  });
  return slider;
}

/** The value of a notch: the ends of the range at both ends, short numbers between. */
function valueAt(about, at) {
  const part = at / about.notches;
  const value = about.low + (about.high - about.low) * (about.curved ? part ** 2 : part);
  if (at === 0 || at === about.notches) return value;
  return about.whole ? Math.round(value) : Number(value.toPrecision(3));
}

function notch(about, value) {
  const part = Math.min(Math.max((value - about.low) / (about.high - about.low), 0), 1) || 0;
  return Math.round(about.notches * (about.curved ? Math.sqrt(part) : part));
}

function same(text, usual) {
  if (typeof usual === "number") return text.trim() !== "" && Number(text) === Number(field(usual));
  return text === String(usual ?? "");
}

/** Write problems below the fields that they are about; returns them all. */
export function blame(problems) {
  for (const [path, { input, said }] of made) {
    const level = path.startsWith("amount.") ? `united_states.instruments.${path.slice(7)}.level` : path;
    const own = problems.filter((one) => [" ", ":"].some((end) => one.startsWith(level + end)));
    input.setAttribute("aria-invalid", own.length > 0);
    said.hidden = own.length === 0;
    said.textContent = own.map((one) => one.replace(/^[^:]*: /, "")).join("; ");
  }
}
