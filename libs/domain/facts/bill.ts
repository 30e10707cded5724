import type { Dimension } from '../reference/index.js';

/** What a bill says of where it belongs, beside its dimension. */
export interface BillFacts {
  /** Where the accounts put it, if that is elsewhere than its dimension. */
  readonly bookedAs?: Dimension;
  /** It was spent on a promotion. */
  readonly promotion?: boolean;
  /** Vendor that it is of. */
  readonly vendorId?: string;
  readonly subcategory?: string;
  /** Id of the system in the inventory that it is for. */
  readonly system?: string;
  /** Supplier and description, for the patterns of rules. */
  readonly text?: string;
}
