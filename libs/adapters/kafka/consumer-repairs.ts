import kafkajs from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';
import Connection from 'kafkajs/src/network/connection.js';

const { KafkaJSProtocolError } = kafkajs;

/** Not among kafkajs's types. */
const { KafkaJSConnectionClosedError } = kafkajs as unknown as {
  readonly KafkaJSConnectionClosedError: new (message: string, at: { host: string; port: number }) => Error;
};

/**
 * What makes consumers of kafkajs 2.2.4 stand still or spin while brokers come and go:
 *
 * - Two requests that find a connection closed both connect it. The second socket takes the place of the first, which
 *   lives on, and when either ends, the requests of the other are given up.
 * - A connection that ends while it is being made (a broker behind TLS that stops) is never told to have failed.
 * - A request that is sent while its connection is being closed is neither answered nor timed out, since closing ends
 *   the clock for time-outs: whoever waits for it waits for ever.
 * - Each fetcher that finds its metadata old joins the group on its own, beside the others. The requests of one member
 *   then overtake one another, and every join begins another rebalance.
 * - Where joining fails halfway, the consumer goes on as if it had not tried. If the answer to SyncGroup was lost, it has
 *   the partitions from before under the new generation: its heartbeats are right, so nobody ever notices that what it was
 *   given has no owner. If it had been forgotten before, it has no name and sends no heartbeats at all.
 * - Fetchers that are made anew while the consumer stops (its brokers have just changed) are told to stop by nobody, and
 *   a stopped consumer answers their fetches at once: they go round without ever waiting, and nothing else in the
 *   process runs any more.
 */
let installed = false;

/** Repairs every consumer of this process; see above. Safe to call again. */
export function repairConsumers(): void {
  if (installed) return;
  installed = true;
  repairConnections();
  repairGroups();
  repairRunners();
}

interface Attempt {
  readonly outcome: Promise<unknown>;
  readonly fail: (error: Error) => void;
}

function repairConnections(): void {
  const attempts = new WeakMap<Connection, Attempt>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with their own `this` below
  const { connect, disconnect } = Connection.prototype;
  Connection.prototype.connect = function () {
    const before = attempts.get(this);
    if (before) return before.outcome;
    let fail: Attempt['fail'] = () => undefined;
    const ended = new Promise<never>((_, reject) => (fail = reject));
    const outcome = Promise.race([connect.call(this), ended]).finally(() => attempts.delete(this));
    attempts.set(this, { outcome, fail });
    return outcome;
  };
  Connection.prototype.disconnect = async function () {
    const attempt = attempts.get(this);
    const done = await disconnect.call(this);
    const error = closed(this);
    this.rejectRequests(error);
    // Where kafkajs knows a reason it tells it first.
    if (attempt) setImmediate(attempt.fail, error);
    return done;
  };
}

function closed({ host, port }: Connection): Error {
  return new KafkaJSConnectionClosedError('Closed connection', { host, port });
}

function repairGroups(): void {
  const joining = new WeakMap<ConsumerGroup, Promise<void>>();
  const outside = new WeakSet<ConsumerGroup>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with their own `this` below
  const { joinAndSync, heartbeat } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.joinAndSync = function () {
    let attempt = joining.get(this);
    if (!attempt) {
      attempt = joinAndSync.call(this).then(
        () => {
          joining.delete(this);
          outside.delete(this);
        },
        (error: unknown) => {
          joining.delete(this);
          outside.add(this);
          throw error;
        },
      );
      joining.set(this, attempt);
    }
    return attempt;
  };
  // What the group would say of a member that has missed a rebalance; the consumer then joins again.
  ConsumerGroup.prototype.heartbeat = function (options) {
    return outside.has(this) ? Promise.reject(rebalanceInProgress()) : heartbeat.call(this, options);
  };
}

function rebalanceInProgress(): Error {
  const type = 'REBALANCE_IN_PROGRESS';
  const error = { name: '', message: 'The last attempt to join the group failed', type, code: 27, retriable: false };
  return new KafkaJSProtocolError(error);
}

function repairRunners(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { fetch } = Runner.prototype;
  Runner.prototype.fetch = function (nodeId) {
    // Not awaited: it waits for the fetcher that asks here.
    if (!this.running) void this.fetchManager.stop();
    return fetch.call(this, nodeId);
  };
}
