// The history of an execution as bars: one for each activity, timer, child and wait.

import {h, svg} from './dom.js';
import {clock, duration, text} from './format.js';

const kinds = {
  ActivityScheduled: 'activity', TimerCreated: 'timer', SubOrchestrationScheduled: 'child', ExternalSubscribed: 'event',
  QueueSubscribed: 'queue', KeyValueReadScheduled: 'read', InstanceAwaited: 'end',
};
const mostBars = 300;

function endState(event) {
  if (/Failed$/.test(event.type)) return 'failed';
  if (/Cancel/.test(event.type)) return 'cancelled';
  return 'completed';
}

// Each step of the code with its end, if it has one.
export function stepsOf(events) {
  const steps = new Map();
  for (const event of events) {
    const kind = kinds[event.type];
    if (kind) {
      steps.set(event.event_id, {
        id: event.event_id, kind, name: event.name ?? event.key ?? event.instance ?? kind, instance: event.instance,
        from: Date.parse(event.timestamp), at: event.timestamp, to: null, state: 'open', due: event.fire_at, error: null,
      });
      continue;
    }
    const step = steps.get(event.source_event_id);
    if (step && step.to === null) {
      step.to = Date.parse(event.timestamp);
      step.state = endState(event);
      step.error = event.details ? text(event.details.message) : event.reason ?? null;
    }
  }
  return [...steps.values()];
}

function words(step, attempts) {
  const label = step.kind === 'timer' ? `timer until ${clock(step.due)}` : `${step.kind} ${step.name}`;
  const took = step.to === null ? 'open' : `${step.state} after ${duration(step.to - step.from)}`;
  return `${label}: ${took}${attempts > 1 ? `, attempt ${attempts}` : ''}${step.error ? `. ${step.error}` : ''}`;
}

// From times to a scale of 1000. Where nothing begins or ends for very long, time is shortened, or all else
// would be too small to see.
function scaleOf(steps, begin, end) {
  const points = [...new Set([begin, end, ...steps.flatMap((step) => [step.from, step.to ?? end])])].sort((one, other) => one - other);
  const gaps = points.slice(1).map((point, i) => point - points[i]);
  const usual = [...gaps].sort((one, other) => one - other)[Math.floor(gaps.length / 2)] || 1;
  const longest = Math.max(...gaps);
  const isShortened = longest > 12 * usual && longest > (end - begin) / 2;
  const widths = gaps.map((gap) => (isShortened && gap > 4 * usual ? usual * (4 + Math.log2(gap / (4 * usual))) : gap));
  const whole = widths.reduce((sum, each) => sum + each, 0);
  const places = new Map([[points[0], 0]]);
  let sum = 0;
  widths.forEach((each, i) => {
    sum += each;
    places.set(points[i + 1], sum * 1000 / whole);
  });
  return {isShortened, at: (time) => places.get(time) ?? 1000};
}

export function timeline(events, pending) {
  const all = stepsOf(events);
  if (all.length === 0) return h('p', {class: 'dim'}, 'No step yet that takes time.');
  const steps = all.slice(-mostBars);
  const attempts = new Map((pending ?? []).map((each) => [each.correlation_id, each.attempts]));
  const last = Date.parse(events.at(-1).timestamp);
  const isOpen = steps.some((step) => step.to === null);
  const begin = Math.min(...steps.map((step) => step.from));
  const end = Math.max(begin + 1, isOpen ? Date.now() : last, ...steps.map((step) => step.to ?? 0));
  const scale = scaleOf(steps, begin, end);
  const x = scale.at;
  const rows = steps.map((step) => {
    const from = x(step.from);
    const width = Math.max(6, x(step.to ?? end) - from);
    const tries = attempts.get(step.id) ?? 0;
    return h('li', {class: `step ${step.kind} ${step.state}`},
      h('span', {class: 'step-name'}, h('span', {class: 'kind'}, step.kind), ' ',
        step.instance && (step.kind === 'child' || step.kind === 'end')
          ? h('a', {href: `#/instance/${encodeURIComponent(step.instance)}`, 'data-key': `step-${step.id}`}, step.name)
          : step.kind === 'timer' ? clock(step.due) : step.name,
        tries > 1 ? h('span', {class: 'attempts'}, `attempt ${tries}`) : null),
      svg('svg', {class: 'track', viewBox: '0 0 1000 20', preserveAspectRatio: 'none', role: 'img', 'aria-label': words(step, tries)},
        svg('title', {}, words(step, tries)),
        svg('rect', {class: 'line', x: 0, y: 9.5, width: 1000, height: 1}),
        svg('rect', {class: 'bar', x: Math.min(from, 994), y: 3, width: Math.min(width, 1000 - Math.min(from, 994)), height: 14, rx: 3})),
      h('span', {class: 'took'}, step.to === null ? 'open' : duration(step.to - step.from)),
      step.state === 'failed' && step.error ? h('span', {class: 'step-error'}, step.error) : null);
  });
  return [
    all.length > mostBars ? h('p', {class: 'dim'}, `The last ${mostBars} of ${all.length} steps.`) : null,
    h('ol', {class: 'timeline'}, rows),
    h('p', {class: 'scale'}, h('span', {}, clock(new Date(begin).toISOString())), h('span', {}, `${duration(end - begin)}${scale.isShortened ? ', long waits shortened' : ''}`),
      h('span', {}, isOpen ? 'now' : clock(new Date(end).toISOString()))),
  ];
}
