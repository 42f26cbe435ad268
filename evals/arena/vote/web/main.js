// The page: shows what the server tells of the pair at hand, and sends what is said of it.

import { Refusal, ask, keep, share, token, unique } from "/web/api.js";
import { board } from "/web/board.js";

const $ = (id) => document.getElementById(id);
const VIEWS = ["join", "ask", "vote", "end", "board"];
const SAID = {
  model_a: "You said: A is better.",
  model_b: "You said: B is better.",
  tie: "You said: a tie.",
  "tie (bothbad)": "You said: both are bad.",
};
const WINNER = {
  1: "model_a", a: "model_a", 2: "model_b", b: "model_b", 3: "tie", t: "tie", 4: "tie (bothbad)", n: "tie (bothbad)",
};

let view = null;      // what the server told last
let busy = false;     // something was sent and not answered yet: nothing else is
let raw = false;
let placed = "";      // the pair whose texts stand on the page
let seen = 0;         // milliseconds that this pair has been looked at
let since = 0;

function show(name) {
  for (const each of VIEWS) $(each).hidden = each !== name;
  for (const each of ["vote", "ask", "board"]) $(`tab-${each}`).setAttribute("aria-pressed", String(each === name || (each === "vote" && name === "end")));
}

function say(text) {
  $("status").textContent = text;
}

function notice(text) {
  $("notice").hidden = !text;
  $("notice").textContent = text;
}

function waiting(is, why) {
  notice(is ? `The server does not answer${why ? ` (${why})` : ""}. What you said is kept here and sent again.` : "");
}

// The text of a model, which the server has made harmless: parsed apart, where nothing runs, then put in place.
function fill(place, text) {
  place.classList.toggle("raw", raw);
  if (raw) place.textContent = text.raw;
  else place.replaceChildren(...new DOMParser().parseFromString(text.html, "text/html").body.childNodes);
}

function element(tag, text, name = "") {
  const found = document.createElement(tag);
  found.textContent = text;
  if (name) found.className = name;
  return found;
}

function texts() {
  const { battle } = view;
  const asked = [];
  for (const turn of battle.before) asked.push(element("p", turn.role, "role"), element("pre", turn.raw));
  if (asked.length) asked.push(element("p", "user", "role"));
  const question = document.createElement("div");
  question.className = "text";
  question.dir = "auto";
  fill(question, battle.question);
  $("asked").replaceChildren(...asked, question);
  const places = document.querySelectorAll("#answers .text");
  battle.answers.forEach((answer, side) => fill(places[side], answer));
  $("masked").hidden = !battle.hidden;
  measure();
}

// Folding is for both or for neither, so that it says nothing of either.
function measure() {
  const places = [...document.querySelectorAll("#answers .text")];
  const folded = $("answers").classList.contains("folded");
  if (folded) $("fold").hidden = !places.some((place) => place.scrollHeight > place.clientHeight + 1);
  $("fold").textContent = folded ? "Unfold both" : "Fold both";
  $("fold").setAttribute("aria-pressed", String(!folded));
}

function clock() {
  const now = performance.now();
  if (since) seen += now - since;
  since = document.visibilityState === "visible" ? now : 0;
}

function draw(told, fresh) {
  view = told;
  const { battle } = told;
  $("progress").textContent = `${told.person}: ${told.done} of ${told.goal}`;
  $("tab-ask").hidden = !told.live;
  if (!battle || (told.finished && battle.state !== "open" && fresh && !battle.live)) {
    $("thanks").textContent = told.goal
      ? `You have given ${told.done} votes. Thank you.` : "There is no pair to vote on: two models must have answered one question differently.";
    $("undo-end").hidden = !told.undo;
    show("end");
    say("That was all.");
    return;
  }
  show("vote");
  if (fresh || placed !== battle.id) {
    placed = battle.id;
    $("comment").value = "";
    $("answers").classList.add("folded");
    [seen, since] = [0, 0];
    clock();
    texts();
    scrollTo(0, 0);
    for (const place of document.querySelectorAll("#answers .text")) place.scrollTop = 0;
  }
  bar(battle, told.undo);
}

function bar(battle, undo) {
  const open = battle.state === "open";
  $("choose").hidden = $("skip").hidden = !open;
  document.querySelector("#more .comment").hidden = !open;
  $("after").hidden = open;
  $("undo").hidden = !undo;
  $("undo").firstChild.textContent = open && undo ? "Undo the last" : "Undo";
  $("reveal").hidden = battle.state !== "voted" || Boolean(battle.names) || !view.reveals;
  $("head-a").textContent = battle.names ? `A: ${battle.names[0]}` : "Answer A";
  $("head-b").textContent = battle.names ? `B: ${battle.names[1]}` : "Answer B";
  const [a, b] = document.querySelectorAll("#answers article");
  a.classList.toggle("chosen", battle.winner === "model_a");
  b.classList.toggle("chosen", battle.winner === "model_b");
  const names = battle.names && !open ? ` A is ${battle.names[0]}, B is ${battle.names[1]}.` : "";
  const what = SAID[battle.winner] || (battle.state === "skipped" ? "You skipped this pair." : "Your vote is taken back, and the pair closed: you have seen the names.");
  $("said").textContent = open ? "" : what + names;
  if (!open) say($("said").textContent);
}

async function doing(what) {
  if (busy) return;
  busy = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    await what();
  } catch (error) {
    if (error instanceof Refusal && error.status === 409 && $("ask").hidden) {
      draw(await ask("/api/look"), true);
      notice(`Nothing was changed: ${error.message}.`);
    } else if (error instanceof Refusal) {
      notice(error.message);
    } else throw error;
  } finally {
    busy = false;
    document.body.removeAttribute("aria-busy");
  }
}

function tell(kind, more = {}, about = view.battle) {
  return doing(async () => {
    const told = await ask("/api/say", { id: unique(), deal: about.id, turn: about.turn, kind, ...more }, waiting);
    const same = view.battle && told.battle && view.battle.id === told.battle.id && view.battle.state !== "skipped";
    draw(told, !same);
    if (kind === "skip") return;
    if (told.battle && told.battle.state !== "open") $("after").focus({ preventScroll: true });
    else $("head-a").scrollIntoView({ block: "nearest" });
  });
}

function vote(winner) {
  if (!open()) return;
  clock();
  const comment = $("comment").value.trim();
  tell("vote", { winner, comment, seconds: Math.round(seen) / 1000 });
}

const open = () => view && view.battle && view.battle.state === "open" && !$("vote").hidden;
const voted = () => view && view.battle && view.battle.state !== "open" && !$("vote").hidden;

function asking() {
  show("ask");
  $("prompt").focus();
}

function next() {
  if (!voted()) return;
  if (view.battle.live) return asking();
  doing(async () => {
    draw(await ask("/api/next", {}, waiting), true);
    if (view.battle) say(`Next pair: ${view.done} of ${view.goal}.`);
    document.activeElement.blur();
  });
}

function undo() {
  if (view && view.undo) tell("undo", {}, view.undo);
}

function skip() {
  if (open()) $("reasons").showModal();
}

function reveal() {
  if (voted() && !$("reveal").hidden) tell("reveal");
}

function fold() {
  $("answers").classList.toggle("folded");
  measure();
}

function plain() {
  raw = !raw;
  $("raw").setAttribute("aria-pressed", String(raw));
  if (view && view.battle) texts();
}

function scroll(by) {
  const places = [...document.querySelectorAll("#answers .text")];
  if (places.some((place) => place.scrollHeight > place.clientHeight + 1)) for (const place of places) place.scrollBy(0, by);
  else scrollBy(0, by);
}

const ACTS = {
  s: skip, u: undo, " ": reveal, Enter: next, r: plain, f: fold,
  j: () => scroll(120), k: () => scroll(-120), "?": () => $("help").showModal(),
};

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const reasons = $("reasons");
  if (reasons.open && /^[1-4]$/.test(event.key)) {
    reasons.querySelectorAll("button")[event.key - 1].click();
    event.preventDefault();
    return;
  }
  if (document.querySelector("dialog[open]") || event.target.closest("input, textarea, select")) return;
  // A button or link that has the focus is what space and enter press.
  if (event.target.closest("button, a, summary") && (event.key === "Enter" || event.key === " ")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = WINNER[key] ? () => vote(WINNER[key]) : ACTS[key];
  if (!act || $("vote").hidden && !(key === "u" && !$("end").hidden)) return;
  event.preventDefault();
  act();
}

// The second click of a double click is not one more.
function on(id, act) {
  $(id).addEventListener("click", (event) => { if (event.detail < 2) act(); });
}

async function begin() {
  if (!token()) {
    show("join");
    if (!share()) {
      $("join").hidden = true;
      notice("This page needs the link that evals arena vote has printed, with all that comes after its #.");
    }
    return;
  }
  await doing(async () => {
    const told = await ask("/api/look", null, waiting);
    if (told.host) {
      $("tab-vote").hidden = true;
      $("progress").textContent = "for whoever runs this";
      await board($("board"), ask);
      show("board");
      return;
    }
    view = told.battle ? told : await ask("/api/next", {}, waiting);
    $("tab-ask").hidden = !view.live;
    if (view.live && !view.battle) asking();
    else draw(view, true);
  });
}

for (const button of document.querySelectorAll("[data-winner]")) {
  button.addEventListener("click", (event) => { if (event.detail < 2) vote(button.dataset.winner); });
}
on("next", next);
on("reveal", reveal);
on("undo", undo);
on("undo-end", undo);
on("skip", skip);
on("raw", plain);
on("fold", fold);
on("tab-help", () => $("help").showModal());
on("tab-vote", begin);
on("tab-ask", asking);
$("ask").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("prompt").value;
  const button = $("ask").querySelector("button");
  if (!text.trim()) return;
  doing(async () => {
    button.disabled = true;
    button.textContent = "Both are answering";
    say("Both are answering; they are shown when both have ended.");
    try {
      draw(await ask("/api/ask", { id: unique(), text }, waiting), true);
      $("prompt").value = "";
      say("Both have answered.");
    } finally {
      button.disabled = false;
      button.textContent = "Ask both";
    }
  });
});
on("tab-board", () => doing(async () => { await board($("board"), ask); show("board"); }));
$("reasons").addEventListener("close", () => {
  const reason = $("reasons").returnValue;
  $("reasons").returnValue = "";
  if (reason) tell("skip", { reason });
});
$("join").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  doing(async () => {
    keep((await ask("/api/join", { share: share(), name: $("name").value })).token);
    notice("");
  }).then(() => token() && begin());
});
addEventListener("keydown", press);
addEventListener("hashchange", begin);
addEventListener("resize", () => view && view.battle && measure());
document.addEventListener("visibilitychange", clock);
begin();
