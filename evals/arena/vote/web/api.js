// What is asked of the server. The token comes with the link, after its #, stays in this tab, and goes with each request.

const KEY = "evals-token";

export function token() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has("token")) {
    sessionStorage.setItem(KEY, given.get("token"));
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY) || "";
}

export function keep(given) {
  sessionStorage.setItem(KEY, given);
  history.replaceState(null, "", location.pathname);
}

export function share() {
  return new URLSearchParams(location.hash.slice(1)).get("join") || "";
}

export function unique() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Refusal extends Error {
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

// Sent again, in the same words, until the server answers: it counts what has the same id once.
export async function ask(path, body, waiting = () => {}) {
  for (let pause = 300; ; pause = Math.min(pause * 2, 2_000)) {
    try {
      const answer = await once(path, body);
      waiting(false);
      return answer;
    } catch (error) {
      if (error instanceof Refusal && ![429, 502, 503, 504].includes(error.status)) {
        waiting(false);
        throw error;
      }
      waiting(true, error instanceof Refusal ? error.message : "");
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

async function once(path, body) {
  const headers = { Authorization: `Bearer ${token()}` };
  if (body) headers["Content-Type"] = "application/json";
  const how = { method: body ? "POST" : "GET", headers, credentials: "omit", cache: "no-store" };
  if (body) how.body = JSON.stringify(body);
  const answer = await fetch(path, how);
  const told = await answer.json();
  if (!answer.ok) throw new Refusal(answer.status, told.error || "the server refused");
  return told;
}
