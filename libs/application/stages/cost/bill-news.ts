import { NO_BILL_NEWS, type AllocationDelta, type BillNews } from '../exchange/panes-message.js';
import { DriverFeed } from './driver-feed.js';

/** Collects, between two commits, what every merge task is to be told of bills. */
export class BillNewsDesk {
  readonly drivers = new DriverFeed();
  private voids: string[] = [];
  private allocations: AllocationDelta[] = [];

  /** A correction takes this line back whole. */
  void(lineId: string): void {
    this.voids.push(lineId);
  }

  allocate(line: AllocationDelta): void {
    this.allocations.push(line);
  }

  /** Everything since the last call. */
  drain(): BillNews {
    const { voids, allocations } = this;
    const drivers = this.drivers.drain();
    if (voids.length === 0 && allocations.length === 0 && drivers.length === 0) return NO_BILL_NEWS;
    this.voids = [];
    this.allocations = [];
    return { voids, allocations, drivers };
  }
}
