"use strict";
// The list of replies: searched, filtered, ordered and shown a page at a time. Texts are only ever set as text, never as HTML.
(() => {
  const PAGE = 50;
  const FOLD = 4000;  // characters of a text that are shown at once
  const BLOCK = 20000;  // characters that a browser lays out at once
  const FILTERS = ["run", "suite", "model", "arm", "outcome", "rule"];
  const SEARCHED = [
    "prompt", "text", "answer", "target", "sample", "rule", "calls", "reasoning", "earlier", "failure_message", "system",
  ];
  const ORDERS = {
    "as asked": null,
    "longest reply first": (place) => -get(place, "text").length,
    "most tokens first": (place) => -(data.numbers.tokens_out[place] ?? -1),
    "slowest first": (place) => -(data.numbers.seconds[place] ?? -1),
    "dearest first": (place) => -(data.numbers.cost_usd[place] ?? -1),
  };
  const GOOD = new Set(["right"]);
  const BAD = new Set(["wrong", "error"]);
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = (id) => document.getElementById(id);
  const lower = new Map();
  let found = [];
  let first = 0;

  function said({ values, codes }, place) {
    return codes[place] < 0 ? "" : values[codes[place]];
  }

  function get(place, name) {
    return said(data.columns[name], place);
  }

  function make(tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  // Filters: one a label of which there are several values, and one for the tags, whichever is chosen.

  function options(coded) {
    const counts = new Map();
    for (const code of coded.codes) counts.set(code, (counts.get(code) || 0) + 1);
    const named = [...counts].map(([code, count]) => [code, count, code < 0 ? "" : coded.values[code]]);
    return named.sort((a, b) => b[1] - a[1]);
  }

  function fill(select, coded) {
    select.replaceChildren(new Option("all", ""));
    for (const [code, count, value] of options(coded)) {
      select.append(new Option(`${value.slice(0, 80) || "none"} (${count.toLocaleString("en")})`, code));
    }
  }

  function labelled(title, select) {
    const label = make("label", title + " ");
    label.append(select);
    element("filters").append(label);
    return select;
  }

  function addFilter(name) {
    if (new Set(data.columns[name].codes).size < 2) return;
    const select = labelled(name, make("select"));
    select.id = "filter-" + name;
    fill(select, data.columns[name]);
    select.addEventListener("change", search);
  }

  function addTags() {
    const names = Object.keys(data.tags).filter((name) => data.tags[name].values.length + data.tags[name].codes.includes(-1) > 1);
    if (!names.length) return;
    const chosen = labelled("tag", make("select"));
    chosen.id = "tag";
    chosen.append(new Option("any", ""), ...names.map((name) => new Option(name, name)));
    const value = labelled("is", make("select"));
    value.id = "tag-value";
    value.parentElement.hidden = true;
    chosen.addEventListener("change", () => {
      value.parentElement.hidden = !chosen.value;
      if (chosen.value) fill(value, data.tags[chosen.value]); else value.replaceChildren();
      search();
    });
    value.addEventListener("change", search);
  }

  function addOrder() {
    const select = labelled("order", make("select"));
    select.id = "order";
    const known = { "most tokens first": "tokens_out", "slowest first": "seconds", "dearest first": "cost_usd" };
    const able = (name) => !known[name] || data.numbers[known[name]].some((value) => value);
    select.append(...Object.keys(ORDERS).filter(able).map((name) => new Option(name, name)));
    select.addEventListener("change", search);
  }

  function wanted() {
    const filters = FILTERS.map((name) => [data.columns[name], element("filter-" + name)?.value]);
    const tag = element("tag")?.value;
    if (tag) filters.push([data.tags[tag], element("tag-value").value]);
    return filters.filter(([, value]) => value).map(([coded, value]) => [coded.codes, Number(value)]);
  }

  // Search: each word is looked for once in each different text, and then in each reply by the number of its text.

  function lowered(name) {
    if (!lower.has(name)) lower.set(name, data.columns[name].values.map((value) => value.toLowerCase()));
    return lower.get(name);
  }

  function prepare(names) {
    if (!names.length) return;
    lowered(names[0]);
    setTimeout(() => prepare(names.slice(1)), 20);
  }

  function having(word) {
    const has = new Uint8Array(data.count);
    for (const name of SEARCHED) {
      const hits = lowered(name).map((value) => value.includes(word));
      if (!hits.some(Boolean)) continue;
      data.columns[name].codes.forEach((code, place) => { if (code >= 0 && hits[code]) has[place] = 1; });
    }
    for (const coded of Object.values(data.tags)) {
      const hits = coded.values.map((value) => value.toLowerCase().includes(word));
      if (!hits.some(Boolean)) continue;
      coded.codes.forEach((code, place) => { if (code >= 0 && hits[code]) has[place] = 1; });
    }
    return has;
  }

  function search() {
    const words = element("search").value.toLowerCase().split(/\s+/).filter(Boolean).map(having);
    const filters = wanted();
    found = [];
    for (let place = 0; place < data.count; place += 1) {
      if (filters.every(([codes, code]) => codes[place] === code) && words.every((has) => has[place])) found.push(place);
    }
    const by = ORDERS[element("order").value];
    if (by) {
      const keys = new Float64Array(data.count);
      for (const place of found) keys[place] = by(place);
      found.sort((one, other) => keys[one] - keys[other] || one - other);
    }
    first = 0;
    show();
  }

  // One reply

  function head(place) {
    const summary = make("summary");
    const outcome = get(place, "outcome");
    summary.append(
      make("span", outcome, "outcome" + (GOOD.has(outcome) ? " good" : BAD.has(outcome) ? " bad" : "")),
      make("span", get(place, "model")),
      make("span", get(place, "arm"), "faint"),
      make("span", get(place, "prompt").slice(0, 300), "wide faint"),
      make("span", (get(place, "text") || get(place, "failure_message")).slice(0, 300), "wide"),
    );
    return summary;
  }

  // A long text, in blocks of which the browser lays out only those that are seen.
  function blocks(text) {
    const parts = [];
    for (let start = 0; start < text.length;) {
      const line = text.lastIndexOf("\n", start + BLOCK);
      const end = start + BLOCK >= text.length ? text.length : line > start ? line + 1 : start + BLOCK;
      parts.push(make("span", text.slice(start, end), "block"));
      start = end;
    }
    return parts;
  }

  function verbatim(text) {
    const pre = make("pre");
    pre.tabIndex = 0;
    if (text.length <= FOLD) {
      pre.textContent = text;
      return [pre];
    }
    pre.textContent = text.slice(0, FOLD) + "…";
    const more = make("button", `show all ${text.length.toLocaleString("en")} characters`);
    more.type = "button";
    more.addEventListener("click", () => {
      pre.replaceChildren(...blocks(text));
      more.remove();
      pre.focus();
    });
    return [pre, more];
  }

  function folded(title, text) {
    const node = make("details");
    node.append(make("summary", title));
    node.addEventListener("toggle", () => { if (node.children.length === 1) node.append(...verbatim(text)); });
    return node;
  }

  function pictures(place) {
    return get(place, "images").split("\n").filter(Boolean).map((file, nth) => {
      if (!data.pictures[file]) return make("p", `picture ${nth + 1} lies in the run's folder: images/${file}`, "faint");
      const picture = make("img");
      picture.src = data.pictures[file];
      picture.alt = `picture ${nth + 1}, as the model was shown it`;
      return picture;
    });
  }

  function verdict(place) {
    const parts = [get(place, "outcome")];
    if (get(place, "rule")) parts.push("rule " + get(place, "rule"));
    if (get(place, "answer")) parts.push("answer read: " + get(place, "answer"));
    if (get(place, "target")) parts.push("right answer: " + get(place, "target"));
    if (get(place, "failure")) parts.push(`${get(place, "failure")}: ${get(place, "failure_message")}`);
    return parts.join(" · ");
  }

  function facts(place) {
    const number = (name) => data.numbers[name][place];
    const spread = (kind) => Object.entries(data[kind]).filter(([, coded]) => coded.codes[place] >= 0)
      .map(([name, coded]) => `${name} ${said(coded, place)}`).join(", ");
    const parts = [`${get(place, "suite")} ${get(place, "sample")}`, `repeat ${number("repeat")}`];
    if (spread("tags")) parts.push(spread("tags"));
    if (spread("notes")) parts.push("the scorer notes " + spread("notes"));
    if (get(place, "stop") && get(place, "stop") !== "stop") parts.push("ended by " + get(place, "stop"));
    if (number("tokens_out") !== null) parts.push(`${number("tokens_out")} tokens`);
    if (number("tokens_reasoning")) parts.push(`${number("tokens_reasoning")} of reasoning`);
    if (number("seconds") !== null) parts.push(`${number("seconds")} s`);
    if (number("cost_usd") !== null) parts.push(`$${number("cost_usd")}`);
    return parts.join(" · ");
  }

  function link(place) {
    const node = make("a", "link to this reply");
    node.href = "#reply-" + data.ids[place];
    return node;
  }

  function body(place) {
    const node = make("div", undefined, "body");
    const add = (title, ...parts) => { if (parts.length) node.append(make("h3", title), ...parts); };
    const text = (title, name) => { if (get(place, name)) add(title, ...verbatim(get(place, name))); };
    text("system", "system");
    text("prompt", "prompt");
    add("pictures", ...pictures(place));
    text("earlier replies", "earlier");
    text("tool calls", "calls");
    text("reply", "text");
    if (get(place, "reasoning")) node.append(folded("reasoning", get(place, "reasoning")));
    add("verdict", ...verbatim(verdict(place)));
    const last = make("p", facts(place) + " · ", "faint");
    last.append(link(place));
    node.append(last);
    return node;
  }

  function item(place) {
    const node = make("li");
    node.id = "reply-" + data.ids[place];
    const details = make("details");
    details.append(head(place));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(body(place));
    });
    node.append(details);
    return node;
  }

  // The page of the list

  function show() {
    element("list").replaceChildren(...found.slice(first, first + PAGE).map(item));
    const count = found.length.toLocaleString("en");
    element("count").textContent = `${count} of ${data.count.toLocaleString("en")} replies`;
    const last = Math.min(first + PAGE, found.length);
    element("place").textContent = found.length ? `${(first + 1).toLocaleString("en")} to ${last.toLocaleString("en")}` : "none";
    element("back").disabled = first === 0;
    element("on").disabled = last >= found.length;
  }

  function turn(by) {
    first += by;
    show();
    element("replies").scrollIntoView();
    element("list").querySelector("summary")?.focus({ preventScroll: true });
  }

  // A link to a reply leads to it, whatever is searched for at the time.
  function follow() {
    const place = data.ids.indexOf(location.hash.replace(/^#reply-/, ""));
    if (place < 0) return;
    if (!found.includes(place)) {
      element("filters").reset();
      element("tag")?.dispatchEvent(new Event("change"));
      search();
    }
    first = Math.floor(found.indexOf(place) / PAGE) * PAGE;
    show();
    const details = element("reply-" + data.ids[place]).firstElementChild;
    details.open = true;
    details.scrollIntoView();
    details.firstElementChild.focus({ preventScroll: true });
  }

  FILTERS.forEach(addFilter);
  addTags();
  addOrder();
  element("search").addEventListener("input", search);
  element("filters").addEventListener("submit", (event) => event.preventDefault());
  element("back").addEventListener("click", () => turn(-PAGE));
  element("on").addEventListener("click", () => turn(PAGE));
  addEventListener("hashchange", follow);
  for (const node of document.querySelectorAll("#replies [hidden]")) node.hidden = false;
  search();
  addEventListener("load", () => setTimeout(follow));  // after the browser's own jump, which takes the focus away
  setTimeout(() => prepare(SEARCHED), 100);
})();
