import { eventually } from './eventually.js';

const never = (): boolean => false;

describe('eventually', () => {
  it('gives what was seen when it was enough', async () => {
    const seen = [1, 2, 3, 4];
    expect(
      await eventually(
        'three',
        () => Promise.resolve(seen.shift() ?? 0),
        (each) => each >= 3,
      ),
    ).toBe(3);
    const there = [undefined, false as const, 'it'];
    expect(await eventually('something', () => there.shift())).toBe('it');
  });

  it('says what was waited for and what was seen last', async () => {
    const waiting = eventually('five records', () => ({ records: ['a', 'b'] }), never, 60);
    await expect(waiting).rejects.toThrow(
      /^Waited in vain for five records \(\d+\.\d s, looked \d+ times\)\. Seen last: \{ records: \[ 'a', 'b' \] \}$/,
    );
  });

  it('says what was waited for when looking fails', async () => {
    const look = (): never => {
      throw new TypeError('no such topic');
    };
    const waiting = eventually('five records', look);
    await expect(waiting).rejects.toThrow('Looking failed while waiting for five records: no such topic');
    await expect(waiting).rejects.toMatchObject({ cause: expect.any(TypeError) as unknown });
  });

  it('shows no more than can be read', async () => {
    const many = Array.from({ length: 10_000 }, (_, nth) => ({ nth, text: 'x'.repeat(5_000) }));
    const error = await eventually('many', () => many, never, 0).catch((thrown: unknown) => thrown);
    expect((error as Error).message.length).toBeLessThan(3_200);
  });
});
