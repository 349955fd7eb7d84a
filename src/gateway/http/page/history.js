// The events of an execution as a table, with what they carry.

import {h} from './dom.js';
import {clock, count, moment, payload, text} from './format.js';

const carried = ['output', 'result', 'data', 'input', 'value', 'reason', 'status', 'instance', 'guid', 'fire_at', 'time'];
const step = 200;

function summary(event) {
  for (const name of carried) {
    if (event[name] !== undefined) return text(event[name]);
  }
  return event.details ? text(event.details.message) : '';
}

function tone(type) {
  if (/Failed/.test(type)) return 'failed';
  if (/Cancel/.test(type)) return 'cancelled';
  if (/Completed|Fired|Delivered|^ExternalEvent/.test(type)) return 'completed';
  return 'plain';
}

function details(event) {
  const rest = {...event};
  for (const name of ['event_id', 'timestamp', 'description', 'type']) delete rest[name];
  return Object.keys(rest).length === 0
    ? h('p', {class: 'dim'}, 'It carries nothing.')
    : payload(JSON.stringify(rest), `Contents of event ${event.event_id}`);
}

function row(event, isOpen, onToggle) {
  const short = summary(event);
  const box = h('details', {class: `entry ${tone(event.type)}`, open: isOpen, 'data-event': event.event_id},
    h('summary', {'data-key': `event-${event.event_id}`},
      h('span', {class: 'number'}, event.event_id),
      h('span', {class: 'when', title: moment(event.timestamp)}, clock(event.timestamp)),
      h('span', {class: 'what'}, text(event.description)),
      h('span', {class: 'of'}, event.source_event_id ? `of ${event.source_event_id}` : ''),
      h('span', {class: 'carries'}, short.length > 160 ? `${short.slice(0, 160)}…` : short)));
  const fill = () => {
    if (box.open && box.children.length === 1) box.append(h('div', {class: 'contents'}, details(event)));
  };
  box.addEventListener('toggle', () => {
    fill();
    onToggle(event.event_id, box.open);
  });
  fill();
  return box;
}

// `open` holds the numbers of the events whose contents are shown; `limit` is how many rows there are.
export function historyTable(events, open, limit, onMore) {
  const shown = events.slice(-limit.rows);
  const left = events.length - shown.length;
  return [
    left > 0 ? h('p', {}, h('button', {type: 'button', 'data-key': 'more-events', onclick: () => {
      limit.rows += step;
      onMore();
    }}, `Show ${count(Math.min(step, left))} of ${count(left)} earlier events`)) : null,
    h('div', {class: 'history'}, shown.map((event) => row(event, open.has(event.event_id), (id, isOpen) => {
      isOpen ? open.add(id) : open.delete(id);
    }))),
  ];
}

export const firstRows = step;
