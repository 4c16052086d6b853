// Block Kit as Slack's client shows it. What is not known is shown as such, in red.

import { visualization } from "./charts.js";
import { el } from "./dom.js";
import { drawElement } from "./elements.js";
import { markdown } from "./markdown.js";
import { dataTable, table } from "./tables.js";
import { emoji, mrkdwn, plain, richText, textObject } from "./text.js";

const address = (image) => {
  const file = image.slack_file;
  if (!file) return image.image_url;
  return `/page/files/${file.id || file.url.split("/files/")[1]?.split("/")[0]}`;
};
const picture = (image, kind = "picture") => el("img", { class: kind, src: address(image), alt: image.alt_text, loading: "lazy" });
const accessory = (block, context) => block.accessory &&
  el("div", { class: "accessory" }, block.accessory.type === "image" ? picture(block.accessory, "thumbnail") : drawElement(block, block.accessory, context));

const MARKS = { pending: "○", in_progress: "◐", complete: "✔", error: "✖" };
const task = (card) => el("div", { class: `task ${card.status}` }, el("span", {}, MARKS[card.status] || "○"), el("bdi", {}, card.title));

function section(block, context) {
  const fields = block.fields && el("div", { class: "fields" }, ...block.fields.map((field) => textObject(field)));
  return el("div", { class: "section" }, el("div", { class: "grow" }, block.text ? textObject(block.text) : null, fields), accessory(block, context));
}

function input(block, context) {
  const error = context.errors?.[block.block_id];
  const drawn = drawElement(block, block.element, context);
  const node = el("div", { class: `field ${error ? "wrong" : ""}` },
    el("label", { dir: "auto" }, block.label.text, block.optional ? el("small", {}, " (optional)") : null), drawn,
    block.hint ? el("small", { dir: "auto" }, block.hint.text) : null,
    error ? el("div", { class: "error", role: "alert", dir: "auto" }, error) : null);
  node.block = block.block_id;
  node.read = drawn.read;
  return node;
}

function card(block, context) {
  return el("div", { class: "card" }, block.hero_image ? picture(block.hero_image) : null,
    block.title ? el("strong", {}, textObject(block.title)) : null, block.subtitle ? textObject(block.subtitle) : null,
    block.body ? textObject(block.body) : null,
    el("div", { class: "actions" }, ...(block.actions || []).map((one) => drawElement(block, one, context))));
}

const DRAWN = {
  section, input, card, table, data_table: dataTable, data_visualization: visualization,
  header: (block) => el("h3", { class: "header", dir: "auto" }, emoji(block.text.text)),
  divider: () => el("hr"),
  context: (block) => el("div", { class: "context" }, ...block.elements.map((one) => (one.type === "image" ? picture(one, "dot") : textObject(one)))),
  actions: (block, context) => el("div", { class: "actions" }, ...block.elements.map((one) => drawElement(block, one, context))),
  context_actions: (block, context) => el("div", { class: "actions light" }, ...block.elements.map((one) => drawElement(block, one, context))),
  markdown: (block) => markdown(block.text),
  rich_text: (block) => richText(block),
  image: (block) => el("figure", {}, block.title ? el("figcaption", { dir: "auto" }, block.title.text) : null, picture(block)),
  alert: (block) => el("div", { class: `alert ${block.level || ""}` }, textObject(block.text)),
  task_card: task,
  plan: (block) => el("div", { class: "plan" }, el("strong", { dir: "auto" }, block.title), ...(block.tasks || []).map(task)),
  carousel: (block, context) => el("div", { class: "carousel" }, ...block.elements.map((one) => card(one, context))),
  container: (block, context) => el("details", { class: "container", open: !block.default_collapsed },
    el("summary", { dir: "auto" }, block.title?.text || ""), ...block.child_blocks.map((one) => drawBlock(one, context))),
};

export function drawBlock(block, context) {
  const draw = DRAWN[block.type];
  if (!draw) return el("div", { class: "unknown" }, `unknown block: ${block.type}`);
  const node = draw(block, context);
  node.classList.add("block");
  node.dataset.type = block.type;
  return node;
}

export function drawBlocks(blocks, context) {
  return blocks.map((block) => drawBlock(block, context));
}

export function drawStream(stream) {
  const tasks = stream.tasks.map(task);
  return [stream.plan ? el("div", { class: "plan" }, el("strong", { dir: "auto" }, stream.plan), ...tasks) : el("div", { class: "plan" }, ...tasks), markdown(stream.text)];
}

export { markdown, mrkdwn, plain };
