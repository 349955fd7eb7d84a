// Which view is shown, by the address behind the `#`.

import {look} from './api.js';
import {h, show} from './dom.js';
import {follow, paced} from './live.js';
import {attentionView, countAttention} from './attention.js';
import {healthView} from './health.js';
import {instanceView} from './instance.js';
import {listView} from './list.js';

const main = document.getElementById('main');

// What all views share.
export const site = {store: '', actions: false, commands: new Map(), listeners: new Set()};

let leave = null;

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parse() {
  const [path, query = ''] = location.hash.replace(/^#/, '').split('?');
  const [, view = '', ...rest] = path.split('/');
  return {view, name: decoded(rest.join('/')), query: new URLSearchParams(query)};
}

function views(at) {
  if (at.view === 'instance') return ['list', () => instanceView(main, at.name, at.query, site)];
  if (at.view === 'attention') return ['attention', () => attentionView(main, site)];
  if (at.view === 'health') return ['health', () => healthView(main, site)];
  return ['list', () => listView(main, at.query, site)];
}

let shown = '';

function route() {
  const at = parse();
  const [tab, open] = views(at);
  leave?.();
  for (const link of document.querySelectorAll('nav [data-view]')) {
    const is = link.dataset.view === tab;
    is ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  }
  leave = open() ?? null;
  const place = `${at.view}/${at.name}`;
  if (shown !== '' && shown !== place) {
    scrollTo(0, 0);
    main.focus({preventScroll: true});
  }
  shown = place;
}

async function begin() {
  try {
    const about = await look('');
    site.store = about.store;
    site.actions = about.actions;
    site.commands = new Map(about.commands.map((each) => [each.name, each]));
  } catch (failed) {
    show(main, h('section', {class: 'card'}, h('h1', {}, 'Not connected'), h('p', {}, failed.message)));
    return;
  }
  document.getElementById('store').textContent = site.store;
  document.title = site.store ? `${site.store} · Duroxide` : 'Duroxide';
  document.getElementById('mode').textContent = site.actions ? 'actions on' : 'read-only';
  document.querySelector('[data-skip]').addEventListener('click', (event) => {
    event.preventDefault();
    main.focus();
  });
  addEventListener('hashchange', route);
  follow((told) => {
    for (const each of site.listeners) each(told);
  });
  countAttention();
  site.listeners.add(paced(countAttention, 10000));
  route();
}

begin();
