// Elements. Text is put in as text, never as HTML, whatever it holds.

export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith('aria-')) {
      element.setAttribute(name, String(value));
    } else if (value === false) {
      continue;
    } else if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function show(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

// Somebody answers a dialog, whose opener must stay, or has marked text to copy it.
function isInUse(place) {
  const marked = getSelection();
  return document.querySelector('dialog[open]') !== null || (!marked.isCollapsed && place.contains(marked.anchorNode));
}

const waiting = new Map();

// Puts new contents into a place, as soon as it is not in use, without losing the focus of what is there before and
// after: elements with the same `data-key` are the same.
export function renew(place, ...children) {
  clearTimeout(waiting.get(place));
  waiting.delete(place);
  if (isInUse(place)) {
    waiting.set(place, setTimeout(() => renew(place, ...children), 300));
    return;
  }
  const focused = place.contains(document.activeElement) ? document.activeElement.closest('[data-key]') : null;
  show(place, ...children);
  if (focused) {
    const again = [...place.querySelectorAll('[data-key]')].find((each) => each.dataset.key === focused.dataset.key);
    if (again) again.focus({preventScroll: true});
  }
}

export function toast(text, isError = false) {
  const place = document.getElementById('toast');
  place.setAttribute('role', isError ? 'alert' : 'status');
  place.setAttribute('aria-live', isError ? 'assertive' : 'polite');
  place.textContent = text;
  place.dataset.error = isError;
  place.classList.add('shown');
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.classList.remove('shown'), isError ? 9000 : 4000);
}
