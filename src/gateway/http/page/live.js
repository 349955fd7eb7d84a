// What happens, as the server tells it. Nothing is asked again and again: without a stream the page stands
// still, and looks for one every quarter of a minute.

const retry = 15000;
const bucket = 2000;
const most = 90;

// Counts of what happened, by spans of two seconds, the newest last.
export const rates = {spans: [], since: Date.now()};

function note(counts) {
  const start = Math.floor(Date.now() / bucket) * bucket;
  let last = rates.spans.at(-1);
  if (!last || last.start !== start) {
    last = {start, started: 0, ended: 0, failed: 0};
    rates.spans.push(last);
    if (rates.spans.length > most) rates.spans.shift();
  }
  last.started += counts.started ?? 0;
  last.ended += (counts.completed ?? 0) + (counts.failed ?? 0) + (counts.cancelled ?? 0);
  last.failed += counts.failed ?? 0;
}

// The last three minutes, also those in which nothing happened; per second.
export function rateSeries(of) {
  const now = Math.floor(Date.now() / bucket) * bucket;
  const found = new Map(rates.spans.map((span) => [span.start, span]));
  return Array.from({length: most}, (_, i) => (found.get(now - (most - 1 - i) * bucket)?.[of] ?? 0) * 1000 / bucket);
}

const state = document.getElementById('live');

function say(name, words) {
  if (state.textContent === words) return;  // which would be read out again
  state.dataset.state = name;
  state.textContent = words;
}

// Follows the store; calls `heard` with what happened. A page has one such connection, as a browser has few for
// all of its tabs.
export function follow(heard) {
  let source = null;
  let timer = null;

  function later(name, words) {
    source?.close();
    source = null;
    say(name, words);
    clearTimeout(timer);
    timer = setTimeout(open, retry);
  }
  function open() {
    if (document.hidden) return;
    source = new EventSource('api/v1/changes');
    source.addEventListener('changes', (event) => {
      const told = JSON.parse(event.data);
      say('live', 'live');
      note(told.counts);
      heard(told);
    });
    source.addEventListener('end', (event) => {
      state.title = JSON.parse(event.data).message;
      later('offline', 'no engine');
    });
    source.onerror = () => later('lost', 'connection lost');
  }

  // Tabs that nobody looks at give theirs back.
  function turn() {
    if (document.hidden) {
      clearTimeout(timer);
      source?.close();
      source = null;
      say('offline', 'not in view');
    } else if (!source) {
      clearTimeout(timer);
      open();
      heard({counts: {}, missed: 1, instances: []});
    }
  }

  document.addEventListener('visibilitychange', turn);
  open();
}

// Calls `run` soon after it was asked to, at most once in `every` milliseconds and for a fifth of the time, as a
// search may look at each instance, and never twice at a time.
export function paced(run, every) {
  let timer = null;
  let next = 0;
  let running = false;
  let wanted = false;
  async function go() {
    timer = null;
    if (running) {
      wanted = true;
      return;
    }
    running = true;
    const began = Date.now();
    try {
      await run();
    } finally {
      running = false;
      next = Math.max(began + every, Date.now() + 4 * (Date.now() - began));
      if (wanted) {
        wanted = false;
        ask();
      }
    }
  }
  function ask() {
    if (timer === null) timer = setTimeout(go, Math.max(0, next - Date.now()));
  }
  ask.stop = () => clearTimeout(timer);
  return ask;
}
