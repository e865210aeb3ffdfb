// The state of the page, which stands in its address: #policy=engage_kia&set=actors.KIA.troops=9000&seed=3&month=24&layer=holder

export const LAYERS = ["holder", "control", "supply", "stock"];

/** A state: `set` and `before.set` map paths to texts. */
export function empty() {
  return { policy: "", against: "", set: new Map(), seed: "0", replicate: "0", before: null, month: null, layer: "holder", curves: [] };
}

export function read() {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = empty();
  for (const name of ["policy", "against", "seed", "replicate"]) state[name] = given.get(name) ?? state[name];
  state.set = split(given.getAll("set"));
  if (/^\d+$/.test(given.get("month"))) state.month = Number(given.get("month"));
  if (LAYERS.includes(given.get("layer"))) state.layer = given.get("layer");
  state.curves = given.getAll("curve");
  if (given.has("before")) {
    state.before = { policy: given.get("before"), until: given.get("until") ?? "", set: split(given.getAll("before_set")) };
  }
  return state;
}

export function write(state, push) {
  const said = new URLSearchParams();
  for (const name of ["policy", "against", "seed", "replicate"]) if (state[name] !== empty()[name]) said.set(name, state[name]);
  for (const text of joined(state.set)) said.append("set", text);
  if (state.before) {
    said.set("before", state.before.policy);
    said.set("until", state.before.until);
    for (const text of joined(state.before.set)) said.append("before_set", text);
  }
  if (state.month !== null) said.set("month", state.month);
  if (state.layer !== "holder") said.set("layer", state.layer);
  for (const key of state.curves) said.append("curve", key);
  const hash = `#${said}`;
  if (hash !== location.hash) history[push ? "pushState" : "replaceState"](null, "", hash);
}

/** What the server is asked: the state without month and layer. */
export function ask(state) {
  const { policy, against, seed, replicate, before } = state;
  const past = before && { policy: before.policy, until: before.until, set: joined(before.set) };
  return { policy, against, seed, replicate, set: joined(state.set), before: past };
}

export const copy = (state) => ({
  ...state,
  set: new Map(state.set),
  curves: [...state.curves],
  before: state.before && { ...state.before, set: new Map(state.before.set) },
});

const joined = (set) => [...set].map(([path, text]) => `${path}=${text}`);

function split(texts) {
  return new Map(texts.map((text) => [text.split("=", 1)[0], text.slice(text.indexOf("=") + 1)]));
}
