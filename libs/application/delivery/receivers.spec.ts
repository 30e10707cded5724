import { readFileSync } from 'node:fs';
import { printFault } from '../reference/yaml-document.js';
import { readReceivers, type SecretReader } from './receivers.js';

const SECRET = 'sixteen-letters-or-more';
const readSecret: SecretReader = (reference) => {
  if ('env' in reference && reference.env === 'HOOK_SECRET') return SECRET;
  if ('env' in reference && reference.env === 'HOOK_URL') return 'https://hooks.example.com/T0/secret-path/';
  throw new RangeError('is not to be had');
};

function faultsOf(text: string): string[] {
  const result = readReceivers(text, readSecret);
  return result.ok ? [] : result.faults.map(printFault);
}

describe('a receivers file', () => {
  it('is read with its secrets and defaults', () => {
    const result = readReceivers(
      `
console: https://spendline.example.com/
receivers:
  - { name: hook, kind: webhook, url: { env: HOOK_URL }, secret: { env: HOOK_SECRET }, giveUpAfter: 30m }
  - { name: on-call, kind: pagerduty, routingKey: { env: HOOK_SECRET }, severities: { warning: error } }
routes:
  - { receivers: [on-call], severity: [critical], scope: ['channel:voice', 'dimension:labour', system], rule: [burn-rate] }
  - { receivers: [hook] }
`,
      readSecret,
    );
    const common = { allowHttp: false, allowNetworks: [], timeoutMs: 5_000 };
    expect(result).toEqual({
      ok: true,
      plan: {
        console: 'https://spendline.example.com',
        receivers: [
          {
            ...common,
            name: 'hook',
            kind: 'webhook',
            url: 'https://hooks.example.com/T0/secret-path',
            secret: SECRET,
            giveUpAfterMs: 1_800_000,
          },
          {
            ...common,
            name: 'on-call',
            kind: 'pagerduty',
            url: 'https://events.pagerduty.com/v2/enqueue',
            routingKey: SECRET,
            severities: { critical: 'critical', warning: 'error', info: 'info' },
            giveUpAfterMs: 3_600_000,
          },
        ],
        routes: [
          {
            receivers: ['on-call'],
            severity: ['critical'],
            scope: ['channel:voice', 'dimension:labour', 'system'],
            rule: ['burn-rate'],
          },
          { receivers: ['hook'] },
        ],
      },
    });
  });

  it('says all that is wrong at once, with lines, and repeats no secret', () => {
    const faults = faultsOf(`
receivers:
  - { name: Hook, kind: webhook, url: http://10.0.0.1/x, secret: open-secret-in-the-file }
  - name: am
    kind: alertmanager
    url: nonsense
    allowNetworks: [10.0.0.1]
    timeout: 1h
    colour: red
  - { name: sms, kind: carrier-pigeon }
  - { name: pd, kind: pagerduty, routingKey: { file: /nowhere } }
routes:
  - { receivers: [am], severity: [grave], scope: [planet] }
`);
    expect(faults.join('\n')).not.toContain('open-secret');
    for (const expected of [
      'receivers[0].name (line 3): must be lower-case',
      'receivers[0].secret (line 3): must say { file: /path } or { env: NAME }',
      'receivers[1].url (line 6): must be an http or https URL',
      'receivers[1].allowNetworks[0] (line 7): must be a network',
      'receivers[1].timeout (line 8): must be from 1s to 5s',
      'receivers[1] (line 4): is not known here: colour',
      'receivers[2].kind (line 10): must be alertmanager, pagerduty or webhook',
      'receivers[3].routingKey (line 11): is not to be had',
      'routes[0].severity[0] (line 13): must be critical, warning or info',
      'routes[0].scope[0] (line 13): is no scope',
    ]) {
      expect(faults).toContainEqual(expect.stringContaining(expected));
    }
  });

  it('refuses plain http, double names and routes to nobody', () => {
    expect(
      faultsOf(`
receivers:
  - { name: am, kind: alertmanager, url: http://am.example.com }
routes: [{ receivers: [am] }]
`),
    ).toEqual(['receivers[0].url (line 3): must be https; allowHttp: true permits plain http']);
    expect(
      faultsOf(`
receivers:
  - { name: am, kind: alertmanager, url: https://am.example.com }
  - { name: am, kind: alertmanager, url: https://am2.example.com }
routes: [{ receivers: [am, pm] }]
`),
    ).toEqual([
      'receivers[1].name (line 4): is taken already: am',
      'routes[0].receivers (line 5): names pm, which is none of the receivers: am, am',
    ]);
    expect(faultsOf('')).toEqual(['receivers: is missing', 'routes: is missing']);
  });

  it('has a sample that is right', () => {
    expect(faultsOf(readFileSync('deploy/delivery/receivers.yaml', 'utf8'))).toEqual([]);
  });

  it('has a sample whose commented receivers are right too', () => {
    const text = readFileSync('deploy/delivery/receivers.yaml', 'utf8').replace(/^( *)# ( *(- |\w+: |# ))/gm, '$1$2');
    const result = readReceivers(text, () => SECRET);
    expect(result.ok ? [] : result.faults.map(printFault)).toEqual([]);
    expect(result.ok && result.plan.receivers.map(({ kind }) => kind)).toEqual([
      'alertmanager',
      'pagerduty',
      'webhook',
    ]);
  });
});
