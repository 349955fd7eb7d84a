// The JSON calls. Paths are relative: the cookie goes to this path only.

export class Refusal extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.kind = error.kind;
  }
}

async function call(path, options) {
  const response = await fetch(`api/v1/${path}`, {credentials: 'same-origin', ...options});
  const body = await response.text();
  let value = null;
  try {
    value = JSON.parse(body);
  } catch {
    value = {error: {kind: 'failed', message: body.trim() || `the server answered ${response.status}`}};
  }
  if (!response.ok) throw new Refusal(response.status, value.error ?? {kind: 'failed', message: body});
  return value;
}

// What a command that looks has found. Arguments that are empty are left out; a list is given several times.
export function look(command, values = {}, signal = undefined) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== '' && each !== null && each !== undefined && each !== false) query.append(name, each);
    }
  }
  const text = query.toString();
  return call(text ? `${command}?${text}` : command, {signal});
}

export function act(command, values) {
  return call(command, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(values),
  });
}
