// The page: its state stands in the address; the server answers with both runs whole; months are played here.

import * as address from "./address.js";
import * as controls from "./controls.js";
import * as curves from "./curves.js";
import { byId, el, option } from "./dom.js";
import { blame } from "./fields.js";
import * as log from "./log.js";
import * as map from "./map.js";
import { downloads } from "./keep.js";
import { replicates } from "./many.js";
import { post, Refused } from "./post.js";

const WAIT = 150; // milliseconds after the last change until it is asked for
const PATIENCE = 4000;
const LOG_EVERY = 250;

let state = address.read();
let menu = null;
let data = null;
let many = null;
let asking = null;
let timer = 0;
let playing = null;
let logged = 0;

// asking --------------------------------------------------------------------------------------------------------------

const act = {
  change(path, text) {
    if (text === null) state.set.delete(path);
    else state.set.set(path, text);
    byId("undo").hidden = state.set.size === 0;
    // Sizes of precedents turn levels into other amounts.
    changed(/^united_states\.\w+$/.test(path) ? "menu" : "");
  },
  choose(name, value) {
    state[name] = value;
    if (name === "policy") dropInstruments();
    changed(name === "policy" ? "menu" : "");
  },
  add(kind, target) {
    const name = [kind, target.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")].filter(Boolean).join("_");
    const taken = menu.instruments.map((one) => one.name);
    const free = taken.includes(name) ? `${name}_${taken.length + 1}` : name;
    const aim = target ? `, target = ${JSON.stringify(target)}` : "";
    state.set.set(`united_states.instruments.${free}`, `{kind = "${kind}"${aim}, level = 0.1}`);
    changed("menu");
  },
  date: (month) => data?.dates[month] ?? `month ${month}`,
  unbranch() {
    state.policy = state.before.policy;
    dropInstruments();
    for (const [path, text] of state.before.set) state.set.set(path, text);
    state.before = null;
    changed("menu");
  },
};

const isInstrument = (path) => path.startsWith("amount.") || path.startsWith("united_states.instruments.");

function dropInstruments() {
  for (const path of [...state.set.keys()].filter(isInstrument)) state.set.delete(path);
}

/** Something was chosen: say that what is shown is older, write the address and ask a moment later. */
function changed(what) {
  many?.stop();
  many = null;
  stale("Computing \u2026");
  if (what === "menu") menu = null;
  clearTimeout(timer);
  timer = setTimeout(() => {
    address.write(state, true);
    refresh();
  }, WAIT);
}

function stale(text) {
  byId("busy").textContent = text;
  document.body.classList.toggle("stale", text !== "");
}

async function refresh() {
  asking?.abort();
  const own = new AbortController();
  asking = own;
  const slow = setTimeout(() => stale("Computing \u2026 the first run after an installation compiles the model: a minute or two"), PATIENCE);
  try {
    if (!menu) {
      const found = await post("menu", address.ask(state), own.signal);
      menu = found;
      state.policy = found.policy;
      map.lay(found.world);
      byId("places").replaceChildren(...map.places().map((name) => option(name, name)));
      redraw();
    }
    data = await post("pair", address.ask(state), own.signal);
    problems([]);
    stale("");
    show();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refused)) console.error(error);
    problems(error instanceof Refused ? error.problems : [`The app does not answer (${error.message}). Is it still running?`]);
    stale(data ? "Showing the last valid choice" : "");
  } finally {
    clearTimeout(slow);
  }
}

/** Draw the controls anew, and put the cursor back where it was. */
function redraw() {
  const { id, selectionStart } = document.activeElement;
  controls.draw(menu, state, act);
  const again = id && byId(id);
  if (!again || again === document.activeElement) return;
  again.focus();
  if (again.type === "text") again.setSelectionRange(selectionStart, selectionStart);
}

function problems(said) {
  blame(said);
  const again = el("button", { type: "button", onclick: () => refresh() }, "Try again");
  const afresh = el("button", { type: "button", onclick: startAfresh }, "Start over");
  const buttons = menu ? [again] : [again, " ", afresh];
  byId("problems").replaceChildren(...said.map((text) => el("p", {}, text)), ...(said.length ? buttons : []));
}

function startAfresh() {
  state = address.empty();
  changed("menu");
}

// showing -------------------------------------------------------------------------------------------------------------

const months = () => data.dates.length - 1;

function show() {
  document.title = `${menu.title}: Pangwa policy desk`;
  byId("month").max = months();
  state.month = Math.min(state.month ?? months(), months());
  map.legend(data, state.layer);
  controls.arrived(data.instruments);
  drawCurves();
  log.outcomes(data, many?.result);
  log.found(many?.result);
  downloads(data, state);
  byId("key").replaceChildren(el("span", { class: "key policy" }), " policy ", el("span", { class: "key reference" }), ` ${referenceName()} `, el("span", { class: "key change" }), " difference");
  drawMonth();
}

const referenceName = () => (state.before ? "the earlier policy, continued" : state.against || "status quo");

function drawCurves() {
  const target = menu.instruments.map((one) => one.target).find((name) => data.actors.some((actor) => actor.id === name));
  const who = target && target !== "JUNTA" ? target : (data.actors.find((actor) => actor.id === "KIA") ?? data.actors[0]).id;
  const usual = ["exports_t_china", "exports_t_quad", `townships_held.${who}`, data.actors.some((one) => one.id === "JUNTA") ? "townships_held.JUNTA" : "deaths_civilians"];
  const keys = usual.map((key, place) => state.curves[place] || key);
  curves.draw(data, keys, many?.result?.bands, (place, key) => {
    state.curves = keys.map((one, at) => (at === place ? key : one));
    address.write(state, true);
    drawCurves();
    curves.mark(state.month, months());
  });
}

function drawMonth() {
  const changedTiles = map.draw(data, state.month, state.layer);
  const date = data.dates[state.month];
  byId("month").value = state.month;
  byId("month").setAttribute("aria-valuetext", date);
  byId("clock").textContent = `${date} (month ${state.month} of ${months()})`;
  byId("clock").dataset.month = state.month;
  byId("differs").textContent = map.differences(data, state.month, state.layer, changedTiles, referenceName());
  byId("map").setAttribute("aria-label", map.summary(data, state.month, state.layer, changedTiles));
  curves.mark(state.month, months());
  byId("branch").disabled = state.month < 1 || state.month >= months() || state.before !== null;
  const now = performance.now();
  if (!playing || now - logged > LOG_EVERY) {
    log.events(data, state.month);
    place();
    logged = now;
  }
}

function go(month) {
  state.month = Math.min(Math.max(month, 0), months());
  address.write(state, false);
  drawMonth();
}

function play() {
  if (playing) return pause();
  if (state.month >= months()) go(0);
  const began = performance.now();
  const from = state.month;
  byId("play").textContent = "Pause";
  const step = (now) => {
    // The time of a frame may lie before that of the click.
    const done = Math.floor((Math.max(now - began, 0) * Number(byId("speed").value)) / 1000);
    const month = Math.min(from + done, months());
    if (month !== state.month) {
      state.month = month;
      drawMonth();
    }
    if (month >= months()) pause();
    else playing = requestAnimationFrame(step);
  };
  playing = requestAnimationFrame(step);
}

function pause() {
  cancelAnimationFrame(playing);
  playing = null;
  byId("play").textContent = "Play";
  if (data) go(state.month);
}

function place() {
  const k = map.places().indexOf(byId("place").value);
  byId("place-said").textContent = k < 0 || !data ? "" : map.words(data, state.month, k).join("\n");
}

function point(event) {
  const tip = byId("tip");
  const k = event.target.dataset?.place;
  tip.hidden = k === undefined || !data;
  if (tip.hidden) return;
  tip.replaceChildren(...map.words(data, state.month, Number(k)).map((text) => el("p", {}, text)));
  const box = byId("map-box").getBoundingClientRect();
  tip.style.left = `${Math.min(event.clientX - box.left + 12, Math.max(box.width - 250, 0))}px`;
  tip.style.top = `${event.clientY - box.top + 14}px`;
}

// the page's own controls ---------------------------------------------------------------------------------------------

function listen() {
  byId("layer").append(...address.LAYERS.map((layer) => option(layer, map.meaning(layer), state.layer)));
  byId("layer").addEventListener("change", (event) => {
    state.layer = event.target.value;
    address.write(state, true);
    if (data) show();
  });
  byId("play").addEventListener("click", () => data && play());
  byId("speed").addEventListener("change", () => playing && (pause(), play()));
  byId("month").addEventListener("input", (event) => data && (playing && pause(), go(Number(event.target.value))));
  byId("back").addEventListener("click", () => data && go(state.month - 1));
  byId("forth").addEventListener("click", () => data && go(state.month + 1));
  byId("branch").addEventListener("click", branch);
  byId("undo").addEventListener("click", () => {
    state.set.clear();
    changed("menu");
  });
  byId("search").addEventListener("input", () => menu && controls.parameters(menu, state, act));
  byId("group").addEventListener("change", () => menu && controls.parameters(menu, state, act));
  for (const id of ["log-which", "log-sieges"]) byId(id).addEventListener("change", () => data && log.events(data, state.month));
  byId("place").addEventListener("input", place);
  byId("map-box").addEventListener("pointermove", point);
  byId("map-box").addEventListener("click", (event) => {
    if (event.target.dataset?.place === undefined) return;
    byId("place").value = map.places()[Number(event.target.dataset.place)];
    place();
  });
  byId("map-box").addEventListener("pointerleave", () => (byId("tip").hidden = true));
  addEventListener("popstate", () => {
    state = address.read();
    byId("layer").value = state.layer;
    menu = null;
    many?.stop();
    many = null;
    stale("Computing \u2026");
    refresh();
  });
  byId("many-run").addEventListener("click", () => {
    if (!data) return;
    many?.stop();
    many = replicates(address.ask(state), byId("plausible").checked && menu.plausible, show);
  });
}

/** From the month shown on, another policy: what counts so far becomes the reference, and the policy is free to be changed. */
function branch() {
  const own = new Map([...state.set].filter(([path]) => isInstrument(path)));
  state.before = { policy: state.policy, until: String(state.month), set: own };
  state.against = "";
  changed("menu");
  byId("choose").scrollIntoView({ block: "nearest" });
}

listen();
refresh();
