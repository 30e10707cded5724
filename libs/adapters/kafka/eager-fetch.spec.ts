import { FetchPace } from './eager-fetch.js';

const WANTED = { minBytes: 1_048_576, maxWaitTime: 50 };
const AT_ONCE = { minBytes: 1, maxWaitTime: 50 };

describe('FetchPace', () => {
  it('asks for the first record at once, and for more while records keep coming', () => {
    const pace = new FetchPace();
    expect(pace.wait(WANTED, 1_000)).toEqual(AT_ONCE);
    expect(pace.wait(WANTED, 1_040)).toEqual(AT_ONCE);
    pace.brought(1_050);
    expect(pace.wait(WANTED, 1_050)).toEqual(WANTED);
  });

  it('waits no longer for what came while the last records were at work', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.wait(WANTED, 1_030)).toEqual({ ...WANTED, maxWaitTime: 20 });
    expect(pace.wait(WANTED, 1_049)).toEqual({ ...WANTED, maxWaitTime: 1 });
  });

  it('takes the first record that comes while somebody is in a hurry', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.wait(WANTED, 1_001, true)).toEqual(AT_ONCE);
    expect(pace.wait(WANTED, 1_001, false)).toEqual({ ...WANTED, maxWaitTime: 49 });
  });

  it('asks for one record again after a wait that brought none', () => {
    const pace = new FetchPace();
    pace.brought(1_000);
    expect(pace.wait(WANTED, 1_050)).toEqual(AT_ONCE);
  });
});
