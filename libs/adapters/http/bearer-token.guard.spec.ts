import { BearerTokenGuard } from './bearer-token.guard.js';
import { ProblemError } from './problem.js';

const TOKEN = 'a-token-of-some-length';

function slugOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    if (error instanceof ProblemError) return error.slug;
    throw error;
  }
  return 'passed';
}

describe('BearerTokenGuard', () => {
  it.each([
    [`Bearer ${TOKEN}`, 'passed'],
    [`bearer  ${TOKEN}`, 'passed'],
    [undefined, 'token-missing'],
    ['', 'token-missing'],
    ['Bearer', 'token-missing'],
    ['Bearer  ', 'token-missing'],
    [`Basic ${TOKEN}`, 'token-missing'],
    [TOKEN, 'token-missing'],
    [`Bearer ${TOKEN} more`, 'token-missing'],
    [`Bearer ${TOKEN}x`, 'token-wrong'],
    [`Bearer ${TOKEN.slice(1)}`, 'token-wrong'],
    [`Bearer ${TOKEN.toUpperCase()}`, 'token-wrong'],
    ['Bearer ü', 'token-wrong'],
  ])('of %s says %s', (header, expected) => {
    expect(slugOf(() => new BearerTokenGuard(TOKEN).check(header))).toBe(expected);
  });

  it.each([undefined, 'Bearer undefined', 'Bearer '])('lets nothing pass where no token is configured', (header) => {
    expect(slugOf(() => new BearerTokenGuard(undefined).check(header))).toBe('changes-disabled');
  });
});
