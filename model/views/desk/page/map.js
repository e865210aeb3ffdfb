// The tile map: the policy's run, and within each tile that differs a small tile in the colour of the reference.

import { byId, el, number, svg } from "./dom.js";

const RADIUS = 1 / Math.sqrt(3);
const INNER = 0.5;
const RAMP = [[240, 244, 249], [158, 196, 225], [66, 130, 182], [13, 60, 112]];
const MEANINGS = {
  holder: "Who holds each town",
  control: "Countryside: largest share",
  supply: "Supply of the holder's fighters",
  stock: "Ore stored, t",
};
const UNITS = { control: "%", supply: "%", stock: "t REO" };

let world = null;
let drawn = null;

export const meaning = (layer) => MEANINGS[layer];

/** Make the shapes of a world, once. */
export function lay(shapes) {
  if (world && world.name === shapes.name) return;
  world = shapes;
  const map = byId("map");
  map.replaceChildren();
  const xs = world.centres.map((centre) => centre[0]);
  const ys = world.centres.map((centre) => centre[1]);
  const [left, top] = [Math.min(...xs) - 0.8, Math.min(...ys) - 0.8];
  const wide = Math.max(...xs, ...world.landmarks.map((mark) => mark[3] + 3.3)) + 0.6 - left;
  map.setAttribute("viewBox", `${left} ${top} ${wide} ${Math.max(...ys) + 0.8 - top}`);
  const letters = world.centres.length <= 600;
  const tiles = world.centres.map((centre, k) => svg("polygon", { points: corners(centre, 1), class: "tile", "data-place": k }));
  const inner = world.centres.map((centre) => svg("polygon", { points: corners(centre, INNER), class: "inner", visibility: "hidden" }));
  const rings = world.centres.map(([x, y]) => svg("circle", { cx: x, cy: y, r: 0.4, class: "siege", visibility: "hidden" }));
  const texts = world.centres.map(([x, y]) => svg("text", { x, y: y + 0.13, class: "letter" }));
  const path = world.outlines.map(([a, b, c, d]) => `M${a} ${b}L${c} ${d}`).join("");
  map.append(...tiles, ...inner, svg("path", { d: path, class: "outline" }), ...(letters ? texts : []), ...rings);
  const sites = world.sites.map(([place, kind, x, y]) => [place, mark(kind, x, y)]);
  map.append(...sites.map(([, shape]) => shape), ...world.landmarks.flatMap(landmark));
  drawn = { tiles, inner, rings, texts, sites, last: new Map() };
}

function corners([x, y], scale) {
  return [30, 90, 150, 210, 270, 330]
    .map((angle) => (angle * Math.PI) / 180)
    .map((angle) => `${(x + scale * RADIUS * Math.cos(angle)).toFixed(3)},${(y + scale * RADIUS * Math.sin(angle)).toFixed(3)}`)
    .join(" ");
}

function mark(kind, x, y) {
  const points = kind === "gate" ? "0,-.2 .17,.12 -.17,.12" : "0,-.18 .17,0 0,.18 -.17,0";
  return svg("polygon", { points, transform: `translate(${x} ${y})`, class: "site" });
}

function landmark([label, x, y, tx, ty]) {
  const text = svg("text", { x: tx + 0.15, y: ty + 0.2, class: "landmark" }, label);
  return [svg("path", { d: `M${x} ${y}L${tx} ${ty}`, class: "lead" }), text];
}

/** Set an attribute where it is another than last time. */
function put(shape, name, value) {
  const key = `${name}`;
  const known = drawn.last.get(shape) ?? {};
  if (known[key] === value) return;
  known[key] = value;
  drawn.last.set(shape, known);
  shape.setAttribute(name, value);
}

/** Draw a month of a layer. Returns the places that differ. */
export function draw(data, month, layer) {
  const [policy, reference] = data.runs;
  const paint = painter(data, layer);
  const changed = [];
  for (let k = 0; k < drawn.tiles.length; k += 1) {
    const [fill, letter, dark] = paint(policy, month, k);
    const differs = isOther(data, layer, month, k);
    if (differs) changed.push(k);
    put(drawn.tiles[k], "fill", fill);
    put(drawn.tiles[k], "class", differs ? "tile other" : "tile");
    put(drawn.inner[k], "visibility", differs ? "visible" : "hidden");
    put(drawn.inner[k], "fill", differs ? paint(reference, month, k)[0] : "none");
    const text = drawn.texts[k];
    if (text.textContent !== letter) text.textContent = letter;
    put(text, "class", `letter${dark ? " light" : ""}${letter === "J" ? " usual" : ""}${differs ? " off" : ""}`);
    put(drawn.rings[k], "visibility", layer === "holder" && k in policy.attacker[month] ? "visible" : "hidden");
  }
  for (const [place, shape] of drawn.sites) put(shape, "fill", data.actors[policy.holder[month][place]].colour);
  byId("map").dataset.month = month;
  byId("map").dataset.layer = layer;
  return changed;
}

function painter(data, layer) {
  const actor = (index) => [data.actors[index].colour, data.actors[index].code, data.actors[index].dark];
  if (layer === "holder") return (run, month, k) => actor(run.holder[month][k]);
  const most = layer === "stock" ? Math.max(1, ...data.runs.flatMap((run) => run.stock.map((values) => Math.max(...values)))) : 100;
  const values = { control: "share", supply: "supply", stock: "stock" }[layer];
  return (run, month, k) => {
    const value = run[values][month][k];
    const who = run[layer === "control" ? "leader" : "holder"][month][k];
    const letter = layer === "stock" ? (value >= 1 ? number(value) : "") : data.actors[who].code;
    return [shade(value / most), letter, value / most > 0.55];
  };
}

export function shade(part) {
  const place = Math.min(Math.max(part, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(place), RAMP.length - 2);
  const mixed = RAMP[low].map((from, k) => Math.round(from + (RAMP[low + 1][k] - from) * (place - low)));
  return `rgb(${mixed.join(",")})`;
}

/** Whether a township differs between the runs by more than a trifle. */
function isOther(data, layer, month, k) {
  const [one, other] = data.runs;
  if (layer === "holder") return one.holder[month][k] !== other.holder[month][k];
  if (layer === "control") return one.leader[month][k] !== other.leader[month][k];
  const [a, b] = [one[layer][month][k], other[layer][month][k]];
  return Math.abs(a - b) >= (layer === "supply" ? 10 : Math.max(10, 0.1 * Math.max(a, b)));
}

/** The legend of a layer. */
export function legend(data, layer) {
  const box = byId("legend");
  const swatch = (colour) => {
    const made = el("span", { class: "swatch" });
    made.style.background = colour;
    return made;
  };
  if (layer === "holder") {
    const rows = data.legend.map((row) => el("span", { class: "entry", title: row.label }, swatch(row.colour), row.members));
    box.replaceChildren(...rows, el("span", { class: "entry" }, "dashed ring: siege; triangle: border crossing; diamond: mine"));
    return;
  }
  const most = layer === "stock" ? Math.max(1, ...data.runs.flatMap((run) => run.stock.map((values) => Math.max(...values)))) : 100;
  const steps = [0, 0.25, 0.5, 0.75, 1].map((part) => el("span", { class: "entry" }, swatch(shade(part)), number(part * most)));
  const letter = { control: "letter: actor with the largest share", supply: "letter: holder of the town", stock: "number: t stored" }[layer];
  box.replaceChildren(...steps, el("span", { class: "entry" }, `${UNITS[layer]}; ${letter}`));
}

/** What there is to say of a township in a month: lines. */
export function words(data, month, k) {
  const [policy, reference] = data.runs;
  const names = data.actors.map((actor) => actor.id);
  const of = (run) => {
    const siege = run.attacker[month][k];
    const besieged = siege === undefined ? "" : `, besieged by ${names[siege]}`;
    return (
      `town held by ${names[run.holder[month][k]]}${besieged}; countryside: ${names[run.leader[month][k]]} ${run.share[month][k]}%; ` +
      `supply ${run.supply[month][k]}%${run.stock[month][k] ? `; ${number(run.stock[month][k])} t of ore stored` : ""}`
    );
  };
  const lines = [`${world.places[k]}, ${world.states[k]}`];
  const [ours, theirs] = [of(policy), of(reference)];
  return ours === theirs ? [...lines, `both: ${ours}`] : [...lines, `policy: ${ours}`, `reference: ${theirs}`];
}

/** The map in words, for those who do not see it. */
export function summary(data, month, layer, changed) {
  const counts = new Map();
  for (let k = 0; k < drawn.tiles.length; k += 1) {
    const id = data.actors[data.runs[0].holder[month][k]].id;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 6);
  const held = most.map(([id, count]) => `${id} ${count}`).join(", ");
  return `Map, ${MEANINGS[layer]}, ${data.dates[month]}. Towns held under the policy: ${held}. ${changed.length} tiles differ from the reference.`;
}

/** Names of the townships that differ, each with its holders. */
export function differences(data, month, layer, changed, title) {
  if (!changed.length) return "The two runs do not differ on this map.";
  const name = (run, k) => data.actors[run[layer === "control" ? "leader" : "holder"][month][k]].id;
  const shown = changed.slice(0, 3).map((k) => {
    const pair = data.runs.map((run) => name(run, k));
    return pair[0] === pair[1] ? world.places[k] : `${world.places[k]} (${pair[0]}, else ${pair[1]})`;
  });
  const rest = changed.length > shown.length ? ` and ${changed.length - shown.length} more` : "";
  return `${changed.length} ${changed.length === 1 ? "differs" : "differ"} (outlined; inner tile: ${title}): ${shown.join(", ")}${rest}.`;
}

export const places = () => world.places.slice(0, world.centres.length);
