// Times, numbers and payloads for people.

import {h} from './dom.js';

export function count(number) {
  return Number(number).toLocaleString('en');
}

export function bytes(number) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = Number(number);
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function duration(ms) {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  const two = (large, larger, small, smaller) => `${large} ${larger}${small ? ` ${small} ${smaller}` : ''}`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return two(hours, 'h', minutes % 60, 'min');
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

// How long ago, in one unit.
export function age(ms) {
  if (ms < 1500) return 'just now';
  const units = [[86400000, 'd'], [3600000, 'h'], [60000, 'min'], [1000, 's']];
  const [size, name] = units.find(([each]) => ms >= each);
  return `${Math.floor(ms / size)} ${name} ago`;
}

// An element that says how long ago something was, and exactly when.
export function ago(text) {
  if (!text) return h('span', {class: 'dim'}, '–');
  return h('time', {datetime: text, title: moment(text)}, age(Date.now() - Date.parse(text)));
}

export function moment(text) {
  if (!text) return '–';
  return text.replace('T', ' ').replace('Z', '');
}

export function clock(text) {
  return text ? text.slice(11).replace('Z', '') : '–';
}

// A payload is a text, or bytes that are none.
export function text(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && typeof value.base64 === 'string') return `bytes, base64: ${value.base64}`;
  return JSON.stringify(value);
}

// With JSON laid out, if that shows every number and every name as it is.
export function pretty(value) {
  const plain = text(value);
  if (!/^\s*[[{]/.test(plain)) return plain;
  try {
    const value = JSON.parse(plain);
    const bare = plain.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
    return JSON.stringify(value) === bare ? JSON.stringify(value, null, 2) : plain;
  } catch {
    return plain;
  }
}

const longest = 200000;

export function payload(value, label) {
  const shown = pretty(value);
  if (shown === '') return h('span', {class: 'dim'}, 'empty');
  const cut = shown.length > longest;
  return [
    h('pre', {class: 'payload', tabindex: 0, 'aria-label': label}, cut ? shown.slice(0, longest) : shown),
    cut ? h('p', {class: 'dim'}, `The first ${count(longest)} of ${count(shown.length)} characters; the command duroxide shows all.`) : null,
  ];
}

export function badge(status) {
  const name = String(status).toLowerCase();
  return h('span', {class: `badge ${name}`}, name);
}
