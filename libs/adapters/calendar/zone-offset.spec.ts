import { IANAZone } from 'luxon';

import { zoneOffset } from './zone-offset.js';

const HOUR_MS = 3_600_000;

describe('zoneOffset', () => {
  it.each(['Africa/Casablanca', 'Australia/Lord_Howe', 'America/Havana', 'Pacific/Apia'])(
    'says what luxon says at every hour of two years in %s',
    (zone) => {
      const offsetMsAt = zoneOffset(zone);
      const judge = IANAZone.create(zone);
      const wrong: number[] = [];
      for (let tMs = Date.UTC(2011, 0, 1, 0, 59); tMs < Date.UTC(2013, 0, 1); tMs += HOUR_MS) {
        if (offsetMsAt(tMs) !== judge.offset(tMs) * 60_000) wrong.push(tMs);
      }
      expect(wrong).toEqual([]);
    },
  );
});
