// Scenario files and results to keep, and the commands that repeat them.

import { ask as asked } from "./address.js";
import { byId, el } from "./dom.js";
import { ask } from "./post.js";

/** Offer what there is to keep of the runs shown. */
export function downloads(data, state) {
  const now = asked(state);
  const names = data.files.map((name, place) => (data.files.length > 1 && place === 0 ? ["before", name] : ["", name]));
  const buttons = names.map(([which, name]) => button(`Save scenario ${name}`, "saved", { ...now, which }, name));
  if (state.before && names.length === 1 && !state.set.size) buttons.splice(0, 1, button(`Save scenario ${names[0][1]}`, "saved", { ...now, which: "before" }, names[0][1]));
  const zip = button("Save the run (ZIP of CSV files)", "files", now, "run.zip");
  byId("saving").replaceChildren(...buttons, zip, el("span", { id: "saving-said", class: "small", role: "status" }));
  byId("commands").textContent = data.commands.join("\n");
}

function button(text, where, what, name) {
  const save = async () => {
    try {
      const content = await (await ask(where, what)).blob();
      const link = el("a", { href: URL.createObjectURL(content), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    } catch (error) {
      byId("saving-said").textContent = error.message;
    }
  };
  return el("button", { type: "button", onclick: save }, text);
}
