// Standard markdown, as a markdown block and a streamed answer hold it.

import { el } from "./dom.js";
import { emoji } from "./text.js";

const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "!?\\[(?<label>[^\\]\\n]*)\\]\\((?<url>[^)\\s]+)\\)",
    "<(?<auto>https?://[^>\\s]+)>",
    "\\*\\*(?<bold>[^\\n]+?)\\*\\*",
    "~~(?<strike>[^\\n]+?)~~",
    "\\*(?<em>[^*\\s\\n](?:[^*\\n]*[^*\\s\\n])?)\\*",
    "(?<![\\p{L}\\p{N}])_(?<under>[^_\\n]+)_(?![\\p{L}\\p{N}])",
    "\\\\(?<escaped>[\\\\`*_{}\\[\\]()#+.!~|<>-])",
    "&(?<entity>lt|gt|amp);",
  ].join("|"),
  "gu",
);
const TAGS = { bold: "b", strike: "s", em: "i", under: "i" };
const ENTITIES = { lt: "<", gt: ">", amp: "&" };

function inline(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) parts.push(emoji(text.slice(end, found.index)));
    const groups = found.groups;
    const kind = Object.keys(TAGS).find((name) => groups[name] !== undefined);
    const url = groups.url || groups.auto;
    if (groups.code) parts.push(el("code", {}, groups.code));
    else if (groups.escaped) parts.push(groups.escaped);
    else if (groups.entity) parts.push(ENTITIES[groups.entity]);
    else if (kind) parts.push(el(TAGS[kind], {}, ...inline(groups[kind])));
    else if (url) {
      const safe = /^(https?|mailto):/i.test(url) ? url : "#";
      parts.push(el("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, groups.label || url));
    }
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push(emoji(text.slice(end)));
  return parts;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
const ruled = (line) => line !== undefined && /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(line) && line.includes("-");

function table(rows) {
  const [head, , ...body] = rows;
  const row = (line, tag) => el("tr", {}, ...cells(line).map((cell) => el(tag, { dir: "auto" }, ...inline(cell))));
  return el("div", { class: "wide" }, el("table", { class: "grid" }, el("thead", {}, row(head, "th")),
    el("tbody", {}, ...body.map((line) => row(line, "td")))));
}

const ITEM = /^(\s*)([-*+•]|\d+[.)])\s+(.*)$/;

function list(items) {
  const ordered = /\d/.test(items[0].match(ITEM)[2]);
  return el(ordered ? "ol" : "ul", {}, ...items.map((item) => {
    const [, indent, , text] = item.match(ITEM);
    return el("li", { dir: "auto", class: `indent-${Math.min(4, Math.floor(indent.length / 2))}` }, ...inline(text));
  }));
}

// Takes lines from the front that belong together and gives the node for them.
function take(lines) {
  const line = lines[0];
  const heading = line.match(/^(#{1,6})\s+(.*)$/);
  const run = (test) => {
    const upTo = lines.findIndex((one) => !test(one));
    return lines.splice(0, upTo < 0 ? lines.length : upTo);
  };
  if (!line.trim()) { lines.shift(); return null; }
  if (heading) { lines.shift(); return el(`h${Math.min(6, heading[1].length + 2)}`, { dir: "auto" }, ...inline(heading[2])); }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) { lines.shift(); return el("hr"); }
  if (line.startsWith("```")) {
    lines.shift();
    const code = run((one) => !one.startsWith("```"));
    lines.shift();
    return el("pre", { dir: "ltr" }, code.join("\n"));
  }
  if (line.includes("|") && ruled(lines[1])) return table(run((one) => one.includes("|")));
  if (/^>/.test(line)) return el("blockquote", {}, ...run((one) => /^>/.test(one)).map((one) => el("p", { dir: "auto" }, ...inline(one.replace(/^>\s?/, "")))));
  if (ITEM.test(line)) return list(run((one) => ITEM.test(one)));
  const words = [lines.shift()];
  while (lines.length && lines[0].trim() && !/^(#{1,6}\s|>|```)/.test(lines[0]) && !ITEM.test(lines[0]) && !ruled(lines[1])) words.push(lines.shift());
  return el("div", {}, ...words.map((one) => el("p", { dir: "auto" }, ...inline(one))));
}

export function markdown(text) {
  const lines = text.split("\n");
  const node = el("div", { class: "text markdown" });
  while (lines.length) {
    const made = take(lines);
    if (made) node.append(made);
  }
  return node;
}
