import { addressOf, readAddress } from './page-address.js';

it.each([
  ['', 'live', null],
  ['#/', 'live', null],
  ['#figures', 'live', null],
  ['#/budgets', 'budgets', null],
  ['#/budgets/voice', 'budgets', 'voice'],
  ['#/signals/burn%3Aall', 'signals', 'burn:all'],
  ['#/signals/%E0', 'signals', null],
  ['#/analyses', 'analyses', null],
  ['#/settings', 'live', null],
])('%s is page %s of %s', (hash, page, id) => expect(readAddress(hash)).toEqual({ page, id }));

it.each(['voice', 'a/b', 'burn-rate:all:all:month', '100%'])('the address of %s leads back to it', (id) => {
  expect(readAddress(addressOf('signals', id))).toEqual({ page: 'signals', id });
});
