// Questions to the server.

/** Why a question was not answered: the server's problem document (RFC 9457), or no answer at all. */
export class Refusal extends Error {
  constructor(problem) {
    super(problem.detail ?? "");
    this.kind = (problem.type ?? "").split(":").pop() || "unreachable";
    this.field = problem.field;
    this.rule = problem.rule;
  }
}

/** Asks for JSON. Parameters that are empty are left out, those that are lists are given several times. */
export async function ask(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== "" && one !== null && one !== undefined) query.append(name, one);
  }
  const text = query.toString();
  let response;
  try {
    response = await fetch(`/api/${path}${text ? `?${text}` : ""}`, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal({ detail: "" });
  }
  if (response.status === 401) location.assign("/login");
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer);
  return answer;
}
