// table, and data_table with its pages and sorting.

import { el } from "./dom.js";
import { richText } from "./text.js";

const shown = (cell) => (cell.type === "rich_text" ? richText(cell) : el("bdi", {}, cell.text ?? String(cell.value)));
const words = (cell) => cell.text ?? (cell.elements ? cell.elements.map(words).join("") : String(cell.value ?? cell.url ?? ""));

export function table(block) {
  const setting = (index) => (block.column_settings || [])[index] || {};
  const row = (cells, tag) => el("tr", {}, ...cells.map((cell, index) =>
    el(tag, { dir: "auto", style: setting(index).align ? `text-align:${setting(index).align}` : null }, shown(cell))));
  const [head, ...body] = block.rows;
  return el("div", { class: "wide" }, el("table", { class: "grid" },
    el("thead", {}, row(head, "th")), el("tbody", {}, ...body.map((cells) => row(cells, "td")))));
}

export function dataTable(block) {
  const size = block.page_size || 5;
  const [head, ...body] = block.rows;
  const node = el("div", { class: "data-table" });
  let page = 0, column = -1, up = true;

  const sorted = () => {
    if (column < 0) return body;
    const numeric = body.every((row) => row[column].type === "raw_number");
    const compare = numeric ? (a, b) => a[column].value - b[column].value : (a, b) => words(a[column]).localeCompare(words(b[column]));
    return [...body].sort((a, b) => (up ? 1 : -1) * compare(a, b));
  };
  const by = (index) => { up = column === index ? !up : true; column = index; page = 0; draw(); };
  const go = (step) => { page += step; draw(); };

  function draw() {
    const pages = Math.ceil(body.length / size);
    const mark = (index) => (index === column ? (up ? " ▲" : " ▼") : "");
    const cell = (one, index) => el(index === (block.row_header_column_index || 0) ? "th" : "td",
      { dir: "auto", class: one.type === "raw_number" ? "number" : "" }, shown(one));
    node.replaceChildren(
      el("div", { class: "wide" }, el("table", { class: "grid" },
        el("caption", { dir: "auto" }, block.caption),
        el("thead", {}, el("tr", {}, ...head.map((one, index) =>
          el("th", { dir: "auto" }, el("button", { type: "button", onclick: () => by(index) }, shown(one), mark(index)))))),
        el("tbody", {}, ...sorted().slice(page * size, page * size + size).map((row) => el("tr", {}, ...row.map(cell)))))),
      pages < 2 ? "" : el("div", { class: "pager" },
        el("button", { type: "button", disabled: page === 0, "aria-label": "Page before", onclick: () => go(-1) }, "‹"),
        `${page + 1} / ${pages}`,
        el("button", { type: "button", disabled: page === pages - 1, "aria-label": "Next page", onclick: () => go(1) }, "›")),
    );
  }
  draw();
  return node;
}
