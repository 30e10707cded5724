import { addressGuard } from './address-guard.js';

const guard = addressGuard([]);

it.each(['93.184.215.14', '8.8.8.8', '172.32.0.1', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
  '%s is public',
  (address) => {
    expect(guard(address)).toBe(true);
  },
);

it.each([
  '127.0.0.1',
  '127.255.255.254',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.100.200',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:10.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'localhost',
  '',
])('%s is refused', (address) => {
  expect(guard(address)).toBe(false);
});

it('allows what is named, and nothing beside it', () => {
  const allowed = addressGuard(['127.0.0.1/32', 'fd12::/16']);
  expect(allowed('127.0.0.1')).toBe(true);
  expect(allowed('::ffff:127.0.0.1')).toBe(true);
  expect(allowed('127.0.0.2')).toBe(false);
  expect(allowed('fd12::1')).toBe(true);
  expect(allowed('fd13::1')).toBe(false);
  expect(allowed('169.254.169.254')).toBe(false);
});
