import Sequencer from '@jest/test-sequencer';

/**
 * Tests with servers first: they wait more than they compute, and the short ones after them fill what is left of both
 * cores. Among equals as Jest does it, the longest first as far as it knows them.
 */
export default class ServersFirst extends Sequencer {
  sort(tests) {
    const [servers, others] = [true, false].map((wanted) =>
      tests.filter(({ path }) => path.endsWith('.int-spec.ts') === wanted),
    );
    return [...super.sort(servers), ...super.sort(others)];
  }
}
