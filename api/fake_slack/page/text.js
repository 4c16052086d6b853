// mrkdwn, plain text and rich_text, as Slack's client shows them: each paragraph finds its own direction.

import { el } from "./dom.js";

const EMOJI = {
  wave: "👋", tada: "🎉", warning: "⚠️", white_check_mark: "✅", x: "❌", thumbsup: "👍", "+1": "👍", thumbsdown: "👎",
  "-1": "👎", eyes: "👀", bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bell: "🔔",
  mag: "🔍", bulb: "💡", speech_balloon: "💬", star: "⭐", rotating_light: "🚨", calendar: "📅", globe_with_meridians: "🌐",
  arrow_up: "⬆️", arrow_down: "⬇️", red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡", lock: "🔒",
  house: "🏠", gear: "⚙️", pencil2: "✏️", no_bell: "🔕", heart: "❤️", sparkles: "✨", hourglass_flowing_sand: "⏳",
};

let names = { users: {}, channels: [] };
export function know(state) { names = state; }

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
export const emoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);

const link = (url, label) => {
  const safe = /^(https?|mailto|tel):/i.test(url) ? url : "#";
  return el("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, label || url);
};
const person = (id) => el("span", { class: "mention" }, `@${names.users[id]?.real_name || id}`);
const place = (id) => el("span", { class: "mention" }, `#${names.channels.find((one) => one.id === id)?.name || id}`);

function date(timestamp, format, fallback) {
  const when = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(when.getTime())) return fallback || "";
  const day = (options) => when.toLocaleDateString([], options);
  const words = {
    "{date}": day({ dateStyle: "long" }), "{date_long}": day({ dateStyle: "full" }),
    "{date_short}": day({ dateStyle: "medium" }), "{date_num}": when.toISOString().slice(0, 10),
    "{date_pretty}": day({ dateStyle: "long" }), "{date_short_pretty}": day({ dateStyle: "medium" }),
    "{date_long_pretty}": day({ dateStyle: "full" }), "{time}": when.toLocaleTimeString([], { timeStyle: "short" }),
    "{time_secs}": when.toLocaleTimeString(), "{ago}": day({ dateStyle: "medium" }),
  };
  return format.replace(/\{[a-z_]+\}/g, (word) => words[word] || word);
}

function angle(inner) {
  const [what, label] = inner.split("|");
  if (what.startsWith("@")) return person(what.slice(1));
  if (what.startsWith("#")) return label ? el("span", { class: "mention" }, `#${label}`) : place(what.slice(1));
  if (what.startsWith("!date^")) {
    const [, timestamp, format, url] = what.split("^");
    const shown = date(timestamp, format, label);
    return url ? link(url, shown) : el("span", { class: "date" }, shown);
  }
  if (what.startsWith("!")) return el("span", { class: "mention loud" }, `@${label || what.slice(1).split("^")[0]}`);
  return link(unescape(what), label ? unescape(label) : null);
}

// Slack takes a mark only where no letter or digit touches it from outside.
const INLINE = new RegExp(
  [
    "<(?<angle>[^<>]+)>",
    "`(?<code>[^`\\n]+)`",
    "(?<![\\p{L}\\p{N}*])\\*(?<bold>[^*\\s](?:[^*\\n]*[^*\\s])?)\\*(?![\\p{L}\\p{N}*])",
    "(?<![\\p{L}\\p{N}_])_(?<italic>[^_\\s](?:[^_\\n]*[^_\\s])?)_(?![\\p{L}\\p{N}_])",
    "(?<![\\p{L}\\p{N}~])~(?<strike>[^~\\s](?:[^~\\n]*[^~\\s])?)~(?![\\p{L}\\p{N}~])",
  ].join("|"),
  "gu",
);
const TAGS = { bold: "b", italic: "i", strike: "s" };

export function inline(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) parts.push(emoji(unescape(text.slice(end, found.index))));
    const groups = found.groups;
    if (groups.angle) parts.push(angle(groups.angle));
    else if (groups.code) parts.push(el("code", {}, unescape(groups.code)));
    else {
      const kind = Object.keys(TAGS).find((name) => groups[name]);
      parts.push(el(TAGS[kind], {}, ...inline(groups[kind])));
    }
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push(emoji(unescape(text.slice(end))));
  return parts;
}

function lines(text) {
  const shown = [];
  for (const line of text.split("\n")) {
    const quote = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quote) shown.push(el("blockquote", { dir: "auto" }, ...inline(quote[1])));
    else shown.push(el("p", { dir: "auto", class: line.trim() ? "" : "gap" }, ...inline(line)));
  }
  return shown;
}

export function mrkdwn(text) {
  const node = el("div", { class: "text" });
  text.split("```").forEach((part, index) => {
    if (index % 2) node.append(el("pre", { dir: "ltr" }, unescape(part.replace(/^\n|\n$/g, ""))));
    else if (part) node.append(...lines(part));
  });
  return node;
}

export function plain(text) {
  return el("div", { class: "text" }, ...text.split("\n").map((line) => el("p", { dir: "auto" }, emoji(line))));
}

export const textObject = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text));

function styled(node, style = {}) {
  let shown = node;
  for (const [key, tag] of [["code", "code"], ["bold", "b"], ["italic", "i"], ["strike", "s"], ["underline", "u"]])
    if (style[key]) shown = el(tag, {}, shown);
  return shown;
}

const PARTS = {
  text: (part) => document.createTextNode(part.text),
  link: (part) => link(part.url, part.text),
  user: (part) => person(part.user_id),
  channel: (part) => place(part.channel_id),
  emoji: (part) => document.createTextNode(emoji(`:${part.name}:`)),
  broadcast: (part) => el("span", { class: "mention loud" }, `@${part.range}`),
  date: (part) => document.createTextNode(date(part.timestamp, part.format, part.fallback)),
  usergroup: (part) => el("span", { class: "mention" }, `@${part.usergroup_id}`),
  color: (part) => el("span", {}, part.value),
  team: (part) => el("span", {}, part.team_id),
};

// A line break inside a run starts a new paragraph with a direction of its own.
function paragraphs(parts, tag = "p") {
  const fresh = () => (tag === "p" ? el("p", { dir: "auto" }) : el(tag));
  const made = [fresh()];
  for (const part of parts) {
    if (part.type !== "text") { made.at(-1).append(styled(PARTS[part.type](part), part.style)); continue; }
    part.text.split("\n").forEach((line, index) => {
      if (index) made.push(fresh());
      if (line) made.at(-1).append(styled(document.createTextNode(line), part.style));
    });
  }
  return made;
}

const RICH = {
  rich_text_section: (element) => paragraphs(element.elements),
  rich_text_quote: (element) => [el("blockquote", {}, ...paragraphs(element.elements))],
  rich_text_preformatted: (element) => [el("pre", { dir: "ltr" }, ...element.elements.map((part) => part.text || part.url))],
  rich_text_list: (element) => [
    el(element.style === "ordered" ? "ol" : "ul",
      { class: `indent-${element.indent || 0}`, start: element.offset ? element.offset + 1 : null },
      ...element.elements.map((item) => el("li", { dir: "auto" }, ...paragraphs(item.elements, "span")))),
  ],
};

export function richText(block) {
  return el("div", { class: "text rich" }, ...block.elements.flatMap((element) => RICH[element.type](element)));
}
