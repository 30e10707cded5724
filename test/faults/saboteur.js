/**
 * Preloaded into a real monitor (`node --import`): ends, stops or delays it at a chosen point of a transaction, which no
 * signal from outside can hit. The plan is a JSON list in SPENDLINE_FAULTS_PLAN; each SIGUSR2 arms its next step.
 *
 * A step is `{ point, after, action, ms? }`: at the (after + 1)th time that the point is passed once armed, do the
 * action. Points: take-over (before the lock is taken), begin, send, sent, offsets (sent too), committed.
 */
import kafkajs from 'kafkajs';

const steps = JSON.parse(process.env.SPENDLINE_FAULTS_PLAN ?? '[]');
let armed;

process.on('SIGUSR2', () => {
  const step = steps.shift();
  armed = step && { ...step, left: step.after };
});

async function pass(point) {
  if (armed?.point !== point || armed.left-- > 0) return;
  const { action, ms } = armed;
  armed = undefined;
  console.log(JSON.stringify({ msg: `sabotage: ${action} at ${point}` }));
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
  else if (action === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  else await new Promise((resolve) => setTimeout(resolve, ms));
}

function sabotaged(transaction) {
  return {
    ...transaction,
    sendBatch: async (batch) => {
      await pass('send');
      const acknowledged = await transaction.sendBatch(batch);
      await pass('sent');
      return acknowledged;
    },
    sendOffsets: async (offsets) => {
      await transaction.sendOffsets(offsets);
      await pass('offsets');
    },
    commit: async () => {
      await transaction.commit();
      await pass('committed');
    },
  };
}

const { producer } = kafkajs.Kafka.prototype;
kafkajs.Kafka.prototype.producer = function (options) {
  const made = producer.call(this, options);
  if (!options?.transactionalId) return made;
  let locked = false;
  return {
    ...made,
    transaction: async () => {
      if (locked) {
        await pass('begin');
        return sabotaged(await made.transaction());
      }
      await pass('take-over');
      locked = true;
      return made.transaction();
    },
  };
};
