// An instance with everything above and below it.

import {h} from './dom.js';
import {badge} from './format.js';

// Instances of a tree that are asked for.
export const mostShown = 200;

function link(name, current) {
  return name === current
    ? h('strong', {'aria-current': 'true'}, name)
    : h('a', {href: `#/instance/${encodeURIComponent(name)}`, 'data-key': `tree-${name}`}, name);
}

// `tree` is of the instance itself; `parent` is above it.
export function treeOf(tree, parent, current) {
  const children = new Map();
  for (const each of tree.instances) {
    const above = each.parent_instance ?? '';
    if (!children.has(above)) children.set(above, []);
    children.get(above).push(each);
  }
  const branch = (each) => {
    const below = children.get(each.instance_id) ?? [];
    return h('li', {}, h('span', {class: 'leaf'}, link(each.instance_id, current), ' ',
      h('span', {class: 'dim'}, each.orchestration_name), ' ', badge(each.cancelled ? 'cancelled' : each.status)),
    below.length ? h('ul', {}, below.map(branch)) : null);
  };
  const root = tree.instances.find((each) => each.instance_id === current);
  if (!root || (!parent && tree.instances.length === 1)) return h('p', {class: 'dim'}, 'Neither a parent nor children.');
  const own = h('ul', {class: 'tree'}, branch(root));
  const whole = parent ? h('ul', {class: 'tree'}, h('li', {}, h('span', {class: 'leaf'}, link(parent, current), ' ', h('span', {class: 'dim'}, 'parent')), own)) : own;
  return [whole, tree.truncated ? h('p', {class: 'dim'}, h('a', {href: `#/?parent=${encodeURIComponent(current)}`}, 'More below')) : null];
}
