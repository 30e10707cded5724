import { Module, type DynamicModule } from '@nestjs/common';

import { APP_GUARD } from '@nestjs/core';
import { AccessGuard, LiveStreams, RateLimiter } from '#libs/adapters/http';
import type { LocalIssuer } from '#libs/adapters/identity';
import { MetricsModule, type MetricsModuleOptions } from '#libs/adapters/prometheus';
import {
  EMPTY_REFERENCE,
  LiveFeed,
  LiveView,
  type ApprovalLimits,
  type BudgetDecider,
  type DeadLetterOffice,
  type DecisionStore,
  type LedgerReader,
  type PastInsight,
  type ReferenceStore,
  type SignInFlow,
  type TokenVerifier,
} from '#libs/application';

import { AccessController } from './controllers/access.controller.js';
import { AnalysisController } from './controllers/analysis.controller.js';
import { BudgetController } from './controllers/budget.controller.js';
import { ContractController } from './controllers/contract.controller.js';
import { DeadLetterController } from './controllers/dead-letter.controller.js';
import { InitiativeController } from './controllers/initiative.controller.js';
import { LedgerController } from './controllers/ledger.controller.js';
import { LiveController } from './controllers/live.controller.js';
import { LocalIssuerController } from './controllers/local-issuer.controller.js';
import { SignalController } from './controllers/signal.controller.js';
import { PastController } from './controllers/past.controller.js';
import { ReferenceController } from './controllers/reference.controller.js';
import {
  CLOCK,
  DEAD_LETTERS,
  DECIDER,
  LEDGER,
  PAST,
  REFERENCE,
  LOCAL_ISSUER,
  OPEN_READING,
  SIGN_IN,
  type WallClock,
} from './ports.js';

/** What the API answers from. */
export interface ApiParts {
  readonly view: LiveView;
  readonly feed: LiveFeed;
  readonly streams: LiveStreams;
  readonly ledger: LedgerReader;
  readonly reference: ReferenceStore;
  readonly decisions: DecisionStore;
  readonly past: PastInsight;
  readonly deadLetters: DeadLetterOffice;
  readonly access: ApiAccess;
  readonly metrics: MetricsModuleOptions;
  readonly now: WallClock;
}

/** Who may do what, and how people sign in. */
export interface ApiAccess {
  /** Undefined when no way to get a token is configured: then nothing can be changed. */
  readonly verifier: TokenVerifier | undefined;
  readonly signIn: SignInFlow | undefined;
  /** Serves made-up people; undefined save where everything is on one machine. */
  readonly localIssuer: LocalIssuer | undefined;
  /** Whether routes that only read are open to everybody who reaches the server. */
  readonly openReading: boolean;
  readonly changesPerMinute: number;
  readonly approvalLimits: ApprovalLimits;
}

/** Metrics and health are for scrapers, which rarely log in, and carry no customer data (docs/decisions.md, 29). */
const OPEN_CONTROLLERS = ['MetricsController'];

/** Routes of the API over its parts. */
@Module({})
export class ApiModule {
  static forParts(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [MetricsModule.forRoot(parts.metrics)],
      controllers: [
        LiveController,
        LedgerController,
        AnalysisController,
        SignalController,
        DeadLetterController,
        BudgetController,
        InitiativeController,
        ReferenceController,
        PastController,
        ContractController,
        AccessController,
        ...(parts.access.localIssuer === undefined ? [] : [LocalIssuerController]),
      ],
      providers: [
        { provide: LiveView, useValue: parts.view },
        { provide: LiveFeed, useValue: parts.feed },
        { provide: LiveStreams, useValue: parts.streams },
        { provide: LEDGER, useValue: parts.ledger },
        { provide: REFERENCE, useValue: parts.reference },
        { provide: DECIDER, useValue: deciderOf(parts) },
        { provide: PAST, useValue: parts.past },
        { provide: DEAD_LETTERS, useValue: parts.deadLetters },
        { provide: SIGN_IN, useValue: parts.access.signIn ?? null },
        { provide: LOCAL_ISSUER, useValue: parts.access.localIssuer ?? null },
        { provide: OPEN_READING, useValue: parts.access.openReading },
        { provide: APP_GUARD, useValue: guardOf(parts) },
        { provide: CLOCK, useValue: parts.now },
      ],
    };
  }
}

function deciderOf({ decisions: store, view, access }: ApiParts): BudgetDecider {
  const home = (): ReturnType<BudgetDecider['home']> => view.reference() ?? EMPTY_REFERENCE;
  return { store, limits: access.approvalLimits, home };
}

function guardOf({ access, now }: ApiParts): AccessGuard {
  const { verifier, openReading, changesPerMinute } = access;
  const limiter = new RateLimiter({ perMinute: changesPerMinute, now });
  return new AccessGuard({ verifier, openReading, limiter, openControllers: OPEN_CONTROLLERS });
}
