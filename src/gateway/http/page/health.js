// How the store does: score, rates, latencies, queues, sizes.

import {look} from './api.js';
import {latencyChart, rateChart, shares} from './charts.js';
import {h, renew, show} from './dom.js';
import {bytes, count, duration} from './format.js';
import {paced, rateSeries} from './live.js';

function fact(label, value, alarm = false) {
  return h('div', {class: alarm ? 'fact alarmed' : 'fact'}, h('dt', {}, label), h('dd', {}, value));
}

function card(title, ...contents) {
  return h('section', {class: 'card'}, h('h2', {}, title), ...contents);
}

export function healthView(main, site) {
  const abort = new AbortController();
  const top = h('div', {class: 'stack'});
  const charts = h('section', {class: 'card'});
  const below = h('div', {class: 'pair'});
  show(main, h('h1', {}, 'How the store does'), top, charts, below);
  let times = [];

  function drawCharts() {
    show(charts, h('h2', {}, 'Rates and times'), h('div', {class: 'charts'},
      rateChart('Starts', rateSeries('started'), 'running'),
      rateChart('Ends', rateSeries('ended'), 'completed'),
      rateChart('Failures', rateSeries('failed'), 'failed'),
      latencyChart('To the end', times)));
  }

  async function refresh() {
    let health;
    let stats;
    let ended;
    try {
      [health, stats, ended] = await Promise.all([
        look('health', {}, abort.signal), look('stats', {}, abort.signal),
        look('list', {status: ['completed', 'failed'], order: 'updated', limit: 200}, abort.signal)]);
    } catch (failed) {
      if (failed.name !== 'AbortError') show(top, h('p', {class: 'alarm'}, failed.message));
      return;
    }
    times = ended.instances.map((each) => Date.parse(each.updated_at) - Date.parse(each.created_at));
    const score = health.health_score;
    const tone = score >= 90 ? 'good' : score >= 60 ? 'fair' : 'poor';
    const statuses = ['running', 'completed', 'failed', 'cancelled'].map((name) => [name, stats[`${name}_instances`]]);
    renew(top, h('section', {class: 'card score'},
      h('p', {class: `figure ${tone}`}, String(Math.round(score)), h('span', {class: 'dim'}, ' of 100')),
      h('div', {class: 'grow'}, h('p', {}, health.health_explanation), stats.total_instances ? shares(statuses) : null,
        h('ul', {class: 'legend'}, statuses.map(([name, value]) => h('li', {class: name}, `${count(value)} ${name}`))))));
    drawCharts();
    renew(below,
      card('Work', h('dl', {class: 'facts'},
        fact('Messages waiting', count(stats.queues.orchestrator_queue)), fact('Activities waiting', count(stats.queues.worker_queue)),
        fact('Timers', count(stats.queues.timer_queue)), fact('Quarantined', count(stats.quarantined), stats.quarantined > 0),
        fact('Paused', count(stats.paused_instances)), fact('Overdue turns', count(stats.overdue_turns), stats.overdue_turns > 0),
        fact('Running for long', count(health.long_running_instances)), fact('Recent failures', count(health.recent_failures), health.recent_failures > 0))),
      card('Store and log', h('dl', {class: 'facts'},
        fact('In use', bytes(stats.store_bytes)), fact('Free for reuse', bytes(stats.store_reusable_bytes)), fact('On the disk', bytes(stats.store_file_bytes)),
        fact('Events', count(stats.total_events)), fact('Executions', count(stats.total_executions)), fact('Readers', count(stats.readers)),
        fact('Oldest reader', stats.readers ? duration(stats.oldest_reader_age_ms) : '–'), fact('Damaged pages', count(stats.damaged_pages), stats.damaged_pages > 0))));
  }
  drawCharts();
  refresh();

  const soon = paced(refresh, 3000);
  const timer = setInterval(drawCharts, 2000);
  site.listeners.add(soon);
  return () => {
    site.listeners.delete(soon);
    clearInterval(timer);
    soon.stop();
    abort.abort();
  };
}
