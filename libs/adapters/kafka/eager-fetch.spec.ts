import { FetchPace } from './eager-fetch.js';

const WANTED = { minBytes: 1_048_576, maxWaitTime: 50 };

describe('FetchPace', () => {
  it('asks for the first record at once, and for more while records keep coming', () => {
    const pace = new FetchPace();
    expect(pace.minBytes(WANTED, 1_000)).toBe(1);
    expect(pace.minBytes(WANTED, 1_040)).toBe(1);
    pace.brought(1_050);
    expect(pace.minBytes(WANTED, 1_051)).toBe(WANTED.minBytes);
    pace.brought(1_090);
    expect(pace.minBytes(WANTED, 1_139)).toBe(WANTED.minBytes);
  });

  it('asks for one record again after a wait that brought none', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.minBytes(WANTED, 1_050)).toBe(1);
  });
});
