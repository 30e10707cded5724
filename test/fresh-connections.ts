/**
 * Set up before each file of the tests with real parts: each request has a connection of its own. A test that computes
 * for a minute finds a kept connection closed by its server before Node has seen the end of it, and fetch fails.
 */
const pooled = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
  headers.set('connection', 'close');
  return pooled(input, { ...init, headers });
};
