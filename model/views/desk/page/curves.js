// Curves of both runs, and their difference below; bands once replicates have run.

import { byId, el, number, option, svg } from "./dom.js";

const [WIDE, HIGH, GAP, LOW] = [300, 158, 14, 76];
const [LEFT, RIGHT, BOTTOM] = [40, 6, 14];
const INSIDE = WIDE - LEFT - RIGHT;

/** Draw the panels. `choose(place, key)` is called when another curve is chosen for a panel. */
export function draw(data, keys, bands, choose) {
  const panels = keys.map((key, place) => panel(data, key, bands, (other) => choose(place, other), place));
  byId("curves").replaceChildren(...panels);
}

/** Move the line that marks the month. */
export function mark(month, months) {
  const x = LEFT + (INSIDE * month) / Math.max(months, 1);
  for (const line of document.querySelectorAll(".now")) {
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  }
}

function panel(data, key, bands, choose, place) {
  const curve = data.curves.find((one) => one.key === key) ?? data.curves[0];
  const list = el("select", { "aria-label": `Curve ${place + 1}`, onchange: (event) => choose(event.target.value) });
  list.append(...data.curves.map((one) => option(one.key, one.title, curve.key)));
  const band = bands?.[curve.key];
  const said = words(data, curve, band);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH + GAP + LOW + BOTTOM}`, role: "img", "aria-label": said });
  upper(drawing, curve, band, data);
  lower(drawing, curve, band);
  drawing.append(svg("line", { class: "now", y1: 0, y2: HIGH + GAP + LOW }));
  return el("figure", { class: "panel" }, el("div", { class: "row" }, list, el("span", { class: "unit" }, curve.unit)), drawing);
}

function words(data, curve, band) {
  const last = curve.values.map((values) => number(values[values.length - 1]));
  const at = data.dates[data.dates.length - 1];
  const mean = band ? ` Mean difference over replicates ${number(band.difference[1][band.difference[1].length - 1])}.` : "";
  return `${curve.title}, ${curve.unit}: ${last[0]} under the policy and ${last[1]} under the reference at the end of ${at}.${mean}`;
}

/** The scale of some values over a height, zero within it where that costs little room. */
function scale(lists, top, height, least) {
  const values = lists.flat().filter((value) => value !== null);
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (low > 0 && low < 0.5 * high) low = 0;
  if (least) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  if (high - low < 1e-9 * Math.max(1, Math.abs(high))) [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const room = 0.06 * (high - low);
  [low, high] = [low < 0 || low > room ? low - room : low, high + room];
  return { low, high, y: (value) => top + height - (height * (value - low)) / (high - low) };
}

function ticks(scaled) {
  const span = scaled.high - scaled.low;
  const raw = span / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= raw) ?? 10);
  const found = [];
  for (let at = Math.ceil(scaled.low / step) * step; at <= scaled.high; at += step) found.push(Math.abs(at) < step / 1e6 ? 0 : at);
  return found;
}

function line(values, y) {
  const step = INSIDE / Math.max(values.length - 1, 1);
  return values.map((value, month) => (value === null ? "" : `${month && values[month - 1] !== null ? "L" : "M"}${(LEFT + step * month).toFixed(1)} ${y(value).toFixed(1)}`)).join("");
}

function area(low, high, y) {
  const step = INSIDE / Math.max(low.length - 1, 1);
  const points = (values) => values.flatMap((value, month) => (value === null ? [] : [`${(LEFT + step * month).toFixed(1)},${y(value).toFixed(1)}`]));
  return [...points(high), ...points(low).reverse()].join(" ");
}

function axis(drawing, scaled) {
  for (const at of ticks(scaled)) {
    const y = scaled.y(at);
    drawing.append(svg("line", { class: at === 0 ? "zero" : "grid", x1: LEFT, x2: WIDE - RIGHT, y1: y, y2: y }));
    drawing.append(svg("text", { class: "tick", x: LEFT - 4, y: y + 3, "text-anchor": "end" }, short(at)));
  }
}

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${number(value / 1e6)}M`;
  return size >= 10000 ? `${number(value / 1e3)}k` : number(value);
}

function upper(drawing, curve, band, data) {
  const lists = band ? [...band.policy, ...band.reference] : curve.values;
  const scaled = scale(lists, 0, HIGH);
  axis(drawing, scaled);
  years(drawing, data.dates);
  for (const [side, name] of [[1, "reference"], [0, "policy"]]) {
    if (band) drawing.append(svg("polygon", { class: `band ${name}`, points: area(band[name][0], band[name][2], scaled.y) }));
    drawing.append(svg("path", { class: `line ${name}`, d: line(band ? band[name][1] : curve.values[side], scaled.y) }));
  }
}

function lower(drawing, curve, band) {
  const change = curve.values[0].map((value, month) => (value === null || curve.values[1][month] === null ? null : value - curve.values[1][month]));
  const lists = band ? band.difference : [change];
  const scaled = scale(lists, HIGH + GAP, LOW, true);
  axis(drawing, scaled);
  if (band) drawing.append(svg("polygon", { class: "band change", points: area(band.difference[0], band.difference[2], scaled.y) }));
  else drawing.append(svg("polygon", { class: "band change", points: area(change.map((value) => (value === null ? null : 0)), change, scaled.y) }));
  drawing.append(svg("path", { class: "line change", d: line(band ? band.difference[1] : change, scaled.y) }));
}

/** The beginning of years below the lower panel, as many as there is room for. */
function years(drawing, dates) {
  const found = dates.map((date, month) => [date, month - 1]).filter(([date]) => date.startsWith("Jan "));
  const every = Math.ceil(found.length / 6);
  const bottom = HIGH + GAP + LOW;
  for (const [date, month] of found.filter((_, place) => place % every === 0)) {
    const x = LEFT + (INSIDE * month) / Math.max(dates.length - 1, 1);
    drawing.append(svg("line", { class: "grid", x1: x, x2: x, y1: 0, y2: bottom }));
    drawing.append(svg("text", { class: "tick", x, y: bottom + 11, "text-anchor": "middle" }, date.slice(4)));
  }
}
