import { type AddressInfo, type Server, createServer } from 'node:net';
import { loadUpConfig } from '#libs/config';
import { type PlannedPort, plannedPorts, portFaults } from './ports.js';

const EXTERNAL = { KAFKA_BROKERS: 'kafka:9092', DATABASE_URL: 'postgres://u:p@db/spendline' };

describe('plannedPorts', () => {
  it('are the documented ones by default', () => {
    expect(plannedPorts(loadUpConfig({}), true).map(({ port }) => port)).toEqual([
      9092, 9093, 5433, 3000, 9464, 9465, 9466,
    ]);
  });

  it('have one for the delivery where there are receivers', () => {
    const config = loadUpConfig({ ...EXTERNAL, SPENDLINE_RECEIVERS: 'deploy/delivery/receivers.yaml' });
    expect(plannedPorts(config, false).map(({ port }) => port)).toEqual([3000, 9464, 9465, 9467]);
  });

  it('leave out servers that are yours, and a simulator that does not run', () => {
    expect(plannedPorts(loadUpConfig(EXTERNAL), false).map(({ port }) => port)).toEqual([3000, 9464, 9465]);
  });
});

describe('portFaults', () => {
  let taken: Server;
  let port: number;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as AddressInfo).port;
  });
  afterAll(() => void taken.close());

  const planned = (use: string, at: number): PlannedPort => ({
    port: at,
    host: '127.0.0.1',
    use,
    setting: `SPENDLINE_${use}_PORT`,
  });

  it('name who has a port and the setting that moves it, a line for each', async () => {
    const [fault, ...rest] = await portFaults([planned('KAFKA', port)]);
    expect(rest).toEqual([]);
    expect(fault).toMatch(new RegExp(`^Port ${port} \\(KAFKA\\) is taken by .+: .*SPENDLINE_KAFKA_PORT\\.$`));
    if (process.platform === 'linux') expect(fault).toContain(`(process ${process.pid})`);
  });

  it('name two uses of one port', async () => {
    expect(await portFaults([planned('API', 1), planned('METRICS', 1)])).toContainEqual(
      'Port 1 is meant for API and for METRICS: move one with SPENDLINE_API_PORT or SPENDLINE_METRICS_PORT.',
    );
  });
});
