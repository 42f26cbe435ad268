"use strict";
// The list of replies: searched, filtered and shown a page at a time. Texts are only ever set as text, never as HTML.
(() => {
  const PAGE = 50;
  const FILTERS = ["suite", "model", "arm", "outcome", "rule"];
  const SEARCHED = ["prompt", "text", "answer", "target", "sample", "tags", "reasoning", "failure_message"];
  const GOOD = new Set(["right"]);
  const BAD = new Set(["wrong", "error"]);
  const { columns, rows } = JSON.parse(document.getElementById("data").textContent);
  const at = Object.fromEntries(columns.map((name, place) => [name, place]));
  const element = (id) => document.getElementById(id);
  const get = (row, name) => row[at[name]];
  let haystacks = null;
  let found = rows.map((_, place) => place);
  let first = 0;

  function make(tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function counted(name) {
    const counts = new Map();
    for (const row of rows) counts.set(get(row, name), (counts.get(get(row, name)) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  function addFilter(name) {
    const counts = counted(name);
    if (counts.length < 2) return;
    const label = make("label", name + " ");
    const select = make("select");
    select.id = "filter-" + name;
    select.append(new Option("all", ""));
    for (const [value, count] of counts) select.append(new Option(`${value || "none"} (${count})`, "=" + value));
    select.addEventListener("change", search);
    label.append(select);
    element("filters").append(label);
  }

  function wanted() {
    const filters = FILTERS.map((name) => [at[name], element("filter-" + name)?.value || ""]);
    return filters.filter(([, value]) => value).map(([place, value]) => [place, value.slice(1)]);
  }

  function search() {
    const words = element("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !haystacks) {
      haystacks = rows.map((row) => SEARCHED.map((name) => get(row, name)).join("\n").toLowerCase());
    }
    const filters = wanted();
    found = [];
    rows.forEach((row, place) => {
      if (filters.every(([column, value]) => row[column] === value) &&
          words.every((word) => haystacks[place].includes(word))) found.push(place);
    });
    first = 0;
    show();
  }

  function head(row) {
    const summary = make("summary");
    const outcome = get(row, "outcome");
    summary.append(
      make("span", outcome, "outcome" + (GOOD.has(outcome) ? " good" : BAD.has(outcome) ? " bad" : "")),
      make("span", get(row, "model")),
      make("span", get(row, "arm"), "faint"),
      make("span", get(row, "prompt").slice(0, 300), "wide faint"),
      make("span", (get(row, "text") || get(row, "failure_message")).slice(0, 300), "wide"),
    );
    return summary;
  }

  function verdict(row) {
    const parts = [get(row, "outcome")];
    if (get(row, "rule")) parts.push("rule " + get(row, "rule"));
    if (get(row, "answer")) parts.push("answer read: " + get(row, "answer"));
    if (get(row, "target")) parts.push("right answer: " + get(row, "target"));
    if (get(row, "failure")) parts.push(`${get(row, "failure")}: ${get(row, "failure_message")}`);
    return parts.join(" · ");
  }

  function facts(row) {
    const parts = [`${get(row, "suite")} ${get(row, "sample")}`, `repeat ${get(row, "repeat")}`];
    if (get(row, "tags")) parts.push(get(row, "tags"));
    if (get(row, "stop") && get(row, "stop") !== "stop") parts.push("ended by " + get(row, "stop"));
    if (get(row, "tokens_out") !== null) parts.push(`${get(row, "tokens_out")} tokens`);
    if (get(row, "seconds") !== null) parts.push(`${get(row, "seconds")} s`);
    if (get(row, "cost_usd") !== null) parts.push(`$${get(row, "cost_usd")}`);
    return parts.join(" · ");
  }

  function body(row) {
    const node = make("div", undefined, "body");
    const add = (title, text) => { if (text) node.append(make("h3", title), make("pre", text)); };
    add("system", get(row, "system"));
    add("prompt", get(row, "prompt"));
    add("earlier replies", get(row, "earlier"));
    add("reply", get(row, "text"));
    if (get(row, "reasoning")) {
      const folded = make("details");
      folded.append(make("summary", "reasoning"), make("pre", get(row, "reasoning")));
      node.append(folded);
    }
    add("verdict", verdict(row));
    node.append(make("p", facts(row), "faint"));
    return node;
  }

  function item(row) {
    const node = make("li");
    const details = make("details");
    details.append(head(row));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(body(row));
    });
    node.append(details);
    return node;
  }

  function show() {
    element("list").replaceChildren(...found.slice(first, first + PAGE).map((place) => item(rows[place])));
    const total = rows.length.toLocaleString("en");
    element("count").textContent = `${found.length.toLocaleString("en")} of ${total} replies`;
    const last = Math.min(first + PAGE, found.length);
    element("place").textContent = found.length ? `${first + 1} to ${last}` : "none";
    element("back").disabled = first === 0;
    element("on").disabled = last >= found.length;
  }

  function turn(by) {
    first += by;
    show();
    element("replies").scrollIntoView();
  }

  FILTERS.forEach(addFilter);
  element("search").addEventListener("input", search);
  element("filters").addEventListener("submit", (event) => event.preventDefault());
  element("back").addEventListener("click", () => turn(-PAGE));
  element("on").addEventListener("click", () => turn(PAGE));
  show();
})();
