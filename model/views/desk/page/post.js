// Questions to the server. Addresses are relative, so that the page works below any path of a proxy.

/** The server says what is wrong with what was asked. */
export class Refused extends Error {
  constructor(problems) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

export async function ask(where, asked, signal) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(where, { method: "POST", headers, body: JSON.stringify(asked), signal });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ problems: [`the server answered ${answer.status}`] }));
  throw new Refused(told.problems);
}

export const post = async (where, asked, signal) => (await ask(where, asked, signal)).json();
