import type { Signal } from '#libs/contract';
import type { Route } from './receivers.js';

/** Whether one of the routes leads this signal to the receiver. */
export function isRouted(signal: Signal, receiver: string, routes: readonly Route[]): boolean {
  return routes.some((route) => route.receivers.includes(receiver) && matches(signal, route));
}

function matches({ severity, scope, id, rule }: Signal, route: Route): boolean {
  const { severity: severities, scope: scopes, rule: rules } = route;
  return (
    (severities?.includes(severity) ?? true) &&
    (scopes?.some((wanted) => wanted === scope || wanted === `${scope}:${id}`) ?? true) &&
    (rules?.some((wanted) => wanted === rule.kind || wanted === rule.id) ?? true)
  );
}
