// data_visualization blocks as SVG: line, bar, area and pie.

import { el, svg } from "./dom.js";

const COLOURS = ["#1264a3", "#e8912d", "#2bac76", "#cd2553", "#7c3aed", "#0b7a75", "#b45309", "#64748b", "#db2777", "#4d7c0f", "#0891b2", "#a16207"];
const WIDTH = 560, HEIGHT = 260, LEFT = 52, RIGHT = 12, TOP = 12, BOTTOM = 46;
const round = (value) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

function ticks(low, high) {
  const raw = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw);
  const made = [];
  for (let at = Math.floor(low / step) * step; ; at += step) {
    made.push(round(at));
    if (at >= high) break;
  }
  return made;
}

const label = (x, y, text, attributes = {}) => svg("text", { x, y, class: "label", ...attributes }, String(text));

function legend(entries) {
  return el("div", { class: "legend" }, ...entries.map(([name, colour]) =>
    el("span", {}, el("i", { style: `background:${colour}` }), el("bdi", {}, name))));
}

function plot(chart) {
  const categories = chart.axis_config.categories;
  const values = chart.series.flatMap((series) => series.data.map((point) => point.value));
  const marks = ticks(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [marks[0], marks.at(-1)];
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low || 1));
  const band = (WIDTH - LEFT - RIGHT) / categories.length;
  const x = (index) => LEFT + band * (index + 0.5);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  for (const mark of marks) {
    picture.append(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark), class: mark === 0 ? "axis" : "rule" }));
    picture.append(label(LEFT - 6, y(mark) + 4, mark.toLocaleString(), { "text-anchor": "end" }));
  }
  const every = Math.ceil(categories.length / 10);
  categories.forEach((name, index) => {
    if (index % every === 0) picture.append(label(x(index), HEIGHT - BOTTOM + 16, name, { "text-anchor": "middle" }));
  });
  if (chart.axis_config.x_label) picture.append(label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, chart.axis_config.x_label, { "text-anchor": "middle", class: "label title" }));
  if (chart.axis_config.y_label) picture.append(label(0, 0, chart.axis_config.y_label, { "text-anchor": "middle", class: "label title", transform: `translate(12 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)` }));
  chart.series.forEach((series, number) => {
    const at = new Map(series.data.map((point) => [point.label, point.value]));
    const points = categories.map((name, index) => [x(index), y(at.get(name)), at.get(name), name]);
    DRAWN[chart.type](picture, points, COLOURS[number], { number, of: chart.series.length, band, zero: y(0) });
  });
  return [picture, legend(chart.series.map((series, number) => [series.name, COLOURS[number]]))];
}

const told = (node, name, value) => { node.append(svg("title", {}, `${name}: ${value}`)); return node; };
const path = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x} ${y}`).join(" ");

const DRAWN = {
  bar(picture, points, colour, { number, of, band, zero }) {
    const width = Math.min(46, (band * 0.76) / of);
    for (const [x, y, value, name] of points)
      picture.append(told(svg("rect", { x: x - (width * of) / 2 + width * number, y: Math.min(y, zero), width: Math.max(1, width - 2), height: Math.max(0.5, Math.abs(zero - y)), fill: colour, rx: 2 }), name, value));
  },
  line(picture, points, colour) {
    picture.append(svg("path", { d: path(points), fill: "none", stroke: colour, "stroke-width": 2.2 }));
    for (const [x, y, value, name] of points) picture.append(told(svg("circle", { cx: x, cy: y, r: 3.2, fill: colour }), name, value));
  },
  area(picture, points, colour, { zero }) {
    const closed = [...points, [points.at(-1)[0], zero], [points[0][0], zero]];
    picture.append(svg("path", { d: `${path(closed)}Z`, fill: colour, opacity: 0.28 }));
    DRAWN.line(picture, points, colour);
  },
};

function pie(chart) {
  const total = chart.segments.reduce((sum, segment) => sum + segment.value, 0);
  const picture = svg("svg", { viewBox: "-110 -110 220 220", class: "pie", role: "img" });
  let angle = -Math.PI / 2;
  chart.segments.forEach((segment, index) => {
    const share = segment.value / total, next = angle + share * 2 * Math.PI;
    const [a, b] = [angle, next].map((one) => `${100 * Math.cos(one)} ${100 * Math.sin(one)}`);
    const d = share > 0.9999 ? "M0 -100A100 100 0 1 1 -0.01 -100Z" : `M0 0L${a}A100 100 0 ${share > 0.5 ? 1 : 0} 1 ${b}Z`;
    picture.append(told(svg("path", { d, fill: COLOURS[index] }), segment.label, segment.value));
    angle = next;
  });
  return [picture, legend(chart.segments.map((segment, index) => [`${segment.label} · ${round(segment.value)} (${Math.round((segment.value / total) * 100)}%)`, COLOURS[index]]))];
}

export function visualization(block) {
  const drawn = block.chart.type === "pie" ? pie(block.chart) : plot(block.chart);
  return el("figure", { class: "chart" }, el("figcaption", { dir: "auto" }, block.title), ...drawn);
}
