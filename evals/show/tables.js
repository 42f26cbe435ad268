"use strict";
// The tables of the reports: sorted by a click on a head, filtered by a text. Without this they stand as reported.
(() => {
  const MANY = 20;  // a table of fewer rows is seen at a glance
  const NUMBER = /^[+\-\u2212]?[\d,]*\.?\d+/;

  function number(text) {
    const found = NUMBER.exec(text.trim());
    return found ? parseFloat(found[0].replaceAll(",", "").replace("\u2212", "-")) : NaN;
  }

  // A name that is shown only where it changes is said in every row while rows are apart from their neighbours.
  function read(table) {
    const before = [];
    return [...table.tBodies[0].rows].map((row, place) => {
      const texts = [...row.cells].map((cell, column) => {
        const named = cell.tagName === "TH" && column === 0 && !cell.textContent;
        return before[column] = named ? before[column] || "" : cell.textContent;
      });
      return { row, place, texts, lower: texts.join("\n").toLowerCase(), blank: !row.cells[0].textContent };
    });
  }

  function compare(column, numeric, turn) {
    return (one, other) => {
      if (!numeric) return turn * one.texts[column].localeCompare(other.texts[column]) || one.place - other.place;
      const [a, b] = [number(one.texts[column]), number(other.texts[column])];
      if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b) || one.place - other.place;
      return turn * (a - b) || one.place - other.place;
    };
  }

  function alive(table) {
    const rows = read(table);
    const state = { column: -1, turn: 0, wanted: [] };

    function show() {
      const order = [...rows];
      if (state.turn) {
        const filled = rows.filter((row) => row.texts[state.column].trim() && row.texts[state.column] !== "–");
        const numeric = filled.filter((row) => !isNaN(number(row.texts[state.column]))).length * 2 > filled.length;
        order.sort(compare(state.column, numeric, state.turn));
      }
      const asReported = !state.turn && !state.wanted.length;
      for (const each of order) {
        each.row.hidden = !state.wanted.every((word) => each.lower.includes(word));
        if (each.blank) each.row.cells[0].textContent = asReported ? "" : each.texts[0];
      }
      table.tBodies[0].replaceChildren(...order.map((each) => each.row));
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        const turn = column === state.column ? state.turn : 0;
        if (turn) head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
    }

    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "sort; a third time: as reported";
      button.append(...head.childNodes);
      button.addEventListener("click", () => {
        const before = state.column === column ? state.turn : 0;
        state.column = column;
        state.turn = before === 0 ? 1 : before === 1 ? -1 : 0;
        show();
      });
      head.append(button);
    });

    if (rows.length < MANY) return;
    const label = document.createElement("label");
    label.className = "narrowed";
    label.append("only rows with ");
    const input = document.createElement("input");
    input.type = "search";
    input.addEventListener("input", () => {
      state.wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      show();
    });
    label.append(input);
    table.parentElement.before(label);
  }

  document.querySelectorAll("main .scroll > table").forEach((table) => table.rows.length > 2 && alive(table));

  // On paper nothing can be unfolded.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("section:not(#replies) details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
})();
