import fc from 'fast-check';

import { formatEventId, formatSseComment, formatSseEvent, formatSseRetry, parseEventId } from './sse.js';

/** Reads events as the HTML standard says a browser does. */
function readEvents(text: string): { event: string; id: string; data: unknown }[] {
  const events: { event: string; id: string; data: unknown }[] = [];
  let [event, id, data] = ['message', '', [] as string[]];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
    if (line === '' && data.length > 0) {
      events.push({ event, id, data: JSON.parse(data.join('\n')) as unknown });
      event = 'message';
      data = [];
    }
  }
  return events;
}

describe('server-sent events', () => {
  it('are read as they were written, whatever their data holds', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (payloads) => {
        const text = payloads
          .map((data, index) => formatSseEvent({ event: 'delta', id: `run-${String(index)}`, data }))
          .join(formatSseComment('heartbeat'));
        const expected = payloads.map((data, index) => ({
          event: 'delta',
          id: `run-${String(index)}`,
          data: JSON.parse(JSON.stringify(data)) as unknown,
        }));
        expect(readEvents(formatSseRetry(2000) + text)).toEqual(expected);
      }),
    );
  });

  it('keep the last id when they have none', () => {
    expect(formatSseEvent({ event: 'heartbeat', data: 'line\nbreak' })).toBe(
      'event: heartbeat\ndata: "line\\nbreak"\n\n',
    );
  });

  it.each(['a\nb', 'a\rb', 'a\0b'])('refuse a name or an id of more than one line', (text) => {
    expect(() => formatSseEvent({ event: text, data: 1 })).toThrow(/one line/);
    expect(() => formatSseEvent({ event: 'e', id: text, data: 1 })).toThrow(/one line/);
    expect(() => formatSseComment(text)).toThrow(/one line/);
  });
});

describe('event ids', () => {
  it('are read back', () => {
    expect(parseEventId(formatEventId({ run: 'ab12', version: 345 }))).toEqual({ run: 'ab12', version: 345 });
  });

  it.each([undefined, '', 'ab12', '-3', 'ab12-', 'ab12--1', 'ab12-1.5', 'a b-1', `x-${'9'.repeat(16)}`])(
    'that are not ours are none: %s',
    (text) => {
      expect(parseEventId(text)).toBeUndefined();
    },
  );
});
