import { sharesOf } from './profile-shares.js';

describe('shares of a profile', () => {
  const places: [functionName: string, url: string][] = [
    ['(idle)', ''],
    ['(garbage collector)', ''],
    ['scan', 'file:///x/dist/libs/application/stages/cost/quick/interaction-scan.js'],
    ['close', 'file:///x/dist/libs/domain/windowing/scope-windows.js'],
    ['send', 'file:///x/node_modules/kafkajs/src/network/connection.js'],
    ['(program)', ''],
  ];
  const nodes = places.map(([functionName, url], id) => ({
    id,
    callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 },
  }));

  it('are of the time at work, by where the function stands, and add up to the whole', () => {
    const shares = sharesOf({ nodes, samples: [0, 1, 2, 2, 3, 4, 5], timeDeltas: [900, 10, 20, 20, 30, 15, 5] });
    expect(shares).toEqual([
      { part: 'cost stage: scan of the record', share: 0.4 },
      { part: 'merge stage: windows rolled on, panes', share: 0.3 },
      { part: 'kafkajs', share: 0.15 },
      { part: 'garbage collection', share: 0.1 },
      { part: 'the rest', share: 0.05 },
    ]);
  });
});
