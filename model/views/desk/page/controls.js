// What is chosen: policy, reference, Beijing's answer, start, draws, instruments; then parameters of actors and processes.

import { byId, el, field, number, option } from "./dom.js";
import { fieldFor, forget } from "./fields.js";

const MOST_SHOWN = 30;
const BASICS = ["beijing.answer", "start", "months"];
const ANSWERS = {
  own: "decides for itself",
  closes_border: "closes the border",
  squeezes_reagent: "withholds reagent",
  outbids: "outbids",
};

/** Draw all that is chosen. `act` has change(path, text), choose(name, value), unbranch(), add(kind, target), date(month). */
export function draw(menu, state, act) {
  choices(menu, state, act);
  instruments(menu, state, act);
  groups(menu);
  parameters(menu, state, act);
}

const textOf = (state, path, usual) => state.set.get(path) ?? (typeof usual === "number" ? field(usual) : String(usual ?? ""));

function listOf(scenarios, chosen, first) {
  const groups = [...new Set(scenarios.map((entry) => entry[2]))];
  const parts = groups.map((label) =>
    el("optgroup", { label }, ...scenarios.filter((entry) => entry[2] === label).map(([name, title]) => option(name, title, chosen))),
  );
  return first ? [first, ...parts] : parts;
}

function choices(menu, state, act) {
  forget("choices");
  const policy = el("select", { id: "policy", onchange: (event) => act.choose("policy", event.target.value) });
  policy.append(...listOf(menu.scenarios, state.policy));
  const about = el("details", { class: "help" }, el("summary", {}, "about this policy"), menu.description || menu.title);
  const rows = [row("policy", state.before ? "Then policy" : "Policy", policy), about];
  if (state.before) {
    rows.unshift(before(menu, state, act));
  } else {
    const against = el("select", { id: "against", onchange: (event) => act.choose("against", event.target.value) });
    against.append(...listOf(menu.scenarios, state.against, option("", "status quo (no US policy)", state.against)));
    rows.push(row("against", "Reference", against));
  }
  const known = new Map(menu.parameters.map((one) => [one.path, one]));
  const answer = known.get("beijing.answer");
  const basic = (about) => fieldFor({ part: "choices", ...about }, act.change);
  if (answer) {
    const options = answer.options.map((name) => [name, ANSWERS[name] ?? name]);
    rows.push(basic({ path: answer.path, label: "Beijing's answer", usual: answer.value, options, text: textOf(state, answer.path, answer.value) }));
  }
  const small = [
    { path: "start", label: "Start", usual: menu.start, options: menu.starts.length > 1 ? menu.starts : [menu.start] },
    { path: "months", label: "Months", usual: known.get("months").value, low: null },
  ].map((about) => basic({ ...about, text: textOf(state, about.path, about.usual) }));
  const draws = ["seed", "replicate"].map((name) =>
    fieldFor({ part: "choices", path: name, label: name === "seed" ? "Seed" : "Replicate", usual: null, text: state[name] }, (_, text) => act.choose(name, text ?? "")),
  );
  byId("choices").replaceChildren(...rows, el("div", { class: "pair" }, ...small), el("div", { class: "pair" }, ...draws));
  byId("plausible-label").hidden = !menu.plausible;
}

const row = (id, label, list) => el("div", { class: "field" }, el("div", { class: "line" }, el("label", { for: id }, label), list));

function before(menu, state, act) {
  const title = menu.scenarios.find(([name]) => name === state.before.policy)?.[1] ?? state.before.policy;
  const date = act.date(Number(state.before.until));
  return el(
    "p",
    { class: "before" },
    `Until ${date}: ${title}${state.before.set.size ? ", changed" : ""}. The reference continues it. `,
    el("button", { type: "button", onclick: act.unbranch }, "Undo the branch"),
  );
}

function instruments(menu, state, act) {
  forget("instruments");
  const cards = menu.instruments.map((one) => instrument(one, state, act));
  byId("instruments").replaceChildren(...(cards.length ? cards : [el("p", { class: "small" }, "This scenario has no US instruments. Add one:")]));
  byId("adding").replaceChildren(adding(menu, act));
  byId("undo").hidden = state.set.size === 0;
}

function instrument(one, state, act) {
  const title = one.kind.replaceAll("_", " ") + (one.target ? ` for ${one.target}` : "");
  const scale = one.unit === "level" ? "level" : one.unit;
  const amount = fieldFor(
    {
      part: "instruments", path: one.path, label: title, unit: scale, usual: one.usual, low: 0, high: one.most, curved: one.unit !== "level",
      text: state.set.get(one.path) ?? field(one.value),
    },
    act.change,
  );
  const times = ["start", "end", "ramp"].map((name) => {
    const path = `united_states.instruments.${one.name}.${name}`;
    const usual = one.usual_times[name];
    const label = { start: "from month", end: "to month", ramp: "ramp, months" }[name];
    return fieldFor({ part: "instruments", path, label, usual, low: null, text: state.set.get(path) ?? field(one.times[name] ?? usual ?? "") }, (at, text) =>
      act.change(at, text === "" && usual === null ? null : text),
    );
  });
  const range = one.unit === "level" ? `1 is ${one.precedent}` : `${number(one.one)} ${one.unit} is ${one.precedent}; at most ${number(one.most)}`;
  const more = el("details", {}, el("summary", {}, "timing, precedent"), el("p", { class: "help" }, `${one.meaning}. ${range}.`), el("div", { class: "pair" }, ...times));
  return el("div", { class: "card" }, amount, el("p", { class: "came", "data-instrument": one.name }), more);
}

/** What came of the instruments, below each. */
export function arrived(found) {
  for (const line of document.querySelectorAll(".came")) line.textContent = found[line.dataset.instrument] ?? "";
}

function adding(menu, act) {
  const kinds = el("select", { id: "add-kind", "aria-label": "Kind of instrument to add" });
  kinds.append(...menu.kinds.map((kind) => option(kind.name, kind.name.replaceAll("_", " "))));
  const targets = el("select", { id: "add-target", "aria-label": "Target" }, ...menu.targets.map((name) => option(name, name, "KIA")));
  const fit = () => {
    targets.disabled = !menu.kinds.find((kind) => kind.name === kinds.value).targeted;
  };
  kinds.addEventListener("change", fit);
  fit();
  const add = () => act.add(kinds.value, targets.disabled ? "" : targets.value);
  return el("div", { class: "row adding" }, el("span", { class: "small" }, "Add"), kinds, targets, el("button", { type: "button", onclick: add }, "Add"));
}

// parameters ----------------------------------------------------------------------------------------------------------

function groups(menu) {
  const list = byId("group");
  const chosen = list.value;
  const names = [...new Set(menu.parameters.map((one) => one.group))];
  list.replaceChildren(option("", "all", chosen), ...names.map((name) => option(name, name, chosen)));
}

/** The parameters that fit the search, those that are changed first. */
export function parameters(menu, state, act) {
  forget("parameters");
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const group = byId("group").value;
  const own = menu.parameters.filter((one) => !BASICS.includes(one.path));
  const fits = (one) => {
    const text = `${one.path} ${one.meaning} ${one.status} ${one.source}`.toLowerCase();
    return (group === "" || one.group === group) && words.every((word) => text.includes(word));
  };
  const changed = own.filter((one) => state.set.has(one.path));
  const asked = words.length || group ? own.filter((one) => fits(one) && !state.set.has(one.path)) : [];
  const shown = [...changed, ...asked.slice(0, MOST_SHOWN)];
  byId("parameters").replaceChildren(...shown.map((one) => parameter(one, state, act)));
  const found = asked.length > MOST_SHOWN ? `${MOST_SHOWN} of ${asked.length} shown; refine the search to see fewer.` : `${asked.length} found.`;
  const text = words.length || group ? found : `${own.length} parameters: search by name, meaning, source or status (assumed, observed), or choose a group.`;
  byId("parameters-said").textContent = changed.length ? `${changed.length} changed. ${text}` : text;
}

function parameter(one, state, act) {
  const range = one.low === null || one.high === null ? "" : `${number(one.low)} to ${number(one.high)}; `;
  const help = `${one.meaning} ${one.options.length ? "" : range}usually ${field(one.value)}; ${one.status}: ${one.source}`;
  const about = { part: "parameters", path: one.path, label: one.path, unit: one.unit, usual: one.value, low: one.low, high: one.high };
  return fieldFor({ ...about, options: one.options, help, whole: one.whole, text: textOf(state, one.path, one.value) }, act.change);
}
