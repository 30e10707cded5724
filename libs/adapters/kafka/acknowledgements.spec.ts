import { checkAcknowledged, unacknowledged } from './acknowledgements.js';
import { AcknowledgementError, isTransient } from './errors.js';
import type { Wave } from './message-waves.js';

const wave: Wave = { topicMessages: [], partitions: new Set(['t/0', 't/1', 'u/0']) };

function acknowledgement(topicName: string, partition: number) {
  return { topicName, partition, errorCode: 0, baseOffset: '7' };
}

const ALL = [acknowledgement('t', 0), acknowledgement('t', 1), acknowledgement('u', 0)];

describe('checkAcknowledged', () => {
  it('is content when every partition has answered', () => {
    expect(() => checkAcknowledged(wave, ALL)).not.toThrow();
  });

  it('notices the partition that kafkajs left out when its leader moved', () => {
    expect(() => checkAcknowledged(wave, ALL.slice(1))).toThrow(
      new AcknowledgementError('A send was not acknowledged as a whole: no acknowledgement from t/0'),
    );
  });

  it('notices the partition that was written twice', () => {
    expect(unacknowledged(wave, [...ALL, acknowledgement('u', 0)])).toEqual({ missing: [], repeated: ['u/0'] });
    expect(() => checkAcknowledged(wave, [...ALL, acknowledgement('u', 0)])).toThrow('more than one from u/0');
  });

  it('lets the task be taken over and the work be tried again', () => {
    expect(isTransient(new AcknowledgementError('x'))).toBe(true);
  });
});
