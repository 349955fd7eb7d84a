// What does not get on by itself: stuck, in quarantine, paused.

import {act, look} from './api.js';
import {confirmDialog} from './dialog.js';
import {h, renew, show, toast} from './dom.js';
import {ago, text} from './format.js';
import {paced} from './live.js';

const most = 200;
const pill = document.getElementById('attention-count');

// Those that have a table of their own are none of the stuck.
function stuckOf(found) {
  return found.instances.filter((each) => each.kind !== 'paused' && each.kind !== 'quarantined');
}

function mark(found) {
  const number = stuckOf(found).length + found.quarantined.length;
  pill.hidden = number === 0;
  pill.title = '';
  pill.textContent = found.truncated ? `${number}+` : String(number);
}

// The number beside the name of the view.
export async function countAttention() {
  try {
    mark(await look('stuck', {limit: 100}));
  } catch (failed) {
    pill.hidden = false;
    pill.textContent = '?';
    pill.title = failed.message;
  }
}

function link(id) {
  return h('a', {href: `#/instance/${encodeURIComponent(id)}`, 'data-key': id}, id);
}

function table(labels, rows) {
  return h('table', {class: 'list'}, h('thead', {}, h('tr', {}, labels.map((label) => h('th', {scope: 'col'}, label)))),
    h('tbody', {}, rows.map((cells) => h('tr', {}, cells.map((cell, i) => h('td', {'data-label': labels[i], class: i === 0 ? 'id' : ''}, cell))))));
}

const ordered = {
  quarantine: 'Delivered again and again without an end, and left alone until somebody releases them.',
  stuck: 'They wait for something that will not come by itself, or have waited for long.',
  paused: 'Nothing of them is handed out until somebody resumes them.',
};

function card(title, name, number, contents, tone = '') {
  return h('section', {class: 'card flush', 'aria-labelledby': `h-${name}`},
    h('div', {class: 'card-head'}, h('h2', {id: `h-${name}`}, title, ' ', h('span', {class: `pill ${tone}`}, number)), h('p', {class: 'dim'}, ordered[name])), contents);
}

export function attentionView(main, site) {
  const abort = new AbortController();
  const place = h('div', {class: 'stack'});
  show(main, h('h1', {}, 'What needs attention'), place);

  async function release(id) {
    const given = await confirmDialog({title: `Release ${id}?`, verb: 'Release it',
      what: 'It leaves quarantine, with its activities, and is tried again from the beginning of its attempts.'});
    if (!given) return;
    try {
      await act('release', {instance: id});
      toast(`${id} is released`);
      refresh();
    } catch (failed) {
      toast(failed.message, true);
    }
  }

  async function refresh() {
    let found;
    try {
      found = await look('stuck', {limit: most}, abort.signal);
    } catch (failed) {
      if (failed.name !== 'AbortError') show(place, h('p', {class: 'alarm'}, failed.message));
      return;
    }
    mark(found);
    const quarantined = found.quarantined.slice(0, most);
    const paused = found.paused.slice(0, most);
    const instances = stuckOf(found).slice(0, most);
    const number = (shown) => (found.truncated && shown.length === most ? `${most}+` : String(shown.length));
    if (instances.length + quarantined.length + paused.length === 0) {
      renew(place, h('section', {class: 'card calm'}, h('p', {}, 'Nothing is stuck, in quarantine or paused.')));
      return;
    }
    renew(place,
      quarantined.length ? card('In quarantine', 'quarantine', number(quarantined),
        table(site.actions ? ['Instance', 'Of it', 'Reason', 'Since', ''] : ['Instance', 'Of it', 'Reason', 'Since'], quarantined.map((each) => [
          link(each.instance_id), each.activity_name ? `activity ${each.activity_name}` : 'the orchestration', text(each.reason), ago(each.since),
          ...(site.actions ? [h('button', {type: 'button', 'data-key': `release-${each.instance_id}`, onclick: () => release(each.instance_id)}, 'Release')] : []),
        ]))) : null,
      instances.length ? card('Stuck', 'stuck', found.truncated ? `${instances.length}+` : number(instances),
        table(['Instance', 'Orchestration', 'Why', 'Waits for', 'Since'], instances.map((each) => [
          link(each.instance_id), each.orchestration_name, String(each.kind).replaceAll('_', ' '), text(each.waiting_for), ago(each.since)]))) : null,
      paused.length ? card('Paused', 'paused', number(paused),
        table(['Paused', 'What it is', 'Since'], paused.map((each) => [each.scope === 'instance' ? link(each.name) : each.name || 'all', each.scope, ago(each.since)])), 'paused') : null);
  }
  refresh();

  const soon = paced(refresh, 2000);
  site.listeners.add(soon);
  return () => {
    site.listeners.delete(soon);
    soon.stop();
    abort.abort();
  };
}
