import { useEffect, useState } from 'preact/hooks';

import { FetchStream } from './event-stream.js';
import { LiveConnection, type LiveState } from './live-connection.js';

const STREAM_URL = '/api/v1/stream';

/** The live state of the server, as long as the component is shown; another token begins anew. */
export function useLive(token: string | null): LiveState {
  const [state, setState] = useState<LiveState>({ connection: { phase: 'connecting' }, snapshot: null });
  useEffect(() => {
    const last = { id: '' };
    const environment = {
      open: (url: string) => new FetchStream({ url, token, last, fetch: (...asked) => fetch(...asked) }),
      setTimeout: (action: () => void, ms: number) => window.setTimeout(action, ms),
      clearTimeout: (timer: number) => window.clearTimeout(timer),
    };
    const connection = new LiveConnection(STREAM_URL, environment, setState);
    connection.start();
    return () => connection.stop();
  }, [token]);
  return state;
}
