import { Turns } from './turns.js';

describe('turns', () => {
  it('take answers in the order of their questions', () => {
    const turns = new Turns();
    const [first, second] = [turns.ask(), turns.ask()];
    expect([turns.isNews(first), turns.isNews(second)]).toEqual([true, true]);
  });

  it('leave out what was asked before something that is answered already', () => {
    const turns = new Turns();
    const [first, second, third] = [turns.ask(), turns.ask(), turns.ask()];
    expect([turns.isNews(second), turns.isNews(first), turns.isNews(third)]).toEqual([true, false, true]);
  });

  it('leave out what was asked before something else was', () => {
    const turns = new Turns();
    const before = turns.ask();
    turns.begin();
    expect(turns.isNews(before)).toBe(false);
    expect(turns.isNews(turns.ask())).toBe(true);
  });
});
