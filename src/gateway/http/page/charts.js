// Small charts.

import {h, svg} from './dom.js';
import {count, duration} from './format.js';

const width = 360;
const height = 84;

// A line over the last three minutes.
export function rateChart(title, series, tone) {
  const peak = Math.max(...series);
  const most = Math.max(1, peak);
  const x = (i) => i * width / (series.length - 1);
  const y = (value) => height - 4 - value * (height - 12) / most;
  const line = series.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const now = series.slice(-5).reduce((sum, each) => sum + each, 0) / 5;
  return h('figure', {class: `chart ${tone}`},
    h('figcaption', {}, h('span', {}, title), h('strong', {}, `${now < 10 ? now.toFixed(1) : count(Math.round(now))} /s`)),
    svg('svg', {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: ${now.toFixed(1)} a second now, at most ${peak.toFixed(1)} in the last three minutes`},
      svg('path', {class: 'area', d: `${line}L${width} ${height}L0 ${height}Z`}), svg('path', {class: 'stroke', d: line})),
    h('p', {class: 'axis'}, h('span', {}, '3 min ago'), h('span', {}, peak === 0 ? 'none' : `at most ${peak < 10 ? peak.toFixed(1) : count(Math.round(peak))} /s`), h('span', {}, 'now')));
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

// How long instances took, as columns over a scale of powers.
export function latencyChart(title, times) {
  const sorted = [...times].sort((one, other) => one - other);
  const caption = (words) => h('figcaption', {}, h('span', {}, title), h('strong', {}, words));
  if (sorted.length === 0) return h('figure', {class: 'chart'}, caption('–'), h('p', {class: 'dim'}, 'None has ended yet.'));
  const bounds = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 60000, 600000, 3600000, 86400000];
  const columns = new Array(bounds.length + 1).fill(0);
  for (const each of sorted) columns[bounds.findIndex((bound) => each <= bound) >= 0 ? bounds.findIndex((bound) => each <= bound) : bounds.length] += 1;
  const from = columns.findIndex((each) => each > 0);
  const to = columns.findLastIndex((each) => each > 0);
  const first = Math.max(0, from - 1);
  const shown = columns.slice(first, to + 2);
  const most = Math.max(...shown);
  const step = width / shown.length;
  const median = `median ${duration(quantile(sorted, 0.5))}`;
  const most95 = `95 % of ${count(sorted.length)} within ${duration(quantile(sorted, 0.95))}`;
  return h('figure', {class: 'chart'}, caption(median),
    svg('svg', {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: ${median}, ${most95}`},
      shown.map((value, i) => svg('rect', {class: 'column', x: i * step + 2, width: step - 4, y: height - Math.max(value ? 3 : 0, value * (height - 8) / most), height: Math.max(value ? 3 : 0, value * (height - 8) / most), rx: 2},
        svg('title', {}, `${value} within ${duration(bounds[first + i] ?? Infinity)}`)))),
    h('p', {class: 'axis'}, h('span', {}, duration(first === 0 ? 0 : bounds[first - 1])), h('span', {}, most95), h('span', {}, duration(bounds[Math.min(bounds.length - 1, to + 1)]))));
}

// Parts of a whole.
export function shares(parts) {
  const whole = parts.reduce((sum, [, value]) => sum + value, 0);
  let at = 0;
  const bars = parts.filter(([, value]) => value > 0).map(([name, value]) => {
    const bar = svg('rect', {class: `share ${name}`, x: at, y: 0, width: value * 1000 / whole, height: 12}, svg('title', {}, `${name}: ${count(value)}`));
    at += value * 1000 / whole;
    return bar;
  });
  return svg('svg', {class: 'shares', viewBox: '0 0 1000 12', preserveAspectRatio: 'none', role: 'img', 'aria-label': parts.map(([name, value]) => `${name} ${value}`).join(', ')}, bars);
}
