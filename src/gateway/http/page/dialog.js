// Asks before something is done, and tells what came of it.

import {h} from './dom.js';

// Resolves to the values of the fields, or to null if nobody wants it after all.
export function confirmDialog({title, what, fields = [], verb, danger = false}) {
  return new Promise((resolve) => {
    const form = h('form', {method: 'dialog'},
      h('h2', {id: 'dialog-title'}, title),
      h('p', {id: 'dialog-what'}, what),
      fields.map((field) => h('label', {class: 'field'}, field.label, field.lines
        ? h('textarea', {name: field.name, rows: field.lines, spellcheck: 'false'})
        : field.choices
          ? h('select', {name: field.name}, field.choices.map(([value, label]) => h('option', {value}, label)))
          : h('input', {name: field.name, value: field.value ?? '', required: field.required, autocomplete: 'off'}))),
      h('div', {class: 'buttons'},
        h('button', {type: 'button', onclick: () => box.close()}, 'Leave it'),
        h('button', {type: 'submit', value: 'do', class: danger ? 'danger' : 'primary'}, verb)));
    const box = h('dialog', {'aria-labelledby': 'dialog-title', 'aria-describedby': 'dialog-what'}, form);
    box.addEventListener('close', () => {
      resolve(box.returnValue === 'do' ? Object.fromEntries(new FormData(form)) : null);
      box.remove();
    });
    document.body.append(box);
    box.showModal();
    if (fields.length === 0) form.querySelector('.buttons button').focus();
  });
}

// Shows what was answered, until it is closed.
export function tellDialog({title, contents}) {
  const box = h('dialog', {'aria-labelledby': 'dialog-title'}, h('form', {method: 'dialog'},
    h('h2', {id: 'dialog-title'}, title), contents, h('div', {class: 'buttons'}, h('button', {type: 'submit', class: 'primary'}, 'Close'))));
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
  box.querySelector('.buttons button').focus();
}
