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

// Puts new contents into a place without losing the focus of what is there before and after: elements with
// the same `data-key` are the same.
export function renew(place, ...children) {
  const focused = place.contains(document.activeElement) ? document.activeElement.closest('[data-key]') : null;
  show(place, ...children);
  if (focused) {
    const again = [...place.querySelectorAll('[data-key]')].find((each) => each.dataset.key === focused.dataset.key);
    if (again) again.focus({preventScroll: true});
  }
}

export function toast(text, isError = false) {
  const place = document.getElementById('toast');
  place.textContent = text;
  place.dataset.error = isError;
  place.classList.add('shown');
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.classList.remove('shown'), isError ? 9000 : 4000);
}
