import { printable } from './printable.js';

describe('printable', () => {
  it.each([
    ['plain text, 中文 and 📞\nin two lines', 'plain text, 中文 and 📞\nin two lines'],
    ['\u001b[2Jgone', '\\u001b[2Jgone'],
    ['\u009b31m\rover', '\\u009b31m\\u000dover'],
    ['\u202egpj.exe', '\\u202egpj.exe'],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});
