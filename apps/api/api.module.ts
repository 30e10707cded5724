import { Module, type DynamicModule } from '@nestjs/common';

import { BearerTokenGuard, LiveStreams } from '#libs/adapters/http';
import { MetricsModule, type MetricsModuleOptions } from '#libs/adapters/prometheus';
import { LiveFeed, LiveView, type LedgerReader, type ReferenceStore } from '#libs/application';

import { ContractController } from './controllers/contract.controller.js';
import { LedgerController } from './controllers/ledger.controller.js';
import { LiveController } from './controllers/live.controller.js';
import { ReferenceController } from './controllers/reference.controller.js';
import { CLOCK, LEDGER, REFERENCE, WRITE_GUARD, type WallClock } from './ports.js';

/** What the API answers from. */
export interface ApiParts {
  readonly view: LiveView;
  readonly feed: LiveFeed;
  readonly streams: LiveStreams;
  readonly ledger: LedgerReader;
  readonly reference: ReferenceStore;
  /** What a client must present to change anything; without one nothing can be changed. */
  readonly token: string | undefined;
  readonly metrics: MetricsModuleOptions;
  readonly now: WallClock;
}

/** Routes of the API over its parts. */
@Module({})
export class ApiModule {
  static forParts(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [MetricsModule.forRoot(parts.metrics)],
      controllers: [LiveController, LedgerController, ReferenceController, ContractController],
      providers: [
        { provide: LiveView, useValue: parts.view },
        { provide: LiveFeed, useValue: parts.feed },
        { provide: LiveStreams, useValue: parts.streams },
        { provide: LEDGER, useValue: parts.ledger },
        { provide: REFERENCE, useValue: parts.reference },
        { provide: WRITE_GUARD, useValue: new BearerTokenGuard(parts.token) },
        { provide: CLOCK, useValue: parts.now },
      ],
    };
  }
}
