import type { Health, Metrics } from '#libs/adapters/prometheus';
import type { DeadLetterBox } from './dead-letter-box.js';
import type { Lane, LaneEvents } from './lane.js';

/** What the delivery shows of itself: what arrived, how late, what waits, what is dead; and its health. */
export class DeliveryView implements LaneEvents {
  #failure: string | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly lanes: ReadonlyMap<string, Lane>,
    private readonly box: DeadLetterBox,
  ) {
    metrics.onExpose(() => this.#refresh());
  }

  attempted(receiver: string, outcome: string): void {
    this.metrics.inc('spendline_delivery_attempts_total', { receiver, outcome });
  }

  delivered(receiver: string, seconds: number): void {
    this.metrics.observe('spendline_delivery_seconds', { receiver }, seconds);
  }

  /** The delivery cannot go on. */
  failed(error: Error): void {
    this.#failure = error.message;
  }

  /** Ready: every lane reads from Kafka. A receiver that is down is no reason to restart us, and is said in the details. */
  health(): Health {
    const states = [...this.lanes].map(([name, lane]) => ({ name, ...lane.state() }));
    return {
      live: this.#failure === undefined,
      ready: states.length > 0 && states.every(({ ready, circuitOpen }) => ready || circuitOpen),
      details: {
        ...(this.#failure !== undefined && { failure: this.#failure }),
        receivers: Object.fromEntries(states.map(({ name, ...state }) => [name, state])),
        deadLetters: this.box.list().length,
      },
    };
  }

  #refresh(): void {
    const letters = this.box.list();
    for (const [receiver, lane] of this.lanes) {
      const { circuitOpen, waiting } = lane.state();
      this.metrics.set('spendline_delivery_circuit_open', { receiver }, circuitOpen ? 1 : 0);
      this.metrics.set('spendline_delivery_waiting_records', { receiver }, waiting);
      const dead = letters.filter((letter) => letter.receiver === receiver).length;
      this.metrics.set('spendline_delivery_dead_letters', { receiver }, dead);
    }
  }
}
