import { BadRequestException, NotFoundException } from '@nestjs/common';

import { problem, ProblemError, problemOf, PROBLEMS, type ProblemSlug } from './problem.js';

describe('problems', () => {
  it.each(Object.keys(PROBLEMS) as ProblemSlug[])('%s has a type, a title and an error status', (slug) => {
    const { type, title, status } = problem(slug);
    expect(type).toBe(`urn:spendline:problem:${slug}`);
    expect(title).not.toBe('');
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('of a thrown one says what it says', () => {
    const faults = [{ path: 'rateCards[0].amount', message: 'is missing', line: 3 }];
    expect(problemOf(new ProblemError('invalid-document', 'Nothing was written.', faults))).toEqual({
      type: 'urn:spendline:problem:invalid-document',
      title: PROBLEMS['invalid-document'].title,
      status: 422,
      detail: 'Nothing was written.',
      faults,
    });
  });

  it.each([
    [new NotFoundException('Cannot GET /x'), 404],
    [new BadRequestException('bad'), 400],
    [Object.assign(new Error('request entity too large'), { status: 413, statusCode: 413 }), 413],
    [Object.assign(new Error('unsupported charset'), { statusCode: 415 }), 415],
    [Object.assign(new Error('teapot'), { status: 418 }), 500],
    [new Error('password of the database is 123'), 500],
    ['thrown text', 500],
    [null, 500],
  ])('of %s has status %d and does not repeat it', (error, status) => {
    const answer = problemOf(error);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer)).not.toMatch(/123|thrown|Cannot GET|entity|teapot/);
  });
});
