// The event log, the table of outcomes, and what replicates found.

import { byId, el } from "./dom.js";

const MOST = 80;
const SIEGES = 3;
const ONLY = { policy: "policy only", reference: "reference only", "": "both" };

/** Events up to a month, the latest first. */
export function events(data, month) {
  const differ = byId("log-which").value === "differ";
  const sieges = byId("log-sieges").checked;
  const fits = (event) => event.month <= month && (sieges || event.tier < SIEGES) && (!differ || event.only);
  const found = data.events.filter(fits).reverse();
  const rows = found.slice(0, MOST).map(row);
  if (found.length > MOST) rows.push(el("li", {}, `${found.length - MOST} earlier events are not shown`));
  if (!rows.length) rows.push(el("li", {}, differ ? "Both runs have the same events up to this month." : "Nothing has happened yet."));
  byId("log").replaceChildren(...rows);
}

function row(event) {
  const other = event.other.length ? ` (in the other run: ${event.other.slice(0, 3).join(", ")})` : "";
  const badge = el("span", { class: `badge ${event.only || "both"}` }, ONLY[event.only]);
  return el("li", {}, el("time", { dateTime: event.date }, event.date), badge, el("span", {}, event.text + other));
}

/** The table of outcomes; with effects once replicates have run. */
export function outcomes(data, many) {
  const effects = many?.effects ?? {};
  const heads = ["Outcome (last 12 months or end)", "Policy", "Reference", "Difference", ...(many?.effects ? [`Mean effect over ${many.pairs} pairs [95%]`, "Verdict"] : [])];
  const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
  const rows = data.outcomes.map((one) => {
    const name = el("th", { scope: "row" }, one.heading, el("span", { class: "unit" }, ` ${one.unit}`));
    const cells = [one.policy, one.reference, one.difference].map((text) => el("td", { class: "number" }, text));
    const effect = effects[one.name];
    const more = many?.effects ? [el("td", { class: "number" }, effect?.effect ?? "-"), el("td", { class: verdict(effect) }, effect?.verdict ?? "-")] : [];
    return el("tr", {}, name, ...cells, ...more);
  });
  byId("outcomes").replaceChildren(el("thead", {}, head), el("tbody", {}, ...rows));
  byId("binds").replaceChildren(...data.binds.map((text) => el("li", {}, text)));
}

const verdict = (effect) => (["raises", "lowers"].includes(effect?.verdict) ? "verdict stands" : "verdict");

/** What replicates found, in words. */
export function found(many) {
  const box = byId("found");
  if (!many) {
    box.replaceChildren("One pair of runs with the central parameters: a difference may have another sign than the effect. Effects need replicates (above) or pangwa batch.");
    return;
  }
  const how = many.plausible ? "each pair with its own vector of the plausible set" : "central parameter values in all pairs";
  const lines = [`${many.pairs} pairs with common random numbers, ${how}. ${many.counted ?? ""}`, ...many.failed];
  const moved = (many.moved ?? []).map((text) => el("li", {}, `The policy ${text}`));
  box.replaceChildren(...lines.map((text) => el("p", {}, text)), el("ul", {}, ...moved));
}
