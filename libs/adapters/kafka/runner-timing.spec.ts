import { DEFAULT_TIMING, fetchBytesOfEach } from './runner-timing.js';

describe('fetchBytesOfEach', () => {
  it('gives up to four partitions the whole, more of them a share, and none so little that transactions are small', () => {
    const kibibytes = [1, 4, 8, 16, 100].map((partitions) => fetchBytesOfEach(DEFAULT_TIMING, partitions) / 1024);
    expect(kibibytes).toEqual([2048, 2048, 1024, 512, 256]);
    expect(fetchBytesOfEach({ ...DEFAULT_TIMING, fetchMaxBytesPerPartition: 1_000 }, 8)).toBe(1_000);
  });
});
