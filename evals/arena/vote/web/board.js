// The board: who stands where, for those who are done voting; and how people vote, for whoever runs it.

const SPACE = "http://www.w3.org/2000/svg";
const wanted = { category: "", style: "", everyone: "" };

function make(tag, text = "", attributes = {}) {
  const found = document.createElement(tag);
  found.textContent = text;
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
}

function table(caption, heads, rows) {
  const scroll = make("div", "", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption });
  const found = make("table");
  found.append(make("caption", caption));
  const head = found.createTHead().insertRow();
  for (const name of heads) head.append(make("th", name, { scope: "col" }));
  const body = found.createTBody();
  for (const [first, ...others] of rows) {
    const row = body.insertRow();
    row.append(make("th", first, { scope: "row" }));
    for (const cell of others) {
      const place = row.insertCell();
      place.append(cell instanceof Node ? cell : document.createTextNode(cell));
    }
  }
  scroll.append(found);
  return scroll;
}

const percent = (value) => `${Math.round(100 * value)} %`;
const whole = (value) => Math.round(value).toLocaleString("en");
const share = (of) => (of ? `${percent(of[0])} (${percent(of[1])} to ${percent(of[2])})` : "–");
const number = (of) => (of ? `${of[0].toFixed(2)} (${of[1].toFixed(2)} to ${of[2].toFixed(2)})` : "–");
const parts = ([hits, all]) => (all ? `${hits} of ${all}` : "–");
const rank = (each) => (each.rank_low === each.rank_high ? `${each.rank_low}` : `${each.rank_low}–${each.rank_high}`);

// A rating as a point with its interval, on one scale for all of a group.
function bar(each, low, high) {
  const at = (value) => 4 + (192 * (value - low)) / (high - low || 1);
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", "0 0 200 20");
  svg.setAttribute("role", "img");
  svg.setAttribute("class", "interval");
  svg.setAttribute("aria-label", `${whole(each.rating)}, between ${whole(each.low)} and ${whole(each.high)}`);
  const part = (tag, attributes) => {
    const found = document.createElementNS(SPACE, tag);
    for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
    svg.append(found);
  };
  const [from, to] = [at(each.low), at(each.high)];
  part("line", { x1: 0, x2: 200, y1: 10, y2: 10, class: "scale" });
  part("rect", { x: from, y: 6, width: Math.max(1, to - from), height: 8, rx: 2 });
  part("circle", { cx: at(each.rating), cy: 10, r: 4 });
  return svg;
}

function standings(group, title) {
  const low = Math.min(...group.standings.map((each) => each.low));
  const high = Math.max(...group.standings.map((each) => each.high));
  const rows = group.standings.map((each) => [
    each.model, rank(each), whole(each.rating) + (each.finite ? "" : " *"), bar(each, low, high),
    `${whole(each.low)} to ${whole(each.high)}`, whole(each.battles), percent(each.win_rate),
  ]);
  return table(title, ["model", "rank", "rating", "interval", "95 %", "battles", "wins on average"], rows);
}

function heat(group) {
  const models = group.standings.map((each) => each.model);
  const rows = models.map((name, row) => [name, ...models.map((other, column) => {
    const cell = make("span", "", { class: "cell" });
    const value = group.share[row][column];
    if (row === column || value === null) return document.createTextNode("");
    cell.textContent = percent(value);
    cell.append(make("small", ` of ${whole(group.met[row][column])}`));
    const side = value >= 0.5 ? "--bar" : "--warn-ink";
    cell.style.background = `color-mix(in srgb, var(${side}) ${Math.round(70 * Math.abs(value - 0.5))}%, transparent)`;
    return cell;
  })]);
  return table("Points won, row against column", ["", ...models], rows);
}

function choices(told, again) {
  const form = make("form");
  const label = make("label", "Category ");
  const select = make("select");
  for (const name of ["", ...told.categories]) select.append(new Option(name || "all", name, false, name === wanted.category));
  select.addEventListener("change", () => { wanted.category = select.value; again(); });
  label.append(select);
  form.append(label);
  const toggle = (name, text) => {
    const button = make("button", text, { type: "button", "aria-pressed": String(Boolean(wanted[name])) });
    button.addEventListener("click", () => { wanted[name] = wanted[name] ? "" : "1"; again(); });
    form.append(button);
  };
  toggle("style", "Looks set apart");
  if (told.judges) toggle("everyone", "With judges and rules");
  return form;
}

function people(told) {
  const rows = told.people.map((each) => [
    each.name, whole(each.votes), whole(each.skipped), share(each.left), share(each.ties), share(each.bad),
    each.seconds === null ? "–" : `${each.seconds.toFixed(1)} s`, parts(each.checks), parts(each.same),
  ]);
  const heads = ["who", "votes", "skipped", "of decided, left", "ties", "both bad", "median time", "checks passed", "same again"];
  const found = [make("h2", "People"), table("How each person votes", heads, rows)];
  if (told.suspects.length) {
    found.push(make("p", `Flagged as not looking, or voting the other way: ${told.suspects.map((each) => each.name).join(", ")}. Of those flagged at most 5 % are so by chance.`));
  }
  const { agreement } = told;
  if (agreement.judges.length) {
    const judges = agreement.judges.map((each) => [each.judge, whole(each.pairs), share(each.alike), number(each.kappa)]);
    found.push(table("Judges and rules with people", ["judge", "votes compared", "say the same", "Cohen's kappa"], judges));
  }
  if (!agreement.pairs) return [...found, make("p", "No two people have voted on one pair yet.")];
  found.push(make("p", `Two people say the same of ${share(agreement.alike)} of ${whole(agreement.pairs)} pairs compared; Krippendorff's alpha is ${number(agreement.alpha)}.`));
  const two = agreement.two.map((each) => [`${each.one} and ${each.other}`, whole(each.pairs), number(each.kappa)]);
  found.push(table("Agreement beyond chance", ["who", "pairs", "Cohen's kappa"], two));
  if (told.conflicts.length) {
    const apart = told.conflicts.map((each) => [
      each.question.slice(0, 200), Object.entries(each.votes).map(([who, what]) => `${who}: ${what}`).join("; "),
    ]);
    const details = make("details");
    details.append(make("summary", "Where they do not agree"), table("Pairs on which people differ", ["question", "votes"], apart));
    found.push(details);
  }
  return found;
}

export async function board(place, ask) {
  const again = () => board(place, ask);
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  const told = await ask(`/api/board?${query}`);
  const found = [make("h2", "Board"), choices(told, again), make("p", `${whole(told.battles)} ${wanted.everyone ? "votes and verdicts" : "votes"} count here.`, { class: "faint" })];
  told.groups.forEach((group, number) => {
    const title = told.groups.length > 1 ? `Ratings, group ${number + 1}` : "Ratings";
    found.push(standings(group, title), heat(group));
  });
  for (const note of told.notes) found.push(make("p", note));
  if (told.people) found.push(...people(told));
  place.replaceChildren(...found);
}
