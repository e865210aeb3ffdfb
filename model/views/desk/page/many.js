// Replicates of both runs in the background: progress, cancel, result.

import { byId } from "./dom.js";
import { ask, Refused } from "./post.js";

/** Run replicates; `done()` is called once there is a result. Returns { result, stop }. */
export function replicates(asked, plausible, done) {
  const own = new AbortController();
  const run = { result: null, stop: () => own.abort() };
  const [progress, said, cancel] = ["many-progress", "many-said", "many-cancel"].map(byId);
  const running = (now) => {
    progress.hidden = cancel.hidden = !now;
    byId("many-run").disabled = now;
  };
  const tell = (line) => {
    if (line.problems) throw new Refused(line.problems);
    if (line.of === undefined) {
      run.result = line;
      return;
    }
    [progress.max, progress.value] = [line.of, line.done];
    said.textContent = `${line.done} of ${line.of} runs`;
  };
  cancel.onclick = run.stop;
  running(true);
  lines("many", { ...asked, plausible }, own.signal, tell)
    .then(() => {
      if (!run.result) throw new Error("the answer was incomplete");
      said.textContent = `${run.result.pairs} pairs. Bands: medians and 10 to 90%; difference: mean and 95% interval; verdicts are in the table`;
      done();
    })
    .catch((error) => {
      said.textContent = error.name === "AbortError" ? "Cancelled" : error.message;
    })
    .finally(() => running(false));
  return run;
}

async function lines(where, asked, signal, tell) {
  const reader = (await ask(where, asked, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    parts.forEach((part) => tell(JSON.parse(part)));
  }
}
