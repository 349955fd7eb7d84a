// What can be done to an instance. Each says what will happen before it does.

import {act, look} from './api.js';
import {confirmDialog, tellDialog} from './dialog.js';
import {h, toast} from './dom.js';
import {payload} from './format.js';

// Milliseconds after which nobody waits any more for the answer of an instance's code.
const patience = 20000;

const actions = [
  {
    name: 'raise', label: 'Raise event', verb: 'Send it', when: (at) => at.running,
    what: () => 'The instance gets it at its next wait for that name. What nobody waits for is kept.',
    fields: [{name: 'name', label: 'Name', required: true}, {name: 'data', label: 'Data (JSON, or any text)', lines: 3},
      {name: 'kind', label: 'As', choices: [['event', 'an event'], ['queue', 'a message of a queue']]},
      {name: 'key', label: 'Key, if it is to be delivered once'}],
    values: (given) => ({
      name: given.name, data: given.data, queue: given.kind === 'queue', ...(given.key ? {key: given.key} : {}),
    }),
    done: (at, given) => `${given.name} is sent to ${at.id}`,
  },
  {
    name: 'query', label: 'Query', verb: 'Ask it', looks: true, when: (at) => at.running,
    what: () => 'Its code is asked, and answers. That is not recorded, and changes nothing.',
    fields: [{name: 'name', label: 'Name', required: true}, {name: 'input', label: 'Input (JSON, or any text)', lines: 3}],
    values: (given) => ({...given, timeout: patience}),
  },
  {
    name: 'update', label: 'Update', verb: 'Ask for it', when: (at) => at.running,
    what: () => 'Its code does what is asked for, unless it refuses, and answers. What it does is recorded with its answer.',
    fields: [{name: 'name', label: 'Name', required: true}, {name: 'input', label: 'Input (JSON, or any text)', lines: 3}],
    values: (given) => ({...given, timeout: patience}),
  },
  {
    name: 'pause', label: 'Pause', verb: 'Pause it', when: (at) => at.running && !at.paused,
    what: () => 'No more turns of it are handed out until it is resumed. Activities that run go on; what comes meanwhile waits.',
    done: (at) => `${at.id} is paused`,
  },
  {
    name: 'resume', label: 'Resume', verb: 'Resume it', when: (at) => at.running && at.paused,
    what: () => 'It goes on with what has come meanwhile.', done: (at) => `${at.id} goes on`,
  },
  {
    name: 'release', label: 'Release', verb: 'Release it', when: (at) => at.quarantined,
    what: () => 'It leaves quarantine, with its activities, and is tried again from the beginning of its attempts.',
    done: (at) => `${at.id} is released`,
  },
  {
    name: 'cancel', label: 'Cancel', verb: 'Ask it to stop', when: (at) => at.running,
    what: () => 'Its code is asked to stop and may clean up first. The children that it waits for are asked too.',
    fields: [{name: 'reason', label: 'Reason'}], values: (given) => (given.reason ? {reason: given.reason} : {}),
    done: (at) => `${at.id} is asked to stop`,
  },
  {
    name: 'rewind', label: 'Rewind', verb: 'Rewind it', danger: true, when: (at) => at.failed,
    what: () => 'It is taken up again before its failure. The events since then are dropped for good; what had completed is not done again. Children that have failed since are rewound with it.',
    done: (at) => `${at.id} is taken up again`,
  },
  {
    name: 'terminate', label: 'Terminate', verb: 'End it for good', danger: true, when: (at) => at.running,
    what: () => 'It ends at once as failed, without a chance for its code to clean up, and the children that it waits for end with it. This cannot be undone.',
    fields: [{name: 'reason', label: 'Reason'}], values: (given) => (given.reason ? {reason: given.reason} : {}),
    done: (at) => `${at.id} is ended`,
  },
];

async function perform(action, at, site, after) {
  const given = await confirmDialog({
    title: `${action.label} ${at.id}?`, what: action.what(at), fields: action.fields, verb: action.verb, danger: action.danger,
  });
  if (!given) return;
  const values = {instance: at.id, ...(action.values?.(given) ?? {})};
  if (site.commands.get(action.name)?.question) values.confirm = true;
  try {
    const result = await (action.looks ? look : act)(action.name, values);
    if (action.done) toast(action.done(at, given));
    else tellDialog({title: `${given.name} of ${at.id}`, contents: payload(result.answer, 'Answer')});
    after();
  } catch (failed) {
    toast(failed.message, true);
  }
}

// Buttons for what makes sense now; without actions those that look, and a word about the others.
export function actionBar(at, site, after) {
  const useful = actions.filter((action) => action.when(at) && (site.actions || action.looks));
  const buttons = useful.map((action) => h('button', {type: 'button', class: action.danger ? 'danger' : '',
    'data-key': `act-${action.name}`, onclick: () => perform(action, at, site, after)}, action.label));
  return [
    buttons.length ? h('div', {class: 'actions', role: 'group', 'aria-label': 'Actions'}, buttons) : null,
    site.actions ? null : h('p', {class: 'dim actions-off'}, 'Read-only: start the page with --actions to act on instances.'),
  ];
}
