// One instance: where it stands, what it waits for, what it has done.

import {actionBar} from './actions.js';
import {look} from './api.js';
import {h, renew, show} from './dom.js';
import {ago, badge, count, duration, moment, payload, text} from './format.js';
import {firstRows, historyTable} from './history.js';
import {paced} from './live.js';
import {timeline} from './timeline.js';
import {mostShown, treeOf} from './tree.js';

// Milliseconds after which an instance that runs is looked at again.
const every = 2500;

function fact(label, ...value) {
  return h('div', {class: 'fact'}, h('dt', {}, label), h('dd', {}, ...value));
}

function card(title, name, ...contents) {
  return h('section', {class: `card ${name}`, 'aria-labelledby': `h-${name}`}, h('h2', {id: `h-${name}`}, title), ...contents);
}

function waits(current, info) {
  if (!current) return info.waiting_for ? h('p', {}, text(info.waiting_for)) : null;
  const line = (kind, what, since, more) => h('li', {}, h('span', {class: 'kind'}, kind), ' ', h('strong', {}, what), ' ',
    h('span', {class: 'dim'}, ago(since)), more ? [' · ', more] : null);
  const lines = [
    current.pending_activities.map((each) => line('activity', each.name, each.scheduled_at,
      [each.attempts > 1 ? `attempt ${each.attempts}` : null, each.waiting_for ? text(each.waiting_for) : null, each.progress ? `progress ${text(each.progress)}` : null].filter(Boolean).join(' · '))),
    current.pending_children.map((each) => line('child', h('a', {href: `#/instance/${encodeURIComponent(each.instance)}`, 'data-key': `waits-${each.instance}`}, each.instance), each.scheduled_at, each.name)),
    current.pending_timers.map((each) => line('timer', moment(each.fire_at), each.scheduled_at, `of ${duration(each.delay_ms)}`)),
    current.pending_events.map((each) => line(each.is_queue ? 'queue' : 'event', each.name, each.subscribed_at)),
  ].flat();
  return lines.length ? h('ul', {class: 'waits'}, lines) : info.waiting_for ? h('p', {}, text(info.waiting_for)) : null;
}

// Of what keeps it: its own pause, which a resume of it ends, and those of more than it.
function standing(shown) {
  const status = shown.info.status;
  const running = status.state === 'Running';
  const id = shown.info.instance_id;
  const [quarantined] = shown.quarantined ?? [];
  const pauses = shown.paused ?? [];
  const paused = pauses.some((each) => each.scope === 'instance');
  const held = pauses.filter((each) => each.scope !== 'instance');
  return {id, running, paused, held, quarantined, failed: status.state !== 'Running' && status.state !== 'Completed' && !status.cancelled};
}

export function instanceView(main, id, query, site) {
  const abort = new AbortController();
  const open = new Set();
  const limit = {rows: firstRows};
  let latest = null;
  let trouble = null;
  let chosen = query.get('execution');

  const place = h('div', {class: 'instance'});
  show(main, h('p', {class: 'crumb'}, h('a', {href: '#/'}, 'Instances'), ' / ', h('span', {}, id)), place);

  function head(shown) {
    const {info, summary, executions} = shown;
    const at = standing(shown);
    const status = summary.cancelled ? 'cancelled' : summary.status.toLowerCase();
    const ended = status !== 'running';
    return h('section', {class: 'card head'},
      h('div', {class: 'title'}, h('h1', {}, id), badge(status), at.paused || (at.running && at.held.length) ? badge('paused') : null,
        at.quarantined ? badge('quarantined') : null),
      at.quarantined ? h('p', {class: 'alarm'}, `In quarantine since ${moment(at.quarantined.since)}: ${text(at.quarantined.reason)}`) : null,
      at.running ? at.held.map((each) => h('p', {class: 'dim'}, each.scope === 'store'
        ? 'The whole store is paused; nothing goes on until that is resumed.'
        : `All of ${each.name} are paused; none goes on until that is resumed.`)) : null,
      info.status.custom_status ? h('p', {class: 'custom'}, text(info.status.custom_status)) : null,
      h('dl', {class: 'facts'},
        fact('Orchestration', info.orchestration_name, ' ', h('span', {class: 'dim'}, info.orchestration_version)),
        fact('Created', ago(info.created_at)),
        fact(ended ? 'Ended' : 'Last change', ago(info.updated_at)),
        fact(ended ? 'Took' : 'Running for', duration((ended ? Date.parse(info.updated_at) : Date.now()) - Date.parse(info.created_at))),
        fact('Events', count(info.event_count)),
        fact('Execution', executions.length > 1 ? `${info.current_execution_id} of ${executions.length} kept` : String(info.current_execution_id)),
        info.tags.length ? fact('Tags', info.tags.map((tag) => h('span', {class: 'tag'}, tag))) : null,
        info.parent_instance_id ? fact('Parent', h('a', {href: `#/instance/${encodeURIComponent(text(info.parent_instance_id))}`}, text(info.parent_instance_id))) : null),
      trouble?.status === 404 ? null : actionBar(at, site, refresh));
  }

  function contents({shown, history: {value: history, failed: noHistory}, tree: {value: tree, failed: noTree}}) {
    const alarm = (message) => h('p', {class: 'alarm'}, message);
    const started = history?.events.find((event) => event.type === 'OrchestrationStarted');
    const status = shown.info.status;
    const waiting = status.state === 'Running' ? waits(shown.current_execution, shown.info) : null;
    const events = history?.events ?? [];
    return [
      trouble ? h('p', {class: 'alarm', role: 'alert'}, trouble.message) : null,
      head(shown),
      shown.damage ? h('p', {class: 'alarm'}, text(shown.damage)) : null,
      waiting ? card('Waits for', 'waiting', waiting) : null,
      h('div', {class: 'pair'},
        card('Input', 'input', started ? payload(started.input, 'Input') : h('span', {class: 'dim'}, 'not read')),
        status.error
          ? card('Error', 'error', h('p', {class: 'alarm'}, text(status.error.text)), status.error.came_through ? h('p', {class: 'dim'}, text(status.error.came_through)) : null)
          : card('Output', 'output', status.output === undefined ? h('span', {class: 'dim'}, 'none yet') : payload(status.output, 'Output'))),
      card('Timeline', 'steps', noHistory ? alarm(noHistory) : events.length ? timeline(events, shown.current_execution?.pending_activities) : null),
      h('div', {class: 'pair'},
        card('Parents and children', 'family', noTree ? alarm(noTree) : treeOf(tree, shown.info.parent_instance_id, id)),
        card('Values', 'values', shown.values.length
          ? h('table', {class: 'small'}, h('tbody', {}, shown.values.map((each) => h('tr', {}, h('th', {scope: 'row'}, each.key), h('td', {}, text(each.value))))))
          : h('p', {class: 'dim'}, 'None.'))),
      card('History', 'events', executions(shown), noHistory ? alarm(noHistory) : historyTable(events, open, limit, draw)),
    ];
  }

  function executions({executions: all}) {
    if (all.length < 2) return null;
    return h('label', {class: 'field inline'}, 'Execution', h('select', {'data-key': 'execution', onchange: (event) => {
      chosen = event.target.value;
      refresh();
    }}, all.map((each) => h('option', {value: each.execution_id, selected: String(each.execution_id) === String(chosen ?? all.at(-1).execution_id)},
      `${each.execution_id}: ${each.status.toLowerCase()}, ${count(each.event_count)} events`))));
  }

  function draw() {
    if (!latest) return;
    const scrolled = new Map([...place.querySelectorAll('.payload')].map((each) => [each.getAttribute('aria-label'), each.scrollTop]));
    const ofTree = place.querySelector('.tree')?.scrollTop ?? 0;
    renew(place, contents(latest));
    for (const each of place.querySelectorAll('.payload')) each.scrollTop = scrolled.get(each.getAttribute('aria-label')) ?? 0;
    const tree = place.querySelector('.tree');
    if (tree) tree.scrollTop = ofTree;
  }

  // What may fail by itself: the rest is shown all the same.
  async function part(command, values) {
    try {
      return {value: await look(command, values, abort.signal)};
    } catch (failed) {
      if (failed.name === 'AbortError') throw failed;
      return {failed: failed.message};
    }
  }

  let asked = 0;
  let timer = null;

  async function refresh() {
    asked += 1;
    const mine = asked;
    try {
      const shown = await look('show', {instance: id}, abort.signal);
      const {current_execution_id: execution, event_count: number, updated_at: changed, status} = shown.info;
      // A history may be long and a tree large: they are read again only when something has happened.
      const version = JSON.stringify([chosen, execution, number, changed, status.state]);
      let {history, tree} = latest ?? {};
      if (latest?.version !== version || history.failed || tree.failed) {
        [history, tree] = await Promise.all([part('history', {instance: id, execution: chosen}), part('tree', {instance: id, limit: mostShown})]);
      }
      if (mine !== asked) return;
      latest = {shown, version, history, tree};
      trouble = null;
      draw();
    } catch (failed) {
      if (failed.name === 'AbortError' || mine !== asked) return;
      trouble = failed;
      if (latest) draw();
      else show(place, h('section', {class: 'card'}, h('h1', {}, id), h('p', {class: 'alarm'}, failed.message)));
    }
    // Not all that it does is told to who follows the store.
    clearTimeout(timer);
    if (latest?.shown.info.status.state === 'Running' && trouble?.status !== 404) timer = setTimeout(lookAgain, every);
  }
  function lookAgain() {
    if (!document.hidden) soon();  // a tab that comes into view again is told so
  }

  const soon = paced(refresh, 1000);
  refresh();
  const ofStore = (told) => {
    if (told.missed > 0 || told.more || told.instances.some((each) => each.instance_id === id)) soon();
  };
  site.listeners.add(ofStore);
  return () => {
    site.listeners.delete(ofStore);
    clearTimeout(timer);
    soon.stop();
    abort.abort();
  };
}
