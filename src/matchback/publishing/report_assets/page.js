"use strict";
// Lets people sort every table and filter the long ones. The page is whole without it; it loads, keeps and sends nothing.
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const make = (tag, kind, text) => {
    const made = document.createElement(tag);
    made.className = kind;
    made.textContent = text;
    return made;
  };

  // The number of a cell: without the marks of thousands, percent signs and units. Without a digit there is none.
  const figure = (text) => {
    const digits = text.replace(/,/g, "").match(/-?\d+(\.\d+)?/);
    return digits ? Number(digits[0]) : null;
  };

  const compare = (isFigure) => (one, other) => {
    if (!isFigure) return collator.compare(one, other);
    return figure(one) - figure(other);
  };

  const sortable = (table) => {
    const body = table.tBodies[0];
    const given = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const sort = (head, order) => {
      const at = heads.indexOf(head);
      const isFigure = head.classList.contains("n");
      const isEmpty = (text) => (isFigure ? figure(text) === null : text === "" || text === "–");
      const keyed = given.map((row) => ({ row, text: row.cells[at].textContent.trim() }));
      const full = keyed.filter(({ text }) => !isEmpty(text));
      const by = compare(isFigure);
      full.sort((one, other) => by(one.text, other.text) * (order === "descending" ? -1 : 1));
      const sorted = [...full, ...keyed.filter(({ text }) => isEmpty(text))].map(({ row }) => row);
      body.append(...(order === "none" ? given : sorted));
      for (const cell of heads) cell.setAttribute("aria-sort", cell === head ? order : "none");
    };
    for (const head of heads) {
      const name = head.textContent.trim();
      const button = make("button", "sort", "");
      button.type = "button";
      button.setAttribute("aria-label", `Sort by ${name}`);
      head.setAttribute("aria-sort", "none");
      head.append(button);
      // Figures: the greatest first. Words: from A. The third time: as the page gave them.
      const turns = head.classList.contains("n") ? ["descending", "ascending"] : ["ascending", "descending"];
      button.addEventListener("click", () => {
        const now = turns.indexOf(head.getAttribute("aria-sort"));
        sort(head, turns[now + 1] ?? "none");
      });
    }
  };

  const filterable = (table) => {
    const rows = [...table.tBodies[0].rows];
    const line = make("div", "filter", "");
    const label = make("label", "", "Filter ");
    const box = make("input", "", "");
    box.type = "search";
    box.autocomplete = "off";
    label.append(box);
    const shown = make("output", "", "");
    const count = (number) => {
      shown.textContent = number === rows.length ? `${number} rows` : `${number} of ${rows.length} rows`;
    };
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let number = 0;
      for (const row of rows) {
        const text = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        number += row.hidden ? 0 : 1;
      }
      count(number);
    });
    count(rows.length);
    line.append(label, shown);
    table.closest(".scroll").before(line);
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    sortable(table);
    if (table.classList.contains("long")) filterable(table);
  }
})();
