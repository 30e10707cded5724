/**
 * Preloaded into a real monitor (`node --import`): ends, stops or delays it at a chosen point of a transaction, which no
 * signal from outside can hit. The plan is a JSON list in SPENDLINE_FAULTS_PLAN; each SIGUSR2 arms its next step.
 *
 * A step is `{ point, after, action, ms?, only?, always? }`: at the (after + 1)th time that the point is passed once armed,
 * do the action; `always`: each time from then on until the next step is armed; `only`: by the producer whose
 * transactional id ends like that. Points: take-over (before the lock is taken), begin, send, sent, offsets (sent too),
 * committed.
 */
import kafkajs from 'kafkajs';

const steps = JSON.parse(process.env.SPENDLINE_FAULTS_PLAN ?? '[]');
let armed;

process.on('SIGUSR2', () => {
  const step = steps.shift();
  armed = step && { ...step, left: step.after };
});

async function pass(point, transactionalId) {
  if (armed?.point !== point || !transactionalId.endsWith(armed.only ?? '') || armed.left-- > 0) return;
  const { action, ms, always } = armed;
  if (!always) armed = undefined;
  console.log(JSON.stringify({ msg: `sabotage: ${action} at ${point}` }));
  if (action === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
  else if (action === 'work') workFor(ms);
  else if (action === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  else await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Leaves no time for anything else, as a computation does that is too long. */
function workFor(ms) {
  const until = Date.now() + ms;
  while (Date.now() < until);
}

function sabotaged(transaction, transactionalId) {
  return {
    ...transaction,
    sendBatch: async (batch) => {
      await pass('send', transactionalId);
      const acknowledged = await transaction.sendBatch(batch);
      await pass('sent', transactionalId);
      return acknowledged;
    },
    sendOffsets: async (offsets) => {
      await transaction.sendOffsets(offsets);
      await pass('offsets', transactionalId);
    },
    commit: async () => {
      await transaction.commit();
      await pass('committed', transactionalId);
    },
  };
}

const { producer } = kafkajs.Kafka.prototype;
kafkajs.Kafka.prototype.producer = function (options) {
  const made = producer.call(this, options);
  const transactionalId = options?.transactionalId;
  if (!transactionalId) return made;
  let locked = false;
  return {
    ...made,
    transaction: async () => {
      if (locked) {
        await pass('begin', transactionalId);
        return sabotaged(await made.transaction(), transactionalId);
      }
      await pass('take-over', transactionalId);
      locked = true;
      return made.transaction();
    },
  };
};
