import {
  applyDelta,
  STREAM_EVENTS,
  type Heartbeat,
  type LiveDelta,
  type LiveSnapshot,
} from '#libs/application/live/wire';

/** The server sends a heartbeat every 15 s: two missed ones and a bit mean that the line is dead. */
const SILENCE_MS = 40_000;
const RETRY_MS = 3_000;

/** The stream counts as quiet when its newest record is older than this, by the server's clock. */
const QUIET_MS = 60_000;

/**
 * How the page stands to the stream. `connecting`: nothing has arrived yet; `live`; `reconnecting`: what is shown is
 * the last that arrived; `refused`: reading takes a token that is not there; `quiet`: the server answers, but the stream
 * has not moved for a minute.
 */
export type ConnectionState =
  | { readonly phase: 'connecting' | 'live' | 'reconnecting' | 'refused' }
  | { readonly phase: 'quiet'; readonly since: string };

/** What the page is drawn from. */
export interface LiveState {
  readonly connection: ConnectionState;
  readonly snapshot: LiveSnapshot | null;
}

/** An open event stream; `onerror` is called when it has ended, for whatever reason. */
export interface StreamSource {
  onerror: (() => unknown) | null;
  /** The server wants another token: to ask again is of no use. */
  readonly isRefused: boolean;
  addEventListener(type: string, listener: (event: { readonly data: string }) => void): void;
  close(): void;
}

/** What the connection needs of the browser. */
export interface ConnectionEnvironment {
  readonly open: (url: string) => StreamSource;
  readonly setTimeout: (action: () => void, ms: number) => number;
  readonly clearTimeout: (timer: number) => void;
}

/**
 * Keeps one event stream open and holds the newest snapshot. Where the line broke, or is silent for longer than it should
 * be, another is opened, which tells the server what is there already.
 */
export class LiveConnection {
  #state: LiveState = { connection: { phase: 'connecting' }, snapshot: null };
  #source: StreamSource | null = null;
  #timer: number | null = null;

  constructor(
    private readonly url: string,
    private readonly environment: ConnectionEnvironment,
    private readonly onState: (state: LiveState) => void,
  ) {}

  /** Opens the stream; `onState` is called with every change from now on. */
  start(): void {
    this.#open();
  }

  /** Closes the stream for good. */
  stop(): void {
    this.#source?.close();
    this.#source = null;
    this.#clearTimer();
  }

  #open(): void {
    this.#source?.close();
    const source = this.environment.open(this.url);
    this.#source = source;
    source.addEventListener(STREAM_EVENTS.snapshot, ({ data }) => this.#show(JSON.parse(data) as LiveSnapshot));
    source.addEventListener(STREAM_EVENTS.delta, ({ data }) => this.#change(JSON.parse(data) as LiveDelta));
    source.addEventListener(STREAM_EVENTS.heartbeat, ({ data }) => this.#beat(JSON.parse(data) as Heartbeat));
    source.onerror = () => this.#broken();
    this.#reopenAfter(SILENCE_MS);
  }

  #show(snapshot: LiveSnapshot): void {
    this.#reopenAfter(SILENCE_MS);
    this.#set({ connection: { phase: 'live' }, snapshot });
  }

  #change(delta: LiveDelta): void {
    this.#reopenAfter(SILENCE_MS);
    const { snapshot } = this.#state;
    if (snapshot) this.#set({ connection: { phase: 'live' }, snapshot: applyDelta(snapshot, delta) });
  }

  #beat({ now }: Heartbeat): void {
    this.#reopenAfter(SILENCE_MS);
    const { snapshot } = this.#state;
    if (!snapshot) return;
    const since = snapshot.clock.movedAt;
    const quiet = since !== null && Date.parse(now) - Date.parse(since) > QUIET_MS;
    this.#set({ connection: quiet ? { phase: 'quiet', since } : { phase: 'live' }, snapshot });
  }

  #broken(): void {
    const { snapshot } = this.#state;
    if (this.#source?.isRefused) {
      this.#clearTimer();
      this.#set({ connection: { phase: 'refused' }, snapshot });
      return;
    }
    this.#set({ connection: { phase: snapshot ? 'reconnecting' : 'connecting' }, snapshot });
    this.#reopenAfter(RETRY_MS);
  }

  #reopenAfter(ms: number): void {
    this.#clearTimer();
    this.#timer = this.environment.setTimeout(() => {
      const { snapshot } = this.#state;
      if (snapshot) this.#set({ connection: { phase: 'reconnecting' }, snapshot });
      this.#open();
    }, ms);
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.environment.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #set(state: LiveState): void {
    this.#state = state;
    this.onState(state);
  }
}
