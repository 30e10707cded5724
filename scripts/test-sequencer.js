import Sequencer from '@jest/test-sequencer';

/**
 * Long tests first: the 100,000 generated inputs, which would hold everybody up if they came last, and those with servers,
 * which wait more than they compute. The short ones after them fill what is left of both cores. Among equals as Jest does
 * it, the longest first as far as it knows them.
 */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const [inputs, servers, others] = [0, 1, 2].map((rank) => tests.filter(({ path }) => rankOf(path) === rank));
    return [...super.sort(inputs), ...super.sort(servers), ...super.sort(others)];
  }
}

function rankOf(path) {
  if (path.endsWith('generated-inputs.spec.ts')) return 0;
  return path.endsWith('.int-spec.ts') ? 1 : 2;
}
