// The list: filters, counts, pages; it follows what happens.

import {look} from './api.js';
import {h, renew, show} from './dom.js';
import {ago, badge, count, duration, moment, text} from './format.js';
import {paced} from './live.js';

const pageSize = 50;
const statuses = ['running', 'completed', 'failed', 'cancelled', 'paused'];
const fields = ['search', 'name', 'id_prefix', 'tags', 'parent'];
const orders = [
  ['created', 'Newest first'], ['updated', 'Last changed first'], ['id', 'By id'],
];

function hashOf(query) {
  const kept = new URLSearchParams([...query].filter(([, value]) => value !== ''));
  return `#/${kept.size ? `?${kept}` : ''}`;
}

export function listView(main, query, site) {
  const abort = new AbortController();
  const chips = h('div', {class: 'chips', role: 'group', 'aria-label': 'Status'});
  const rows = h('tbody');
  const note = h('p', {class: 'note', role: 'status'});
  const pager = h('div', {class: 'pager'});
  const cursors = [null];

  const filter = () => ({
    status: query.getAll('status'),
    name: query.get('name'),
    id_prefix: query.get('id_prefix'),
    tags: query.get('tags'),
    parent: query.get('parent'),
    search: query.get('search'),
    roots_only: query.get('roots_only'),
    order: query.get('order') ?? 'created',
    descending: query.get('order') !== 'id',
  });
  const isFiltered = () => [...query.keys()].some((key) => key !== 'order');

  function go(change) {
    const next = new URLSearchParams(query);
    change(next);
    location.hash = hashOf(next);
  }

  function chip(label, status, number) {
    const chosen = status === null ? query.getAll('status').length === 0 : query.getAll('status').includes(status);
    return h('button', {
      type: 'button', class: `chip ${status ?? 'all'}`, 'aria-pressed': chosen, 'data-key': `chip-${label}`,
      onclick: () => go((next) => {
        const before = next.getAll('status');
        next.delete('status');
        if (status === null) return;
        const after = before.includes(status) ? before.filter((each) => each !== status) : [...before, status];
        for (const each of after) next.append('status', each);
      }),
    }, h('span', {class: 'number'}, count(number)), h('span', {class: 'label'}, label));
  }

  function showCounts(stats) {
    renew(chips,
      chip('All', null, stats.total_instances),
      statuses.map((status) => chip(status[0].toUpperCase() + status.slice(1), status, stats[`${status}_instances`])));
  }

  function row(each) {
    const open = `#/instance/${encodeURIComponent(each.instance_id)}`;
    const took = Date.parse(each.updated_at) - Date.parse(each.created_at);
    const status = each.cancelled ? 'cancelled' : each.status.toLowerCase();
    return h('tr', {},
      h('td', {class: 'id'}, h('a', {href: open, 'data-key': each.instance_id}, each.instance_id),
        each.tags.map((tag) => h('span', {class: 'tag'}, tag))),
      h('td', {class: 'status'}, badge(status)),
      h('td', {class: 'of'}, h('span', {}, each.orchestration_name, ' ', h('span', {class: 'dim'}, each.version))),
      h('td', {class: 'when', title: moment(each.created_at)}, ago(each.created_at)),
      h('td', {class: 'when'}, status === 'running' ? h('span', {}, 'changed ', ago(each.updated_at)) : `took ${duration(took)}`),
      h('td', {class: each.error ? 'why' : 'why none', title: each.error ? text(each.error.message) : null}, each.error ? text(each.error.message) : ''));
  }

  let asked = 0;

  async function refresh() {
    asked += 1;
    const mine = asked;
    try {
      const [page, stats] = await Promise.all([
        look('list', {...filter(), limit: pageSize, cursor: cursors.at(-1)}, abort.signal),
        look('stats', {}, abort.signal),
      ]);
      if (mine !== asked) return;  // another page was asked for meanwhile
      showCounts(stats);
      renew(rows, page.instances.map(row));
      const first = (cursors.length - 1) * pageSize;
      note.textContent = page.instances.length
        ? `${count(first + 1)}–${count(first + page.instances.length)}${isFiltered() ? ' of those that match' : ` of ${count(stats.total_instances)}`}`
        : isFiltered() ? 'Nothing matches. Clear a filter to see more.' : 'No instance yet: start one, and it shows here.';
      const depth = cursors.length;
      const turn = (step) => {
        if (cursors.length !== depth) return;  // the second of two clicks
        step();
        refresh();
      };
      renew(pager,
        h('button', {type: 'button', 'data-key': 'before', disabled: cursors.length === 1,
          onclick: () => turn(() => cursors.pop())}, 'Previous'),
        h('button', {type: 'button', 'data-key': 'after', disabled: !page.next_cursor,
          onclick: () => turn(() => cursors.push(page.next_cursor))}, 'Next'));
    } catch (failed) {
      if (failed.name === 'AbortError' || mine !== asked) return;
      note.textContent = failed.message;
    }
  }

  const labels = {search: 'Search', name: 'Orchestration', id_prefix: 'Id begins with', tags: 'Tag', parent: 'Parent'};
  const hints = {search: 'id, custom status or error'};
  const input = (field) => h('label', {class: `field ${field}`}, labels[field],
    h('input', {name: field, type: field === 'search' ? 'search' : 'text', value: query.get(field) ?? '',
      placeholder: hints[field] ?? '', autocomplete: 'off', spellcheck: 'false'}));
  const form = h('form', {class: 'filters', role: 'search', onsubmit: (event) => {
    event.preventDefault();
    const data = new FormData(form);
    go((next) => {
      for (const field of [...fields, 'roots_only', 'order']) {
        const value = String(data.get(field) ?? '').trim();
        value && !(field === 'order' && value === 'created') ? next.set(field, value) : next.delete(field);
      }
    });
  }},
  input('search'),
  h('details', {class: 'more', open: matchMedia('(min-width: 701px)').matches || fields.slice(1).some((field) => query.get(field))},
    h('summary', {}, 'More filters'),
    h('div', {class: 'fields'},
      fields.slice(1).filter((field) => field !== 'parent' || query.get('parent')).map(input),
      h('label', {class: 'field'}, 'Order', h('select', {name: 'order', onchange: () => form.requestSubmit()},
        orders.map(([value, label]) => h('option', {value, selected: (query.get('order') ?? 'created') === value}, label)))),
      h('label', {class: 'check'}, h('input', {type: 'checkbox', name: 'roots_only', value: 'true',
        checked: query.get('roots_only') === 'true', onchange: () => form.requestSubmit()}), 'no children'))),
  h('button', {type: 'submit', class: 'primary'}, 'Filter'),
  isFiltered() ? h('a', {class: 'button', href: '#/'}, 'Clear') : null);

  show(main,
    h('h1', {class: 'unseen'}, 'Instances'),
    chips, form,
    h('div', {class: 'card flush'}, h('table', {class: 'list'},
      h('thead', {}, h('tr', {}, ['Instance', 'Status', 'Orchestration', 'Created', 'Changed, took', 'Error']
        .map((label) => h('th', {scope: 'col'}, label)))), rows)),
    h('div', {class: 'below'}, note, pager));
  refresh();

  const soon = paced(refresh, 1500);
  site.listeners.add(soon);
  return () => {
    site.listeners.delete(soon);
    soon.stop();
    abort.abort();
  };
}
