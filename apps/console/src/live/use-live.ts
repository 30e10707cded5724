import { useEffect, useState } from 'preact/hooks';

import { LiveConnection, type LiveState } from './live-connection.js';

const STREAM_URL = '/api/v1/stream';

/** The live state of the server, as long as the component is shown. */
export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>({ connection: { phase: 'connecting' }, snapshot: null });
  useEffect(() => {
    const environment = {
      open: (url: string) => new EventSource(url),
      setTimeout: (action: () => void, ms: number) => window.setTimeout(action, ms),
      clearTimeout: (timer: number) => window.clearTimeout(timer),
    };
    const connection = new LiveConnection(STREAM_URL, environment, setState);
    connection.start();
    return () => connection.stop();
  }, []);
  return state;
}
