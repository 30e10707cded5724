import { useEffect, useState } from 'preact/hooks';

import { ask } from './client.js';

/** Who signed in. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** How the reader stands to the server. */
export interface Session {
  readonly person: Person | null;
  readonly token: string | null;
  /** Whether there is anybody to sign in with. */
  readonly canSignIn: boolean;
  readonly signIn: () => void;
  readonly signOut: () => void;
}

interface SignIn {
  readonly authorizationEndpoint: string;
  readonly clientId: string;
  readonly scope: string;
}

/** Of this tab only, and gone with it. */
const TOKEN = 'spendline-token';
const PENDING = 'spendline-sign-in';

/** The session of this tab: authorization code with PKCE, the code being exchanged by our own server. */
export function useSession(): Session {
  const [flow, setFlow] = useState<SignIn | null>(null);
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN));
  const [person, setPerson] = useState<Person | null>(null);
  const forget = (): void => {
    sessionStorage.removeItem(TOKEN);
    setToken(null);
    setPerson(null);
  };
  useEffect(() => {
    ask<{ signIn: SignIn | null }>('sign-in', { token: null })
      .then(({ signIn }) => setFlow(signIn))
      .catch(() => setFlow(null));
    void finishSignIn().then((issued) => issued !== null && setToken(issued));
  }, []);
  useEffect(() => {
    if (token !== null) ask<Person>('me', { token }).then(setPerson).catch(forget);
  }, [token]);
  return {
    person,
    token,
    canSignIn: flow !== null,
    signIn: () => void (flow && beginSignIn(flow)),
    signOut: forget,
  };
}

async function beginSignIn({ authorizationEndpoint, clientId, scope }: SignIn): Promise<void> {
  const pending = { state: random(), codeVerifier: random() + random(), page: location.hash };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.codeVerifier));
  const address = new URL(authorizationEndpoint, location.origin);
  const query = {
    response_type: 'code',
    client_id: clientId,
    scope,
    redirect_uri: redirectUri(),
    state: pending.state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  location.assign(address);
}

/** When the issuer has sent the browser back: exchanges the code, and clears it from the address. */
async function finishSignIn(): Promise<string | null> {
  const query = new URLSearchParams(location.search);
  const code = query.get('code');
  const kept = sessionStorage.getItem(PENDING);
  if (code === null || kept === null) return null;
  sessionStorage.removeItem(PENDING);
  const pending = JSON.parse(kept) as { state: string; codeVerifier: string; page: string };
  history.replaceState(null, '', `/${pending.page}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
  if (query.get('state') !== pending.state) return null;
  const body = { code, codeVerifier: pending.codeVerifier, redirectUri: redirectUri() };
  try {
    const { accessToken } = await ask<{ accessToken: string }>('sign-in', { method: 'POST', body, token: null });
    sessionStorage.setItem(TOKEN, accessToken);
    return accessToken;
  } catch {
    return null;
  }
}

function redirectUri(): string {
  return `${location.origin}/`;
}

function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
